"""What a live Jira's pull adds to issues: roles of custom fields, names of statuses, issues that are gone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vsm.eventlog.jira_items import Json

BACK: Final = "back"
SPRINT_ID: Final = re.compile(r"[\[,]id=(\d+)[,\]]")
"""Where Data Center hides a sprint's id: ``…Sprint@1f[id=12,name=…]``."""


@dataclass(frozen=True, slots=True)
class JiraDocuments:
    """A source's documents by what they are; a file holds issues only.

    ``roles`` gives the role that a custom field plays, by its id; ``gone`` are issues that are not there any
    more.
    """

    issues: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    gone: list[Json] = field(default_factory=list)
    roles: Mapping[str, str] = field(default_factory=dict)


def sort_documents(bodies: Iterable[Json]) -> JiraDocuments:
    """Give documents by what they are.

    Examples
    --------
    >>> gone = {"type": "gone", "issue": "7", "how": "deleted", "noticed": "2026-01-05T09:00:00+00:00"}
    >>> documents = sort_documents([gone, gone | {"issue": "8", "how": "back"}, {"id": "7", "key": "AB-1"}])
    >>> [body["key"] for body in documents.issues], [body["issue"] for body in documents.gone]
    (['AB-1'], ['7'])
    """
    issues, others = list[Json](), dict[str, list[Json]]()
    for body in bodies:
        (issues if "key" in body else others.setdefault(str(body.get("type")), [])).append(body)
    roles = {name: role for site in others.get("site", ()) for name, role in site["roles"].items()}
    gone = [body for body in others.get("gone", ()) if body["how"] != BACK]
    return JiraDocuments(issues, others.get("status", []), gone, roles)


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
