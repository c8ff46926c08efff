"""Documents of a repository, as ``vsm.sources.git_commits`` reads them."""

from collections.abc import Sequence
from typing import Any

from vsm.sources.git_commits import FIELDS

Body = dict[str, Any]


def commit(
    name: str, message: str, *, at: str = "2026-01-06T08:00:00+01:00", committed: str | None = None,
    parents: Sequence[str] = (), author: str = "dev-1", committer: str = "dev-2", undecodable: bool = False,
) -> Body:  # fmt: skip
    """One commit by its fields, and whether its message was undecodable."""
    return {
        "commit": name, "parents": " ".join(parents), "author": author, "author_mail": f"{author}@example.org",
        "authored": at, "committer": committer, "committer_mail": f"{committer}@example.org",
        "committed": committed or at, "message": message, "undecodable": undecodable,
    }  # fmt: skip


def batch(*commits: Body) -> Body:
    """Commits as they stand together in one document, parents before children."""
    odd = [body["commit"] for body in commits if body["undecodable"]]
    return (
        {"type": "commits"}
        | {name: [body[name] for body in commits] for name in FIELDS}
        | {"undecodable": odd}
    )


def repository(
    main: str, *, tags: Sequence[tuple[str, str, str | None]] = (), branches: Sequence[tuple[str, str]] = (),
    shallow: bool = False,
) -> Body:  # fmt: skip
    """Where a repository's refs point; ``main`` is the main branch's commit, empty for none."""
    heads = [["refs/heads/main", main]] if main else []
    return {
        "type": "repository", "shallow": shallow, "partial": False, "head": "refs/heads/main",
        "main": "refs/heads/main" if main else None, "mailmap": None, "count": 0,
        "branches": [*heads, *(list(branch) for branch in branches)], "tags": [list(tag) for tag in tags],
    }  # fmt: skip
