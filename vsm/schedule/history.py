"""Which runs were there, and how did each end? A small database that no run can slip past.

A run is written down before it does anything. What ends without a word (a power cut, a kill) is found by the
next run, which is the only one under way, and is told as broken off: nothing is lost silently.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from vsm.errors import ArchiveError

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
    """What is known about one run of one report?

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
        """Does a whole report stand at its end?"""
        return self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class History:
    """Which runs were there? Close it, or use ``with``.

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
        """Which runs had this report, or any, the latest first?"""
        found = self._execute(
            "SELECT run, about FROM runs WHERE ? IS NULL OR report = ? ORDER BY run DESC", (report, report)
        )
        return [_unpacked(number, about) for number, about in found]

    def under_way(self) -> list[Run]:
        """Which runs were begun and have not ended?"""
        found = self._execute("SELECT run, about FROM runs WHERE outcome = 'running' ORDER BY run", ())
        return [_unpacked(number, about) for number, about in found]

    def reports(self) -> list[str]:
        """Which reports had a run, by name?"""
        return [name for (name,) in self._execute("SELECT DISTINCT report FROM runs ORDER BY report", ())]

    def _execute(self, statement: str, values: Sequence[object]) -> list[Any]:
        try:
            return self.database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise ArchiveError(f"{self.path}: the history of runs cannot be used: {error}") from error


def open_history(path: Path) -> History:
    """Where are this work folder's runs written down? In one file, made where it is absent.

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
    """Which of these, the latest first, was the last whose report stands and has its folder?

    Examples
    --------
    >>> last_good([]) is None
    True
    """
    return next((run for run in runs if run.good and run.folder), None)


def failing_since(runs: Sequence[Run]) -> Run | None:
    """With which run did it begin that none succeeds? None where the last one that ended was good.

    Runs stand the latest first. A refused one tells nothing of the report: another was under way.

    Examples
    --------
    >>> failing_since([]) is None
    True
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
