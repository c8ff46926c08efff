"""One issue as the stand-in keeps it: a small card to query, and a way to make its body."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

Body = dict[str, Any]
Mode = Literal["cloud", "datacenter"]

CATEGORIES: Final = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}

FIELD_NAMES: Final = {
    "issuetype": "Issue Type", "fixVersions": "Fix versions", "issuelinks": "Linked Issues",
    "resolutiondate": "Resolved", "duedate": "Due date", "timespent": "Time Spent", "versions": "Affects versions",
    "comment": "Comment", "worklog": "Log Work",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """What queries ask about an issue, instants in epoch milliseconds; ``make`` gives the whole body."""

    id: str
    key: str
    project: str
    created: int
    updated: int
    status: str
    make: Callable[[], Body]


def card_of(body: Body) -> Card:
    """Read a card off a REST issue body, which it keeps and never changes."""
    fields = body["fields"]
    return Card(
        str(body["id"]),
        body["key"],
        body["key"].rpartition("-")[0],
        millis(fields["created"]),
        millis(fields.get("updated") or fields["created"]),
        str(fields["status"].get("id") or fields["status"]["name"]),
        lambda: body,
    )


def millis(text: str) -> int:
    """Epoch milliseconds of an instant as Jira writes it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def field_name(number: str) -> str:
    """What people call a field, as far as its id tells."""
    return FIELD_NAMES.get(number, number.replace("customfield_", "custom ").capitalize())


def instant(epoch_ms: int) -> str:
    """The instant as Jira writes it: milliseconds, and an offset without a colon."""
    at = datetime.fromtimestamp(epoch_ms // 1000, tz=UTC)
    return f"{at.isoformat()[:19]}.{epoch_ms % 1000:03d}+0000"


def status_body(number: str, name: str, category: str) -> Body:
    """A status as it stands in an issue and in the list of statuses."""
    return {
        "self": f"https://jira.example.org/rest/api/2/status/{number}",
        "id": number,
        "name": name,
        "description": "",
        "statusCategory": CATEGORIES[category],
    }


def user_body(name: str, mode: Mode) -> Body:
    """A user: Cloud tells an account id, Data Center a key and a name."""
    shown = {"displayName": name.replace("-", " ").title(), "active": True}
    if mode == "cloud":
        return {"accountId": name, "accountType": "atlassian", **shown}
    return {"key": name, "name": name, "emailAddress": f"{name}@example.org", **shown}


def cloud_users(value: Any) -> Any:
    """The same body with its users as Cloud shows them: an account id in place of key, name and e-mail."""
    if isinstance(value, list):
        return [cloud_users(part) for part in value]
    if not isinstance(value, dict):
        return value
    if "displayName" in value and ("name" in value or "key" in value):
        account = value.get("key") or value.get("name")
        kept = {k: v for k, v in value.items() if k in {"self", "displayName", "active", "avatarUrls"}}
        return {"accountId": account, "accountType": "atlassian", **kept}
    return {name: cloud_users(part) for name, part in value.items()}
