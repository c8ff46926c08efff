"""Jira's issue bodies, from a file, Cloud or Data Center, and what a live pull stores beside them.

The rule: a wrong number is worse than a ticket that is missing and named. So what says which ticket it is,
when it was there, where it was, who held it and what it is spoils the whole body where it is wrong: id, key,
creation, status, assignee, type, parent, and all of the changelog but authors. What only adds to a ticket is
left out by itself: comments, worklogs, links, components, labels, priority, summary, project (the key says
it too), creator, reporter, authors, the dates of the last update and of the resolution, the issue's address.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, NotRequired, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, Strict, StringConstraints, TypeAdapter, with_config
from typing_extensions import TypedDict

from vsm.bodies.door import ANY, Door, Id, Instant, Key, Text, Word

Entry = TypeVar("Entry", bound=Any)
Name = Annotated[str, Strict(), StringConstraints(min_length=1)]
Total = Annotated[int, Strict(), Field(ge=0, lt=2**31)]


def _each_once(entries: list[Entry]) -> list[Entry]:
    """Give entries, each number once; two that have one number and differ are an error."""
    known: dict[object, Entry] = {}
    for position, entry in enumerate(entries):
        if known.setdefault(entry.get("id") or position, entry) != entry:
            raise ValueError(f"two different entries have the id {entry['id']}")
    return list(known.values()) if len(known) < len(entries) else entries


class User(TypedDict, total=False):
    """A person's account, on Cloud or Data Center."""

    accountId: Text | None
    accountType: Text | None
    key: Text | None
    name: Text | None
    displayName: Text | None
    emailAddress: Text | None


class Named(TypedDict, total=False):
    """A thing with a name: a type, priority, project or component, or another issue."""

    id: Text | None
    key: Text | None
    name: Text | None


class IssueType(Named, total=False):
    """An issue's type; ``hierarchyLevel`` counts from -1, a sub-task's (Cloud)."""

    subtask: Any
    hierarchyLevel: Any


class Category(TypedDict, total=False):
    """What a status means to Jira."""

    key: Word | None


class Status(TypedDict):
    """A status as an issue shows it."""

    name: Name
    id: NotRequired[Text | None]
    statusCategory: NotRequired[Category | None]


Item = TypedDict(
    "Item",
    {
        "field": Word,
        "fieldId": NotRequired[Word | None],
        "fieldtype": NotRequired[Word | None],
        "from": NotRequired[Text | None],
        "fromString": NotRequired[Text | None],
        "to": NotRequired[Text | None],
        "toString": NotRequired[Text | None],
    },
)
Item.__doc__ = "One changed field; a functional type, since ``from`` is a word of Python's."


class JiraHistory(TypedDict):
    """What one person changed at one instant."""

    created: Instant
    items: list[Item]
    id: NotRequired[Id | None]
    author: NotRequired[User | None]


class Changelog(TypedDict):
    """All of an issue's histories, or those that an answer had room for."""

    histories: Annotated[list[JiraHistory], AfterValidator(_each_once)]
    total: NotRequired[Total | None]


class Comment(TypedDict):
    """A comment without its text."""

    created: Instant
    id: NotRequired[Id | None]
    author: NotRequired[User | None]


class Worklog(TypedDict):
    """A worklog without its text."""

    started: Instant
    created: NotRequired[Instant | None]
    id: NotRequired[Id | None]
    author: NotRequired[User | None]


class Comments(TypedDict, total=False):
    """The comments that an answer had room for."""

    comments: Annotated[list[Comment], AfterValidator(_each_once)] | None


class Worklogs(TypedDict, total=False):
    """The worklogs that an answer had room for."""

    worklogs: Annotated[list[Worklog], AfterValidator(_each_once)] | None


class LinkType(TypedDict, total=False):
    """How both ends of a link word it."""

    inward: Word | None
    outward: Word | None


class IssueLink(TypedDict, total=False):
    """A link to another issue; which of the two keys is there says which end this is."""

    id: Id | None
    type: LinkType | None
    inwardIssue: Named | None
    outwardIssue: Named | None


@with_config(ConfigDict(extra="allow"))
class Fields(TypedDict):
    """The fields that are read; those of the site's own are kept beside them, unchecked."""

    created: Instant
    status: Status
    updated: NotRequired[Instant | None]
    resolutiondate: NotRequired[Instant | None]
    summary: NotRequired[Word | None]
    project: NotRequired[Named | None]
    issuetype: NotRequired[IssueType | None]
    priority: NotRequired[Named | None]
    resolution: NotRequired[Named | None]
    parent: NotRequired[Named | None]
    assignee: NotRequired[User | None]
    creator: NotRequired[User | None]
    reporter: NotRequired[User | None]
    components: NotRequired[list[Named] | None]
    labels: NotRequired[list[Text] | None]
    issuelinks: NotRequired[list[IssueLink] | None]
    comment: NotRequired[Comments | None]
    worklog: NotRequired[Worklogs | None]


class Issue(TypedDict):
    """An issue with its changelog; ``self`` is its address."""

    id: Id
    key: Key
    fields: Fields
    changelog: Changelog
    self: NotRequired[Word | None]


class Numbered(TypedDict):
    """Anything with an id."""

    id: Id


class SiteBody(TypedDict):
    """What was learned about a site: the roles of its own fields, by id."""

    roles: dict[str, Word]


class StatusBody(TypedDict):
    """A status that the site has, with one of its names."""

    id: Id
    name: Name
    category: NotRequired[Word | None]


class GoneBody(TypedDict):
    """An issue that is not there any more, or is back."""

    issue: Id
    how: Word
    noticed: Instant


class ColumnBody(TypedDict):
    """A column of a board."""

    name: Name
    statuses: NotRequired[list[Text] | None]
    wip: NotRequired[Total | None]


class BoardBody(TypedDict, total=False):
    """The board by which tickets are pulled, and whether its limits count anything."""

    columns: list[ColumnBody] | None
    constraint: Word | None


class UnreadEntry(TypedDict):
    """What has no id to be stored under: what it is called, and why; the raw body is kept beside these."""

    name: Word
    reason: Word


class UnreadBody(TypedDict):
    """Such entries of one file, or one of a live answer."""

    entries: list[UnreadEntry]


Scalar = Text | float | bool


class Option(TypedDict, total=False):
    """An option, sprint, team or user in a field of the site's own."""

    id: Scalar | None
    key: Scalar | None
    name: Scalar | None
    value: Scalar | None


INSTANTS: Final = frozenset({"created", "started", "updated", "resolutiondate", "noticed"})
_LISTS: Final = ("components", "labels", "issuelinks")
_ADDED: Final = (
    "priority", "resolution", "summary", "project", "creator", "reporter", "updated", "resolutiondate",
)  # fmt: skip
_NOTES: Final = (("comment", "comments"), ("worklog", "worklogs"))
ISSUES: Final = Door(
    TypeAdapter(Issue),
    pieces=(
        ("self",),
        ("changelog", "histories", ANY, "author"),
        *(("fields", word) for word in (*_ADDED, *_LISTS)),
        *(("fields", word, ANY) for word in _LISTS),
        *(("fields", *path) for note in _NOTES for path in ((note[0],), note, (*note, ANY))),
        *(("fields", *note, ANY, "author") for note in _NOTES),
    ),
    names=("key", "id"),
    instants=INSTANTS,
    hints={"changelog": "fetch issues with expand=changelog", "fields": "fetch all fields"},
)
IDS: Final = Door(TypeAdapter(Numbered))
SITES: Final = Door(TypeAdapter(SiteBody), instants=INSTANTS)
STATUSES: Final = Door(TypeAdapter(StatusBody), names=("name", "id"), instants=INSTANTS)
GONE: Final = Door(TypeAdapter(GoneBody), names=("issue",), instants=INSTANTS)
UNREAD: Final = Door(TypeAdapter(UnreadBody))
BOARDS: Final = Door(TypeAdapter(BoardBody))
CUSTOM: Final = Door(TypeAdapter(Scalar | Option | list[Scalar | Option] | None))
"""Values of a site's own fields."""


def last_updated(issue: Issue) -> float:
    """Give when an issue was updated last, else when it was created, in epoch milliseconds."""
    at = issue["fields"].get("updated") or issue["fields"]["created"]
    return datetime.fromisoformat(at).timestamp() * 1000 if isinstance(at, str) else at


def unread_document(entries: Sequence[tuple[str, str, object]]) -> dict[str, Any]:
    """Give a document that keeps what has no id of its own: (name, reason, body) of each.

    Examples
    --------
    >>> unread_document([("a.jsonl, line 3", "id is missing", {"key": "AB-1"})])["entries"]
    [{'name': 'a.jsonl, line 3', 'reason': 'id is missing', 'body': {'key': 'AB-1'}}]
    """
    words = ("name", "reason", "body")
    return {"type": "unread", "entries": [dict(zip(words, entry, strict=True)) for entry in entries]}
