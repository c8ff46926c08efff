"""What a live Jira's pull adds to issues: roles of custom fields, names of statuses, issues that are gone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from vsm.bodies import (
    CUSTOM,
    GONE,
    ISSUES,
    SITES,
    STATUSES,
    UNREAD,
    Door,
    Issue,
    Read,
    last_updated,
    parsed_of,
    text_of,
)
from vsm.config import HOLDER
from vsm.eventlog.jira_fields import NO_ROLES
from vsm.eventlog.jira_items import Json, account, users_in
from vsm.eventlog.jira_seen import Seen, SeenBodies
from vsm.eventlog.log import QualityNote

BACK: Final = "back"
SPRINT_ID: Final = re.compile(r"[\[,]id=(\d+)[,\]]")
"""Where Data Center hides a sprint's id: ``…Sprint@1f[id=12,name=…]``."""
SHOWN: Final = 3
PART: Final = 2_000
"""Issues that are read at a time."""
_OTHERS: Final[Mapping[str, Door[Any]]] = {
    "site": SITES,
    "status": STATUSES,
    "gone": GONE,
    "unread": UNREAD,
}


class JiraDocuments:
    """A source's documents by what they are, as they passed the door.

    Attributes
    ----------
    statuses, gone
        What else a live pull stores: the site's statuses, and issues that are not there any more.
    roles
        The role that a custom field plays, by its id, or by its name in small letters: those of ``fields``,
        and what a live Jira says of others. A file says of fields named by name what their ids are where it
        holds a change of them.
    latest
        The part that counts, of an issue that came in several parts with different bodies.

    They are whole when the last part was given. What cannot be read is left out and noted by its key, else by
    its id or its number; so is the older of two bodies with one id.

    Parameters
    ----------
    bodies
        Texts of JSON in UTF-8, or what was parsed from such.
    fields
        Role → field, by id or by name, as ``[jira]`` of vsm.toml says.

    Examples
    --------
    >>> gone = {"type": "gone", "issue": "7", "how": "deleted", "noticed": "2026-01-05T09:00:00+00:00"}
    >>> documents = JiraDocuments([gone, gone | {"issue": "8", "how": "back"}, {"id": "7", "key": "AB-1"}])
    >>> list(documents.parts()), [body["issue"] for body in documents.gone]
    ([], ['7'])
    >>> [note.detail[:23] for note in documents.notes]
    ['AB-1: fields is missing']
    """

    def __init__(
        self, bodies: Iterable[object], *, source: str = "jira", fields: Mapping[str, str] = NO_ROLES
    ) -> None:
        self.statuses: list[Json] = []
        self.gone: list[Json] = []
        self._named = {name.casefold(): role for role, name in fields.items()}
        self.roles = dict(self._named)
        self.latest: dict[str, int] = {}
        self._bodies, self._source = bodies, source
        self._unread, self._unlisted = list[QualityNote](), list[QualityNote]()
        self._doubled, self._odd = list[QualityNote](), list[QualityNote]()
        self._seen = SeenBodies()

    @property
    def notes(self) -> list[QualityNote]:
        """What did not pass, and what is odd."""
        return [*self._unread, *self._unlisted, *self._doubled, *self._odd]

    def parts(self) -> Iterator[list[Issue]]:
        """Give the issues, some thousands at a time, so that not all are in memory at once.

        The roles of custom fields are needed to read an issue: those that come before the site's own document
        are kept until it has come, or until the end.
        """
        waiting, parts, sited = list[tuple[Issue, int]](), 0, False
        for number, raw in enumerate(self._bodies, start=1):
            issue, kind = self._passed(raw, number)
            sited |= kind == "site"
            if issue is not None:
                waiting.append((issue, hash(raw if isinstance(raw, bytes) else text_of(issue))))
            if sited and len(waiting) >= PART:
                if part := self._part(waiting, parts):
                    yield part
                    parts += 1
                waiting = []
        if part := self._part(waiting, parts):
            yield part

    def _passed(self, raw: object, number: int) -> tuple[Issue | None, str]:
        """Let a document through the door: give the issue, or what else it is, which is put in its place."""
        read = ISSUES.read(raw)
        kind = ""
        if read.body is None:
            parsed = parsed_of(raw)
            word = parsed.get("type") if isinstance(parsed, Mapping) else None
            kind = word if isinstance(word, str) else ""  # whatever else it is, it names nothing
            if kind in {"board", "compared", "refused"}:  # read by themselves, or nothing to read
                return None, kind
            if kind and kind in _OTHERS:
                other = _OTHERS[kind].read(raw)
                if other.body:
                    self._put(kind, other.body)
                read = Read(None, other.faults, other.name)
        if read.faults:
            self._unread.append(_left_out(read, read.name or f"document {number}", self._source))
        return read.body, kind

    def _put(self, kind: str, body: Json) -> None:
        match kind:
            case "site":
                named = set(self._named.values())
                roles = {
                    name: role
                    for name, role in body["roles"].items()
                    if (role in named) == role.startswith(HOLDER)
                }
                self.roles |= roles | self._named
            case "status":
                self.statuses.append(body)
            case "gone" if body["how"] != BACK:
                self.gone.append(body)
            case "unread":
                for entry in body["entries"]:
                    read: Read[Any] = Read(None, (entry["reason"],))
                    self._unlisted.append(_left_out(read, entry["name"], self._source))

    def _part(self, issues: list[tuple[Issue, int]], part: int) -> list[Issue]:
        """Give each issue once: of differing bodies with one id the one that was updated last."""
        mine: dict[str, Issue] = {}
        for issue, content in issues:
            number, updated = issue["id"], last_updated(issue)
            known = self._seen.get(number)
            if known is None:
                mine[number] = issue
                self._seen.put(number, Seen(content, updated))
            elif (mine[number] != issue) if number in mine else (known.content != content):
                detail = f"{issue['key']}: two different bodies have the id {number}; the later one is taken"
                ticket = f"{self._source}:{number}"
                self._doubled.append(
                    QualityNote("id of several bodies", "warning", detail, self._source, ticket)
                )
                if updated >= known.updated:
                    mine[number], self.latest[ticket] = issue, part
                    self._seen.put(number, Seen(content, updated))
        self._seen.end_part()
        if self._named:
            for issue in mine.values():
                self._learn_ids(issue)
        for issue in mine.values():
            self._odd += _odd_values(issue, self.roles, self._source)
        return list(mine.values())

    def _learn_ids(self, issue: Issue) -> None:
        """Learn the ids of fields that vsm.toml names by name: a body has them by id alone."""
        for item in (item for history in issue["changelog"]["histories"] for item in history["items"]):
            role = self._named.get(item["field"].casefold())
            if role is not None and (field_id := item.get("fieldId")):
                self.roles.setdefault(field_id.lower(), role)


def _left_out(read: Read[Any], name: str, source: str) -> QualityNote:
    more = f" and {len(read.faults) - SHOWN} more" if len(read.faults) > SHOWN else ""
    faults = f"{name}: {'; '.join(read.faults[:SHOWN])}{more}"
    if read.body is None:
        detail = f"{faults}; it is left out of every number; correct it at its source and pull again"
        return QualityNote("unreadable document", "fault", detail, source, None, name)
    detail = f"{faults}; only that is left out of the ticket"
    return QualityNote("unreadable part", "warning", detail, source, f"{source}:{read.body['id']}")


def _odd_values(issue: Issue, roles: Mapping[str, str], source: str) -> Iterator[QualityNote]:
    """Take the values of custom fields that cannot be read as missing, and note them."""
    fields = cast("dict[str, Any]", issue["fields"])
    for name, role in roles.items():
        if fields.get(name) is not None and not CUSTOM.passes(fields[name]):
            fields[name] = None
            detail = (
                f"{issue['key']}: its {role} ({name}) is no text, number, option or list of these; taken as "
                "missing"
            )
            yield QualityNote("unreadable part", "warning", detail, source, f"{source}:{issue['id']}")


def custom_value(fields: Json, role: str, *, roles: Mapping[str, str], source: str) -> str | None:
    """Give the value of the field that plays a role, as the changelog would write it; None for nothing.

    Sprints are ids joined by ", "; a team is its id with the source before it; a parent is a key, as it
    stands there; all else is the name of the option, or of several, or the text.

    Parameters
    ----------
    role
        ``sprint``, ``team``, ``parent``, ``flag``, ``objective``, ….
    roles
        Field id → role; of several fields with the role, the first that holds anything counts.

    Examples
    --------
    >>> fields = {"customfield_10020": [{"id": 38, "name": "Sprint 1"}, {"id": 40, "name": "Sprint 2"}]}
    >>> custom_value(fields, "sprint", roles={"customfield_10020": "sprint"}, source="jira")
    '38, 40'
    """
    values = (fields.get(name) for name in sorted(roles) if roles[name] == role)
    joined = ", ".join(next((parts for value in values if (parts := list(_parts(value, role)))), ()))
    return f"{source}:{joined}" if role == "team" and joined else joined or None


def person_in_field(fields: Json, role: str, *, roles: Mapping[str, str], source: str) -> str | None:
    """Give the account in a field of people, of several the first; None where it is empty.

    Examples
    --------
    >>> fields = {"customfield_10300": {"accountId": "qa-1"}}
    >>> person_in_field(fields, "holder QA", roles={"customfield_10300": "holder QA"}, source="jira")
    'jira:qa-1'
    """
    users = (user for name in sorted(roles) if roles[name] == role for user in users_in(fields.get(name)))
    return account(source, next(users, None))


def _parts(value: object, role: str) -> Iterator[str]:
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    for one in values:
        if isinstance(one, Mapping):
            words = ("id", "value", "name") if role in {"sprint", "team"} else ("value", "name", "key", "id")
            part = next((one[word] for word in words if one.get(word)), None)
        elif role == "sprint" and (hidden := SPRINT_ID.search(str(one))):
            part = hidden[1]
        else:
            part = one
        if part is not None and str(part).strip():
            yield str(part).strip()
