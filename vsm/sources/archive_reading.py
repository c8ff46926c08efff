"""How is an archive read that must not be touched? Nothing is made, nothing is changed, not even a folder."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from vsm.sources.archive import Archive
from vsm.sources.archive_file import connect, current_version, empty_database, is_newest, told

_CANNOT = ("SQLITE_CANTOPEN", "SQLITE_READONLY")


def read_archive(path: Path) -> Archive:
    """What was archived at this path? An archive to read from; an absent one holds nothing.

    In a folder that cannot be written to it is read all the same. In one that can, SQLite lays its two
    files for readers (``-wal`` and ``-shm``) beside it and takes them away again.

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
    return Archive(_connection(path), path)


def _connection(path: Path) -> sqlite3.Connection:
    if not path.exists():
        return empty_database()
    with told(path):
        database = _opened(path)
        try:
            version = current_version(database, path)
        except BaseException:
            database.close()
            raise
    if is_newest(version):
        return database
    database.close()
    # One that was begun and never used holds nothing; an older one has to be brought up to date.
    return connect(path, create=False) if version else empty_database()


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
    """List how SQLite may open it, the most careful first.

    A reader of a write-ahead log needs files beside it. ``mode=rw`` takes them away when done, ``mode=ro``
    uses those that are there. Where none can be made, ``immutable`` does without; that is right only while
    nobody can have written more than the file itself tells.
    """
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        yield "mode=rw"
    yield "mode=ro"
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        yield "immutable=1"
