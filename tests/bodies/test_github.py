"""What of a GitHub body spoils it, and what is left out by itself."""

from typing import Any

import pytest

from vsm.bodies import GITHUB_ISSUES, GITHUB_PULLS

AT = "2026-01-05T09:00:00Z"
ISSUE: dict[str, Any] = {"databaseId": 70, "number": 7, "state": "OPEN", "createdAt": AT}
PULL: dict[str, Any] = {"number": 12, "state": "OPEN", "createdAt": AT, "isDraft": False}


def timeline(**more: Any) -> dict[str, Any]:
    """A timeline with one comment."""
    return {"timelineItems": {"nodes": [{"__typename": "IssueComment", "id": "c", "createdAt": AT} | more]}}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (ISSUE, "timelineItems is missing"),
        (
            ISSUE | timeline() | {"createdAt": "2026-01-05"},
            "createdAt is '2026-01-05', no instant with a zone",
        ),
        (ISSUE | timeline() | {"number": True}, "number is true"),
        (ISSUE | timeline(createdAt=None), "timelineItems.nodes[0]: IssueComment has no instant (createdAt)"),
        (ISSUE | timeline(assignee=7), "timelineItems.nodes[0].assignee is a number, not an object"),
    ],
)
def test_what_defines_an_issue_spoils_it(body: dict[str, Any], fault: str) -> None:
    """Number, instants, holder, status: a wrong number is worse than a ticket that is named."""
    read = GITHUB_ISSUES.read(body)
    assert read.body is None
    assert read.faults[0].startswith(fault)


@pytest.mark.parametrize("word", ["title", "url", "labels", "milestone", "issueType", "author"])
def test_what_only_adds_to_an_issue_is_left_out(word: str) -> None:
    """The rest of it counts."""
    read = GITHUB_ISSUES.read(ISSUE | timeline() | {word: 5})
    assert read.body is not None
    assert len(read.faults) == 1


@pytest.mark.parametrize("word", ["additions", "mergedBy", "headRefName", "commits", "keys"])
def test_what_only_adds_to_a_pull_request_is_left_out(word: str) -> None:
    """Its timeline counts all the same."""
    read = GITHUB_PULLS.read(PULL | timeline() | {word: True})
    assert read.body is not None
    assert len(read.faults) == 1


def test_an_item_of_an_unknown_kind_passes() -> None:
    """GitHub names its type and nothing else where a kind was not asked for."""
    read = GITHUB_PULLS.read(PULL | {"timelineItems": {"nodes": [{"__typename": "LockedEvent"}]}})
    assert read.faults == ()
