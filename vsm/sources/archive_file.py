"""How is the archive opened? One SQLite file, private, migrated, with its failures told plainly."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from vsm.errors import ArchiveError, SourceError

MIGRATIONS: Final = (
    (
        """
        CREATE TABLE pulls (
            pull INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            scope TEXT NOT NULL,
            started TEXT NOT NULL,
            finished TEXT,
            cursor TEXT,
            pages INTEGER NOT NULL DEFAULT 0,
            documents INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE INDEX pulls_by_source ON pulls (source, pull)",
        """
        CREATE TABLE documents (
            source TEXT NOT NULL,
            id TEXT NOT NULL,
            body BLOB NOT NULL,
            digest TEXT NOT NULL,
            fetched TEXT NOT NULL,
            pull INTEGER NOT NULL REFERENCES pulls (pull),
            PRIMARY KEY (source, id)
        )
        """,
    ),
    (  # A scope is JSON from which a pull can be repeated; it was a path.
        """
        UPDATE pulls SET scope = CASE
            WHEN source LIKE 'git:%' THEN json_object('repo', scope, 'allow_shallow', json('false'))
            WHEN source LIKE 'table:%' THEN json_object(
                'file', scope, 'columns', json('{}'), 'timezone', '', 'skip_bad', json('false'))
            ELSE json_object('file', scope)
        END WHERE NOT json_valid(scope)
        """,
    ),
    (  # Commits stand together, many a document: repositories are to be pulled again.
        "DELETE FROM documents WHERE source LIKE 'git:%'",
        "UPDATE pulls SET finished = NULL, cursor = NULL WHERE source LIKE 'git:%'",
    ),
)

STATES: Final = """
    SELECT source, scope, started, finished, cursor,
           (SELECT count(*) FROM documents WHERE documents.source = pulls.source), pages
    FROM pulls
    WHERE pull = ? OR ? IS NULL AND pull IN (SELECT max(pull) FROM pulls GROUP BY source, scope)
    ORDER BY source, pull
"""
"""The latest pull of each source and scope, or the pull of one number."""

_OURS: Final = 0x76736D31  # "vsm1", so that another program's database is never taken for an archive
_BUSY_SECONDS: Final = 10.0


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Which open database is the archive at this path? Of the newest version, in autocommit mode.

    Parameters
    ----------
    path
        The file. It and its folders are made where they are absent, readable by their owner only.
    create
        Whether to make them; without it an absent file is an error, and nothing is written.

    Raises
    ------
    SourceError
        There is no file and none may be made.
    ArchiveError
        The file is locked, damaged, no archive, of a newer version or cannot be written to.

    Examples
    --------
    >>> connect(Path("no such folder/archive.sqlite"), create=False)
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: no archive at no such folder/archive.sqlite: run vsm pull first
    """
    if not create and not path.exists():
        raise SourceError(f"no archive at {path}: run vsm pull first")
    if create:
        _make(path)
    with told(path):
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
        try:
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("PRAGMA synchronous = FULL")
            _migrate(database, path)
        except BaseException:
            database.close()
            raise
    return database


def _make(path: Path) -> None:
    """Create file and folder for their owner only; SQLite gives its -wal and -shm files the same mode.

    A folder that is there already keeps the rights that its owner gave it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be opened for writing: {error.strerror}; name a file in a folder of yours"
        ) from error


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the newest version; a database that is there already is only looked at."""
    if is_newest(current_version(database, path)):
        return
    database.execute("PRAGMA journal_mode = WAL")
    with transaction(database):
        # Another process may have migrated between the look above and the lock.
        for version in range(current_version(database, path), len(MIGRATIONS)):
            for statement in MIGRATIONS[version]:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        database.execute(f"PRAGMA application_id = {_OURS}")


def empty_database() -> sqlite3.Connection:
    """How does an archive look that holds nothing? In memory, of the newest version.

    Examples
    --------
    >>> from contextlib import closing
    >>> with closing(empty_database()) as database:
    ...     database.execute("SELECT count(*) FROM documents").fetchone()
    (0,)
    """
    database = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(database, Path(":memory:"))
    return database


def is_newest(version: int) -> bool:
    """Is this the version that this vsm writes?

    Examples
    --------
    >>> is_newest(0)
    False
    """
    return version == len(MIGRATIONS)


def current_version(database: sqlite3.Connection, path: Path) -> int:
    """Which version is this archive of? 0 for a file in which nothing was ever made.

    Raises
    ------
    ArchiveError
        It is another program's database, or of a newer version.

    Examples
    --------
    >>> from contextlib import closing
    >>> with closing(empty_database()) as database:
    ...     is_newest(current_version(database, Path("archive.sqlite")))
    True
    """
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    owner = int(database.execute("PRAGMA application_id").fetchone()[0])
    tables = int(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if owner != _OURS and (tables or owner):
        raise ArchiveError(f"{path} is a database of another program, not an archive; name another file")
    if version > len(MIGRATIONS):
        raise ArchiveError(
            f"{path} is an archive of version {version}, this vsm knows {len(MIGRATIONS)}; update vsm"
        )
    return version


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Do all of the statements within, or none; other writers wait.

    Examples
    --------
    >>> database = sqlite3.connect(":memory:", isolation_level=None)
    >>> with transaction(database):
    ...     _ = database.execute("CREATE TABLE t (x)")
    >>> database.in_transaction, database.close()
    (False, None)
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some failures, such as a full disk.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell SQLite's failures as ``ArchiveError``: what happened to which file, and what to do.

    Examples
    --------
    >>> with told(Path("a.sqlite")):
    ...     raise sqlite3.OperationalError("database or disk is full")
    Traceback (most recent call last):
    ...
    vsm.errors.ArchiveError: a.sqlite: database or disk is full; see that its disk can be written to
    """
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            advice = "another process is writing to it; wait until that is done and try again"
        elif name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            advice = DAMAGED
        else:
            advice = "see that its disk can be written to"
        raise ArchiveError(f"{path}: {error}; {advice}") from error


DAMAGED: Final = "the archive is damaged: move it away and pull again, it holds nothing but copies"
