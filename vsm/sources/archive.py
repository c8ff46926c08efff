"""What was fetched, and how far did each pull get? Raw documents, from which all else can be rebuilt.

One SQLite file per work folder. Each page of a pull is one transaction: whatever kills the process, the
archive holds whole pages, and every page that was reported.
"""

import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vsm.errors import ArchiveError, ParameterError
from vsm.sources.archive_file import DAMAGED, STATES, connect, told, transaction
from vsm.sources.archive_text import canonical, encoded, written


@dataclass(frozen=True, slots=True)
class Document:
    """What did a source say about one thing? ``id`` is stable: a later body under it replaces this one."""

    id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What came in one go? ``cursor`` says how far the source has been read."""

    documents: tuple[Document, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PullState:
    """How far did a pull get? ``documents`` are those now stored of its source; times are UTC."""

    source: str
    scope: str
    started: datetime
    finished: datetime | None
    cursor: str | None
    documents: int
    pages: int


class Archive:
    """What was fetched? Documents by source and id, and the log of pulls; close it, or use ``with``.

    Examples
    --------
    >>> from datetime import UTC
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_archive(Path(folder, "a.sqlite")) as archive:
    ...     page = Page((Document("7", {"key": "AB-7"}),))
    ...     state = archive.store([page], source="jira", scope="x.jsonl", at=datetime(2026, 1, 5, tzinfo=UTC))
    ...     state.documents, list(archive.documents("jira"))
    (1, [{'key': 'AB-7'}])
    """

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with told(self._path):
            self._database.close()

    def store(
        self,
        pages: Iterable[Page],
        *,
        source: str,
        scope: str,
        at: datetime,
        whole: bool = False,
        lasting: str | None = None,
        on_page: Callable[[int], None] | None = None,
    ) -> PullState:
        """How far did this pull get? Store all pages; each is one transaction.

        The first page is fetched before anything is written, so a source that refuses its input leaves
        the archive as it was. A pull that breaks off later keeps its whole pages and stays unfinished.
        A document whose content has not changed is not written again.

        Parameters
        ----------
        pages
            What the source gives; none at all is an empty source, and is logged too.
        source
            Whose documents they are, such as ``jira`` or ``git:shop``.
        scope
            What was asked for, such as the file's name.
        at
            When the pull began, with zone.
        whole
            Whether the pages are all that the source says now: then ids that none of them names are dropped
            when the pull is finished, and earlier pulls of it count as finished too. Else they are kept.
        lasting
            How ids begin of what cannot change and is not told again; it is never dropped.
        on_page
            Called after each commit with the number of documents stored so far in this pull.

        Raises
        ------
        ParameterError
            ``at`` has no zone.
        ArchiveError
            The archive cannot be written to.
        """
        if at.tzinfo is None:
            raise ParameterError("at has no time zone; give an instant such as datetime.now(UTC)")
        begun = time.monotonic()
        coming = iter(pages)
        first = next(coming, None)
        with told(self._path), transaction(self._database):
            pull = self._begin(source, scope, at)
            stored = self._write(first, pull, source, at) if first else 0
        if first and on_page:
            on_page(stored)
        for page in coming:
            with told(self._path), transaction(self._database):
                stored += self._write(page, pull, source, at)
            if on_page:
                on_page(stored)
        finished = at + timedelta(seconds=time.monotonic() - begun)
        with told(self._path), transaction(self._database):
            self._finish(pull, source, finished, whole=whole, lasting=lasting)
        return self._states(pull)[0]

    def _finish(
        self, pull: int, source: str, finished: datetime, *, whole: bool, lasting: str | None
    ) -> None:
        at = written(finished)
        self._execute("UPDATE pulls SET finished = ? WHERE pull = ?", at, pull)
        if whole:
            self._execute(
                "DELETE FROM documents WHERE source = ? AND pull <> ? AND instr(id, ?) IS NOT 1",
                *(source, pull, lasting),
            )
            self._execute("UPDATE pulls SET finished = ? WHERE source = ? AND finished IS NULL", at, source)

    def _begin(self, source: str, scope: str, at: datetime) -> int:
        pull = self._execute(
            "INSERT INTO pulls (source, scope, started) VALUES (?, ?, ?)", source, scope, written(at)
        ).lastrowid
        return int(pull or 0)

    def _write(self, page: Page, pull: int, source: str, at: datetime) -> int:
        """Write one page within the open transaction; give its number of documents."""
        changed = 0
        for document in page.documents:
            text = canonical(document.body)
            digest = hashlib.sha256(text).hexdigest()
            known = self._execute(
                "SELECT digest FROM documents WHERE source = ? AND id = ?", source, document.id
            ).fetchone()
            if known == (digest,):
                self._execute(
                    "UPDATE documents SET pull = ? WHERE source = ? AND id = ?", pull, source, document.id
                )
                continue
            changed += 1
            self._execute(
                "INSERT INTO documents (source, id, body, digest, fetched, pull) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (source, id) DO UPDATE SET body = excluded.body, digest = excluded.digest, "
                "fetched = excluded.fetched, pull = excluded.pull",
                *(source, document.id, zlib.compress(text), digest, written(at), pull),
            )
        self._execute(
            "UPDATE pulls SET cursor = ?, pages = pages + 1, documents = documents + ?, "
            "changed = changed + ? WHERE pull = ?",
            *(page.cursor, len(page.documents), changed, pull),
        )
        return len(page.documents)

    def documents(self, source: str) -> Iterator[dict[str, Any]]:
        """What is known of this source? The bodies by id, one after the other; none of an unknown source.

        Raises
        ------
        ArchiveError
            The archive is damaged: a body is not what its digest says.
        """
        query = "SELECT id, body, digest FROM documents WHERE source = ? ORDER BY id"
        with told(self._path), closing(self._execute(query, source)) as rows:
            for name, packed, digest in rows:
                yield self._unpacked(packed, digest, f"{source} {name}")

    def document(self, source: str, id_: str) -> dict[str, Any] | None:
        """What is known under this id? None where nothing is.

        Raises
        ------
        ArchiveError
            The archive is damaged: the body is not what its digest says.
        """
        query = "SELECT body, digest FROM documents WHERE source = ? AND id = ?"
        with told(self._path):
            found = self._execute(query, source, id_).fetchall()
        return next((self._unpacked(packed, digest, f"{source} {id_}") for packed, digest in found), None)

    def cursor(self, source: str, scope: str) -> str | None:
        """How far did the latest pull of this source and scope get? None where it cannot say."""
        wanted = (source, scope)
        return next((pull.cursor for pull in self.pulls() if (pull.source, pull.scope) == wanted), None)

    def _unpacked(self, packed: bytes, digest: str, name: str) -> dict[str, Any]:
        try:
            text = zlib.decompress(packed)
        except zlib.error:
            text = b""
        if hashlib.sha256(text).hexdigest() != digest:
            raise ArchiveError(f"{self._path}: document {name} is not as it was stored; {DAMAGED}")
        body: dict[str, Any] = json.loads(text)
        return body

    def pulls(self) -> list[PullState]:
        """How far did the latest pull of every source and scope get? By source, the latest scope last."""
        return self._states(None)

    def sources(self) -> list[str]:
        """Which sources were pulled? Sorted."""
        return sorted({pull.source for pull in self.pulls()})

    def _states(self, pull: int | None) -> list[PullState]:
        with told(self._path):
            rows = self._execute(STATES, pull, pull).fetchall()
        return [
            PullState(
                *(source, scope, datetime.fromisoformat(started)),
                *(datetime.fromisoformat(finished) if finished else None, *rest),
            )
            for source, scope, started, finished, *rest in rows
        ]

    def digest(self) -> str:
        """Which content is this? 64 hex digits; equal content has equal digests, whatever the pulls.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder, open_archive(Path(folder, "a.sqlite")) as archive:
        ...     archive.digest()[:12]
        'e3b0c44298fc'
        """
        whole = hashlib.sha256()
        with told(self._path):
            for row in self._execute("SELECT source, id, digest FROM documents ORDER BY source, id"):
                whole.update(canonical(row))
        return whole.hexdigest()

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        sayable = [encoded(value).decode() if isinstance(value, str) else value for value in values]
        return self._database.execute(statement, sayable)


def open_archive(path: Path, *, create: bool = True) -> Archive:
    """Which archive lies at this path?

    Parameters
    ----------
    path
        Its file; it and its folders are made where absent, readable by their owner only.
    create
        Whether to make them. Say ``create=False`` for reading: then nothing comes into being.

    Raises
    ------
    SourceError
        There is no archive and none may be made.
    ArchiveError
        It is locked, damaged, of a newer version or cannot be written to.

    Examples
    --------
    >>> open_archive(Path("nowhere.sqlite"), create=False)
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: no archive at nowhere.sqlite: run vsm pull first
    """
    return Archive(connect(path, create=create), path)
