"""What do a live Jira's custom fields say? Their ids differ from site to site; a pull learns their parts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from vsm.eventlog.jira_items import Json

SPRINT_ID: Final = re.compile(r"[\[,]id=(\d+)[,\]]")
"""Where Data Center hides a sprint's id: ``…Sprint@1f[id=12,name=…]``."""


def custom_value(fields: Json, role: str, *, roles: Mapping[str, str], source: str) -> str | None:
    """What does the field that plays this part hold now? As the changelog would write it; None for nothing.

    Sprints are ids joined by ", "; a team is its id with the source before it; a parent is a key, as it
    stands there; all else is the name of the option, or of several, or the text.

    Parameters
    ----------
    fields
        ``fields`` of an issue.
    role
        ``sprint``, ``team``, ``parent``, ``flag``, ``objective``, ….
    roles
        Field id → role; where several fields play the part, the first that holds anything counts.

    Examples
    --------
    >>> fields = {"customfield_10020": [{"id": 38, "name": "Sprint 1"}, {"id": 40, "name": "Sprint 2"}]}
    >>> custom_value(fields, "sprint", roles={"customfield_10020": "sprint"}, source="jira")
    '38, 40'
    """
    held = (fields.get(name) for name in sorted(roles) if roles[name] == role)
    parts = next((found for value in held if (found := list(_parts(value, role)))), [])
    joined = ", ".join(parts)
    return f"{source}:{joined}" if role == "team" and joined else joined or None


def _parts(value: object, role: str) -> Iterator[str]:
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    for one in values:
        if isinstance(one, Mapping):
            words = ("id", "value", "name") if role in {"sprint", "team"} else ("value", "name", "key", "id")
            known = next((one[word] for word in words if one.get(word)), None)
        elif role == "sprint" and (hidden := SPRINT_ID.search(str(one))):
            known = hidden[1]
        else:
            known = one
        if known is not None and str(known).strip():
            yield str(known).strip()
