"""The record of every run of a work folder, and the lock that lets one run at a time write it.

A run is recorded before it does anything. One that was killed, as by a power cut, is found by the next run,
which is then the only one, and is marked as broken off: nothing is lost silently.

The lock is the operating system's, on a file, and belongs to a living process: it is free as soon as that has
ended, however it ended, and a file that was left behind locks nobody out. On a network drive without locks,
each machine needs a work folder of its own.
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
"""Outcomes after which a whole report stands."""
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
    """One run of one report.

    Attributes
    ----------
    report, title
        The report's name in vsm.toml, and its title on its pages.
    begun, ended, due
        Instants with zone: its beginning, its end, and the time that made it due (None where it was named).
    number
        Its number in the history, from 1; 0 before it is recorded.
    outcome
        ``done``, ``unchanged`` (no news, so the last report stands), ``stale`` (some of its data are old or
        faulty), ``failed``, ``misconfigured``, ``broken off``, ``refused`` (another one was running).
    phase
        How far it got: pull, check, render, publish.
    reason
        Why it is not simply done; a sentence, or nothing.
    folder
        Name of its report's folder, from the moment it is about to be put there; nothing where it made none.
    key
        Hash of the data, settings and program that it was made of, which shows whether there is news.
    data
        State of the data, in words.
    warnings
        Number of warnings in QUALITY.
    findings
        What ``vsm.findings.since_last`` keeps of its findings and changes.
    files
        The files of its folder: what may be removed of it.
    others
        The contents of its working folder before it rendered, which are not its own; None before that.
    times
        How often the same thing happened in a row where each time would be a line of its own.
    overlong
        Whether it was refused because of a run that has been under way too long, and still is.
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
    files: tuple[str, ...] = ()
    others: tuple[str, ...] | None = None
    times: int = 1
    overlong: bool = False

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
        """Record a run that begins now; returns it with its number."""
        values = (run.report, _text(run.begun), run.outcome, _packed(run))
        row = self._execute(
            "INSERT INTO runs (report, begun, outcome, about) VALUES (?, ?, ?, ?) RETURNING run", values
        )
        return replace(run, number=int(row[0][0]))

    def write(self, run: Run) -> None:
        """Record how far a run got, or how it ended."""
        values = (run.outcome, _packed(run), run.number)
        self._execute("UPDATE runs SET outcome = ?, about = ? WHERE run = ?", values)

    def end(self, run: Run, before: Run | None) -> Run:
        """Record an end; repeats of one refusal, and of one misconfiguration, stay one line."""
        if (
            before is not None
            and run.outcome in ("refused", "misconfigured")
            and (run.outcome, run.reason) == (before.outcome, before.reason)
        ):
            self._execute("DELETE FROM runs WHERE run = ?", (run.number,))
            run = replace(before, times=before.times + 1, ended=run.ended, due=run.due)
        self.write(run)
        return run

    def runs(self, report: str | None = None) -> list[Run]:
        """The runs of this report, or of all, the latest first."""
        found = self._execute(
            "SELECT run, about FROM runs WHERE ? IS NULL OR report = ? ORDER BY run DESC", (report, report)
        )
        return [_unpacked(number, about) for number, about in found]

    def under_way(self) -> list[Run]:
        """Runs that have begun and not ended."""
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
    """Open the record of runs; made where it is absent. Raises ArchiveError where it cannot be used."""
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


def listed_files(runs: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    """The files of every run of which there is a list, by the name of its folder."""
    return {run.folder: run.files for run in runs if run.folder and run.files}


def failing_since(runs: Sequence[Run]) -> Run | None:
    """The first of the failed runs since the last good one; None where the last that ended was good.

    ``runs`` has the latest first. Refused ones do not count: another was running.
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
    known["files"] = tuple(known.get("files", ()))
    known["others"] = None if known.get("others") is None else tuple(known["others"])
    return Run(**known | {"number": number})


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
