"""A log in parts is the log of all: in the order of tickets, whichever parts they come in."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.git_bodies import batch, commit
from tests.jira_bodies import history, issue, log_from_jira, moved
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log, in_memory, merge_logs
from vsm.eventlog.log_parts import LogParts, log_part

pytestmark = pytest.mark.slow


def some(*numbers: int) -> Log:
    """The log of these tickets; each changes twice, the last time its project."""
    key = {"field": "Key", "fromString": "OLD-1", "toString": "AB-1"}
    return log_from_jira(
        issue(
            number,
            history(number, f"2026-01-0{number}T09:00:00.000+0000", moved("1", "3")),
            *([history(20, "2026-01-20T09:00:00.000+0000", key)] if number == 1 else []),
            now="3",
        )
        for number in numbers
    )


def in_parts(*logs: Log, rest: Log | None = None) -> LogParts:
    """These logs, a part each."""
    return LogParts(tuple(log_part(log, aside=in_memory) for log in logs), rest or Log())


def tickets_of(frames: list[pd.DataFrame]) -> list[list[str]]:
    """The tickets of each part, each once."""
    return [frame["ticket"].astype("str").unique().tolist() for frame in frames]


def test_parts_come_in_the_order_of_tickets() -> None:
    """The source of the later ones was read first."""
    parts = in_parts(some(5, 6), some(1), Log(), some(2, 3))
    assert tickets_of(list(parts.events())) == [
        ["jira:1001"],
        ["jira:1002", "jira:1003"],
        ["jira:1005", "jira:1006"],
    ]
    assert tickets_of(list(parts.tickets())) == tickets_of(list(parts.events()))


def test_parts_with_tickets_between_one_anothers_are_one() -> None:
    """Else the events would not be in their order."""
    parts = in_parts(some(1, 4), some(2), some(4, 5), some(6))
    assert tickets_of(list(parts.events())) == [
        ["jira:1001", "jira:1002", "jira:1004", "jira:1005"],
        ["jira:1006"],
    ]


def test_events_of_other_sources_join_those_of_their_ticket() -> None:
    """Of a commit before the first part, in the second, and behind the last."""
    keys = {f"AB-{number}": f"jira:100{number}" for number in (1, 3, 9)}
    commits = [commit(f"c{number}", f"AB-{number} fix") for number in (1, 3, 9)]
    git = log_from_git([batch(*commits)], repository="shop", keys=keys)
    parts = in_parts(some(2), some(3), some(4), rest=git)
    assert tickets_of(list(parts.events())) == [
        ["jira:1001", "jira:1002"],
        ["jira:1003"],
        ["jira:1004", "jira:1009"],
    ]
    whole = merge_logs(some(2), some(3), some(4), git)
    assert_frame_equal(parts.log().events, whole.events)
    assert_frame_equal(parts.log().commits, whole.commits)


def test_without_any_part_further_events_are_all() -> None:
    """A repository alone."""
    git = log_from_git([batch(commit("c1", "AB-1 fix"))], repository="shop", keys={"AB-1": "jira:1001"})
    assert tickets_of(list(in_parts(rest=git).events())) == [["jira:1001"]]
    assert list(in_parts().tickets()) == []
    assert in_parts().log().tickets.empty


def test_keys_are_those_of_all_parts_and_former_ones() -> None:
    """A ticket that was moved is found by the key that it had."""
    known = in_parts(some(1), some(2)).keys(None)
    assert known == {"OLD-1": "jira:1001", "AB-1": "jira:1001", "AB-2": "jira:1002"}


def test_without_trackers_there_are_no_keys() -> None:
    """Git alone: no part has tickets."""
    assert LogParts((), Log()).keys(None) == {}
