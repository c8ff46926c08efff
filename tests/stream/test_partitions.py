"""Intervals made in partitions of whole tickets are those of the serial way, whoever does the steps."""

import pickle
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intervals.test_causes import RULES
from tests.logs import START, Case, cases
from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.share import share
from tests.stream.partitioned import AnyOrder, same_bytes
from tests.stream.test_networks import same
from tests.streams import reviewed_stream, sample_stream, stream_of
from vsm.config import Waiting, parse_workflow
from vsm.context import Context, intervals_of
from vsm.eventlog.log import Log, sorted_events
from vsm.from_log import stream_from_log
from vsm.networks import networks_from_log
from vsm.partitions import intervals_in_partitions
from vsm.people.teams import Spell, spells_table
from vsm.sample import sample_workflow
from vsm.tables import NAMES, conform

pytestmark = pytest.mark.slow


def all_ways(context: Context, *numbers: int, seed: int = 0) -> None:
    """With so many partitions, usually 1, 3 and 8, that are done in any order."""
    serial, tickets = intervals_of(context), len(context.moves["ticket"].cat.categories)
    for number in numbers or (1, 3, 8):
        anywhere = np.random.default_rng(seed).integers(0, number, tickets)
        same_bytes(intervals_in_partitions(context, workers=AnyOrder(seed), partition=anywhere), serial)


def context_of_case(case: Case) -> Context:
    rows = [{"kind": "status", "id": status, "name": status} for status in case.workflow.mapping]
    log = Log(events=sorted_events(case.events), names=conform(pd.DataFrame(rows), NAMES))
    stream = stream_from_log(log, workflow=case.workflow, as_of=pd.Timestamp(case.as_of))
    return stream._context


@settings(max_examples=share(6, of=500))
@given(cases(), RULES, st.booleans(), st.sampled_from((1, 3, 8)), st.integers(0, 99))
def test_random_logs_have_the_same_intervals(
    case: Case, rules: Waiting, dated: bool, number: int, seed: int
) -> None:
    """Tickets without moves, of one instant, found gone, or moved in bulk; any order of causes; dated members."""
    context = context_of_case(case)
    workflow = context.workflow.model_copy(update={"waiting": rules})
    spell = Spell("person-01", "Team B", START.date() + timedelta(days=2), START.date() + timedelta(days=9))
    teams = replace(context.people.teams, spells=spells_table([spell] if dated else []))
    people = replace(context.people, teams=teams)
    all_ways(replace(context, workflow=workflow, people=people), number, seed=seed)


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_have_the_same_intervals(real_data: Path, tracker: str) -> None:
    """With links between tickets, parts of others and assignees."""
    log = real_log(real_data, tracker)
    stream = stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())
    context = stream._context
    assert stream.waits["cause"].nunique() > 4
    assert len(stream.blocks)
    assert bool(context.unit_of) == (tracker == "islandora")
    all_ways(context)


def test_the_sample_has_the_same_intervals(sample_folder: Path) -> None:
    """With flags, releases, milestones of Git and sprints."""
    context = sample_stream(sample_folder)._context
    all_ways(context)


def test_reviews_and_agents_have_the_same_intervals() -> None:
    """With phases of reviews and pipelines, and calendars of agents."""
    all_ways(reviewed_stream()._context)


RELEASED = [
    *([("Ready", 3 + number), ("Build", 2), ("Ready", 8 - number), ("Done", 1)] for number in range(4)),
    [("Ready", 20), ("Build", 1), ("Ready", 12), ("Build", 1), ("Done", 1)],
    [("Ready", 20), ("Build", 2), ("Ready", 2), ("Build", 6), ("Done", 1)],
]
TOGETHER = """
[[team]]
name = "web"
members = ["ann"]
[waiting]
batch_tickets = 2
"""


def test_causes_of_single_tickets_would_be_wrong() -> None:
    """Who was busy, which tickets left together and what was overtaken depend on other tickets."""
    context = stream_of(*RELEASED, by="ann", settings=TOGETHER)._context
    serial, tickets = intervals_of(context), len(RELEASED)
    alone = []
    for number in range(tickets):
        moves = context.moves[context.moves["ticket"].cat.codes == number]
        alone.append(intervals_of(replace(context, moves=moves, events=moves)).waits)
    apart, whole = (set(waits["cause"].unique()) for waits in (pd.concat(alone), serial.waits))
    assert whole - apart == {"batched", "at capacity", "overtaken"}
    same_bytes(intervals_in_partitions(context, workers=AnyOrder(), partition=np.arange(tickets)), serial)


@pytest.mark.parametrize("partitions", [1, 3, 8])
def test_networks_of_real_trackers_are_the_same(real_data: Path, partitions: int) -> None:
    """Edge by edge and attribute by attribute."""
    log = real_log(real_data, "duracloud")
    workflow, as_of = real_workflow(), log.events["at"].max()
    workers = AnyOrder(partitions=partitions)
    same(
        networks_from_log(log, workflow=workflow, as_of=as_of, names=True, workers=workers),
        stream_from_log(log, workflow=workflow, as_of=as_of),
    )


def test_networks_merge_small_teams_alike() -> None:
    """Persons are numbers to those who make them, and teams of too few people are one all the same."""
    context = stream_of(*RELEASED, by="ann", settings=TOGETHER)._context
    read = partial(networks_from_log, context.log, workflow=context.workflow, as_of=context.as_of)
    alike, plain = read(workers=AnyOrder()), read()
    assert [list(graph.nodes(data=True)) for graph in alike] == [list(g.nodes(data=True)) for g in plain]


def test_nobody_is_named_to_those_who_do_the_steps(sample_folder: Path) -> None:
    """Persons have pseudonyms, in networks numbers, and neither texts nor records are sent."""
    log = pickle.loads((sample_folder / "log.pickle").read_bytes())
    as_of, workflow = log.events["at"].max(), parse_workflow(sample_workflow())
    named = AnyOrder()
    stream = stream_from_log(log, workflow=workflow, as_of=as_of, workers=named)
    people = stream._context.people.persons
    assert any(person.encode() in b"".join(named.sent) for person in people)
    for workers, read in ((AnyOrder(), "stream"), (AnyOrder(), "networks")):
        if read == "stream":
            stream_from_log(log, workflow=workflow, as_of=as_of, key=b"secret", workers=workers)
        else:
            networks_from_log(log, workflow=workflow, as_of=as_of, workers=workers)
        sent = b"".join(workers.sent)
        assert not [person for person in people if person.encode() in sent]
        assert not [text for text in log.tickets["summary"].dropna() if text.encode() in sent]


def test_an_empty_log_has_empty_intervals() -> None:
    """Before the first pull."""
    read = partial(
        stream_from_log, Log(), workflow=real_workflow(), as_of=pd.Timestamp("2026-01-05", tz="UTC")
    )
    apart, at_once = (
        [stream.visits, stream.handoffs, stream.waits] for stream in (read(workers=AnyOrder()), read())
    )
    same_bytes(apart, at_once)
