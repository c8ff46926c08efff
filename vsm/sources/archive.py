"""What was fetched, when, and how far did it get? One SQLite file per work folder.

Documents are kept as fetched, so that everything else can be rebuilt from them. A page of documents, the
cursor after it and the counters go into one transaction: whenever the process dies, what was reported as
stored is stored, and nothing is half-written.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from vsm.errors import ArchiveError

MIGRATIONS: Final = (
    """
    CREATE TABLE IF NOT EXISTS pulls (
        pull INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        scope TEXT NOT NULL,
        started TEXT NOT NULL,
        finished TEXT,
        cursor TEXT,
        pages INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS documents (
        source TEXT NOT NULL,
        id TEXT NOT NULL,
        digest TEXT NOT NULL,
        fetched TEXT NOT NULL,
        pull INTEGER NOT NULL REFERENCES pulls (pull),
        body BLOB NOT NULL,
        PRIMARY KEY (source, id)
    );
    """,
)

_UPSERT: Final = """
    INSERT INTO documents (source, id, digest, fetched, pull, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, id) DO UPDATE
    SET digest = excluded.digest, fetched = excluded.fetched, pull = excluded.pull, body = excluded.body
    WHERE digest <> excluded.digest
"""
_LATEST: Final = """
    SELECT source, scope, started, finished, cursor, pages,
           (SELECT count(*) FROM documents WHERE documents.source = pulls.source)
    FROM pulls WHERE pull IN (SELECT max(pull) FROM pulls GROUP BY source) ORDER BY source
"""


@dataclass(frozen=True, slots=True)
class Document:
    """What is one thing as it was fetched? ``id`` is unique within its source; ``body`` is JSON."""

    id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What came at once? ``cursor`` tells the source where the next page begins."""

    documents: tuple[Document, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PullState:
    """How far did the latest pull of a source get? ``finished`` is missing where it was broken off.

    ``documents`` counts all that is stored of the source, ``pages`` what this pull committed.
    """

    source: str
    scope: str
    started: datetime
    finished: datetime | None
    cursor: str | None
    pages: int
    documents: int


class Archive:
    """What was fetched? Use ``open_archive``; a context manager that closes itself."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def store(
        self,
        pages: Iterable[Page],
        *,
        source: str,
        scope: str,
        at: datetime,
        on_page: Callable[[int], None] | None = None,
    ) -> PullState:
        """How far did this pull get? Stores page by page, each in one transaction with its cursor.

        A document that is there already is replaced where its content differs. Where ``pages`` fails
        before its first page, nothing is written at all; later, what was committed stays and the pull
        is marked as unfinished.

        Parameters
        ----------
        pages
            Pages in the order in which they were fetched.
        source
            Such as ``jira`` or ``git:shop``.
        scope
            Where it was fetched from, to be shown; never a secret.
        at
            The instant of the pull, with zone.
        on_page
            Told the number of documents so far, after each commit.

        Raises
        ------
        ArchiveError
            The archive is locked or damaged, or the disk is full.
        """
        rest = iter(pages)
        first = next(rest, None)
        with self._faults():
            number = self._begin(source, scope, at)
        stored = 0
        for page in chain([] if first is None else [first], rest):
            with self._faults():
                self._store_page(number, source, page, at)
            stored += len(page.documents)
            if on_page is not None:
                on_page(stored)
        with self._faults(), self._connection:
            self._connection.execute("UPDATE pulls SET finished = ? WHERE pull = ?", (at.isoformat(), number))
        return next(state for state in self.pulls() if state.source == source)

    def _begin(self, source: str, scope: str, at: datetime) -> int:
        with self._connection:
            row = self._connection.execute(
                "INSERT INTO pulls (source, scope, started) VALUES (?, ?, ?) RETURNING pull",
                (source, scope, at.isoformat()),
            ).fetchone()
        return int(row[0])

    def _store_page(self, pull: int, source: str, page: Page, at: datetime) -> None:
        packed = [(document.id, *_packed(document.body)) for document in page.documents]
        rows = [(source, id_, digest, at.isoformat(), pull, body) for id_, digest, body in packed]
        with self._connection:
            self._connection.executemany(_UPSERT, rows)
            self._connection.execute(
                "UPDATE pulls SET pages = pages + 1, cursor = coalesce(?, cursor) WHERE pull = ?",
                (page.cursor, pull),
            )

    def documents(self, source: str) -> Iterator[dict[str, Any]]:
        """Which bodies are stored of a source? One after the other, ordered by id."""
        with self._faults():
            for (body,) in self._connection.execute(
                "SELECT body FROM documents WHERE source = ? ORDER BY id", (source,)
            ):
                yield json.loads(zlib.decompress(body))

    def pulls(self) -> list[PullState]:
        """How far did the latest pull of each source get? Ordered by source."""
        with self._faults():
            rows = self._connection.execute(_LATEST).fetchall()
        return [
            PullState(
                source, scope, datetime.fromisoformat(started), _instant(finished), cursor, pages, count
            )
            for source, scope, started, finished, cursor, pages, count in rows
        ]

    def digest(self) -> str:
        """Which content is this? A hash over all documents, equal wherever the contents are.

        It does not depend on when, how often or in which order they were pulled, but an unfinished pull
        and a source that was pulled and is empty count as content.
        """
        sha = hashlib.sha256()
        with self._faults():
            for row in self._connection.execute(
                "SELECT source, id, digest FROM documents ORDER BY source, id"
            ):
                sha.update("\0".join(row).encode() + b"\n")
        for state in self.pulls():
            sha.update(f"{state.source}\0{state.finished is not None}\n".encode())
        return sha.hexdigest()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Say SQLite's faults in words that tell what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise ArchiveError(
                f"{self._path}: {error}; is another pull running, or the disk full?"
            ) from error
        except (sqlite3.DatabaseError, zlib.error, json.JSONDecodeError) as error:
            raise ArchiveError(f"{self._path} is damaged ({error}); move it away and pull again") from error


def open_archive(path: Path, *, create: bool = True) -> Archive:
    """Where is what was fetched? Opens the archive, brings it up to date, or makes an empty one.

    Parameters
    ----------
    path
        The SQLite file. It and its companions can be read by their owner only.
    create
        Whether to make it where it is not there.

    Raises
    ------
    ArchiveError
        It is not there and may not be made, is damaged, locked, or of a newer version of vsm.

    Examples
    --------
    >>> open_archive(Path("nowhere.sqlite"), create=False)
    Traceback (most recent call last):
    ...
    vsm.errors.ArchiveError: nowhere.sqlite is not there; run vsm pull first
    """
    if not path.exists():
        if not create:
            raise ArchiveError(f"{path} is not there; run vsm pull first")
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(path, timeout=30)
    archive = Archive(connection, path)
    try:
        with archive._faults():  # noqa: SLF001 - the same module, before anyone else sees it
            _prepare(connection, path)
    except ArchiveError:
        connection.close()
        raise
    return archive


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise ArchiveError(f"{path} was written by a newer vsm (version {version}); update vsm")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def _packed(body: Mapping[str, Any]) -> tuple[str, bytes]:
    """Hash and compress a body, in one spelling whatever the order of its keys."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    return hashlib.sha256(text).hexdigest(), zlib.compress(text)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
