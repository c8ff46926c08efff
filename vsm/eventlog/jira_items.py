"""Facts in one Jira issue body: its changelog, comments, worklogs and names. JSON in, no tables yet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from vsm.bodies import Issue
from vsm.config import HOLDER
from vsm.eventlog.fields import resolution
from vsm.eventlog.jira_fields import NO_ROLES, kind_of_item

Json = Mapping[str, Any]
LONGEST_NUMBER: Final = 18
"""Digits of a number that surely fits 64 bits."""

BY_ID: Final = frozenset({"status", "assignee", "team", "parent"})
APP: Final = "app"
"""Type and category of an account that is a program's."""
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


def account(source: str, user: Json | None) -> str | None:
    """Give the account of a user: Cloud's ``accountId``, Data Center's ``key`` or ``name``.

    Examples
    --------
    >>> account("jira", {"key": "person-07", "displayName": "Person 07"})
    'jira:person-07'
    """
    user_id = user and (user.get("accountId") or user.get("key") or user.get("name"))
    return f"{source}:{user_id}" if user_id else None


def status_id(body: Issue, *, source: str) -> str:
    """Give the issue's status of today: its id, or its name where a body has no id."""
    status = body["fields"]["status"]
    return f"{source}:{status.get('id') or status['name']}"


def history_items(body: Issue, *, source: str, roles: Mapping[str, str] = NO_ROLES) -> Iterator[Item]:
    """Give the facts of the changelog, without items of fields that say nothing about flow.

    A history that also changes ``Workflow`` is a migration, with what its author wrote in the same instant:
    its status changes are marked bulk, and it is a fact of kind ``workflow`` itself; one that comes with a
    move to another project is none. ``roles`` give the role of custom fields by id; they win over names,
    which are translated and changed.

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
    together: dict[tuple[object, str | None], list[Json]] = {}
    for one in body["changelog"]["histories"]:
        together.setdefault((one["created"], account(source, one.get("author"))), []).extend(one["items"])
    for number, history in enumerate(body["changelog"]["histories"]):
        items, at, actor = history["items"], history["created"], account(source, history.get("author"))
        migration = _is_migration(together[at, actor])
        history_id = history.get("id") or ""
        numbered = history_id.isascii() and history_id.isdigit() and len(history_id) <= LONGEST_NUMBER
        order = int(history_id) if numbered else number
        ref = history_id or f"{body['id']}/{number}"
        for position, item in enumerate(items):
            kind = kind_of_item(item, roles=roles)
            if kind is None or (kind == "worklog" and logged) or (kind == "workflow" and not migration):
                continue
            before, after = (value(item, side, kind=kind, source=source) for side in ("from", "to"))
            bulk = migration and kind == "status"
            yield Item(ticket, at, order, position, kind, before, after, actor, ref, bulk)


def _is_migration(items: Sequence[Json]) -> bool:
    """Whether changes are of a new workflow; with a new key or project they are a move between projects."""
    own = [item for item in items if item.get("fieldtype") != "custom"]
    words = {str(item.get(word)).lower() for item in own for word in ("field", "fieldId")}
    return "workflow" in words and not words & {"key", "issuekey", "project"}


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
    if kind in BY_ID or kind.startswith(HOLDER):
        value_id = _first_of(item.get(side)) or item.get(f"{side}String")
        return f"{source}:{value_id}" if value_id else None
    if kind == "resolution":
        return resolution(item.get(f"{side}String"))
    text = item.get(side) if kind in {"worklog", "sprint"} else item.get(f"{side}String")
    return str(text) if text else None


def _first_of(value: object) -> object:
    """Give the first of several people, which a changelog writes as ``[dev-1, dev-2]``; all else as it is."""
    listed = isinstance(value, str) and value.startswith("[")
    return str(value).strip('[]" ').split(",")[0].strip('" ') if listed else value


def touch_items(body: Issue, *, source: str) -> Iterator[Item]:
    """Give comments and worklogs: instants and authors only, never the text.

    Examples
    --------
    >>> note = {"id": "8", "created": "2026-01-05T09:00:00.000+0000", "author": {"key": "person-07"}}
    >>> body = {"id": "7", "fields": {"comment": {"comments": [note]}}}
    >>> [(item.kind, item.actor, item.ref) for item in touch_items(body, source="jira")]
    [('comment', 'jira:person-07', 'comment 8')]
    """
    ticket = f"{source}:{body['id']}"
    for kind, instant in (("comment", "created"), ("worklog", "started")):
        for position, note in enumerate(_notes(body["fields"], kind)):
            actor = account(source, note.get("author"))
            number = note.get("id") or f"{body['id']}/{position}"
            yield Item(ticket, note[instant], 0, position, kind, None, None, actor, f"{kind} {number}")


def _notes(fields: Json, kind: str) -> list[Json]:
    """Give the comments, or the worklogs, of an issue."""
    return (fields.get(kind) or {}).get(f"{kind}s") or []


def names_in(
    body: Issue, *, source: str, roles: Mapping[str, str] = NO_ROLES
) -> Iterator[tuple[str, str, str, str | None, object]]:
    """Give the names that ids bear: (kind, id, name, category, when); ``roles`` as of ``history_items``.

    Examples
    --------
    >>> status = {"id": "1", "name": "Open", "statusCategory": {"key": "new"}}
    >>> fields = {"created": "2026-01-05T09:00:00.000+0000", "status": status}
    >>> list(names_in({"fields": fields, "changelog": {"histories": []}}, source="jira"))
    [('status', 'jira:1', 'Open', 'queue', None)]
    """
    fields = body["fields"]
    status = fields["status"]
    category = CATEGORIES.get((status.get("statusCategory") or {}).get("key") or "")
    yield "status", status_id(body, source=source), status["name"], category, fields.get("updated")
    for user, when in _users(body, roles):
        if user_id := account(source, user):
            program = APP if user.get("accountType") == APP else None
            yield "account", user_id, user.get("displayName") or user.get("name") or user_id, program, when
    for history in body["changelog"]["histories"]:
        for item in history["items"]:
            of = kind_of_item(item, roles=roles) or ""
            kind = "account" if of.startswith(HOLDER) else {"status": of, "assignee": "account"}.get(of)
            sides = ((item.get("from"), item.get("fromString")), (item.get("to"), item.get("toString")))
            for value_id, name in sides if kind else ():
                if name and not str(value_id).startswith("["):
                    yield str(kind), f"{source}:{value_id or name}", name, None, history["created"]


def addresses_in(
    body: Issue, *, source: str, roles: Mapping[str, str] = NO_ROLES
) -> Iterator[tuple[str, str]]:
    """Give (account, mail address). A live pull has dropped addresses; exports may hold them."""
    for user, _ in _users(body, roles):
        user_id, address = account(source, user), user.get("emailAddress")
        if user_id and address:
            yield user_id, address


def users_in(value: object) -> list[Json]:
    """Give the users in a field of people, of which some hold several."""
    values = value if isinstance(value, Sequence) else [value]
    return [user for user in values if isinstance(user, Mapping)]


def _users(body: Issue, roles: Mapping[str, str]) -> Iterator[tuple[Json, object]]:
    """Give everybody whom a body describes, and when that was."""
    fields = body["fields"]
    users: list[tuple[Json | None, object]] = [
        (user, fields["created"])
        for user in (fields.get("assignee"), fields.get("creator"), fields.get("reporter"))
    ]
    for name in roles:
        if roles[name].startswith(HOLDER):
            users += [(user, fields["created"]) for user in users_in(fields.get(name))]
    users += [(history.get("author"), history["created"]) for history in body["changelog"]["histories"]]
    for kind in ("comment", "worklog"):
        users += [(note.get("author"), note.get("created")) for note in _notes(fields, kind)]
    yield from ((user, when) for user, when in users if user)
