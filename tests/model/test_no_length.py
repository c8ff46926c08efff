"""Visits of no length count by the order of visits, not by their instants."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from tests.stream.test_cases import stages
from vsm.from_log import stream_from_log
from vsm.model.named_rules import rule_durations
from vsm.model.rework import backward_moves
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

WORKFLOW = "Open queue\nIn Progress work\nIn QA work\nClosed done"
CREATED = datetime(2026, 1, 5, 9, tzinfo=UTC)


def stream_of(*path: tuple[int, str], resolution: str | None = None) -> ValueStream:
    """Twelve tickets with one path: (day, status) of each move after the creation in Open."""
    bodies = []
    for number in range(12):
        statuses = ["1", *(status for _, status in path)]
        at = [CREATED + timedelta(days=day, hours=number) for day, _ in path]  # one by one: no bulk edit
        histories = [
            history(
                100 * number + n, f"{at[n]:%Y-%m-%dT%H:%M:%S}.000+0000", moved(statuses[n], statuses[n + 1])
            )
            for n in range(len(path))
        ]
        fields = {"resolution": {"name": resolution}} if resolution else {}
        bodies.append(issue(number, *histories, now=statuses[-1], **fields))
    as_of = pd.Timestamp("2026-02-11", tz="UTC")
    return stream_from_log(log_from_jira(bodies), workflow=stages(WORKFLOW), as_of=as_of)


AT_ONCE = ((1, "3"), (2, "5"), (2, "6"))
"""Through QA and closed in one instant."""


def test_a_stage_passed_in_the_instant_of_the_finish_has_its_tickets() -> None:
    """No time, but twelve visits."""
    shares = stream_of(*AT_ONCE).stage_shares.set_index("stage")
    assert shares["tickets"]["In QA"] == shares["visits"]["In QA"] == 12
    assert shares.loc["In QA", "total"] == pd.Timedelta(0)
    assert shares["share"].sum() == pytest.approx(1)


def test_work_discarded_in_the_instant_of_its_last_stage_was_discarded_there() -> None:
    """In QA, not before it."""
    discarded = stream_of(*AT_ONCE, resolution="Won't Do").discarded
    assert discarded[["stage", "tickets"]].to_numpy().tolist() == [["In QA", 12]]


def test_a_move_back_in_the_instant_of_the_finish_is_one() -> None:
    """QA sent it back to Build, which closed it at once: each rule that starts with the last work sees that."""
    stream = stream_of((1, "3"), (2, "5"), (4, "3"), (4, "6"))
    durations = rule_durations(
        stream.stage_visits, stream.lifecycles, tickets=stream.tickets, stages=stream.stages
    )
    assert durations["back"].all()
    assert set(durations["final start → final end"]) == {pd.Timedelta(0)}


def test_what_returns_in_the_same_instant_has_returned() -> None:
    """Sent back from QA, and there again at once."""
    moves = backward_moves(stream_of((1, "3"), (2, "5"), (3, "3"), (3, "5"), (5, "6")).stage_visits)
    assert moves[["from_stage", "to_stage", "count", "n"]].to_numpy().tolist() == [
        ["In QA", "In Progress", 12, 12]
    ]
    assert moves["median"].tolist() == [pd.Timedelta(0)]


def test_the_backlog_left_in_one_instant_is_left() -> None:
    """Back in the backlog and at work again at once: what comes after the last time there is by order."""
    stream = stream_of((1, "3"), (3, "1"), (3, "3"), (5, "6"))
    durations = rule_durations(
        stream.stage_visits, stream.lifecycles, tickets=stream.tickets, stages=stream.stages
    )
    assert set(durations["start after the last time to do → done"]) == {pd.Timedelta(days=2)}
