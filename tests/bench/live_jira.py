"""How many requests, and how long, beside two usual ways to read the same server? For ``make bench``.

The server is the stand-in of the tests, in this process, fifty milliseconds away; so are all three ways.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jira
from rich.console import Console
from rich.table import Table

from tests.jira_server import EMAIL, TOKEN, Running, Site, serve
from vsm.sources.archive import open_archive
from vsm.sources.credentials import Login
from vsm.sources.jira_api import JiraSession, LiveJira, Scope, live_pages

TICKETS, HISTORIES, LATENCY = 1000, 5, 0.05
QUERY = "created >= 0"


def ours(run: Running) -> int:
    """Pull into an archive, as ``vsm pull`` does; give the number of histories."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_archive(Path(folder) / "archive.sqlite") as archive,
    ):
        at = datetime.now(UTC)
        asked = LiveJira(JiraSession(run.url, Login(EMAIL, TOKEN)), Scope(run.url, jql=QUERY), archive, at)
        archive.store(live_pages(asked), source="jira", scope="{}", at=at)
        return sum(len(body["changelog"]["histories"]) for body in archive.documents("jira") if "key" in body)


def embedded(run: Running) -> int:
    """Loop over the jira package's own search with ``expand=changelog``; histories may be cut."""
    client = jira.JIRA(run.url, basic_auth=(EMAIL, TOKEN))
    found = client.enhanced_search_issues(QUERY, maxResults=0, expand="changelog")
    return sum(len(issue.changelog.histories) for issue in found)


def one_by_one(run: Running) -> int:
    """Search, then ask for each ticket's changelog."""
    client = jira.JIRA(run.url, basic_auth=(EMAIL, TOKEN))
    found = client.enhanced_search_issues(QUERY, maxResults=0)
    return sum(len(client.issue(issue.id, expand="changelog").changelog.histories) for issue in found)


WAYS: dict[str, Callable[[Running], int]] = {
    "vsm pull": ours,
    "jira: search, expand=changelog": embedded,
    "jira: one issue at a time": one_by_one,
}


def measure() -> Table:
    """Read the same site in each way; ratios are to the first."""
    table = Table(title=f"{TICKETS:,} tickets with {HISTORIES} histories, {LATENCY * 1000:.0f} ms away")
    for column in ("way", "requests", "seconds", "ratio", "histories"):
        table.add_column(column, justify="left" if column == "way" else "right")
    first = 0.0
    with serve(Site.seeded(TICKETS, HISTORIES, mode="cloud", seed=1), latency=LATENCY) as run:
        for name, way in WAYS.items():
            run.forget()
            begun = time.perf_counter()
            histories = way(run)
            seconds = time.perf_counter() - begun
            first = first or seconds
            row = (f"{len(run.requests):,}", f"{seconds:.1f}", f"{seconds / first:.1f}", f"{histories:,}")
            table.add_row(name, *row)
    return table


if __name__ == "__main__":
    Console().print(measure())
