"""Which tables does Git fill, and what brings its commits to customers?"""

from typing import Final

from vsm.tables.schema import Column, Table

OUTCOMES: Final = ("success", "failure", "unknown")

COMMITS: Final = Table(
    "commits",
    "One row per commit that a branch or tag reaches, parents before children.",
    ("repository", "commit"),
    (
        Column("commit", "text", "hash"),
        Column("repository", "category", "name of the repository"),
        Column("author", "category", "account of the author, such as `git:Person 07`"),
        Column("committer", "category", "account of the committer"),
        Column("authored", "instant", "author timestamp"),
        Column("committed", "instant", "committer timestamp"),
        Column("subject", "text", "first line of the message", may_lack=True),
        Column("parents", "text", "hashes of its parents, separated by a space; empty for a root"),
        Column(
            "merge_commit",
            "text",
            "commit by which it was merged into the main line; itself where it was made there",
            may_lack=True,
        ),
        Column("merged_at", "instant", "committer timestamp of that merge; missing before it", may_lack=True),
        Column("release", "text", "first release that contains it", may_lack=True),
        Column("released", "instant", "instant of that release; missing before it", may_lack=True),
        Column(
            "components",
            "category",
            "components of the repository whose files it changed, joined by `; `",
            may_lack=True,
        ),
        Column("branch", "category", "branch that a merge brought in, by its subject", may_lack=True),
        Column("pull", "text", "number of its pull request, by its subject", may_lack=True),
        Column(
            "reverts", "text", "hashes of the commits that it reverts, separated by a space", may_lack=True
        ),
        Column("picked", "text", "hash that it was cherry-picked from", may_lack=True),
        Column(
            "coauthors", "text", "accounts of further authors, by its trailers, joined by `; `", may_lack=True
        ),
        Column(
            "reviewers", "text", "accounts of its reviewers, by its trailers, joined by `; `", may_lack=True
        ),
        Column(
            "signers", "text", "accounts that signed it off, by its trailers, joined by `; `", may_lack=True
        ),
        Column("files", "number?", "files it changed; missing where they were not counted", may_lack=True),
        Column("added", "number?", "lines added; missing where they were not counted", may_lack=True),
        Column("removed", "number?", "lines removed; missing where they were not counted", may_lack=True),
    ),
)

RELEASES: Final = Table(
    "releases",
    "One row per tag that names a commit.",
    ("repository", "release"),
    (
        Column("release", "text", "name of the tag"),
        Column("repository", "category", "name of the repository"),
        Column("commit", "text", "commit it names"),
        Column("at", "instant", "committer timestamp of that commit"),
        Column("tagged", "instant", "when the tag was made; missing for a lightweight tag", may_lack=True),
        Column(
            "component",
            "category",
            "component that it releases; missing: the whole repository",
            may_lack=True,
        ),
        Column(
            "final",
            "flag",
            "a release to customers: no preview, no tag that moves, and the first of its commit's tags",
        ),
    ),
)

BRANCHES: Final = Table(
    "branches",
    "One row per branch that a repository had when it was last pulled.",
    ("repository", "branch"),
    (
        Column("repository", "category", "name of the repository"),
        Column("branch", "text", "its name, such as `main` or `origin/main`"),
        Column("commit", "text", "commit it names"),
        Column("main", "flag", "the main line, into which work is merged"),
    ),
)

DEPLOYS: Final = Table(
    "deploys",
    "One row per recorded deployment that reached its environment.",
    ("source", "deploy"),
    (
        Column("deploy", "text", "id of the record: its line, or its own id"),
        Column("at", "instant", "when it was deployed"),
        Column("environment", "category", "where to, such as `production`"),
        Column("repository", "category", "name of the repository", may_lack=True),
        Column("component", "category", "component of the repository; missing: all of it", may_lack=True),
        Column("commit", "text", "commit that was deployed, whole or abbreviated", may_lack=True),
        Column("outcome", "category", "its outcome", allowed=OUTCOMES),
        Column("source", "category", "where the fact comes from, such as `deployments:shop`"),
    ),
)
