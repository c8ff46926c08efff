"""The story as Jira has it: REST v2 issue bodies with their changelog, as Cloud gives them."""

from collections.abc import Iterable
from typing import Any, Final

from vsm.sample import plan
from vsm.sample.office_hours import local
from vsm.sample.story import Story
from vsm.sample.tickets import Ticket

Json = dict[str, Any]

SITE: Final = "https://jira.example.org/rest/api/2"
FIRST_ISSUE: Final = 10_000
FIRST_HISTORY: Final = 20_000
FIRST_COMMENT: Final = 50_000
TYPES: Final = {"Bug": "10004", "Story": "10001", "Task": "10002"}
PRIORITIES: Final = {"High": "2", "Medium": "3", "Low": "4"}
RESOLUTIONS: Final = {"Done": "10000", "Won't Do": "10001"}
PROJECTS: Final = {"SHOP": "10100", "HELP": "10101"}
CATEGORIES: Final = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}


def bodies_from_story(story: Story) -> list[Json]:
    """The server's answer for each issue, in order of creation.

    Ids of histories and comments follow time over the whole site; an unchanged field is no item.
    """
    bodies = [_body(ticket, _replayed(ticket)) for ticket in story.tickets]
    _number((body["changelog"]["histories"] for body in bodies), FIRST_HISTORY)
    _number((body["fields"]["comment"]["comments"] for body in bodies), FIRST_COMMENT)
    return bodies


def _number(records: Iterable[list[Json]], first: int) -> None:
    """Number the records of all issues by time; until then their ids are their instants."""
    every = [record for part in records for record in part]
    every.sort(key=lambda record: record["id"])
    for number, record in enumerate(every, start=first + 1):
        record["id"] = str(number)


def _replayed(ticket: Ticket) -> tuple[list[Json], dict[str, str | None]]:
    """Replay the changes: histories with the values before each, and the final state."""
    state: dict[str, str | None] = {
        "status": plan.TRIAGE.queue, "assignee": None, "priority": ticket.priority, "resolution": None,
        "Key": ticket.former_key or ticket.key,
        "project": (ticket.former_key or ticket.key).partition("-")[0],
    }  # fmt: skip
    histories = []
    for change in ticket.changes:
        items = [
            {
                "field": name, "fieldtype": "jira", "fieldId": "issuekey" if name == "Key" else name,
                "from": _id(name, state[name]), "fromString": state[name],
                "to": _id(name, after), "toString": after,
            }
            for name, after in change.fields.items()
            if state[name] != after
        ]  # fmt: skip
        state |= change.fields
        named = {"author": _user(change.actor)} if change.actor else {}
        if items:
            histories.append({"id": change.at, **named, "created": _text(change.at), "items": items})
    return histories, state


def _id(name: str, value: str | None) -> str | None:
    """Give a value's id; keys have none."""
    if value is None or name == "Key":
        return None
    if name == "status":
        return plan.STATUSES[value][0]
    if name == "assignee":
        return account_id(value)
    return {"priority": PRIORITIES, "resolution": RESOLUTIONS, "project": PROJECTS}[name][value]


def _body(ticket: Ticket, replayed: tuple[list[Json], dict[str, str | None]]) -> Json:
    histories, state = replayed
    comments = [
        {"id": at, "author": _user(who), "created": _text(at), "updated": _text(at)}
        for at, who in ticket.comments
    ]
    last = max([ticket.created, *(h["id"] for h in histories), *(c["id"] for c in comments)])
    finished = [h["created"] for h in histories if any(item["toString"] == plan.DONE for item in h["items"])]
    resolution, assignee, site_id = state["resolution"], state["assignee"], str(FIRST_ISSUE + ticket.number)
    fields = {
        "summary": f"{ticket.verb} {ticket.noun} {ticket.setting}",
        "issuetype": {"id": TYPES[ticket.type], "name": ticket.type, "subtask": False},
        "project": {"id": PROJECTS[plan.PROJECT], "key": plan.PROJECT, "name": "Shop"},
        "priority": {"id": PRIORITIES[str(state["priority"])], "name": state["priority"]},
        "status": _status(str(state["status"])),
        "resolution": {"id": RESOLUTIONS[resolution], "name": resolution} if resolution else None,
        "resolutiondate": finished[-1] if resolution else None,
        "created": _text(ticket.created),
        "updated": _text(last),
        "creator": _user(ticket.creator),
        "reporter": _user(ticket.creator),
        "assignee": _user(assignee) if assignee else None,
        "labels": [plan.INCIDENT] if ticket.incident else [],
        "components": [{"name": ticket.component}],
        "comment": {"comments": comments, "maxResults": len(comments), "total": len(comments), "startAt": 0},
    }
    if ticket.epic:  # in a planning project that is not pulled
        fields["parent"] = {"id": str(9_000 + ticket.epic), "key": f"PLAN-{ticket.epic}"}
    log = {"startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories}
    address = f"{SITE}/issue/{site_id}"
    return {"id": site_id, "self": address, "key": ticket.key, "fields": fields, "changelog": log}


def _status(name: str) -> Json:
    status, category = plan.STATUSES[name]
    number, title = CATEGORIES[category]
    return {"id": status, "name": name, "statusCategory": {"id": number, "key": category, "name": title}}


def account_id(name: str) -> str:
    """The account of this person, such as ``acc-dev-1``."""
    return f"acc-{name}"


def _user(name: str) -> Json:
    kind = "app" if name in plan.APPS else "atlassian"
    mail = f"{name}@example.org"
    return {"accountId": account_id(name), "displayName": name, "emailAddress": mail, "accountType": kind}


def _text(at: int) -> str:
    """Write an instant as Jira does: local, with milliseconds and the offset without a colon."""
    return local(at).strftime("%Y-%m-%dT%H:%M:%S.000%z")
