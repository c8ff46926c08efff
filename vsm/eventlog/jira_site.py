"""What does a live pull tell beside issues? Which field plays which part, names of statuses, what is gone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vsm.eventlog.jira_items import CATEGORIES, Json

BACK = "back"


@dataclass(frozen=True, slots=True)
class Told:
    """What do a source's documents hold, sorted by what they are?

    ``roles`` tells by field id which part a custom field plays; ``gone`` are the issues that are not there
    any more. A file tells of issues only.
    """

    issues: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    gone: list[Json] = field(default_factory=list)
    roles: Mapping[str, str] = field(default_factory=dict)


def told_by(bodies: Iterable[Json]) -> Told:
    """What do these documents hold, sorted by what they are?

    Examples
    --------
    >>> gone = {"type": "gone", "issue": "7", "how": "deleted", "noticed": "2026-01-05T09:00:00+00:00"}
    >>> told = told_by([gone, gone | {"issue": "8", "how": "back"}, {"id": "7", "key": "AB-1"}])
    >>> [body["key"] for body in told.issues], [body["issue"] for body in told.gone]
    (['AB-1'], ['7'])
    """
    issues, others = list[Json](), dict[str, list[Json]]()
    for body in bodies:
        (issues if "key" in body else others.setdefault(str(body.get("type")), [])).append(body)
    roles = {name: role for site in others.get("site", ()) for name, role in site["roles"].items()}
    gone = [body for body in others.get("gone", ()) if body["how"] != BACK]
    return Told(issues, others.get("status", []), gone, roles)


def names_of_statuses(
    statuses: Iterable[Json], *, source: str
) -> Iterator[tuple[str, str, str, str | None, object]]:
    """Which names does the site itself give its statuses? As ``names_in``; when is not known.

    Examples
    --------
    >>> status = {"type": "status", "id": "3", "name": "Doing", "category": "indeterminate"}
    >>> list(names_of_statuses([status], source="jira"))
    [('status', 'jira:3', 'Doing', 'work', None)]
    """
    for status in statuses:
        category = CATEGORIES.get(str(status.get("category")))
        yield "status", f"{source}:{status['id']}", str(status["name"]), category, None
