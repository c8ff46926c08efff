"""GitLab's issues, merge requests, pipelines and deployments, as a live pull stores them.

The rule is that of Jira's bodies: what says which ticket or merge request it is, when it was there, where it
was and who held it spoils the whole body where it is wrong. What only adds to it is left out by itself:
comments, title, milestone, iteration, epic, address, the authors of notes and events, sizes.
"""

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import AfterValidator, Field, Strict, TypeAdapter
from typing_extensions import TypedDict

from vsm.bodies.door import ANY, Door, Id, Instant, Key, Text, Word


def _decimal(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise ValueError("no whole number")
    return text


LONGEST_NUMBER: Final = 18
Number = Annotated[Id, AfterValidator(_decimal)]
"""A number of an issue or a merge request in its project."""
Count = Annotated[int, Strict(), Field(ge=0, lt=2**31)]


class GitLabUser(TypedDict):
    """An account; ``bot`` says that it is a program's."""

    username: Key
    name: NotRequired[Word | None]
    bot: NotRequired[bool | None]


class GitLabNote(TypedDict):
    """A system note: what GitLab itself wrote of a change. ``action`` says which, whatever the language."""

    id: Id
    createdAt: Instant
    author: NotRequired[GitLabUser | None]
    action: NotRequired[Word | None]
    body: NotRequired[Word | None]


class GitLabComment(TypedDict):
    """A note that somebody wrote, without its text."""

    id: Id
    createdAt: Instant
    author: NotRequired[GitLabUser | None]


class Event(TypedDict):
    """What all resource events have."""

    id: Id
    created_at: Instant
    user: NotRequired[GitLabUser | None]


class LabelEvent(Event):
    """A label that was added or removed; a label that is deleted by now has no name."""

    action: Literal["add", "remove"]
    label: NotRequired[Word | None]


class StateEvent(Event):
    """Opened, closed, reopened or merged."""

    state: Word


class Span(TypedDict):
    """A milestone or an iteration, which may have dates (``YYYY-MM-DD``)."""

    id: Id
    title: NotRequired[Word | None]
    state: NotRequired[Text | None]
    start_date: NotRequired[Word | None]
    due_date: NotRequired[Word | None]


class SpanEvent(Event):
    """A milestone or an iteration that was set or taken away; a deleted one is null."""

    action: Literal["add", "remove"]
    span: NotRequired[Span | None]


class GitLabIssue(TypedDict):
    """An issue with its history."""

    id: Id
    iid: Number
    kind: Word
    state: Literal["opened", "closed", "locked"]
    createdAt: Instant
    updatedAt: Instant
    closedAt: NotRequired[Instant | None]
    title: NotRequired[Word | None]
    webUrl: NotRequired[Word | None]
    author: NotRequired[GitLabUser | None]
    assignees: list[GitLabUser]
    labels: list[Word]
    milestone: NotRequired[Span | None]
    iteration: NotRequired[Span | None]
    epic: NotRequired[Word | None]
    notes: list[GitLabNote]
    comments: list[GitLabComment]
    label_events: list[LabelEvent]
    state_events: list[StateEvent]
    milestone_events: list[SpanEvent]
    iteration_events: list[SpanEvent]


class Version(TypedDict):
    """What was pushed: a version of the changes; ``head`` is its last commit."""

    id: Id
    created_at: Instant
    head: NotRequired[Key | None]


class GitLabPull(TypedDict):
    """A merge request with its history."""

    id: Id
    iid: Number
    state: Literal["opened", "closed", "merged", "locked"]
    draft: bool
    createdAt: Instant
    updatedAt: Instant
    mergedAt: NotRequired[Instant | None]
    closedAt: NotRequired[Instant | None]
    title: NotRequired[Word | None]
    webUrl: NotRequired[Word | None]
    sourceBranch: NotRequired[Word | None]
    targetBranch: NotRequired[Word | None]
    author: NotRequired[GitLabUser | None]
    mergeUser: NotRequired[GitLabUser | None]
    reviewers: list[GitLabUser]
    mergeCommitSha: NotRequired[Key | None]
    squashOnMerge: NotRequired[bool | None]
    diffHeadSha: NotRequired[Key | None]
    commits: NotRequired[Count | None]
    firstCommit: NotRequired[Instant | None]
    added: NotRequired[Count | None]
    removed: NotRequired[Count | None]
    files: NotRequired[Count | None]
    mentions: NotRequired[list[Word] | None]
    notes: list[GitLabNote]
    comments: list[GitLabComment]
    state_events: list[StateEvent]
    versions: list[Version]


class Job(TypedDict):
    """A job of a pipeline; a manual one that may not fail holds the pipeline until somebody starts it."""

    manual: bool
    allowed_to_fail: NotRequired[bool | None]
    queued: NotRequired[Instant | None]
    finished: NotRequired[Instant | None]


class GitLabPipeline(TypedDict):
    """A pipeline."""

    id: Id
    status: Word
    createdAt: Instant
    startedAt: NotRequired[Instant | None]
    finishedAt: NotRequired[Instant | None]
    updatedAt: NotRequired[Instant | None]
    source: NotRequired[Word | None]
    sha: NotRequired[Key | None]
    ref: NotRequired[Word | None]
    webUrl: NotRequired[Word | None]
    jobs: list[Job]


class GitLabDeployment(TypedDict):
    """A deployment."""

    id: Id
    status: Word
    created_at: Instant
    updated_at: NotRequired[Instant | None]
    finished_at: NotRequired[Instant | None]
    environment: Word
    sha: NotRequired[Key | None]


class GitLabSite(TypedDict):
    """The project: its path, and where people open it."""

    path: Key
    lacking: NotRequired[list[Word] | None]


class BoardList(TypedDict):
    """A list of a board: the issues with a label; ``limit`` is how many may be in it."""

    label: Word
    limit: NotRequired[Count | None]


class GitLabBoard(TypedDict):
    """The lists of the project's board that are labels, in order."""

    lists: list[BoardList]


class GitLabCompared(TypedDict):
    """What GitLab listed at the last comparison and could not be read, of ``issue`` or ``pull``."""

    kind: Word
    unread: list[Number]


INSTANTS: Final = frozenset(
    {"createdAt", "updatedAt", "closedAt", "mergedAt", "created_at", "updated_at", "finished_at", "startedAt"}
    | {"finishedAt", "queued", "finished", "firstCommit"}
)
_EVENTS: Final = ("label_events", "state_events", "milestone_events", "iteration_events")
_ADDED: Final = ("title", "webUrl", "author")
_NOTED: Final = (("comments", ANY), ("comments", ANY, "author"), ("notes", ANY, "author"))


def _door(model: Any, pieces: tuple[tuple[str, ...], ...] = ()) -> Door[Any]:
    return Door(TypeAdapter(model), pieces=pieces, names=("iid", "id"), instants=INSTANTS)


GITLAB_ISSUES: Final[Door[GitLabIssue]] = _door(
    GitLabIssue,
    (
        *((word,) for word in (*_ADDED, "epic", "milestone", "iteration")),
        *_NOTED,
        *((name, ANY, "user") for name in _EVENTS),
    ),
)
GITLAB_PULLS: Final[Door[GitLabPull]] = _door(
    GitLabPull,
    (
        *((word,) for word in (*_ADDED, "sourceBranch", "targetBranch", "mergeUser", "mergeCommitSha")),
        *(
            (word,)
            for word in (
                "squashOnMerge",
                "diffHeadSha",
                "commits",
                "firstCommit",
                "added",
                "removed",
                "files",
            )
        ),
        ("mentions",),
        *_NOTED,
        ("state_events", ANY, "user"),
    ),
)
GITLAB_PIPELINES: Final[Door[GitLabPipeline]] = _door(
    GitLabPipeline, tuple((word,) for word in ("updatedAt", "source", "webUrl", "ref"))
)
GITLAB_DEPLOYMENTS: Final[Door[GitLabDeployment]] = _door(GitLabDeployment, (("updated_at",), ("sha",)))
GITLAB_SITES: Final[Door[GitLabSite]] = _door(GitLabSite)
GITLAB_COMPARED: Final[Door[GitLabCompared]] = _door(GitLabCompared)
GITLAB_BOARDS: Final[Door[GitLabBoard]] = _door(GitLabBoard)
