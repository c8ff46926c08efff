"""Sprints as Jira's issues show them: what they are called, when they began, and when they ended."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

EARLIEST, LATEST = 1970, 2200
_HIDDEN: Final = re.compile(r"Sprint@[^\[]*\[(.*)\]$", re.DOTALL)
_PART: Final = re.compile(r"(?:^|,)(\w+)=(.*?)(?=,\w+=|$)", re.DOTALL)

FUTURE: Final = "future"
Named = tuple[str, str, str, str | None, str | None]


def sprints_in(fields: Mapping[str, Any], *, source: str) -> Iterator[Named]:
    r"""Give the sprints that an issue's custom fields describe, as names: (kind, id, name, category, when).

    A sprint that has begun comes as of its start, one that has not with the category ``future``, one that has
    ended once more, of kind ``sprint end``. Cloud
    describes each in an object, Data Center in a text; what is not called a sprint by either is none,
    whatever the field is called.

    Examples
    --------
    >>> hidden = "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=12,state=ACTIVE,name=May," \
    ...     "startDate=2026-05-04T08:00:00.000Z,endDate=2026-05-18T08:00:00.000Z,completeDate=<null>]"
    >>> list(sprints_in({"customfield_10020": [hidden]}, source="jira"))
    [('sprint', 'jira:12', 'May', None, '2026-05-04T08:00:00.000Z')]
    """
    for field, values in fields.items():
        for value in values if field.startswith("customfield_") and isinstance(values, list) else ():
            about = _described(value)
            number, name, state = (str(about.get(word) or "").strip() for word in ("id", "name", "state"))
            if not (number and name and state):
                continue
            planned = state.casefold() == FUTURE
            begun = None if planned else _instant(about.get("startDate"))
            yield "sprint", f"{source}:{number}", name, FUTURE if planned else None, begun
            if state.casefold() == "closed":
                end = _instant(about.get("completeDate")) or _instant(about.get("endDate"))
                yield "sprint end", f"{source}:{number}", name, None, end


def sprint_ids(fields: Mapping[str, Any]) -> str | None:
    """Give the sprints that an issue is in, as the changelog would write them; None where it is in none."""
    named = (bearer for kind, bearer, *_ in sprints_in(fields, source="") if kind == "sprint")
    return ", ".join(dict.fromkeys(bearer.removeprefix(":") for bearer in named)) or None


def _described(value: object) -> Mapping[str, Any]:
    if isinstance(value, str) and (hidden := _HIDDEN.search(value)):
        return dict(_PART.findall(hidden[1]))
    sprint = isinstance(value, Mapping) and not {"boardId", "originBoardId", "startDate"}.isdisjoint(value)
    return value if sprint and isinstance(value, Mapping) else {}


def _instant(text: object) -> str | None:
    """Give an instant with a zone, of a year that tickets may be of, as it stands there."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return str(text) if at.tzinfo is not None and EARLIEST <= at.year < LATEST else None
