"""The record of every run of a work folder, and the lock that lets one run at a time write it.

A run is written down before it does anything. What ends without a word (a power cut, a kill) is found by the
next run, which is the only one under way, and is marked as broken off: nothing is lost silently.

The lock is one of the operating system on a file, and belongs to a living process. When that ends, however it
ends, the operating system frees it; a file that was left behind locks nobody out. On a network drive without
locks, each machine has to have a work folder of its own.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from filelock import FileLock, Timeout

from vsm.errors import ArchiveError, RunError

Outcome = Literal["running", "done", "unchanged", "stale", "failed", "misconfigured", "broken off", "refused"]
GOOD: Final = frozenset({"done", "unchanged", "stale"})
"""Outcomes after which a whole report of that run lies in its place."""
_BUSY_SECONDS: Final = 10.0
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS runs (
        run INTEGER PRIMARY KEY,
        report TEXT NOT NULL,
        begun TEXT NOT NULL,
        outcome TEXT NOT NULL,
        about TEXT NOT NULL
    )
"""
_INDEX: Final = "CREATE INDEX IF NOT EXISTS runs_by_report ON runs (report, run)"


@dataclass(frozen=True, slots=True)
class Run:
    """What is known about one run of one report.

    Attributes
    ----------
    number
        Its number in the history, from 1; 0 before it is written down.
    report, title
        Which report was to be made, and what it is called on its pages.
    begun, ended, due
        Instants with zone: its beginning, its end, and the time that made it due (None where it was named).
    outcome
        ``done``, ``unchanged`` (nothing new, so the last report stands), ``stale`` (made of data that are
        partly old or faulty), ``failed``, ``misconfigured``, ``broken off``, ``refused`` (another one was
        under way).
    phase
        How far it got: pull, check, render, publish, tell.
    reason
        Why it is not simply done; a sentence, or nothing.
    folder
        Name of the folder that holds what it made; nothing where it made none.
    key
        What it was made of: a hash of data, settings and program, which tells whether there is news.
    data
        State of the data, in words.
    tickets, warnings
        How many tickets it saw, and how many doubts about them.
    findings
        Its findings, as ``vsm.findings.since_last`` writes them.
    times
        How often the same thing happened in a row where each time would be a line of its own.
    """

    report: str
    begun: datetime
    due: datetime | None = None
    title: str = ""
    number: int = 0
    ended: datetime | None = None
    outcome: Outcome = "running"
    phase: str = ""
    reason: str = ""
    folder: str = ""
    key: str = ""
    data: str = ""
    tickets: int = 0
    warnings: int = 0
    findings: tuple[dict[str, Any], ...] = ()
    times: int = 1

    @property
    def good(self) -> bool:
        """Whether a whole report stands at its end."""
        return self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class History:
    """The runs of a work folder. Close it, or use ``with``.

    Examples
    --------
    >>> from datetime import UTC
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_history(Path(folder, "runs.sqlite")) as history:
    ...     run = history.begin(Run("weekly", datetime(2026, 11, 23, 7, tzinfo=UTC)))
    ...     history.write(replace(run, outcome="done"))
    ...     [(known.number, known.outcome) for known in history.runs("weekly")]
    [(1, 'done')]
    """

    database: sqlite3.Connection
    path: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self.database.close()

    def begin(self, run: Run) -> Run:
        """Write a run down that begins now; returns it with its number."""
        values = (run.report, _text(run.begun), run.outcome, _packed(run))
        row = self._execute(
            "INSERT INTO runs (report, begun, outcome, about) VALUES (?, ?, ?, ?) RETURNING run", values
        )
        return replace(run, number=int(row[0][0]))

    def write(self, run: Run) -> None:
        """Write down how far a run got, or how it ended."""
        values = (run.outcome, _packed(run), run.number)
        self._execute("UPDATE runs SET outcome = ?, about = ? WHERE run = ?", values)

    def end(self, run: Run, before: Run | None) -> Run:
        """Write an end down; what is tried again and again without getting anywhere stays one line."""
        again = run.outcome == "refused" or (
            run.outcome == "misconfigured" and before and run.reason == before.reason
        )
        if before is None or not again or run.outcome != before.outcome:
            self.write(run)
            return run
        self.drop(run)
        run = replace(before, times=before.times + 1, ended=run.ended, due=run.due)
        self.write(run)
        return run

    def drop(self, run: Run) -> None:
        """Forget a run that says what the one before it says already."""
        self._execute("DELETE FROM runs WHERE run = ?", (run.number,))

    def runs(self, report: str | None = None) -> list[Run]:
        """The runs of this report, or of all, the latest first."""
        found = self._execute(
            "SELECT run, about FROM runs WHERE ? IS NULL OR report = ? ORDER BY run DESC", (report, report)
        )
        return [_unpacked(number, about) for number, about in found]

    def under_way(self) -> list[Run]:
        """Runs that were begun and have not ended."""
        found = self._execute("SELECT run, about FROM runs WHERE outcome = 'running' ORDER BY run", ())
        return [_unpacked(number, about) for number, about in found]

    def reports(self) -> list[str]:
        """Names of the reports that had a run."""
        return [name for (name,) in self._execute("SELECT DISTINCT report FROM runs ORDER BY report", ())]

    def _execute(self, statement: str, values: Sequence[object]) -> list[Any]:
        try:
            return self.database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise ArchiveError(f"{self.path}: the history of runs cannot be used: {error}") from error


def open_history(path: Path) -> History:
    """Open the file in which this work folder's runs are written down; made where it is absent.

    Raises
    ------
    ArchiveError
        It cannot be made or read, or is no database.

    Examples
    --------
    >>> open_history(Path("/dev/null/runs.sqlite"))
    Traceback (most recent call last):
    ...
    vsm.errors.ArchiveError: /dev/null/runs.sqlite: the history of runs cannot be used: ...
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        database.execute(_TABLE)
        database.execute(_INDEX)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"{path}: the history of runs cannot be used: {error}") from error
    return History(database, path)


def last_good(runs: Sequence[Run]) -> Run | None:
    """The last of these, the latest first, whose report stands and has its folder."""
    return next((run for run in runs if run.good and run.folder), None)


def failing_since(runs: Sequence[Run]) -> Run | None:
    """The run with which it began that none succeeds; None where the last one that ended was good.

    Runs stand the latest first. A refused one tells nothing of the report: another was under way.
    """
    first = None
    for run in runs:
        if run.outcome in ("refused", "running"):
            continue
        if run.good:
            return first
        first = run
    return first


def _packed(run: Run) -> str:
    about = asdict(run)
    for name in ("begun", "ended", "due"):
        about[name] = _text(about[name])
    return json.dumps(about)


def _unpacked(number: int, about: str) -> Run:
    known = json.loads(about)
    for name in ("begun", "ended", "due"):
        known[name] = datetime.fromisoformat(known[name]) if known[name] else None
    known["findings"] = tuple(known["findings"])
    return Run(**known | {"number": number})


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


class BusyError(RunError):
    """Another run is under way in this work folder."""


@contextmanager
def one_at_a_time(path: Path, *, at: datetime) -> Iterator[None]:
    """Be the only run of a work folder until the block ends.

    Parameters
    ----------
    path
        The lock's file; made where it is absent. Beside it, ``.json`` tells who holds it.
    at
        The instant of the run, with zone, for those who have to wait.

    Raises
    ------
    BusyError
        Another process holds it; says which, and since when.
    RunError
        The file cannot be made.

    Examples
    --------
    >>> from datetime import UTC
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root, one_at_a_time(Path(root, "run.lock"), at=datetime.now(UTC)):
    ...     print("alone")
    alone
    """
    lock, holder = FileLock(path, timeout=0, is_singleton=False), path.with_suffix(".json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise BusyError(f"another run is under way{_holder(holder)}; nothing was done") from None
    except OSError as error:
        raise RunError(f"cannot lock {path}: {error.strerror or error}") from error
    try:
        with suppress(OSError):  # only for the message of those who wait
            holder.write_text(json.dumps({"process": os.getpid(), "since": at.isoformat(timespec="seconds")}))
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _holder(holder: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(holder.read_text())
        return f" (process {known['process']}, since {known['since']})"
    return ""
