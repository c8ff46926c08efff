"""The archive: raw documents as they were fetched, from which all else can be rebuilt, and the log of pulls.

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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

from vsm.errors import ArchiveError, ParameterError
from vsm.sources.archive_file import DAMAGED, connect, connect_to_read, sqlite_errors, transaction

Json = dict[str, Any]
REFUSED: Final = "refused/"
"""Before the id of a document that was there and is not to be stored."""
STATES: Final = """
    SELECT source, scope, started, finished, cursor,
           (SELECT count(*) FROM documents WHERE documents.source = pulls.source), pages
    FROM pulls
    WHERE pull = ? OR ? IS NULL AND pull IN (SELECT max(pull) FROM pulls GROUP BY source, scope)
    ORDER BY source, pull
"""
"""The latest pull of each source and scope, or the pull of one number."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a source says about one thing. ``id`` is stable: a later body under it replaces this one."""

    id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Documents that are stored together. ``cursor`` says how far the source has been read."""

    documents: tuple[Document, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PullState:
    """How far a pull got. ``documents`` are those now stored of its source; times are UTC."""

    source: str
    scope: str
    started: datetime
    finished: datetime | None
    cursor: str | None
    documents: int
    pages: int


class Refusing(Protocol):
    """Who and what is not to be stored, as ``vsm.people.forgetting.Refusals`` says it."""

    def versions(self, body: Any) -> Iterable[Any]:
        """Give a body as it may have been stored at any time; the last is without those who are forgotten."""

    def refuses(self, source: str, id_: str, texts: Iterable[bytes]) -> bool:
        """Whether this document, with any of these contents, is not to be stored."""


class Archive:
    """Documents by source and id, and the log of pulls; close it, or use ``with``.

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

    def __init__(self, database: sqlite3.Connection, path: Path, refusals: Refusing | None = None) -> None:
        self._database = database
        self._path = path
        self._refusals = refusals

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with sqlite_errors(self._path):
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
        """Store all pages, each in one transaction, and give how far the pull got.

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
            How ids begin of what cannot change and is not fetched again; it is never dropped.
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
        remaining = iter(pages)
        first = next(remaining, None)
        begin = "INSERT INTO pulls (source, scope, started) VALUES (?, ?, ?)"
        with sqlite_errors(self._path), transaction(self._database):
            pull = int(self._execute(begin, source, scope, _written(at)).lastrowid or 0)
            stored = self._write(first, pull, source, at) if first else 0
        if first and on_page:
            on_page(stored)
        for page in remaining:
            with sqlite_errors(self._path), transaction(self._database):
                stored += self._write(page, pull, source, at)
            if on_page:
                on_page(stored)
        finished = at + timedelta(seconds=time.monotonic() - begun)
        with sqlite_errors(self._path), transaction(self._database):
            self._finish(pull, source, finished, whole=whole, lasting=lasting)
        return self._states(pull)[0]

    def _finish(
        self, pull: int, source: str, finished: datetime, *, whole: bool, lasting: str | None
    ) -> None:
        at = _written(finished)
        self._execute("UPDATE pulls SET finished = ? WHERE pull = ?", at, pull)
        if whole:
            self._execute(
                "DELETE FROM documents WHERE source = ? AND pull < ? AND instr(id, ?) IS NOT 1",
                *(source, pull, lasting),
            )
            self._execute("UPDATE pulls SET finished = ? WHERE source = ? AND finished IS NULL", at, source)

    def _write(self, page: Page, pull: int, source: str, at: datetime) -> int:
        """Write one page within the open transaction; give its number of documents."""
        changed = 0
        for document in page.documents:
            id_, text = document.id, _canonical(document.body)
            if self._refusals:
                versions = [_canonical(body) for body in self._refusals.versions(json.loads(text))]
                refused = self._refusals.refuses(source, id_, (text, *versions))
                id_, text = (f"{REFUSED}{id_}", b'{"type":"refused"}') if refused else (id_, versions[-1])
            digest = hashlib.sha256(text).hexdigest()
            stored = self._execute(
                "SELECT digest FROM documents WHERE source = ? AND id = ?", source, id_
            ).fetchone()
            if stored == (digest,):
                self._execute("UPDATE documents SET pull = ? WHERE source = ? AND id = ?", pull, source, id_)
                continue
            changed += 1
            self._execute(
                "INSERT INTO documents (source, id, body, digest, fetched, pull) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (source, id) DO UPDATE SET body = excluded.body, digest = excluded.digest, "
                "fetched = excluded.fetched, pull = excluded.pull",
                *(source, id_, zlib.compress(text), digest, _written(at), pull),
            )
        self._execute(
            "UPDATE pulls SET cursor = ?, pages = pages + 1, documents = documents + ?, "
            "changed = changed + ? WHERE pull = ?",
            *(page.cursor, len(page.documents), changed, pull),
        )
        return len(page.documents)

    def forget(self, changed: Callable[[str, str, Json], Mapping[str, Any] | None]) -> tuple[int, int]:
        """Rewrite documents, or remove them, so that nothing of what they were is left in the file.

        Parameters
        ----------
        changed
            Gives the new body of (source, id, body), the same one if it may stay, or None.

        Returns
        -------
        tuple
            How many documents were rewritten, and how many removed.
        """
        rewritten = removed = 0
        with sqlite_errors(self._path):
            self._database.execute("PRAGMA secure_delete = ON")
            with transaction(self._database):
                for source, id_ in self._execute("SELECT source, id FROM documents").fetchall():
                    body = self.document(source, id_) or {}
                    if (new := changed(source, id_, body)) is None:
                        removed += 1
                        self._execute("DELETE FROM documents WHERE source = ? AND id = ?", source, id_)
                    elif new != body:
                        rewritten += 1
                        text = _canonical(new)
                        change = "UPDATE documents SET body = ?, digest = ? WHERE source = ? AND id = ?"
                        stored = zlib.compress(text), hashlib.sha256(text).hexdigest()
                        self._execute(change, *stored, source, id_)
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return rewritten, removed

    def bodies(self) -> Iterator[tuple[str, str, str, datetime, Json]]:
        """Give source, id, digest, when it was fetched, and body of every document."""
        query = "SELECT source, id, digest, fetched, body FROM documents ORDER BY source, id"
        with sqlite_errors(self._path), closing(self._execute(query)) as rows:
            for source, id_, digest, fetched, packed in rows:
                body = json.loads(self._unpacked(packed, digest, f"{source} {id_}"))
                yield source, id_, digest, datetime.fromisoformat(fetched), body

    def documents(self, source: str) -> Iterator[Json]:
        """Give the bodies of a source by id, one after the other; none of an unknown source.

        Raises
        ------
        ArchiveError
            The archive is damaged: a body is not what its digest says.
        """
        return map(json.loads, self.texts(source))

    def texts(self, source: str, *, first: str = "") -> Iterator[bytes]:
        """Give the same as texts of JSON in UTF-8, that of the id ``first`` before all others."""
        query = "SELECT id, body, digest FROM documents WHERE source = ? ORDER BY id <> ?, id"
        with sqlite_errors(self._path), closing(self._execute(query, source, first)) as rows:
            for name, packed, digest in rows:
                yield self._unpacked(packed, digest, f"{source} {name}")

    def ids(self, source: str) -> set[str]:
        """Give the ids of a source's documents; none of an unknown source."""
        with sqlite_errors(self._path):
            return {name for (name,) in self._execute("SELECT id FROM documents WHERE source = ?", source)}

    def document(self, source: str, id_: str) -> Json | None:
        """Give the body under this id; None where there is none.

        Raises
        ------
        ArchiveError
            The archive is damaged: the body is not what its digest says.
        """
        query = "SELECT body, digest FROM documents WHERE source = ? AND id = ?"
        with sqlite_errors(self._path):
            found = self._execute(query, source, id_).fetchall()
        texts = (self._unpacked(packed, digest, f"{source} {id_}") for packed, digest in found)
        return next(map(json.loads, texts), None)

    def cursor(self, source: str, scope: str) -> str | None:
        """Give how far the latest pull of this source and scope got; None where it cannot say."""
        wanted = (source, scope)
        return next((pull.cursor for pull in self.pulls() if (pull.source, pull.scope) == wanted), None)

    def _unpacked(self, packed: bytes, digest: str, name: str) -> bytes:
        try:
            text = zlib.decompress(packed)
        except zlib.error:
            text = b""
        if hashlib.sha256(text).hexdigest() != digest:
            raise ArchiveError(f"{self._path}: document {name} is not as it was stored; {DAMAGED}")
        return text

    def pulls(self) -> list[PullState]:
        """Give the latest pull of every source and scope, by source, the latest scope last."""
        return self._states(None)

    def sources(self) -> list[str]:
        """Give the sources that were pulled, sorted."""
        return sorted({pull.source for pull in self.pulls()})

    def _states(self, pull: int | None) -> list[PullState]:
        with sqlite_errors(self._path):
            rows = self._execute(STATES, pull, pull).fetchall()
        return [
            PullState(
                *(source, scope, datetime.fromisoformat(started)),
                *(datetime.fromisoformat(finished) if finished else None, *rest),
            )
            for source, scope, started, finished, *rest in rows
        ]

    def digest(self) -> str:
        """Give 64 hex digits of the content; equal content has equal digests, whatever the pulls."""
        whole = hashlib.sha256()
        with sqlite_errors(self._path):
            for row in self._execute("SELECT source, id, digest FROM documents ORDER BY source, id"):
                whole.update(_canonical(row))
        return whole.hexdigest()

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        plain = [_encoded(value).decode() if isinstance(value, str) else value for value in values]
        return self._database.execute(statement, plain)


def open_archive(path: Path, *, create: bool = True, refusals: Refusing | None = None) -> Archive:
    """Open the archive at this path for writing.

    Parameters
    ----------
    path
        Its file; it and its folders are made where absent, readable by their owner only.
    create
        Whether to make them; without it nothing comes into being.
    refusals
        Who and what is not to be stored (``vsm forget``).

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
    return Archive(connect(path, create=create), path, refusals)


def read_archive(path: Path) -> Archive:
    """Open the archive at this path for reading only; an absent one holds nothing.

    It is read also in a folder that cannot be written to. In one that can, SQLite puts its two files for
    readers (``-wal`` and ``-shm``) beside it and takes them away again.

    Raises
    ------
    ArchiveError
        It is damaged, no archive, or of a newer version.

    Examples
    --------
    >>> with read_archive(Path("no such folder/archive.sqlite")) as archive:
    ...     archive.pulls()
    []
    """
    return Archive(connect_to_read(path), path)


def _canonical(body: object) -> bytes:
    """Give the bytes of a body as JSON; equal content gives equal bytes."""
    # The default turns what is a mapping but no dict into one.
    text = json.dumps(
        body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=dict
    )
    return _encoded(text)


def _encoded(text: str) -> bytes:
    """Give UTF-8. Half a surrogate pair, as in a cut emoji or an odd file name, becomes '?'."""
    return text.encode("utf-8", errors="replace")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
