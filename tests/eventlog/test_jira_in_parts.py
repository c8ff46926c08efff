"""A large Jira is read some issues at a time, and its log is the same as if all were in memory."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import assigned, history, issue, log_from_jira, moved
from vsm.eventlog import from_jira, jira_site
from vsm.eventlog.from_jira import parts_from_jira
from vsm.eventlog.jira_site import JiraDocuments
from vsm.eventlog.log import Log
from vsm.tables import TABLES

SITE = {"type": "site", "roles": {"cf_1": "sprint", "cf_2": "parent"}}
NO_SITE: dict[str, Any] = {"type": "site", "roles": {}}
BLOCKS = {"inward": "is blocked by", "outward": "blocks"}
BODIES: list[dict[str, Any]] = [
    issue(
        number,
        history(
            10 + number, "2026-01-06T09:00:00.000+0000", moved("1", "3"), assigned(None, f"person-0{number}")
        ),
        now="3",
        cf_1=[{"id": number, "name": "Sprint"}],
        cf_2=f"AB-{number + 1}",
        issuelinks=[{"id": str(number), "type": BLOCKS, "inwardIssue": {"key": f"AB-{6 - number}"}}],
    )
    for number in (1, 2, 3, 4, 5)
]
LATER = issue(
    2,
    history(19, "2026-01-07T09:00:00.000+0000", moved("1", "6")),
    now="6",
    updated="2026-03-01T09:00:00.000+0000",
)


def in_parts(bodies: list[dict[str, Any]], size: int, patch: pytest.MonkeyPatch) -> Log:
    patch.setattr(jira_site, "PART", size)
    patch.setattr(from_jira, "TOGETHER", 1)
    return log_from_jira(bodies)


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.slow
def test_the_size_of_a_part_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parents, links and first states of tickets in other parts are found."""
    whole, log = log_from_jira([*BODIES, SITE]), in_parts([SITE, *BODIES], size, monkeypatch)
    for name in TABLES.keys() & {"tickets", "events", "names", "quality"}:
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(log, name))
    assert log.tickets["parent"].astype("str").tolist()[:2] == ["jira:1002", "jira:1003"]


@pytest.mark.parametrize("bodies", [[NO_SITE, *BODIES, LATER], [NO_SITE, LATER, *BODIES]])
@pytest.mark.slow
def test_of_two_bodies_in_different_parts_the_later_one_counts(
    bodies: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the older body is left, and it is noted once."""
    log = in_parts(bodies, 1, monkeypatch)
    mine = log.events[log.events["ticket"] == "jira:1002"]
    assert mine["after"].dropna().astype("str").tolist() == ["jira:1", "jira:6"]
    assert len(log.tickets) == 5
    assert log.quality["check"].tolist() == ["id of several bodies"]


def test_equal_bodies_in_different_parts_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that came twice is no fault."""
    log = in_parts([NO_SITE, *BODIES, BODIES[0]], 1, monkeypatch)
    assert len(log.tickets) == 5
    assert log.quality.empty


def test_what_is_read_is_put_aside_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two issues at a time, of two facts each; tables are made of eight facts, names and notes last."""
    monkeypatch.setattr(jira_site, "PART", 2)
    monkeypatch.setattr(from_jira, "TOGETHER", 8)
    kept = list[pd.DataFrame]()

    def aside(frame: pd.DataFrame) -> Callable[[], pd.DataFrame]:
        kept.append(frame)
        return lambda: frame

    logs = list(parts_from_jira([NO_SITE, *BODIES], aside=aside))
    assert [frame["ticket"].nunique() for frame in kept] == [2, 2, 2, 2, 1, 1]
    assert [log.events["ticket"].nunique() for log in logs] == [4, 1, 0]
    assert [len(log.names) > 0 for log in logs] == [False, False, True]


def test_a_part_of_nothing_new_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The later body of a ticket is in the part after it."""
    log = in_parts([NO_SITE, BODIES[1], BODIES[1], LATER], 1, monkeypatch)
    assert log.events["after"].dropna().astype("str").tolist() == ["jira:1", "jira:6"]


def test_a_part_is_given_before_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more documents than a part holds are in memory at once: the source is asked part by part."""
    monkeypatch.setattr(jira_site, "PART", 2)
    asked = list[str]()

    def documents() -> Iterator[object]:
        yield NO_SITE
        for body in BODIES:
            asked.append(body["key"])
            yield body

    seen = [([body["key"] for body in part], len(asked)) for part in JiraDocuments(documents()).parts()]
    assert seen == [(["AB-1", "AB-2"], 2), (["AB-3", "AB-4"], 4), (["AB-5"], 5)]


@pytest.mark.parametrize("odd", [{"value": "status"}, ["status"], 7, None])
def test_a_type_that_is_no_text_costs_one_document(odd: object) -> None:
    """What is no issue and says its type as an object is left out and named; the others are read."""
    log = log_from_jira([BODIES[0], {"type": odd, "id": "9", "name": "Open"}])
    assert len(log.tickets) == 1
    assert log.quality["check"].tolist() == ["unreadable document"]
