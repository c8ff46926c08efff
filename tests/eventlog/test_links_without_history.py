"""Links that issues show now though no changelog tells of their making."""

from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira
from vsm.tables import EVENTS, check

BLOCKS = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
RENAMED = {"name": "Blocks", "inward": "waits for", "outward": "holds up"}


def link(number: int, other: int, way: str, kind: dict[str, str] = BLOCKS) -> dict[str, Any]:
    """One entry of ``issuelinks``."""
    return {"id": str(number), "type": kind, f"{way}Issue": {"id": str(1000 + other), "key": f"AB-{other}"}}


def item(text: str | None, old: str | None = None) -> dict[str, Any]:
    """A changelog's line about a link."""
    return {"field": "Link", "from": None, "fromString": old, "to": None, "toString": text}


def told(*bodies: dict[str, Any]) -> list[tuple[str, str, str | None, str]]:
    """Link events as (ticket, day, text, ref); the log keeps its schema."""
    events = check(log_from_jira(bodies).events, EVENTS)
    rows = events[events["kind"] == "link"].to_dict("records")
    return [
        (
            str(row["ticket"]),
            f"{row['at']:%d}",
            None if pd.isna(row["after"]) else str(row["after"]),
            row["ref"],
        )
        for row in rows
    ]


LATER = {"created": "2026-01-07T09:00:00.000+0000"}


def test_a_link_without_history_is_there_since_both_tickets_are() -> None:
    """The first is of the fifth, the second of the seventh; each tells it in its own words."""
    one = issue(1, issuelinks=[link(5, 2, "inward")])
    two = issue(2, issuelinks=[link(5, 1, "outward")], **LATER)
    assert told(one, two) == [
        ("jira:1001", "07", "This issue is blocked by AB-2", "link 5"),
        ("jira:1002", "07", "This issue blocks AB-1", "link 5"),
    ]


def test_a_link_to_what_was_not_pulled_is_there_from_creation() -> None:
    """Nothing is known of the other ticket's beginning."""
    assert told(issue(1, issuelinks=[link(5, 9, "inward")])) == [
        ("jira:1001", "05", "This issue is blocked by AB-9", "link 5")
    ]


def test_a_link_that_either_changelog_tells_of_is_not_told_again() -> None:
    """Only the other issue's changelog has the line."""
    one = issue(1, issuelinks=[link(5, 2, "inward")])
    made = history(3, "2026-01-09T09:00:00.000+0000", item("This work item blocks AB-1"))
    two = issue(2, made, issuelinks=[link(5, 1, "outward")])
    assert told(one, two) == [("jira:1002", "09", "This work item blocks AB-1", "3")]


def test_another_link_between_the_two_is_no_history_of_this_one() -> None:
    """The one is told by the changelog, the other is not."""
    relates = {"name": "Relates", "inward": "relates to", "outward": "relates to"}
    made = history(3, "2026-01-09T09:00:00.000+0000", item("This issue relates to AB-2"))
    one = issue(1, made, issuelinks=[link(5, 2, "inward"), link(6, 2, "outward", relates)])
    assert told(one) == [
        ("jira:1001", "05", "This issue is blocked by AB-2", "link 5"),
        ("jira:1001", "09", "This issue relates to AB-2", "3"),
    ]


def test_a_type_that_was_renamed_does_not_make_its_links_older() -> None:
    """The changelog tells in the old words of a link that is shown in new ones."""
    made = history(3, "2026-01-09T09:00:00.000+0000", item("This issue is blocked by AB-2"))
    assert told(issue(1, made, issuelinks=[link(5, 2, "inward", RENAMED)])) == [
        ("jira:1001", "09", "This issue is blocked by AB-2", "3")
    ]


def test_a_translated_changelog_is_understood() -> None:
    """The sentence begins in another language and ends with the type's wording."""
    german = {"name": "Blockiert", "inward": "wird blockiert durch", "outward": "blockiert"}
    made = history(3, "2026-01-09T09:00:00.000+0000", item("Dieser Vorgang wird blockiert durch AB-2"))
    assert len(told(issue(1, made, issuelinks=[link(5, 2, "inward", german)]))) == 1


def test_a_former_key_in_the_changelog_is_the_same_ticket() -> None:
    """The other ticket was called OLD-7 when the link was made."""
    made = history(3, "2026-01-09T09:00:00.000+0000", item("This issue is blocked by OLD-7"))
    moved = {"field": "Key", "fromString": "OLD-7", "toString": "AB-2"}
    two = issue(2, history(4, "2026-01-10T09:00:00.000+0000", moved), issuelinks=[link(5, 1, "outward")])
    assert [row[3] for row in told(issue(1, made, issuelinks=[link(5, 2, "inward")]), two)] == ["3"]


def test_an_unknown_issue_that_moved_does_not_make_its_link_older() -> None:
    """The changelog says it of XY-1, which was not pulled and is shown no more; XY-2 may be the same."""
    made = history(3, "2026-01-09T09:00:00.000+0000", item("This issue is blocked by XY-1"))
    shown = link(5, 2, "inward") | {"inwardIssue": {"id": "7", "key": "XY-2"}}
    assert [row[3] for row in told(issue(1, made, issuelinks=[shown]))] == ["3"]


def test_odd_entries_are_passed_over_and_links_without_number_are_told_apart() -> None:
    """No type, no key, nothing at all: nothing; two links without an id have refs of their own."""
    odd: list[Any] = [{}, {"id": "1", "inwardIssue": {"key": "AB-2"}}, {"id": "2", "type": BLOCKS}]
    assert told(issue(1, issuelinks=odd)) == []
    bare = [{k: v for k, v in link(0, other, "inward").items() if k != "id"} for other in (2, 3)]
    assert [row[3] for row in told(issue(1, issuelinks=bare))] == ["link jira:1001/0", "link jira:1001/1"]


def test_a_link_moves_no_ticket_and_no_beginning() -> None:
    """Tickets are as without it, and so are all other events."""
    plain, linked = (log_from_jira([issue(1, issuelinks=links)]) for links in ([], [link(5, 2, "inward")]))
    pd.testing.assert_frame_equal(plain.tickets, linked.tickets)
    assert len(linked.events) == len(plain.events) + 1
    assert len(linked.quality) == len(plain.quality)


@pytest.mark.parametrize("aliases", [{"OLD": "AB"}, {"old": "ab", "X": "OLD"}, {"OLD": "MID", "MID": "AB"}])
def test_a_sentence_of_a_renamed_project_names_todays_key(aliases: dict[str, str]) -> None:
    """The link was made on the sixth, with OLD-2, which is AB-2 today: it was not there before."""
    made = history(7, "2026-01-06T09:00:00.000+0000", item("This issue is blocked by OLD-2"))
    events = log_from_jira(
        [issue(1, made, issuelinks=[link(5, 2, "inward")]), issue(2)], aliases=aliases
    ).events
    rows = events[events["kind"] == "link"]
    assert rows["after"].tolist() == ["This issue is blocked by AB-2"]
    assert rows["at"].tolist() == [pd.Timestamp("2026-01-06T09:00", tz="UTC")]
