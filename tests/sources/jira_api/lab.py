"""What do the tests of live Jira share? A pull that never sleeps, and the events that came of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd

from tests.jira_bodies import log_from_jira
from tests.jira_server import EMAIL, PASSWORD, TOKEN, USER, Running, Site, Traps, When
from tests.share import THOROUGH
from tests.sources.read_once import read_once
from vsm.sources.archive import Archive, PullState
from vsm.sources.credentials import Login
from vsm.sources.jira_api import JiraSession, LiveJira, Scope, live_pages
from vsm.sources.jira_file import issue_pages

Mode = Literal["cloud", "datacenter"]
MODES: tuple[Mode, ...] = ("cloud", "datacenter")
LOGINS = {"cloud": Login(EMAIL, TOKEN), "datacenter": Login(USER, PASSWORD)}
SILENT = Traps(hang=600.0, often=When(nth=(1, 2)))
"""Twice a silence that only the client ends, so that no machine is too slow to notice it."""
SHORT = (5.0, 1.0)
"""Time-outs under which it ends soon; an answer that takes longer on a slow machine is asked for again."""
MIXED = (5.0, 5.0) if THOROUGH else SHORT
"""The same for mixes: with every ticket, one answer may take a busy stand-in seconds, which is no silence."""
EVERYTHING = "created >= 0"
PART = 1 if THOROUGH else 12
"""Traps are tried on every twelfth ticket, or on all where thorough (seven minutes)."""


class HasUrl(Protocol):
    """A stand-in at work, or whatever else knows its address."""

    url: str


def session(run: HasUrl, mode: Mode, **about: Any) -> JiraSession:
    """A session whose pauses take no time; an hour of them is too much."""
    known: dict[str, Any] = {"sleep": lambda _: None, "seed": 1, "timeout": (5.0, 30.0), "patience": 3600.0}
    return JiraSession(run.url, LOGINS[mode], **known | about)


def pull(
    run: HasUrl,
    archive: Archive,
    mode: Mode,
    *,
    jql: str = EVERYTHING,
    sweep: bool | None = None,
    page_size: int = 100,
    on_page: Callable[[int], None] | None = None,
    on_doubt: Callable[[str], None] | None = None,
    **about: Any,
) -> PullState:
    """Pull what is new, once."""
    at = datetime.now(UTC)
    jira = LiveJira(session(run, mode, **about), Scope(run.url, jql=jql), archive, at, on_doubt=on_doubt)
    pages = live_pages(jira, sweep=sweep, page_size=page_size)
    return archive.store(pages, source="jira", scope="{}", at=at, on_page=on_page)


def issues(archive: Archive) -> list[dict[str, Any]]:
    """The issues that are stored, by id as a number."""
    return sorted((body for body in archive.documents("jira") if "key" in body), key=lambda b: int(b["id"]))


def events(archive: Archive) -> pd.DataFrame:
    """The events of all stored issues."""
    return read_once(archive, "jira", _events)


def _events(archive: Archive) -> pd.DataFrame:
    return log_from_jira(issues(archive)).events


@cache
def bodies_of(path: Path, part: int) -> list[dict[str, Any]]:
    """Every ``part``-th issue of an export."""
    return [dict(document.body) for page in issue_pages(path) for document in page.documents][::part]


@cache
def events_of_file(path: Path, part: int = 1) -> pd.DataFrame:
    """The events that the export itself tells, of every ``part``-th issue."""
    return log_from_jira(bodies_of(path, part)).events


def site_of(path: Path, mode: Mode, part: int = 1) -> Site:
    """A stand-in's site with every ``part``-th issue of an export; it never changes their bodies in place."""
    return Site(mode, bodies_of(path, part))


def requests_of(run: Running) -> list[str]:
    """Which requests were made? The end of each path."""
    return ["/".join(request.path.split("/")[-2:]) for request in run.requests]
