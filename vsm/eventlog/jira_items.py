"""What do the parts of one Jira issue body say? Plain readers of JSON, no tables yet."""

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
    """What is one fact of an issue, before instants are read and ties are ranked?"""

    ticket: str
    at: object
    history: int
    place: int
    kind: str
    before: str | None
    after: str | None
    actor: str | None
    ref: str
    bulk: bool = False


def account(source: str, user: object) -> str | None:
    """Which account is this user? Cloud tells ``accountId``, Data Center ``key`` and ``name``.

    Examples
    --------
    >>> account("jira", {"key": "person-07", "displayName": "Person 07"})
    'jira:person-07'
    """
    if not isinstance(user, Mapping):
        return None
    known = user.get("accountId") or user.get("key") or user.get("name")
    return f"{source}:{known}" if known else None


def status_id(body: Json, *, source: str) -> str:
    """Which status is the issue in now? By id, or by name where a body has no id.

    Examples
    --------
    >>> status_id({"fields": {"status": {"id": "3", "name": "In Progress"}}}, source="jira")
    'jira:3'
    """
    status = body["fields"]["status"]
    return f"{source}:{status.get('id') or status['name']}"


def history_items(body: Json, *, source: str, roles: Mapping[str, str] = NO_ROLES) -> Iterator[Item]:
    """Which facts does the changelog hold? Items of fields that say nothing about flow are passed over.

    A history that also changes ``Workflow`` is a migration: its status changes are marked bulk. ``roles``
    tell by field id which part a custom field plays; they win over names, which are translated and changed.

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
    for position, history in enumerate(body["changelog"].get("histories") or ()):
        items = history.get("items") or ()
        migration = any(_field(item) == "workflow" for item in items)
        number = str(history.get("id", ""))
        order = int(number) if number.isdigit() else position
        ref = number or f"{body['id']}/{position}"
        for place, item in enumerate(items):
            kind = _kind(item, roles)
            if kind is None or (kind == "worklog" and logged):
                continue
            before, after = (value(item, side, kind=kind, source=source) for side in ("from", "to"))
            actor = account(source, history.get("author"))
            bulk = migration and kind == "status"
            yield Item(ticket, history.get("created"), order, place, kind, before, after, actor, ref, bulk)


def _kind(item: Json, roles: Mapping[str, str]) -> str | None:
    role = roles.get(str(item.get("fieldId")))
    return KIND_OF_FIELD.get(_field(item)) if role is None else KIND_OF_ROLE.get(role)


def _field(item: Json) -> str:
    """Name the field in one way: ``fieldId`` is stable, ``field`` may be renamed and varies in case."""
    known = str(item.get("fieldId") or "").lower()
    return known if known in KIND_OF_FIELD else str(item.get("field") or "").lower()


def value(item: Json, side: str, *, kind: str, source: str) -> str | None:
    """Read ``from`` or ``to`` of an item: an id with its source where ids are stable, else the text.

    Null, an empty text and a missing key all mean "nothing".

    Examples
    --------
    >>> value({"from": "1", "fromString": "Open"}, "from", kind="status", source="jira")
    'jira:1'
    >>> value({"to": "", "toString": ""}, "to", kind="flag", source="jira") is None
    True
    """
    if kind in BY_ID:
        known = item.get(side) or item.get(f"{side}String")
        return f"{source}:{known}" if known else None
    text = item.get(side) if kind in {"worklog", "sprint"} else item.get(f"{side}String")
    return str(text) if text else None


def touch_items(body: Json, *, source: str) -> Iterator[Item]:
    """When did somebody comment or log work? Instants and authors only, never the text.

    Examples
    --------
    >>> note = {"id": "8", "created": "2026-01-05T09:00:00.000+0000", "author": {"key": "person-07"}}
    >>> body = {"id": "7", "fields": {"comment": {"comments": [note]}}}
    >>> [(item.kind, item.actor, item.ref) for item in touch_items(body, source="jira")]
    [('comment', 'jira:person-07', 'comment 8')]
    """
    ticket = f"{source}:{body['id']}"
    for kind, part, instant in (("comment", "comments", "created"), ("worklog", "worklogs", "started")):
        for place, note in enumerate((body["fields"].get(kind) or {}).get(part) or ()):
            actor = account(source, note.get("author"))
            number = note.get("id") or f"{body['id']}/{place}"
            yield Item(ticket, note.get(instant), 0, place, kind, None, None, actor, f"{kind} {number}")


def names_in(body: Json, *, source: str) -> Iterator[tuple[str, str, str, str | None, object]]:
    """Which ids bear which names? Yields (kind, id, name, category, when).

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
        yield from _user(user, source, when)
    for history in body["changelog"].get("histories") or ():
        when = history.get("created")
        for item in history.get("items") or ():
            kind = {"status": "status", "assignee": "account"}.get(_field(item))
            for side in ("from", "to") if kind else ():
                if item.get(f"{side}String"):
                    known = item.get(side) or item[f"{side}String"]
                    yield str(kind), f"{source}:{known}", item[f"{side}String"], None, when


def addresses_in(body: Json, *, source: str) -> Iterator[tuple[str, str]]:
    """Which mail addresses do accounts have? A live pull has dropped them; exports may hold them.

    Examples
    --------
    >>> user = {"key": "person-07", "emailAddress": "person-07@example.org"}
    >>> list(addresses_in({"fields": {"assignee": user}, "changelog": {}}, source="jira"))
    [('jira:person-07', 'person-07@example.org')]
    """
    for user, _ in _users(body):
        known = account(source, user)
        if known and isinstance(user, Mapping) and user.get("emailAddress"):
            yield known, str(user["emailAddress"])


def _users(body: Json) -> Iterator[tuple[object, object]]:
    """Find everybody whom a body describes, and when that was."""
    fields = body["fields"]
    for role in ("assignee", "creator", "reporter"):
        yield fields.get(role), fields.get("created")
    for history in body["changelog"].get("histories") or ():
        yield history.get("author"), history.get("created")
    for kind, part in (("comment", "comments"), ("worklog", "worklogs")):
        for note in (fields.get(kind) or {}).get(part) or ():
            yield note.get("author"), note.get("created")


def _user(user: object, source: str, when: object) -> Iterator[tuple[str, str, str, None, object]]:
    known = account(source, user)
    if known and isinstance(user, Mapping):
        yield "account", known, str(user.get("displayName") or user.get("name") or known), None, when
