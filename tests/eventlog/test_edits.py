"""Reopened only to edit, or to work on it again?"""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import assigned, history, issue, log_from_jira, moved, user
from tests.stream.test_cases import stages
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

FIRST = pd.Timestamp("2026-01-07T10:00", tz="UTC")


def read(*later: dict[str, Any], now: str = "6", **fields: Any) -> ValueStream:
    """A ticket that person-01 worked on and closed on Wednesday at 10:00, and what came later."""
    before = [
        history(1, "2026-01-06T09:00:00.000+0000", moved("1", "3"), assigned(None, "person-01")),
        history(2, "2026-01-07T10:00:00.000+0000", moved("3", "6")),
    ]
    return stream_from_log(
        log_from_jira([issue(1, *before, *later, now=now, **fields)]),
        workflow=stages("Open queue\nIn Progress work\nIn QA work\nClosed done"),
        as_of=pd.Timestamp("2026-01-20", tz="UTC"),
    )


def at(clock: str) -> str:
    return f"2026-01-09T{clock}:00.000+0000"


def test_closed_again_within_the_hour_is_finished_since_it_was_closed_first() -> None:
    """Somebody reopens it for exactly an hour: no rework, no second finish, and vsm check says so."""
    stream = read(
        history(3, at("14:00"), moved("6", "1"), by="person-05"),
        history(4, at("15:00"), moved("1", "6"), by="person-05"),
    )
    assert stream.lifecycles["finished"].tolist() == [FIRST]
    assert stream.visits["stage"].astype("str").tolist() == ["Open", "In Progress", "Closed"]
    assert stream.quality.set_index("check")["detail"]["reopened to edit"].startswith("1 finished ticket was")
    assert len(stream.events[stream.events["kind"] == "status"]) == 5


def test_through_several_statuses() -> None:
    """The way back may lead through every status that the workflow asks for."""
    stream = read(
        history(3, at("14:00"), moved("6", "1"), by="person-05"),
        history(4, at("14:01"), moved("1", "3"), by="person-05"),
        history(5, at("14:02"), moved("3", "6"), by="person-05"),
    )
    assert stream.lifecycles["finished"].tolist() == [FIRST]


COMMENT = {"id": "8", "created": at("14:20"), "author": user("person-02")}
WORKLOG = {"id": "9", "started": at("14:20"), "author": user("person-05")}


@pytest.mark.parametrize(
    ("by", "clock", "fields"),
    [
        ("person-02", "14:30", {}),
        ("person-05", "15:01", {}),
        (None, "14:30", {}),
        ("person-05", "14:30", {"comment": {"comments": [COMMENT]}}),
        ("person-05", "14:30", {"worklog": {"worklogs": [WORKLOG]}}),
        ("person-05", "14:30", {"comment": {"comments": [COMMENT | {"created": at("14:00")}]}}),
        ("person-05", "14:30", {"comment": {"comments": [COMMENT | {"created": at("14:30")}]}}),
        ("person-05", "14:30", {"worklog": {"worklogs": [WORKLOG | {"started": at("14:00")}]}}),
    ],
    ids=[
        "closed by another",
        "after more than an hour",
        "nobody known",
        "discussed",
        "worked on",
        "reopened with a comment",
        "closed with a comment",
        "reopened with a worklog",
    ],
)
def test_anything_more_is_a_reopening(by: str | None, clock: str, fields: dict[str, Any]) -> None:
    """It is finished when it was closed last."""
    stream = read(
        history(3, at("14:00"), moved("6", "1"), by=by if by is None else "person-05"),
        history(4, at(clock), moved("1", "6"), by=by),
        **fields,
    )
    assert stream.lifecycles["finished"].tolist() == [pd.Timestamp(at(clock))]


def test_still_open_is_a_reopening() -> None:
    """A ticket that was not closed again is open, whatever the next ticket in the log does."""
    assert (
        read(history(3, at("14:00"), moved("6", "1"), by="person-05"), now="1")
        .lifecycles["finished"]
        .isna()
        .all()
    )


@pytest.mark.parametrize("clock", ["13:59", "14:31"])
def test_what_was_said_before_or_after_makes_no_rework(clock: str) -> None:
    """A minute before it was reopened, or after it was closed again."""
    stream = read(
        history(3, at("14:00"), moved("6", "1"), by="person-05"),
        history(4, at("14:30"), moved("1", "6"), by="person-05"),
        comment={"comments": [COMMENT | {"created": at(clock)}]},
    )
    assert stream.lifecycles["finished"].tolist() == [FIRST]
