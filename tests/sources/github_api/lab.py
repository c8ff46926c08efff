"""What do the tests of live GitHub share? A pull that never sleeps, and the log that came of it."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from tests.frames import assert_equal
from tests.github_server import TOKEN, Running, Site, serve
from tests.share import THOROUGH
from tests.sources.read_once import read_once
from vsm.eventlog.from_github import log_from_github
from vsm.eventlog.log import Log
from vsm.sources.archive import Archive, PullState, open_archive
from vsm.sources.credentials import Login
from vsm.sources.github_api import KINDS, GitHubSession, LiveGitHub, github_pages

SOURCE = "github:shop/web"
SHORT = (5.0, 5.0 if THOROUGH else 0.5)
"""Time-outs under which a stand-in's silence is noticed."""


class HasUrl(Protocol):
    """A stand-in at work, or whatever else knows its address."""

    url: str


def session(run: HasUrl, **about: Any) -> GitHubSession:
    """A session whose pauses take no time; an hour of them is too much."""
    known: dict[str, Any] = {"sleep": lambda _: None, "seed": 1, "timeout": (5.0, 30.0), "patience": 3600.0}
    return GitHubSession(run.url, Login(None, TOKEN), **known | about)


def pull(
    run: HasUrl,
    archive: Archive,
    *,
    kinds: tuple[str, ...] = KINDS,
    on_doubt: Callable[[str], None] = lambda _: None,
    **about: Any,
) -> PullState:
    """Pull what is new, once."""
    at = datetime.now(UTC)
    github = LiveGitHub(
        session(run, **about), "shop", "web", archive, at, SOURCE, kinds=kinds, on_doubt=on_doubt
    )
    return archive.store(github_pages(github), source=SOURCE, scope=json.dumps(kinds), at=at)


def log_of(archive: Archive) -> Log:
    """The log of what is stored."""
    return read_once(archive, SOURCE, _log)


def _log(archive: Archive) -> Log:
    return log_from_github(archive.texts(SOURCE), source=SOURCE)


def small() -> Site:
    """A site of some of each kind, with a timeline of several pages and a run of two attempts."""
    site = Site.seeded(23, 23, deployments=9, runs=7, seed=4)
    site.add_pull(99, at=site.clock.replace(month=3), items=230)
    site.add_run(at=site.clock.replace(month=3), attempts=2)
    return site


@cache
def undisturbed() -> Log:
    """The log of a pull of the small site that nothing disturbed."""
    with (
        TemporaryDirectory() as folder,
        serve(small()) as run,
        open_archive(Path(folder, "a.sqlite")) as archive,
    ):
        pull(run, archive)
        return log_of(archive)


def assert_equal_logs(log: Log, expected: Log, *, of: str) -> None:
    """Every table is the same, whatever the pulls."""
    for part in fields(Log):
        assert_equal(getattr(log, part.name), getattr(expected, part.name), f"{of} {part.name}")


def asked_for(run: Running) -> list[str]:
    """What the requests were about, a word each."""
    words = {
        "__type(": "site", "projectsV2": "boards", "pullRequests(": "pulls", "issues(": "issues",
        "deployments(": "deployments", "CheckSuite": "jobs", "ProjectV2Item ": "statuses",
        "Deployment {": "deployments again", "node(": "timeline", "(number: ": "by number",
    }  # fmt: skip
    return [
        next((word for sign, word in words.items() if sign in request.body["query"]), "other")
        if request.method == "POST"
        else "attempt" if "/attempts/" in request.path else "runs"
        for request in run.requests
    ]  # fmt: skip
