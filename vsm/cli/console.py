"""Shared by commands: their options, the console, and the progress of a pull."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from vsm.config import printable
from vsm.config.where import WORDS
from vsm.counts import counted
from vsm.sources.archive import PullState

if TYPE_CHECKING:
    from vsm.cluster import Cluster

Dir = Annotated[
    Path, typer.Option("--dir", help="Work folder: vsm.toml, archive and reports.", show_default=True)
]
Since = Annotated[str, typer.Option(help="Only tickets finished since YYYY-MM-DD, and open ones.")]
Until = Annotated[str, typer.Option(help="The data as of YYYY-MM-DD; later events are left out.")]
Where = Annotated[
    str,
    typer.Option(
        help="Only tickets that fit, such as 'type=Bug, component=shop front'; "
        f"by {', '.join(WORDS)} (team, stage: at some time)."
    ),
]
Names = Annotated[bool, typer.Option("--names", help="Show names of persons instead of pseudonyms.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Write a PDF too; needs Chrome or Chromium.")]
OnCluster = Annotated[
    str,
    typer.Option(
        "--cluster",
        help="Let a cluster find visits and waits: local, or the address of Dask's scheduler "
        "(tcp://host:port); needs vsm\\[large].",
    ),
]

WORK = Path("work")


def cluster_at(address: str) -> "AbstractContextManager[Cluster | None]":
    """Connect to a cluster for as long as a ``with`` statement lasts; to none where no address is given."""
    if not address:
        return nullcontext()
    from vsm.cluster import connect  # noqa: PLC0415 - nearly a second of import, and seldom asked for

    return connect(address)


class _PlainConsole(Console):
    """A console in which no text from outside can steer the terminal."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Print texts without control sequences."""
        super().print(*(printable(one) if isinstance(one, str) else one for one in objects), **how)


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """A console that shows every text to the letter, but for control sequences, and breaks no line."""
    return _PlainConsole(
        stderr=stderr, quiet=quiet, soft_wrap=True, highlight=False, markup=False, emoji=False
    )


class PullProgress:
    """The progress of a pull on the screen, or with ``json_log`` as lines of JSON; ``quiet``: none."""

    def __init__(self, *, quiet: bool = False, json_log: bool = False) -> None:
        self._json = json_log
        self._console = console(quiet=quiet or json_log)
        self._progress: Progress | None = None
        self._source = self._label = ""

    @contextmanager
    def pulling(self, source: str) -> Iterator[None]:
        """Show one source while it is pulled."""
        self._source, self._label = source, printable(f"pulling {source}")
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=24))
        rate = TextColumn("{task.fields[rate]}")
        counts = (MofNCompleteColumn(), rate, TimeElapsedColumn())
        self._log("begun")
        with Progress(*columns, *counts, console=self._console, transient=True) as self._progress:
            self._progress.add_task(self._label, total=None, rate="")
            yield
        self._progress = None

    def total(self, documents: int) -> None:
        """Show the expected number of documents."""
        self._update(total=documents)
        self._log("expected", documents=documents)

    def stored(self, documents: int) -> None:
        """Show the number of documents stored so far."""
        if self._progress:
            seconds = self._progress.tasks[0].elapsed or 0.0
            rate = f"{documents / seconds:,.0f}/s" if seconds > 1 else ""
            self._update(completed=documents, description=self._label, rate=rate)
        self._log("stored", documents=documents)

    def waiting(self, seconds: float, reason: str) -> None:
        """Show that the pull waits for the server, and why."""
        self._update(description=printable(f"waiting {seconds:,.0f} s for {self._source}: {reason}"))
        self._log("waiting", seconds=round(seconds, 1), reason=reason)

    def doubted(self, doubt: str) -> None:
        """Show what of a source is not stored as the server has it."""
        self._console.print(f"{self._source}: {doubt}")
        self._log("doubted", reason=doubt)

    def done(self, state: PullState, archive: object, *, commits: int | None = None) -> None:
        """Show that the pull is complete; ``commits`` are those of a repository."""
        count, word = (state.documents, "document") if commits is None else (commits, "commit")
        self._console.print(f"{state.source}: {counted(count, word)} in {archive}")
        if not count:
            self._console.print("The source is empty; reports will say so.")
        self._log("done", **{f"{word}s": count})

    def failed(self, source: str, reason: str) -> None:
        """Show that one source could not be pulled; others go on."""
        self._console.print(f"{source}: failed; its data stay as they were")
        self._source = source
        self._log("failed", reason=reason)

    def _update(self, **values: Any) -> None:
        if self._progress:
            self._progress.update(self._progress.task_ids[0], **values)

    def _log(self, event: str, **about: object) -> None:
        if self._json:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            line = {"at": at, "source": self._source, "event": event, **about}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
