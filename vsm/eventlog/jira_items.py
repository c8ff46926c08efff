"""Facts in one Jira issue body: its changelog, comments, worklogs and names. JSON in, no tables yet."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

Json = Mapping[str, Any]

KIND_OF_FIELD: Final = {
    "status": "status",
    "assignee": "assignee",
    "team": "team",
    "flagged": "flag",
    "impediment": "flag",
    "priority": "priority",
    "resolution": "resolution",
    "sprint": "sprint",
    "link": "link",
    "parent": "parent",
    "issueparentassociation": "parent",
    "epic link": "parent",
    "key": "move",
    "timespent": "worklog",
}
KIND_OF_ROLE: Final = {"sprint": "sprint", "flag": "flag", "team": "team", "parent": "parent"}
NO_ROLES: Final[Mapping[str, str]] = {}
BY_ID: Final = frozenset({"status", "assignee", "team", "parent"})
CATEGORIES: Final = {"new": "queue", "indeterminate": "work", "done": "done"}


class Item(NamedTuple):
    """One fact of an issue, before instants are read and ties are ranked."""

    ticket: str
    at: object
    history: int
    position: int
    kind: str
    before: str | None
    after: str | None
    actor: str | None
    ref: str
    bulk: bool = False


def account(source: str, user: object) -> str | None:
    """Give the account of a user: Cloud's ``accountId``, Data Center's ``key`` or ``name``.

    Examples
    --------
    >>> account("jira", {"key": "person-07", "displayName": "Person 07"})
    'jira:person-07'
    """
    if not isinstance(user, Mapping):
        return None
    user_id = user.get("accountId") or user.get("key") or user.get("name")
    return f"{source}:{user_id}" if user_id else None


def status_id(body: Json, *, source: str) -> str:
    """Give the issue's status of today: its id, or its name where a body has no id."""
    status = body["fields"]["status"]
    return f"{source}:{status.get('id') or status['name']}"


def history_items(body: Json, *, source: str, roles: Mapping[str, str] = NO_ROLES) -> Iterator[Item]:
    """Give the facts of the changelog, without items of fields that say nothing about flow.

    A history that also changes ``Workflow`` is a migration: its status changes are marked bulk. ``roles``
    give the role of custom fields by id; they win over names, which are translated and changed.

    Examples
    --------
    >>> move = {"field": "status", "from": "1", "fromString": "Open", "to": "3", "toString": "In Progress"}
    >>> log = {"histories": [{"id": "9", "created": "2026-01-05T09:00:00.000+0000", "items": [move]}]}
    >>> [(item.kind, item.before, item.after) for item in history_items(
    ...     {"id": "7", "fields": {}, "changelog": log}, source="jira")]
    [('status', 'jira:1', 'jira:3')]
    """
    ticket = f"{source}:{body['id']}"
    logged = bool((body["fields"].get("worklog") or {}).get("worklogs"))
    for number, history in enumerate(body["changelog"].get("histories") or ()):
        items, at = history.get("items") or (), history.get("created")
        migration = any(_field(item) == "workflow" for item in items)
        history_id = str(history.get("id", ""))
        order = int(history_id) if history_id.isdigit() else number
        ref = history_id or f"{body['id']}/{number}"
        for position, item in enumerate(items):
            role = roles.get(str(item.get("fieldId")))
            kind = KIND_OF_FIELD.get(_field(item)) if role is None else KIND_OF_ROLE.get(role)
            if kind is None or (kind == "worklog" and logged):
                continue
            before, after = (value(item, side, kind=kind, source=source) for side in ("from", "to"))
            actor = account(source, history.get("author"))
            bulk = migration and kind == "status"
            yield Item(ticket, at, order, position, kind, before, after, actor, ref, bulk)


def _field(item: Json) -> str:
    """Give the field's name: ``fieldId`` is stable, ``field`` may be renamed and varies in case."""
    field_id = str(item.get("fieldId") or "").lower()
    return field_id if field_id in KIND_OF_FIELD else str(item.get("field") or "").lower()


def value(item: Json, side: str, *, kind: str, source: str) -> str | None:
    """Give ``from`` or ``to`` of an item: an id with its source where ids are stable, else the text.

    Null, an empty text and a missing key all mean "nothing".

    Examples
    --------
    >>> value({"from": "1", "fromString": "Open"}, "from", kind="status", source="jira")
    'jira:1'
    >>> value({"to": "", "toString": ""}, "to", kind="flag", source="jira") is None
    True
    """
    if kind in BY_ID:
        value_id = item.get(side) or item.get(f"{side}String")
        return f"{source}:{value_id}" if value_id else None
    text = item.get(side) if kind in {"worklog", "sprint"} else item.get(f"{side}String")
    return str(text) if text else None


def touch_items(body: Json, *, source: str) -> Iterator[Item]:
    """Give comments and worklogs: instants and authors only, never the text.

    Examples
    --------
    >>> note = {"id": "8", "created": "2026-01-05T09:00:00.000+0000", "author": {"key": "person-07"}}
    >>> body = {"id": "7", "fields": {"comment": {"comments": [note]}}}
    >>> [(item.kind, item.actor, item.ref) for item in touch_items(body, source="jira")]
    [('comment', 'jira:person-07', 'comment 8')]
    """
    ticket = f"{source}:{body['id']}"
    for kind, part, instant in (("comment", "comments", "created"), ("worklog", "worklogs", "started")):
        for position, note in enumerate((body["fields"].get(kind) or {}).get(part) or ()):
            actor = account(source, note.get("author"))
            number = note.get("id") or f"{body['id']}/{position}"
            yield Item(ticket, note.get(instant), 0, position, kind, None, None, actor, f"{kind} {number}")


def names_in(body: Json, *, source: str) -> Iterator[tuple[str, str, str, str | None, object]]:
    """Give the names that ids bear: (kind, id, name, category, when).

    Examples
    --------
    >>> status = {"id": "1", "name": "Open", "statusCategory": {"key": "new"}}
    >>> list(names_in({"fields": {"status": status}, "changelog": {}}, source="jira"))
    [('status', 'jira:1', 'Open', 'queue', None)]
    """
    fields = body["fields"]
    status = fields["status"]
    category = CATEGORIES.get(str((status.get("statusCategory") or {}).get("key")))
    yield "status", status_id(body, source=source), str(status["name"]), category, fields.get("updated")
    for user, when in _users(body):
        user_id = account(source, user)
        if user_id and isinstance(user, Mapping):
            name = str(user.get("displayName") or user.get("name") or user_id)
            yield "account", user_id, name, None, when
    for history in body["changelog"].get("histories") or ():
        when = history.get("created")
        for item in history.get("items") or ():
            kind = {"status": "status", "assignee": "account"}.get(_field(item))
            for side in ("from", "to") if kind else ():
                if item.get(f"{side}String"):
                    name = item[f"{side}String"]
                    yield str(kind), f"{source}:{item.get(side) or name}", name, None, when


def addresses_in(body: Json, *, source: str) -> Iterator[tuple[str, str]]:
    """Give (account, mail address). A live pull has dropped addresses; exports may hold them."""
    for user, _ in _users(body):
        user_id = account(source, user)
        if user_id and isinstance(user, Mapping) and user.get("emailAddress"):
            yield user_id, str(user["emailAddress"])


def _users(body: Json) -> Iterator[tuple[object, object]]:
    """Give everybody whom a body describes, and when that was."""
    fields = body["fields"]
    for role in ("assignee", "creator", "reporter"):
        yield fields.get(role), fields.get("created")
    for history in body["changelog"].get("histories") or ():
        yield history.get("author"), history.get("created")
    for kind, part in (("comment", "comments"), ("worklog", "worklogs")):
        for note in (fields.get(kind) or {}).get(part) or ():
            yield note.get("author"), note.get("created")
