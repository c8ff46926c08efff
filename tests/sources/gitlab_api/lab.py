"""What do the tests of live GitLab share? A pull that never sleeps, and the log that came of it."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.frames import assert_equal
from tests.gitlab_server import TOKEN, Running
from tests.sources.read_once import read_once
from vsm.eventlog.from_gitlab import log_from_gitlab
from vsm.eventlog.log import Log
from vsm.sources.archive import Archive, PullState
from vsm.sources.credentials import Login
from vsm.sources.gitlab_api import KINDS, GitLabSession, LiveGitLab, gitlab_pages

SOURCE = "gitlab:shop/web"
SHORT = (5.0, 0.5)
"""Time-outs under which a stand-in's silence is noticed."""


class HasUrl(Protocol):
    """A stand-in at work, or whatever else knows its address."""

    url: str


def session(run: HasUrl, **about: Any) -> GitLabSession:
    """A session whose pauses take no time; an hour of them is too much."""
    known: dict[str, Any] = {"sleep": lambda _: None, "seed": 1, "timeout": (5.0, 30.0), "patience": 3600.0}
    return GitLabSession(run.url, Login(None, TOKEN), **known | about)


def pull(
    run: HasUrl,
    archive: Archive,
    *,
    kinds: tuple[str, ...] = KINDS,
    sweep: bool | None = None,
    at: datetime | None = None,
    on_page: Callable[[int], None] | None = None,
    on_doubt: Callable[[str], None] = lambda _: None,
    **about: Any,
) -> PullState:
    """Pull what is new, once."""
    at = at or datetime.now(UTC)
    live = LiveGitLab(session(run, **about), "shop/web", archive, at, SOURCE, kinds=kinds, on_doubt=on_doubt)
    return archive.store(gitlab_pages(live, sweep=sweep), source=SOURCE, scope="{}", at=at, on_page=on_page)


def log_of(archive: Archive) -> Log:
    """The log of all that is stored."""
    return read_once(archive, SOURCE, _log)


def _log(archive: Archive) -> Log:
    return log_from_gitlab(archive.documents(SOURCE), source=SOURCE)


def assert_same(one: Log, other: Log, *, what: str = "") -> None:
    """Whether two logs hold the same, but for the stand-in's address."""
    for part in fields(Log):
        left, right = getattr(one, part.name), getattr(other, part.name)
        if part.name == "pipelines":
            left, right = left.drop(columns="url"), right.drop(columns="url")
        assert_equal(left, right, f"{what} {part.name}")


def asked(run: Running) -> int:
    """How many requests came."""
    return len(run.requests)
