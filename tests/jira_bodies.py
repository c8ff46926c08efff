"""Small Jira issue bodies, as REST v2 gives them, for tests."""

from collections.abc import Iterable
from typing import Any

from vsm.eventlog.from_jira import parts_from_jira
from vsm.eventlog.log import Log, merge_logs

STATUSES = {
    "1": ("Open", "new"),
    "3": ("In Progress", "indeterminate"),
    "5": ("In QA", "indeterminate"),
    "6": ("Closed", "done"),
}


def log_from_jira(bodies: Iterable[object], **about: Any) -> Log:
    """The log of these bodies, as ``parts_from_jira`` gives it."""
    return merge_logs(*parts_from_jira(bodies, **about))


def user(name: str) -> dict[str, str]:
    return {"key": name, "name": name, "displayName": name.replace("-", " ").title()}


def status(number: str) -> dict[str, Any]:
    name, category = STATUSES[number]
    return {"id": number, "name": name, "statusCategory": {"key": category}}


def moved(before: str | None, after: str | None) -> dict[str, Any]:
    """A status item; the name follows from the id."""
    item: dict[str, Any] = {"field": "status", "from": before, "to": after}
    return item | {
        "fromString": STATUSES[before][0] if before else None,
        "toString": STATUSES[after][0] if after else None,
    }


def assigned(before: str | None, after: str | None) -> dict[str, Any]:
    return {"field": "assignee", "from": before, "fromString": before, "to": after, "toString": after}


def history(number: int, at: str, *items: dict[str, Any], by: str | None = "person-01") -> dict[str, Any]:
    made: dict[str, Any] = {"id": str(number), "created": at, "items": list(items)}
    return made | ({"author": user(by)} if by else {})


def issue(number: int, *histories: dict[str, Any], now: str = "1", **fields: Any) -> dict[str, Any]:
    """An issue created on Monday 2026-01-05 at 09:00 UTC by person-09."""
    about = {
        "created": "2026-01-05T09:00:00.000+0000",
        "updated": "2026-02-01T09:00:00.000+0000",
        "status": status(now),
        "creator": user("person-09"),
        "project": {"key": "AB"},
        "issuetype": {"name": "Bug"},
        "summary": f"Ticket {number}",
    }
    return {
        "id": str(1000 + number),
        "key": f"AB-{number}",
        "self": f"https://jira.example.org/rest/api/2/issue/{1000 + number}",
        "fields": about | fields,
        "changelog": {"total": len(histories), "histories": list(histories)},
    }
