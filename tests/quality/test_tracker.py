"""A workflow migration is one row of QUALITY with its size; clean-up beside it is told apart."""

from typing import Any

import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from vsm.eventlog.bulk import mark_bulk
from vsm.quality.tracker import check_bulk

NAMES = {"jira:1": "Open", "jira:3": "In Progress", "jira:6": "Closed"}


def migrated(before: str, after: str, **about: Any) -> dict[str, Any]:
    return {"field": "Workflow", "fieldtype": "jira", "fromString": before, "toString": after, **about}


def rows(*bodies: dict[str, Any]) -> list[tuple[str, str]]:
    """Check and detail of what is found of these issues."""
    found = check_bulk(mark_bulk(log_from_jira(bodies).events), names=NAMES)
    return list(zip(found["check"].astype("str"), found["detail"], strict=True))


@pytest.mark.parametrize("when", ["2026-01-06T09:{0:02}:00.000+0000", "2026-01-{0:02}T09:00:00.000+0000"])
def test_a_migration_is_one_row_with_its_size(when: str) -> None:
    """Eight tickets in eight minutes, or a day apart, by two people; three got another status by it."""
    bodies = [
        issue(
            n,
            history(
                n, when.format(n + 5), migrated("simple", "jira"), *([moved("1", "3")] if n < 4 else []),
                by=f"person-{n % 2}",
            ),
            now="3" if n < 4 else "1",
        )
        for n in range(1, 9)
    ]  # fmt: skip
    share, (check, detail) = rows(*bodies)
    assert share[1].startswith("3 of 3 status changes (100 %) are bulk edits; ")
    assert check == "workflow migration"
    first, last = (f"{when.format(n).replace('T', ' ')[:16]}" for n in (6, 13))
    assert detail == (
        f"8 tickets were migrated from workflow 'simple' to 'jira', {first} to {last} UTC; 3 of them got "
        "another status by it (3 Open → In Progress), which is no flow: visits that it begins or ends do not "
        "count towards dwell times"
    )


def test_a_burst_beside_a_migration_is_a_row_of_its_own() -> None:
    """Six tickets are closed at once a day later; the migration changed no status."""
    bodies = [
        issue(
            n,
            history(n, "2026-01-06T09:00:00.000+0000", migrated("simple", "jira")),
            history(n + 50, "2026-01-07T09:00:00.000+0000", moved("1", "6")),
            now="6",
        )
        for n in range(1, 7)
    ]
    _, burst, migration = rows(*bodies)
    assert burst[1].startswith("6 tickets moved Open → Closed by one account, 2026-01-07 09:00")
    assert migration[1].endswith(
        "2026-01-06 09:00 to 2026-01-06 09:00 UTC; none of them got another status by it"
    )


@pytest.mark.parametrize(
    "item",
    [
        migrated("simple", "jira", fieldtype="custom", fieldId="customfield_10001"),
        {"field": "Key", "fieldtype": "jira", "fromString": "SUP-1", "toString": "AB-1"},
    ],
)
def test_what_is_no_migration_makes_no_row(item: dict[str, Any]) -> None:
    """A custom field that is called Workflow, and a move between projects with the workflow of the other."""
    move = [migrated("simple", "jira"), item] if item["field"] == "Key" else [item]
    assert rows(issue(1, history(1, "2026-01-06T09:00:00.000+0000", *move, moved("1", "3")), now="3")) == []


def test_each_change_of_workflow_is_a_row() -> None:
    """Two pairs of workflows at one time are two migrations; a burst is in neither."""
    bodies = [
        issue(n, history(n, "2026-01-06T09:00:00.000+0000", migrated("a" if n < 3 else "b", "c")))
        for n in range(1, 6)
    ]
    details = [detail for _, detail in rows(*bodies)]
    assert [detail.partition(", ")[0] for detail in details] == [
        "2 tickets were migrated from workflow 'a' to 'c'",
        "3 tickets were migrated from workflow 'b' to 'c'",
    ]
