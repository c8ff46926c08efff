"""The archive keeps what was fetched, whole pages only, and says what is wrong with it."""

import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vsm.errors import ArchiveError, ParameterError, SourceError
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.archive_file import MIGRATIONS

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def page(*numbers: int, cursor: str | None = None, name: str = "a") -> Page:
    return Page(tuple(Document(str(n), {"id": n, "name": name}) for n in numbers), cursor)


def test_documents_come_back_as_they_were_stored(tmp_path: Path) -> None:
    """By source, ordered by id, with odd texts and numbers intact."""
    body = {"id": 1, "text": "é </script>", "big": 2**70, "none": None}
    with open_archive(tmp_path / "a.sqlite") as archive:
        archive.store(
            [Page((Document("2", {"id": 2}), Document("1", body)))], source="jira", scope="f", at=AT
        )
        archive.store([page(9)], source="git:shop", scope="g", at=AT)
        assert list(archive.documents("jira")) == [body, {"id": 2}]
        assert [d["id"] for d in archive.documents("git:shop")] == [9]


def test_an_upsert_replaces_what_changed_and_counts_once(tmp_path: Path) -> None:
    """The last body of an id stays; equal content leaves the digest as it was."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        archive.store([page(1, 2)], source="jira", scope="f", at=AT)
        before = archive.digest()
        archive.store([page(2, 1)], source="jira", scope="f", at=AT)
        assert archive.digest() == before
        state = archive.store([page(2, name="b")], source="jira", scope="f", at=AT)
        assert state.documents == 2
        assert [d["name"] for d in archive.documents("jira")] == ["a", "b"]
        assert archive.digest() != before


def test_the_pull_log_tells_how_far_a_pull_got(tmp_path: Path) -> None:
    """Cursor, pages and documents of the latest pull of each source; on_page hears of committed documents."""
    heard: list[int] = []
    with open_archive(tmp_path / "a.sqlite") as archive:
        pages = [page(1, 2, cursor="2"), page(3, cursor="3")]
        archive.store(pages, source="jira", scope="file", at=AT, on_page=heard.append)
        (state,) = archive.pulls()
    assert heard == [2, 3]
    assert (state.source, state.scope, state.cursor, state.pages, state.documents) == (
        "jira",
        "file",
        "3",
        2,
        3,
    )
    assert state.started == AT
    assert state.finished is not None
    assert state.finished >= AT


def failing(after: int) -> Iterator[Page]:
    for number in range(after):
        yield page(number)
    raise SourceError("line 7: not JSON")


def test_a_fault_before_the_first_page_writes_nothing(tmp_path: Path) -> None:
    """Bad input leaves no trace, not even in the pull log."""
    path = tmp_path / "a.sqlite"
    with open_archive(path) as archive:
        archive.store([page(1)], source="jira", scope="f", at=AT)
    before = path.read_bytes()
    with open_archive(path) as archive, pytest.raises(SourceError, match="line 7"):
        archive.store(failing(0), source="jira", scope="f", at=AT)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.sqlite"]


def test_a_fault_later_keeps_what_was_committed_and_marks_the_pull(tmp_path: Path) -> None:
    """Two pages are in, the pull is unfinished, and another pull finishes it."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        with pytest.raises(SourceError, match="line 7"):
            archive.store(failing(2), source="jira", scope="f", at=AT)
        (state,) = archive.pulls()
        assert (state.finished, state.pages, state.documents) == (None, 2, 2)
        archive.store([page(0), page(1)], source="jira", scope="f", at=AT)
        assert archive.pulls()[0].finished is not None


def test_unchanged_content_is_not_written_again(tmp_path: Path) -> None:
    """Of two documents one has changed: the log counts one, and the other was fetched when it was first."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        archive.store([page(1, 2)], source="jira", scope="f", at=AT)
        archive.store([page(1), page(2, name="b")], source="jira", scope="f", at=AT + timedelta(days=1))
        ask = archive._database.execute
        assert ask("SELECT documents, changed FROM pulls ORDER BY pull").fetchall() == [(2, 2), (2, 1)]
        fetched = ask("SELECT substr(fetched, 1, 10) FROM documents ORDER BY id").fetchall()
        assert fetched == [(str(AT.date()),), (str((AT + timedelta(days=1)).date()),)]


def test_a_whole_pull_drops_what_is_no_longer_said(tmp_path: Path) -> None:
    """Only once it is finished, and only of its own source; others keep what no page names any more."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        for source in ("git:shop", "jira"):
            archive.store([page(1, 2)], source=source, scope="f", at=AT)

        def broken() -> Iterator[Page]:
            yield page(2)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            archive.store(broken(), source="git:shop", scope="g", at=AT, whole=True)
        assert len(list(archive.documents("git:shop"))) == 2
        archive.store([page(2), page(3)], source="git:shop", scope="f", at=AT, whole=True)
        archive.store([page(2)], source="jira", scope="f", at=AT)
        assert [body["id"] for body in archive.documents("git:shop")] == [2, 3]
        assert len(list(archive.documents("jira"))) == 2
        assert all(pull.finished for pull in archive.pulls())


def test_a_pull_of_another_scope_hides_no_unfinished_one(tmp_path: Path) -> None:
    """Until that very pull is completed, its source is not whole."""
    with open_archive(tmp_path / "a.sqlite") as archive:

        def broken() -> Iterator[Page]:
            yield page(1)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            archive.store(broken(), source="jira", scope="large.jsonl", at=AT)
        archive.store([page(2)], source="jira", scope="small.jsonl", at=AT)
        assert [(p.scope, p.finished is None) for p in archive.pulls()] == [
            ("large.jsonl", True), ("small.jsonl", False),
        ]  # fmt: skip
        assert archive.sources() == ["jira"]


def test_half_a_surrogate_pair_is_stored_as_a_question_mark(tmp_path: Path) -> None:
    """A cut emoji in a summary, or a file name that is no UTF-8, spoils neither pull nor tables."""
    cut = Page((Document("1", {"summary": "cut \ud83d"}),))
    with open_archive(tmp_path / "a.sqlite") as archive:
        state = archive.store([cut], source="jira", scope="f\udcff.jsonl", at=AT)
        assert list(archive.documents("jira")) == [{"summary": "cut ?"}]
        assert state.scope == "f?.jsonl"


def test_an_instant_without_zone_is_refused(tmp_path: Path) -> None:
    """When a pull was made must not depend on the machine's zone."""
    with (
        open_archive(tmp_path / "a.sqlite") as archive,
        pytest.raises(ParameterError, match="at has no time zone; give an instant such as"),
    ):
        archive.store([page(1)], source="jira", scope="f", at=AT.replace(tzinfo=None))


def test_a_body_that_is_no_json_stores_nothing_of_its_page(tmp_path: Path) -> None:
    """A fault in the middle of a page takes the whole page back."""
    bad = Page((Document("1", {"n": 1}), Document("2", {"n": float("nan")})))
    with open_archive(tmp_path / "a.sqlite") as archive:
        with pytest.raises(ValueError, match="not JSON compliant"):
            archive.store([bad], source="jira", scope="f", at=AT)
        assert (archive.pulls(), list(archive.documents("jira"))) == ([], [])


def test_starting_up_is_quick() -> None:
    """Pulling loads neither pandas nor anything else that is slow to import."""
    code = (
        "import sys, vsm.sources.archive, vsm.sources.jira_file, vsm.sources.git_commits, vsm.sources.table_file;"
        "print({'pandas', 'numpy', 'pyarrow', 'plotly', 'jira'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_an_empty_pull_is_logged(tmp_path: Path) -> None:
    """An empty project was pulled: that is known, and is not the same as never pulled."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        assert archive.store([], source="jira", scope="f", at=AT).documents == 0
        assert [state.source for state in archive.pulls()] == ["jira"]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """Tickets are confidential: mode 0600 for the file and its companions."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        archive.store([page(1)], source="jira", scope="f", at=AT)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_it_is_durable_by_its_settings(tmp_path: Path) -> None:
    """WAL, foreign keys, and a version that migrations count up."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        ask = archive._database.execute
        assert ask("PRAGMA journal_mode").fetchone() == ("wal",)
        assert ask("PRAGMA foreign_keys").fetchone() == (1,)
        assert ask("PRAGMA synchronous").fetchone() == (2,)
        assert ask("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_faults_of_the_file_are_said_in_words(tmp_path: Path) -> None:
    """Missing, damaged, newer, locked: each says what to do."""
    with pytest.raises(SourceError, match=r"no archive at .*no.sqlite: run vsm pull first"):
        open_archive(tmp_path / "no.sqlite", create=False)
    assert not (tmp_path / "no.sqlite").exists()
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"this is no database" * 100)
    with pytest.raises(ArchiveError, match="the archive is damaged: move it away and pull again"):
        open_archive(damaged)
    newer = tmp_path / "newer.sqlite"
    with open_archive(newer) as archive:
        archive._database.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveError, match="is an archive of version 99, this vsm knows"):
        open_archive(newer)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(ArchiveError, match="is a database of another program"):
        open_archive(other)


def test_a_document_that_is_not_as_it_was_stored_is_told(tmp_path: Path) -> None:
    """A flipped bit in a body does not become a wrong result."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        archive.store([page(1)], source="jira", scope="f", at=AT)
        archive._database.execute("UPDATE documents SET body = x'00'")
        with pytest.raises(ArchiveError, match="document jira 1 is not as it was stored"):
            list(archive.documents("jira"))


def test_a_locked_archive_says_so(tmp_path: Path) -> None:
    """While another pull writes, ours says what is going on."""
    with open_archive(tmp_path / "a.sqlite") as archive, open_archive(tmp_path / "a.sqlite") as other:
        other._database.execute("BEGIN IMMEDIATE")
        archive._database.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(ArchiveError, match="another process is writing to it"):
            archive.store([page(1)], source="jira", scope="f", at=AT)
        other._database.execute("ROLLBACK")


def test_scopes_of_the_first_version_become_repeatable(tmp_path: Path) -> None:
    """They were paths; now each is JSON from which the pull can be repeated."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        for source in ("jira", "git:shop", "table:desk"):
            archive.store([page(1)], source=source, scope=f"{source}.file", at=AT)
        archive._database.execute("PRAGMA user_version = 1")
    with open_archive(tmp_path / "a.sqlite") as archive:
        assert {pull.source: json.loads(pull.scope) for pull in archive.pulls()} == {
            "git:shop": {"repo": "git:shop.file", "allow_shallow": False},
            "jira": {"file": "jira.file"},
            "table:desk": {"file": "table:desk.file", "columns": {}, "timezone": "", "skip_bad": False},
        }


def test_repositories_of_the_second_version_are_to_be_pulled_again(tmp_path: Path) -> None:
    """Their commits stood one by one; the archive forgets them, and says that the pull is not whole."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        for source in ("jira", "git:shop"):
            archive.store([page(1)], source=source, scope="{}", at=AT)
        archive._database.execute("PRAGMA user_version = 2")
    with open_archive(tmp_path / "a.sqlite") as archive:
        assert list(archive.documents("git:shop")) == []
        assert {pull.source: pull.finished is not None for pull in archive.pulls()} == {
            "git:shop": False,
            "jira": True,
        }


def test_what_cannot_change_outlives_a_whole_pull_that_does_not_name_it(tmp_path: Path) -> None:
    """Ids that begin as agreed stay; all others that the pull did not name are dropped."""
    about: dict[str, Any] = {
        "source": "git:shop",
        "scope": "g",
        "at": AT,
        "whole": True,
        "lasting": "commits ",
    }
    first = Page((Document("commits 0", {"n": 0}), Document("refs", {"n": 1}), Document("old", {"n": 2})))
    with open_archive(tmp_path / "a.sqlite") as archive:
        archive.store([first], **about)
        archive.store([Page((Document("commits 1", {"n": 3}), Document("refs", {"n": 4})))], **about)
        assert [body["n"] for body in archive.documents("git:shop")] == [0, 3, 4]
