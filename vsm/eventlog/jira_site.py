"""What a live Jira's pull adds to issues: roles of custom fields, names of statuses, issues that are gone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
)
from vsm.eventlog.jira_items import Json
from vsm.eventlog.log import QualityNote

BACK: Final = "back"
SPRINT_ID: Final = re.compile(r"[\[,]id=(\d+)[,\]]")
"""Where Data Center hides a sprint's id: ``…Sprint@1f[id=12,name=…]``."""
SHOWN: Final = 3
_OTHERS: Final[Mapping[object, Door[Any]]] = {
    "site": SITES,
    "status": STATUSES,
    "gone": GONE,
    "unread": UNREAD,
}


@dataclass(frozen=True, slots=True)
class JiraDocuments:
    """A source's documents by what they are, as they passed the door; a file holds issues only.

    ``roles`` gives the role that a custom field plays, by its id; ``gone`` are issues that are not there any
    more; ``notes`` say what did not pass.
    """

    issues: list[Issue] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    gone: list[Json] = field(default_factory=list)
    roles: Mapping[str, str] = field(default_factory=dict)
    notes: list[QualityNote] = field(default_factory=list)


def sort_documents(bodies: Iterable[object], *, source: str = "jira") -> JiraDocuments:
    """Let documents through the door, and give them by what they are.

    What cannot be read is left out and noted by its key, else by its id or its number; so is the older of two
    bodies with one id. ``bodies`` are texts of JSON in UTF-8, or what was parsed from such.

    Examples
    --------
    >>> gone = {"type": "gone", "issue": "7", "how": "deleted", "noticed": "2026-01-05T09:00:00+00:00"}
    >>> documents = sort_documents([gone, gone | {"issue": "8", "how": "back"}, {"id": "7", "key": "AB-1"}])
    >>> [body["issue"] for body in documents.gone], [note.detail[:23] for note in documents.notes]
    (['7'], ['AB-1: fields is missing'])
    """
    issues, others = list[Issue](), dict[object, list[Json]]()
    notes = list[QualityNote]()
    for number, raw in enumerate(bodies, start=1):
        read = ISSUES.read(raw)
        if read.body is None:
            parsed = parsed_of(raw)
            kind = parsed.get("type") if isinstance(parsed, Mapping) else None
            if kind in {"board", "compared", "refused"}:  # read by themselves, or nothing to read
                continue
            if isinstance(kind, str) and kind in _OTHERS:
                read = _OTHERS[kind].read(raw)
                others.setdefault(kind, []).extend([read.body] if read.body else [])
        else:
            issues.append(read.body)
        if read.faults:
            notes.append(_left_out(read, read.name or f"document {number}", source))
    for unread in others.get("unread", ()):
        for entry in unread["entries"]:
            notes.append(_left_out(Read(None, (entry["reason"],)), entry["name"], source))
    roles = {name: role for site in others.get("site", ()) for name, role in site["roles"].items()}
    unique = list(_unique(issues, notes, source))
    for issue in unique:
        notes += _odd_values(issue, roles, source)
    gone = [body for body in others.get("gone", ()) if body["how"] != BACK]
    return JiraDocuments(unique, others.get("status", []), gone, roles, notes)


def _left_out(read: Read[Any], name: str, source: str) -> QualityNote:
    more = f" and {len(read.faults) - SHOWN} more" if len(read.faults) > SHOWN else ""
    faults = f"{name}: {'; '.join(read.faults[:SHOWN])}{more}"
    if read.body is None:
        detail = f"{faults}; it is left out of every number; correct it at its source and pull again"
        return QualityNote("unreadable document", "fault", detail, source, None, name)
    detail = f"{faults}; only that is left out of the ticket"
    return QualityNote("unreadable part", "warning", detail, source, f"{source}:{read.body['id']}")


def _unique(issues: Iterable[Issue], notes: list[QualityNote], source: str) -> Iterable[Issue]:
    """Give each issue once: of differing bodies with one id the one that was updated last."""
    known: dict[str, Issue] = {}
    for issue in issues:
        other = known.setdefault(issue["id"], issue)
        if other == issue:
            continue
        known[issue["id"]] = max(other, issue, key=lambda body: (last_updated(body), body is issue))
        detail = f"{issue['key']}: two different bodies have the id {issue['id']}; the later one is taken"
        notes.append(
            QualityNote("id of several bodies", "warning", detail, source, f"{source}:{issue['id']}")
        )
    return known.values()


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
