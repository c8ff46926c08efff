"""When units of work were finished, as it was known at each instant."""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from tests.streams import START, sample_stream, stream_of
from vsm.config import Outcome, parse_workflow
from vsm.cuts import where
from vsm.from_log import stream_from_log
from vsm.intervals.codes import micros_at
from vsm.model.forecast import Finishes, finished_by_day, finishes_from_visits
from vsm.stream import ValueStream


def finishes(stream: ValueStream) -> pd.DataFrame:
    """The finishes of a stream."""
    about: dict[str, Any] = {name: getattr(stream, name) for name in ("events", "tickets", "stages")}
    return finishes_from_visits(stream.visits, **about, settings=Outcome())


def spans(stream: ValueStream) -> list[tuple[float, float, float | None]]:
    """Days from the start on which something was finished, known, and no longer so."""

    def day(at: pd.Timestamp) -> float | None:
        return None if pd.isna(at) else (at - START) / pd.Timedelta(days=1)

    return [tuple(map(day, row)) for row in finishes(stream)[["finished", "known", "until"]].to_numpy()]  # type: ignore[misc]


def test_a_ticket_that_was_reopened_counts_until_then_and_again_from_its_next_finish_on() -> None:
    """Whoever looked between the two finishes saw the first one."""
    stream = stream_of([("Build", 2), ("Done", 3), ("Build", 4), ("Done", 0)])
    assert spans(stream) == [(2, 2, 5), (9, 9, None)]


def test_what_was_found_gone_while_it_was_open_is_no_finish() -> None:
    """One that was deleted when it was done stays finished."""
    stream = stream_of([("Build", 2)], [("Build", 3), ("Done", 0)], gone={1: 20, 2: 20})
    assert spans(stream) == [(3, 3, None)]


def test_discarded_work_is_no_finish() -> None:
    """Closed as a duplicate: nothing was delivered."""
    stream = stream_of([("Build", 2), ("Done", 0)], [("Build", 3), ("Done", 0)], resolutions={1: "Duplicate"})
    assert [day for day, *_ in spans(stream)] == [3]


def test_what_was_declared_a_duplicate_later_counted_until_then() -> None:
    """The resolution came ten days after the ticket was closed: until then it had been delivered."""
    closed = history(1, "2026-01-07T09:00:00.000+0000", moved("3", "6"))
    said = {"field": "resolution", "fieldId": "resolution", "from": None, "fromString": None, "to": "3",
            "toString": "Duplicate"}  # fmt: skip
    body = issue(1, closed, history(2, "2026-01-17T09:00:00.000+0000", said), now="6")
    body["fields"]["resolution"] = {"name": "Duplicate"}
    toml = '[[stage]]\nname = "Build"\nkind = "work"\nstatuses = ["jira:3"]\n'
    toml += '[[stage]]\nname = "Done"\nkind = "done"\nstatuses = ["jira:6"]\n'
    as_of = START + pd.Timedelta(days=60)
    stream = stream_from_log(log_from_jira([body]), workflow=parse_workflow(toml), as_of=as_of)
    assert spans(stream) == [(2, 2, 12)]


def test_bulk_edits_are_no_finishes() -> None:
    """Six tickets closed in the same minute by one person were done at some time before."""
    stream = stream_of(*[[("Build", 2), ("Done", 0)]] * 6, [("Build", 3), ("Done", 0)], by="person-01")
    assert [day for day, *_ in spans(stream)] == [3]


@pytest.mark.slow
def test_days_are_24_hours_that_end_at_the_hour_of_the_question_and_days_without_a_finish_are_zero() -> None:
    """The part of a day with which the record begins is left out."""
    stream = stream_of([("Build", 1.5), ("Done", 0)], [("Build", 3.2), ("Done", 0)])
    as_of = START + pd.Timedelta(days=5.4)
    days = finished_by_day(Finishes(finishes(stream), since=START), as_of=micros_at(as_of))
    assert days["finished"].tolist() == [0, 1, 1, 0, 0]
    assert days["until"].iloc[-1] == as_of


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2025-05-05", "2025-09-01", "2025-12-15"])
def test_what_was_known_is_what_the_stream_of_that_day_knows(day: str, sample_folder: Any) -> None:
    """A stream that is read as of an earlier day has the same finishes by day as today's record gives for it."""
    stream = sample_stream(sample_folder)
    as_of, since = pd.Timestamp(day, tz="UTC"), stream.tickets["created"].min()
    then, now = (
        finished_by_day(Finishes(finishes(seen), since=since), as_of=micros_at(as_of))["finished"].tolist()
        for seen in (where(stream, until=day), stream)
    )
    assert sum(then) > 0
    assert now == then
