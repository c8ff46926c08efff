"""An archive is read where nothing can be written, and reading leaves no trace."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vsm.errors import ArchiveError
from vsm.sources.archive import Document, Page, open_archive, read_archive

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
READ = """
import os, sys, urllib.request  # Python 3.13 imports it late, when an interpreter at root's home is out of reach
from pathlib import Path
from vsm.sources.archive import read_archive
if os.geteuid() == 0:
    os.setuid(65534)
with read_archive(Path(sys.argv[1])) as archive:
    print(list(archive.documents("jira")))
"""


def stored(folder: Path) -> Path:
    """An archive with one document."""
    path = folder / "archive.sqlite"
    with open_archive(path) as archive:
        archive.store([Page((Document("7", {"key": "AB-7"}),))], source="jira", scope="f", at=AT)
    return path


def listed(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything that lies in a folder: change of name, time or content would show."""
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in folder.iterdir()}


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """The same files with the same bytes and times; a statement that would write is refused."""
    path = stored(tmp_path)
    before = listed(tmp_path)
    with read_archive(path) as archive:
        assert list(archive.documents("jira")) == [{"key": "AB-7"}]
        with pytest.raises(ArchiveError, match="attempt to write a readonly database"):
            archive.store([], source="jira", scope="f", at=AT)
    assert listed(tmp_path) == before


def test_an_absent_archive_holds_nothing_and_stays_absent(tmp_path: Path) -> None:
    """Neither the file nor its folder comes into being."""
    with read_archive(tmp_path / "archive" / "archive.sqlite") as archive:
        assert (archive.pulls(), list(archive.documents("jira"))) == ([], [])
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_which_nothing_was_made_holds_nothing(tmp_path: Path) -> None:
    """A pull that was killed at its very start."""
    path = tmp_path / "archive.sqlite"
    path.touch()
    with read_archive(path) as archive:
        assert archive.pulls() == []
    assert path.read_bytes() == b""


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder that others may enter and nobody but root may write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = stored(folder)
        path.chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="wants users and rights")
def test_it_is_read_by_a_user_who_can_write_nothing_there(locked: Path) -> None:
    """SQLite's files for readers cannot be made: a process without rights reads it all the same."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(locked / "archive.sqlite")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("[{'key': 'AB-7'}]\n", "")
    assert [file.name for file in locked.iterdir()] == ["archive.sqlite"]


def test_what_a_killed_pull_left_beside_it_is_never_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write-ahead log holds pages that the file lacks: rather an error than old results."""
    path = stored(tmp_path)
    (tmp_path / "archive.sqlite-wal").write_bytes(b"pages")
    connect, ways = sqlite3.connect, []

    def refusing(address: str, **about: object) -> sqlite3.Connection:
        ways.append(address.partition("?")[2])
        return connect("file:/no/such/folder/x?mode=ro", uri=True)

    monkeypatch.setattr("vsm.sources.archive_file.sqlite3.connect", refusing)
    with pytest.raises(ArchiveError, match="unable to open database file"):
        read_archive(path)
    assert ways[-1] == "mode=rw"


def test_faults_of_the_file_are_said_in_words(tmp_path: Path) -> None:
    """Damaged, newer, another program's."""
    path = tmp_path / "archive.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(ArchiveError, match="the archive is damaged: move it away and pull again"):
        read_archive(path)
    path.unlink()
    with open_archive(path) as archive:
        archive._database.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveError, match="is an archive of version 99, this vsm knows"):
        read_archive(path)


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    """Mode 0700; one that is there keeps its rights."""
    with open_archive(tmp_path / "archive" / "archive.sqlite"):
        assert stat.S_IMODE((tmp_path / "archive").stat().st_mode) == 0o700
    (tmp_path / "archive").chmod(0o750)
    with open_archive(tmp_path / "archive" / "archive.sqlite"):
        assert stat.S_IMODE((tmp_path / "archive").stat().st_mode) == 0o750


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 0", "DROP TABLE documents; DROP TABLE pulls"])
def test_an_archive_without_tables_or_version_is_damaged(tmp_path: Path, statement: str) -> None:
    """It is not taken for an empty one."""
    path = tmp_path / "a.sqlite"
    open_archive(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statement)
    with pytest.raises(ArchiveError, match="tables or version are gone; the archive is damaged"):
        read_archive(path)


def test_a_link_that_leads_nowhere_is_no_empty_archive(tmp_path: Path) -> None:
    """What it led to may hold everything."""
    (tmp_path / "a.sqlite").symlink_to(tmp_path / "gone")
    with pytest.raises(ArchiveError, match="is a link that leads nowhere"):
        read_archive(tmp_path / "a.sqlite")
