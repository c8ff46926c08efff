"""Measures of a stream are made when asked for, once, from what nobody changed."""

import pickle
from dataclasses import fields, replace
from functools import reduce
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from tests.stream.work import done, filled
from tests.streams import sample_stream, stream_of
from vsm import read_stream
from vsm.config import Workflow
from vsm.errors import ParameterError
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.sections import Section
from vsm.stream import ValueStream
from vsm.tables import DERIVED, TABLES, check

NOW = pd.Timestamp("2026-01-05", tz="UTC")
LATER = pd.Timestamp("2026-01-10", tz="UTC")
MEASURES = (
    "lifecycles", "stage_visits", "stage_shares", "batches", "handoff_costs", "ping_pong", "network",
    "team_network", "map_facts", "handoff_network", "blocking_network", "findings", "quality", "coverage", "delivery", "reviews", "responsibility", "alignment",
    "rework", "load",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_made_when_asked_for_and_once(name: str) -> None:
    """Reading a stream makes no measure; asking twice gives the same one."""
    stream = stream_from_log(Log(), workflow=Workflow(), as_of=NOW)
    assert not set(vars(stream)) & set(MEASURES)
    assert getattr(stream, name) is getattr(stream, name)
    assert name in vars(stream)


def test_waits_are_paid_for_by_who_asks_for_costs_not_by_who_asks_for_quality() -> None:
    """Each measure makes what it rests on and nothing else."""
    stream = stream_from_log(Log(), workflow=Workflow(), as_of=NOW)
    assert stream.batches.empty
    assert set(vars(stream._source)) & set(MEASURES) == {"batches", "stage_visits"}


@pytest.mark.slow
def test_a_stream_survives_pickling() -> None:
    """The base tables travel; measures are made anew, and are equal."""
    stream = stream_of([("Ready", 1), ("Build", 2), ("Done", 1)])
    again = pickle.loads(pickle.dumps(stream))
    pd.testing.assert_frame_equal(again.visits, stream.visits)
    pd.testing.assert_frame_equal(again.stage_shares, stream.stage_shares)


@pytest.mark.slow
def test_a_section_that_is_changed_in_place_is_in_no_measure_made_later() -> None:
    """As frames are: the next measure is made from untouched ones."""
    lifecycles = [[("Ready", 1), ("Build", 2), ("Done", 1)]] * 3
    stream, untouched = stream_of(*lifecycles), stream_of(*lifecycles)
    del stream.alignment.tickets["flow"]
    pd.testing.assert_frame_equal(stream.responsibility.defect_fixes, untouched.responsibility.defect_fixes)


@pytest.mark.slow
def test_a_replaced_stream_makes_its_measures_anew() -> None:
    """Of the tables that it was given, not of those of the stream that it came from."""
    stream = stream_of(*[[("Ready", 1), ("Build", 2), ("Done", 1)]] * 3)
    assert len(stream.lifecycles) == 3
    one = stream.visits[stream.visits["ticket"] == "jira:1001"].reset_index(drop=True)
    fewer = replace(stream, visits=one, waits=stream.waits[stream.waits["ticket"] == "jira:1001"])
    assert fewer.lifecycles["ticket"].tolist() == ["jira:1001"]


def test_completion_offers_what_an_analyst_calls() -> None:
    """Tables, measures, settings, and what is attached; an unknown name lists them."""
    stream = stream_from_log(Log(), workflow=Workflow(), as_of=NOW)
    assert {"visits", "findings", "network", "as_of"} <= set(dir(stream))
    assert not [name for name in dir(stream) if name.startswith("_")]
    with pytest.raises(AttributeError, match=r"has no attribute 'lives'; it has .*lifecycles"):
        getattr(stream, "lives")  # noqa: B009 - the point is the missing name


@pytest.mark.slow
def test_what_is_changed_in_a_frame_in_place_is_in_no_part_made_later(tmp_path: Path) -> None:
    """Whoever empties their tables gets the parts that an untouched stream has; with names, too."""
    root = filled(tmp_path, *(done(number, 7 + number) for number in range(1, 9)))
    stream, untouched = read_stream(root, names=True), read_stream(root, names=True)
    for frame in (
        stream.visits,
        stream.events,
        stream.tickets,
        stream.lifecycles,
        stream.stage_visits,
        stream.stages,
    ):
        for column in list(frame.columns):
            del frame[column]
    assert len(untouched.rework.stages) > 0
    assert len(untouched.load.queues) > 0
    pd.testing.assert_frame_equal(stream.rework.stages, untouched.rework.stages)
    pd.testing.assert_frame_equal(stream.load.queues, untouched.load.queues)
    pd.testing.assert_frame_equal(stream.alignment.tickets, untouched.alignment.tickets)
    pd.testing.assert_frame_equal(stream.responsibility.owners, untouched.responsibility.owners)


@pytest.fixture(scope="module")
def nothing() -> ValueStream:
    """A stream without tickets, for all tables."""
    return stream_from_log(Log(), workflow=Workflow(), as_of=NOW)


def table_of(stream: ValueStream, name: str) -> pd.DataFrame:
    """A measure by its name in the dictionary."""
    frame: Any = reduce(getattr, name.split("."), stream)
    return pd.DataFrame(frame)


@pytest.mark.slow
@pytest.mark.parametrize("name", DERIVED)
def test_a_measure_keeps_its_schema_with_rows_and_without(
    name: str, sample_folder: Path, nothing: ValueStream
) -> None:
    """Columns, their order and types, missing values and keys, of the sample and of nothing."""
    for stream in (sample_stream(sample_folder), nothing):
        check(table_of(stream, name), DERIVED[name])


@pytest.mark.slow
def test_every_frame_of_a_stream_is_in_the_dictionary() -> None:
    """Nothing that an analyst can reach lacks a description."""
    stream = stream_from_log(Log(), workflow=Workflow(), as_of=NOW)
    parts = {name: getattr(stream, name) for name in dir(stream)}
    found = {name for name, part in parts.items() if isinstance(part, pd.DataFrame)}
    found |= {
        f"{name}.{part.name}"
        for name, one in parts.items()
        if isinstance(one, Section)
        for part in fields(one)
    }
    found |= {
        f"what_if.{name}"
        for name in dir(stream.what_if)
        if isinstance(getattr(stream.what_if, name), pd.DataFrame)
    }
    assert found == {*TABLES, *DERIVED}


@pytest.mark.slow
def test_a_ticket_of_very_many_changes_is_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain definitions would take hours: one sentence says which ticket it is, and what to ask instead."""
    bodies = [issue(1, *(history(n, f"2026-01-06T09:{n:02}:00.000+0000", moved("1", "3")) for n in range(5)))]
    stream = stream_from_log(log_from_jira(bodies), workflow=Workflow(), as_of=LATER)
    assert stream.explain("AB-1").key == "AB-1"
    monkeypatch.setattr("vsm.model.ticket_life.MOST_EXPLAINED", 5)
    with pytest.raises(
        ParameterError, match=r"AB-1 has 6 changes of status or assignee; .* more than 5; its"
    ):
        stream.explain("AB-1")
