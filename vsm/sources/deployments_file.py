"""Deployments that somebody wrote down: one a row of a table, or one a line of JSON."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page
from vsm.sources.table_cells import SUFFIXES, read_cells
from vsm.sources.table_values import text_of

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        "time", "at", "deployed_at", "finished_at", "completed_at", "completedon", "finishtime", "timestamp",
        "date", "created_at", "lastupdated",
    ),
    "environment": ("environment", "env", "stage", "releaseenvironment", "environment_name"),
    "commit": ("commit", "sha", "revision", "commit_sha"),
    "outcome": (
        "outcome", "conclusion", "result", "deploymentstatus", "deployment_status", "status", "state",
    ),
    "repository": ("repository", "repo"),
    "component": ("component", "service"),
    "id": ("id", "deployment", "deploy"),
}  # fmt: skip
"""Our words, and what columns may be called; the first that says something counts."""
NAMED: Final = ("name", "displayName", "sha", "id")
"""What stands for an object in a host's JSON, such as GitLab's environment; the first that is there."""
REPLACED: Final = frozenset({"inactive", "superseded", "destroyed", "stale", "undeployed"})
"""What hosts say of a deployment that is there no longer."""
LISTED: Final = 10
DATED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]")
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199


def deployment_pages(path: Path, *, environment: str = "", repository: str = "") -> Iterator[Page]:
    """Give the deployments of a file.

    Parameters
    ----------
    path
        ``.jsonl``, or a table with names of columns, as ``read_cells`` reads it: ``.csv``, ``.xlsx``, ….
        Each row needs a time, ISO 8601 with its zone; ``environment``, ``commit``, ``outcome``,
        ``repository``, ``component`` and ``id`` may be there, under one of the names of ``WORDS``.
    environment, repository
        Of rows that name none.

    Yields
    ------
    Page
        One: documents named by their own id, else by their line: ``deploy, line, at, environment, commit,
        outcome, repository``, as the file has them, None where it has nothing; ``component`` where it has
        one; and ``updates`` where it has several rows of the deployment, of which this is the last.

    Raises
    ------
    SourceError
        The file cannot be read, or rows cannot be used, which are listed by line; before the page.

    Examples
    --------
    >>> next(deployment_pages(Path("nowhere.csv")))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.csv: No such file or directory
    """
    rows = list(_rows(path))
    faults = [f"line {line}: {fault}" for line, row in rows for fault in _faults(row, environment)]
    bodies = [_body(line, row, environment, repository) for line, row in rows]
    if faults:
        more = f"; and {len(faults) - LISTED} more" if len(faults) > LISTED else ""
        raise SourceError(f"{path}: {'; '.join(faults[:LISTED])}{more}; fix them and pull again")
    yield Page(tuple(Document(body["deploy"], body) for body in _last_of_each(bodies)))


def _last_of_each(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take rows of one id, repository and environment for updates of one deployment: the last by time counts.

    That it is there no longer, as hosts add once a later one has replaced it, is no outcome of it.
    """
    named = {body["deploy"] for body in bodies}
    updates: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for body in bodies:
        line = str(body["line"])
        name = body["deploy"] or (f"line {line}" if line in named else line)
        updates.setdefault((name, body["environment"], body["repository"] or ""), []).append(body)
    several = Counter(name for name, *_ in updates)
    found = []
    for (name, *about), rows in updates.items():
        lasting = [row for row in rows if str(row["outcome"]).casefold() not in REPLACED] or rows
        last = max(lasting, key=lambda row: (datetime.fromisoformat(row["at"]), row["line"]))
        unique = name if several[name] == 1 else " ".join(filter(None, (name, *about)))
        found.append(last | {"deploy": unique} | ({"updates": len(rows)} if len(rows) > 1 else {}))
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix.lower() != ".jsonl":
        yield from _cells(path)
        return
    try:
        yield from _jsonl(path)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise SourceError(f"{path}: cannot be read ({error})") from error


def _cells(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join((*SUFFIXES, ".jsonl"))
        raise SourceError(f"{path}: none of {known}; write the deployments as one of these")
    cells = read_cells(path)
    names = [name.lower() for name in cells.header]
    if not any(name in WORDS["at"] for name in names):
        raise SourceError(
            f"{path}: no column is called {' or '.join(WORDS['at'])}; there are: {', '.join(names)}"
        )
    filled = cells.frame.where(cells.frame.notna(), "").to_numpy().tolist()
    for line, odd, values in zip(cells.lines, cells.odd, filled, strict=True):
        if odd:
            raise SourceError(f"{path}: line {line} has {odd}")
        yield line, dict(zip(names, map(text_of, values), strict=True))


def _jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for line, text in enumerate(file, start=1):
            if text.strip():
                try:
                    row = json.loads(text, object_pairs_hook=_object)
                except KeyError as error:
                    raise ValueError(f"line {line}: the key {error} stands twice in one object") from error
                except RecursionError as error:
                    raise ValueError(f"line {line} is nested too deeply") from error
                if not isinstance(row, dict):
                    raise ValueError(f"line {line} is no object")
                yield line, {str(name).lower(): value for name, value in row.items()}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict[str, Any]()
    for key, value in pairs:
        if key in made:
            raise KeyError(key)
        made[key] = value
    return made


def _word(row: Mapping[str, Any], word: str) -> str | None:
    cell = next((row[name] for name in WORDS[word] if row.get(name) not in (None, "")), "")
    if isinstance(cell, dict):
        cell = next((cell[name] for name in NAMED if cell.get(name)), "")
    # Half a surrogate pair, as in a cut emoji, becomes '?', as in the archive.
    return str(cell).encode(errors="replace").decode().strip() or None


def _faults(row: Mapping[str, Any], environment: str) -> Iterator[str]:
    at = _word(row, "at")
    if at is None:
        yield "no time"
    elif not _zoned(at):
        yield f"no readable time '{at}', write it with its zone, as 2026-01-31T08:00:00+01:00"
    if not (_word(row, "environment") or environment):
        yield "no environment; name it with --environment"


def _zoned(text: str) -> bool:
    """Whether this is an instant with its zone, as the event log reads it: no dates by weeks."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(DATED.match(text)) and at.tzinfo is not None and FIRST_YEAR <= at.year <= LAST_YEAR


def _body(line: int, row: Mapping[str, Any], environment: str, repository: str) -> dict[str, Any]:
    words = {word: _word(row, word) for word in WORDS}
    component = words.pop("component")
    return {
        "deploy": words.pop("id"),
        "line": line,
        **words,
        "environment": words["environment"] or environment,
        "repository": words["repository"] or repository or None,
        **({"component": component} if component else {}),
    }
