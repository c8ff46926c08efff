"""What does it cost to make the log of very many issues? For ``make bench``: seconds, and memory of the process.

``python -m tests.bench.archives [--tickets 25000 100000]`` stores the sample's tickets again and again in archives,
then makes the log of each, reads it again, and reads the networks from it, each in a process of its own.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.large_reports import cost_of
from tests.bench.many_tickets import many_issues
from tests.streams import sample_files
from vsm.archive_log import read_log
from vsm.read import read_networks
from vsm.sample import sample_workflow
from vsm.sources.archive import Document, Page, open_archive, read_archive
from vsm.sources.work_folder import WorkFolder

TICKETS: Final = (25_000, 100_000)
PAGE: Final = 1_000


def stored(folder: WorkFolder, tickets: int) -> None:
    """Fill a work folder with so many of the sample's tickets."""
    folder.root.mkdir()
    folder.workflow.write_text(sample_workflow(), encoding="utf-8")
    bodies = islice(many_issues(sample_files() / "issues.jsonl.gz"), tickets)
    with open_archive(folder.archive) as archive:
        archive.store(pages(bodies), source="jira", scope="{}", at=datetime(2027, 1, 1, tzinfo=UTC))


def pages(bodies: Iterable[dict[str, Any]]) -> Iterator[Page]:
    """Give issues as a pull stores them."""
    remaining = iter(bodies)
    while some := list(islice(remaining, PAGE)):
        yield Page(tuple(Document(body["id"], body) for body in some))


def log_of(folder: WorkFolder) -> int:
    """Make the log, or read the stored one; how many events does it have?"""
    with read_archive(folder.archive) as archive:
        return len(read_log(folder, archive).events)


STEPS: Final[dict[str, Callable[[WorkFolder], object]]] = {
    "make the log": log_of,
    "read it": log_of,
    "networks": lambda folder: read_networks(folder.root),
}


def main() -> None:
    """Measure archives of so many tickets, or do one step in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, nargs="*", default=TICKETS)
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        STEPS[asked.step[0]](WorkFolder(Path(asked.step[1])))
        return
    table = Table(title="The sample's tickets again and again")
    for name in ("tickets", "events", "step", "seconds", "of processors", "MB"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for tickets in asked.tickets:
        with tempfile.TemporaryDirectory() as root:
            folder = WorkFolder(Path(root, "work"))
            stored(folder, tickets)
            for step in STEPS:
                cost = cost_of(
                    [sys.executable, "-m", "tests.bench.archives", "--step", step, str(folder.root)]
                )
                numbers = (f"{cost.wall:,.0f}", f"{cost.processors:,.0f}", f"{cost.memory / 1e6:,.0f}")
                table.add_row(f"{tickets:,}", f"{log_of(folder):,}", step, *numbers)
    Console().print(table)


if __name__ == "__main__":
    main()
