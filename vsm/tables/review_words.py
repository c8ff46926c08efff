"""Which tables do the hosts of Git fill: pull requests, what happened in them, and pipelines?"""

from typing import Final

from vsm.tables.schema import Column, Table

PULL_KINDS: Final = (
    "opened", "draft", "ready", "review_request", "review_unrequest", "review", "comment", "push", "merge",
    "close", "reopen", "queue", "dequeue",
)  # fmt: skip
PIPELINE_OUTCOMES: Final = ("success", "failure", "cancelled", "unknown")

PULLS: Final = Table(
    "pulls",
    "One row per pull request or merge request, as its host describes it now.",
    ("pull",),
    (
        Column("pull", "text", "stable id, such as `github:owner/name#12` or `gitlab:group/name!12`"),
        Column("key", "text", "its key, such as `name#12` or `name!12`"),
        Column("repository", "category", "name of the repository"),
        Column("number", "count", "its number in the repository"),
        Column("title", "text", "its title", may_lack=True),
        Column("author", "category", "account that opened it", may_lack=True),
        Column("created", "instant", "when it was opened, as a draft or not"),
        Column("merged", "instant", "when it was merged", may_lack=True),
        Column("closed", "instant", "when it was merged, or closed without", may_lack=True),
        Column("merged_by", "category", "account that merged it", may_lack=True),
        Column("draft", "flag", "a draft now"),
        Column("branch", "category", "branch that it brings", may_lack=True),
        Column("base", "category", "branch that it goes to", may_lack=True),
        Column("added", "number?", "lines added", may_lack=True),
        Column("removed", "number?", "lines removed", may_lack=True),
        Column("files", "number?", "files changed", may_lack=True),
        Column("commits", "number?", "commits in it", may_lack=True),
        Column("merge_commit", "text", "commit by which it was merged, or squashed", may_lack=True),
        Column("first_commit", "instant", "author timestamp of its first commit", may_lack=True),
        Column(
            "mentions",
            "text",
            "tickets that its title, branch, text or closing references name, as written, joined by `; `",
            may_lack=True,
        ),
        Column("url", "text", "its address", may_lack=True),
    ),
)

PULL_EVENTS: Final = Table(
    "pull_events",
    "One row per recorded fact about a pull request at one instant, sorted by pull, at, seq.",
    ("pull", "ref", "seq"),
    (
        Column("pull", "category", "id of the pull request"),
        Column("at", "instant", "when it happened"),
        Column("kind", "category", "what kind of fact", allowed=PULL_KINDS),
        Column(
            "after",
            "category",
            "of a review `approved`, `changes`, `commented` or `dismissed`; of a request the account, or "
            "`team:` and its name; of a push the head commit",
            may_lack=True,
        ),
        Column("actor", "category", "account that did it", may_lack=True),
        Column("ref", "text", "the host's own id of the record"),
        Column("seq", "count", "order among facts of one pull request at one instant, from 0"),
    ),
)

PIPELINES: Final = Table(
    "pipelines",
    "One row per attempt of a pipeline's run.",
    ("pipeline",),
    (
        Column("pipeline", "text", "id of the attempt"),
        Column("repository", "category", "name of the repository"),
        Column("name", "category", "what it runs, such as the name of a workflow", may_lack=True),
        Column("commit", "text", "commit that it ran on", may_lack=True),
        Column("branch", "category", "branch that it ran for", may_lack=True),
        Column("attempt", "count", "number of the attempt, from 1"),
        Column("created", "instant", "when it was asked for, and queued"),
        Column("started", "instant", "when it began to run", may_lack=True),
        Column("finished", "instant", "when it ended; missing while it runs", may_lack=True),
        Column("held_from", "instant", "since when it waited for somebody's approval", may_lack=True),
        Column("held_until", "instant", "when it was approved; missing while it waits", may_lack=True),
        Column("outcome", "category", "its outcome", allowed=PIPELINE_OUTCOMES),
        Column("url", "text", "its address", may_lack=True),
    ),
)
