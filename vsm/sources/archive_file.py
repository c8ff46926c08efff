"""The archive's SQLite file: opened for writing or for reading, migrated, its failures in plain words."""

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

_OURS: Final = 0x76736D31  # "vsm1", so that another program's database is never taken for an archive
_BUSY_SECONDS: Final = 10.0
_CANNOT: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY")
DAMAGED: Final = "the archive is damaged: move it away and pull again, it holds nothing but copies"


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the archive for writing, of the newest version, in autocommit mode; as ``open_archive``."""
    if not create and not path.exists():
        raise SourceError(f"no archive at {path}: run vsm pull first")
    if create:
        _create(path)
    with sqlite_errors(path):
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


def _create(path: Path) -> None:
    """Make file and folder for their owner only; SQLite gives its -wal and -shm files the same mode.

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
    """Bring the database to the newest version; one that is there already is only read."""
    if _version(database, path) == len(MIGRATIONS):
        return
    _log_ahead(database)
    with transaction(database):
        # Another process may have migrated between the look above and the lock.
        for version in range(_version(database, path), len(MIGRATIONS)):
            for statement in MIGRATIONS[version]:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        database.execute(f"PRAGMA application_id = {_OURS}")


def _log_ahead(database: sqlite3.Connection) -> None:
    """Let SQLite write ahead; for another process that is doing the same it does not wait by itself."""
    import tenacity  # noqa: PLC0415 - only a new archive needs it

    asking = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_busy),
        wait=tenacity.wait_fixed(0.02),
        stop=tenacity.stop_after_delay(_BUSY_SECONDS),
        reraise=True,
    )
    asking(database.execute, "PRAGMA journal_mode = WAL")


def _busy(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _version(database: sqlite3.Connection, path: Path) -> int:
    """Give the archive's version; 0 for a file in which nothing was ever made."""
    # One statement: another process may be making the archive.
    found: tuple[int, int, int] = database.execute(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    version, owner, tables = found
    if owner != _OURS and (tables or owner):
        raise ArchiveError(f"{path} is a database of another program, not an archive; name another file")
    if (owner == _OURS or version) and not (version and tables):
        raise ArchiveError(f"{path}: tables or version are gone; {DAMAGED}")
    if version > len(MIGRATIONS):
        raise ArchiveError(
            f"{path} is an archive of version {version}, this vsm knows {len(MIGRATIONS)}; update vsm"
        )
    return version


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the archive for reading: nothing is made, nothing is changed, not even a folder."""
    if path.is_symlink() and not path.exists():
        raise ArchiveError(f"{path} is a link that leads nowhere; put back what it led to")
    if not path.exists():
        return _empty_database()
    with sqlite_errors(path):
        database = _opened(path)
        try:
            version = _version(database, path)
        except BaseException:
            database.close()
            raise
    if version == len(MIGRATIONS):
        return database
    database.close()
    # One that was begun and never used holds nothing; an older one has to be brought up to date.
    return connect(path, create=False) if version else _empty_database()


def _empty_database() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(database, Path(":memory:"))
    return database


def _opened(path: Path) -> sqlite3.Connection:
    """Open it in the first way that works."""
    ways = list(_ways(path))
    for way in ways:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?{way}", uri=True, isolation_level=None)
        try:
            database.execute("PRAGMA query_only = ON")
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            database.close()
            name = getattr(error, "sqlite_errorname", "") or ""
            if way == ways[-1] or not name.startswith(_CANNOT):
                raise
        else:
            return database
    raise AssertionError  # there is always a way


def _ways(path: Path) -> Iterator[str]:
    """Give the ways in which SQLite may open it, the most careful first.

    A reader of a write-ahead log needs files beside it. ``mode=rw`` takes them away when done, ``mode=ro``
    uses those that are there. Where none can be made, ``immutable`` does without; that is right only while
    nobody can have written more than the file itself holds.
    """
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        yield "mode=rw"
    yield "mode=ro"
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        yield "immutable=1"


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Do all of the statements within, or none; other writers wait."""
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
def sqlite_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's failures as ``ArchiveError``: what happened to which file, and what to do.

    Examples
    --------
    >>> with sqlite_errors(Path("a.sqlite")):
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
