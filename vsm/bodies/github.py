"""GitHub's pull requests, issues, statuses on boards, deployments and runs, as a live pull stores them.

The rule is that of Jira's bodies: what says which ticket or pull request it is, when it was there, where it
was and who held it spoils the whole body where it is wrong. What only adds to it is left out by itself:
title, address, milestone, labels of today, type, sizes, and who wrote or did what. An account that is gone is
null.
"""

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import AfterValidator, Field, Strict, TypeAdapter
from typing_extensions import TypedDict

from vsm.bodies.door import ANY, Door, Id, Instant, Key, Text, Word

Number = Annotated[int, Strict(), Field(ge=0, lt=2**31)]
NO_INSTANT: Final = frozenset({"PullRequestCommit"})
"""Timeline items that say nothing of when they came to be there."""

GitHubActor = TypedDict(
    "GitHubActor", {"__typename": Word, "login": NotRequired[Key], "name": NotRequired[Word | None],
                    "teamName": NotRequired[Word]}
)  # fmt: skip
GitHubActor.__doc__ = "An account of a person or a program, or a team."


class Titled(TypedDict, total=False):
    """Something with a name: a label, a type, a project, a milestone."""

    name: Word | None
    title: Word | None
    dueOn: Instant | None


class Home(TypedDict):
    """The repository of another issue."""

    name: Word


class OtherIssue(TypedDict):
    """Another issue, by its number."""

    databaseId: Id
    number: Number
    repository: Home


class Oid(TypedDict):
    """A commit by its hash."""

    oid: Key


class CommitUser(TypedDict, total=False):
    """The author of a commit, where GitHub knows the account."""

    user: dict[str, Any] | None


class Change(TypedDict):
    """A commit of a pull request, with the keys that its message names."""

    oid: NotRequired[Key | None]
    authoredDate: NotRequired[Instant | None]
    committedDate: NotRequired[Instant | None]
    author: NotRequired[CommitUser | None]
    keys: NotRequired[list[Word]]


class ReviewOf(TypedDict):
    """A review by its id."""

    id: Id


def _dated(item: Any) -> Any:
    """Refuse an item that should say when it happened, and does not."""
    if len(item) > 1 and item["__typename"] not in NO_INSTANT and not item.get("createdAt"):
        raise ValueError(f"{item['__typename']} has no instant (createdAt)")
    return item


_Item = TypedDict(
    "_Item",
    {
        "__typename": Word,
        "id": NotRequired[Id],
        "createdAt": NotRequired[Instant | None],
        "submittedAt": NotRequired[Instant | None],
        "actor": NotRequired[GitHubActor | None],
        "author": NotRequired[GitHubActor | None],
        "requestedReviewer": NotRequired[GitHubActor | None],
        "assignee": NotRequired[GitHubActor | None],
        "label": NotRequired[Titled | None],
        "stateReason": NotRequired[Word | None],
        "milestoneTitle": NotRequired[Word | None],
        "parent": NotRequired[OtherIssue | None],
        "blockingIssue": NotRequired[OtherIssue | None],
        "project": NotRequired[Titled | None],
        "previousStatus": NotRequired[Word | None],
        "status": NotRequired[Word | None],
        "reviewState": NotRequired[Word | None],
        "previousReviewState": NotRequired[Word | None],
        "review": NotRequired[ReviewOf | None],
        "afterCommit": NotRequired[Oid | None],
        "merged": NotRequired[Oid | None],
        "change": NotRequired[Change],
    },
)
GitHubItem = Annotated[_Item, AfterValidator(_dated)]
"""A timeline item, of any kind; one of a kind that was not asked for has nothing but its type."""


class Timeline(TypedDict):
    """A whole timeline."""

    nodes: list[GitHubItem]
    totalCount: NotRequired[Number | None]


class Actors(TypedDict):
    """Several accounts."""

    nodes: list[GitHubActor | None]


class Labels(TypedDict):
    """Labels of today."""

    nodes: list[Titled | None]


class GitHubIssue(TypedDict):
    """An issue with its timeline."""

    databaseId: Id
    number: Number
    state: Literal["OPEN", "CLOSED"]
    createdAt: Instant
    timelineItems: Timeline
    assignees: NotRequired[Actors | None]
    parent: NotRequired[OtherIssue | None]
    closedAt: NotRequired[Instant | None]
    stateReason: NotRequired[Word | None]
    updatedAt: NotRequired[Instant | None]
    title: NotRequired[Word | None]
    url: NotRequired[Word | None]
    author: NotRequired[GitHubActor | None]
    labels: NotRequired[Labels | None]
    milestone: NotRequired[Titled | None]
    issueType: NotRequired[Titled | None]


class First(TypedDict):
    """The first commit of a pull request."""

    change: Change


class Commits(TypedDict):
    """How many commits a pull request has, and the first of them."""

    totalCount: Number
    nodes: list[First | None]


class Closing(TypedDict):
    """The issues that a pull request closes."""

    nodes: list[OtherIssue | None]


class GitHubPull(TypedDict):
    """A pull request with its timeline."""

    number: Number
    state: Literal["OPEN", "CLOSED", "MERGED"]
    createdAt: Instant
    isDraft: bool
    timelineItems: Timeline
    mergedAt: NotRequired[Instant | None]
    closedAt: NotRequired[Instant | None]
    author: NotRequired[GitHubActor | None]
    mergedBy: NotRequired[GitHubActor | None]
    mergeCommit: NotRequired[Oid | None]
    headRefName: NotRequired[Word | None]
    baseRefName: NotRequired[Word | None]
    title: NotRequired[Word | None]
    url: NotRequired[Word | None]
    additions: NotRequired[Number | None]
    deletions: NotRequired[Number | None]
    changedFiles: NotRequired[Number | None]
    commits: NotRequired[Commits | None]
    closingIssuesReferences: NotRequired[Closing | None]
    keys: NotRequired[list[Word] | None]


class SeenStatus(TypedDict):
    """A status that a board showed at a pull, and since when it does."""

    card: Id
    looked: Instant
    project: NotRequired[Word | None]
    status: NotRequired[Word | None]
    since: NotRequired[Instant | None]


class GitHubStatuses(TypedDict):
    """The statuses of an issue on boards, as pulls saw them, in order."""

    issue: Number
    seen: list[SeenStatus]


class DeploymentStatus(TypedDict):
    """A state of a deployment; ``logUrl`` leads to the run that made it."""

    state: Word
    createdAt: Instant
    logUrl: NotRequired[Word | None]


class DeploymentStatuses(TypedDict):
    """The states of a deployment, the latest first."""

    nodes: list[DeploymentStatus]


class GitHubDeployment(TypedDict):
    """A deployment with its states."""

    createdAt: Instant
    statuses: DeploymentStatuses
    id: NotRequired[Id]
    databaseId: NotRequired[Id | None]
    environment: NotRequired[Word | None]
    commitOid: NotRequired[Key | None]


class Check(TypedDict, total=False):
    """A job of a run."""

    startedAt: Instant | None
    completedAt: Instant | None


class Checks(TypedDict):
    """The jobs of all attempts."""

    nodes: list[Check | None]


class Suite(TypedDict, total=False):
    """What belongs to a run in GitHub's other interface."""

    checkRuns: Checks | None


class Attempt(TypedDict):
    """An attempt of a run."""

    run_attempt: NotRequired[Number | None]
    run_started_at: NotRequired[Instant | None]
    updated_at: NotRequired[Instant | None]
    status: NotRequired[Word | None]
    conclusion: NotRequired[Word | None]


class GitHubRun(Attempt):
    """A run of a workflow: its last attempt, and those before."""

    id: Id
    created_at: Instant
    name: NotRequired[Word | None]
    head_branch: NotRequired[Word | None]
    head_sha: NotRequired[Key | None]
    html_url: NotRequired[Word | None]
    earlier: NotRequired[list[Attempt] | None]
    suite: NotRequired[Suite | None]


class GitHubSiteBody(TypedDict):
    """The repository, and what its server or the token does not offer."""

    nameWithOwner: Word
    lacking: list[Word]
    projects: bool


class GitHubGone(TypedDict):
    """An issue or a pull request that is not there any more, or is back."""

    kind: Word
    number: Number
    how: Word
    noticed: Instant


class GitHubCompared(TypedDict):
    """Numbers of what is there and could not be read."""

    unread: list[Text]


class GitHubBoard(TypedDict):
    """A project, and the columns of its board in order."""

    title: Word
    columns: list[Word]


INSTANTS: Final = frozenset(
    {
        "createdAt",
        "updatedAt",
        "closedAt",
        "mergedAt",
        "submittedAt",
        "authoredDate",
        "committedDate",
        "dueOn",
    }
    | {"since", "looked", "noticed", "startedAt", "completedAt", "created_at", "updated_at", "run_started_at"}
)
_WHO: Final = (
    ("author",),
    ("timelineItems", "nodes", ANY, "actor"),
    ("timelineItems", "nodes", ANY, "author"),
)
_SIZES: Final = ("additions", "deletions", "changedFiles", "commits", "closingIssuesReferences", "keys")


def _door(model: Any, *pieces: tuple[str, ...]) -> Door[Any]:
    return Door(TypeAdapter(model), pieces=pieces, names=("number", "id"), instants=INSTANTS)


def _words(*names: str) -> tuple[tuple[str, ...], ...]:
    return tuple((name,) for name in names)


GITHUB_ISSUES: Final[Door[GitHubIssue]] = _door(
    GitHubIssue, *_WHO, *_words("title", "url", "labels", "milestone", "issueType", "updatedAt")
)
GITHUB_PULLS: Final[Door[GitHubPull]] = _door(
    GitHubPull,
    *_WHO,
    *_words("title", "url", "mergedBy", "mergeCommit", "headRefName", "baseRefName", *_SIZES),
)
GITHUB_STATUSES: Final[Door[GitHubStatuses]] = _door(GitHubStatuses)
GITHUB_DEPLOYMENTS: Final[Door[GitHubDeployment]] = _door(GitHubDeployment, ("commitOid",))
GITHUB_RUNS: Final[Door[GitHubRun]] = _door(
    GitHubRun, *_words("name", "head_branch", "head_sha", "html_url", "suite", "earlier")
)
GITHUB_SITES: Final[Door[GitHubSiteBody]] = _door(GitHubSiteBody)
GITHUB_GONE: Final[Door[GitHubGone]] = _door(GitHubGone)
GITHUB_BOARDS: Final[Door[GitHubBoard]] = _door(GitHubBoard)
GITHUB_COMPARED: Final[Door[GitHubCompared]] = _door(GitHubCompared)
