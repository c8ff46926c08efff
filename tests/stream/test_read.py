"""A work folder becomes a stream, and its stored log is used only where it is true."""

import gc
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.frames import assert_same_rows
from tests.git_bodies import batch, commit
from tests.jira_bodies import history, issue
from tests.share import share
from tests.stream.work import AT, TOML, done, filled
from vsm import read_stream
from vsm.archive_log import STORED, read_log
from vsm.errors import ArchiveError, ConfigError, ParameterError, SourceError
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.git_commits import commit_pages
from vsm.sources.git_process import create_repository
from vsm.sources.jira_file import issue_pages
from vsm.sources.work_folder import WorkFolder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def nothing_read_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test is of a new process, which has read nothing, and of what is stored finds only the log."""
    monkeypatch.setattr("vsm.recent.MOST", 0)
    monkeypatch.setattr("vsm.read.store_stream", lambda *_, **__: None)


def test_a_folder_without_vsm_toml_is_none(tmp_path: Path) -> None:
    """It says what to run."""
    with pytest.raises(SourceError, match=r"no work folder .*run vsm init"):
        read_stream(tmp_path)


def test_a_broken_vsm_toml_names_file_and_fault(tmp_path: Path) -> None:
    """The file's path stands in the message."""
    with pytest.raises(ConfigError, match=r"vsm.toml: \[\[stage\]\] 'A' lacks 'kind'"):
        read_stream(filled(tmp_path, toml='[[stage]]\nname = "A"'))


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """Editors under Windows write one at the beginning of vsm.toml."""
    assert len(read_stream(filled(tmp_path, done(1, 8), toml=f"\ufeff{TOML}")).tickets) == 1


def test_python_looks_for_garbage_as_before_once_documents_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seldom meanwhile; as before even where reading them fails."""
    usual, meanwhile = gc.get_threshold(), list[int]()

    def spoilt(*_: object, **__: object) -> None:
        meanwhile.append(gc.get_threshold()[0])
        raise ValueError("odd")

    monkeypatch.setattr("vsm.archive_log.parts_from_jira", spoilt)
    stream = read_stream(filled(tmp_path, done(1, 8)))
    assert set(meanwhile) == {100_000}
    assert gc.get_threshold() == usual
    assert "unreadable source" in set(stream.quality["check"])


@pytest.mark.parametrize("name", ["events.parquet", "events.sha256", "tickets.parquet"])
def test_a_damaged_stored_log_is_made_anew_and_equal(tmp_path: Path, name: str) -> None:
    """One bit anywhere: the same tables as before, and a stored log that is whole again."""
    folder = WorkFolder(filled(tmp_path, done(1, 8), done(2, 20), issue(3)))
    with open_archive(folder.archive) as archive:
        log = read_log(folder, archive)
        whole = (folder.log / name).read_bytes()
        for place in range(0, len(whole), len(whole) // share(1, of=12) + 1):
            (folder.log / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            again = read_log(folder, archive)
            for table in STORED:
                assert_frame_equal(getattr(again, table), getattr(log, table))
            assert (folder.log / name).read_bytes() == whole


def test_fields_that_vsm_toml_names_are_read_from_what_is_stored(tmp_path: Path) -> None:
    """Named after the pull, and renamed: the stored log is made anew each time."""
    item = {"field": "Sperre", "fieldId": "customfield_7", "from": None, "to": "1", "toString": "ja"}
    root = filled(tmp_path, issue(1, history(5, "2026-01-06T09:00:00.000+0000", item)))
    found = []
    for name in (
        "",
        '\n[jira]\nflag = "Sperre"',
        '\n[jira]\nflag = "customfield_7"',
        '\n[jira]\nflag = "Stop"',
    ):
        (root / "vsm.toml").write_text(TOML + name)
        found.append(len(read_stream(root).blocks))
    assert found == [0, 1, 1, 0]


def test_an_empty_project_is_a_stream_with_nothing_in_it(tmp_path: Path) -> None:
    """No tickets, no findings, no fault, and one row that says so."""
    stream = read_stream(filled(tmp_path))
    assert len(stream.tickets) == len(stream.visits) == len(stream.findings) == 0
    assert stream.quality["detail"].tolist() == ["nothing to show: no source has any ticket"]
    assert stream.network.number_of_nodes() == 0


def test_the_window_keeps_whole_lives(tmp_path: Path) -> None:
    """``since`` keeps what was finished since, and open tickets; nothing is clipped."""
    root = filled(tmp_path, done(1, 8), done(2, 20), issue(3))
    stream = read_stream(root, since="2026-01-15")
    assert stream.tickets["key"].tolist() == ["AB-2", "AB-3"]
    assert stream.lifecycles["lead"].tolist()[0] == pd.Timedelta(days=15)


def test_until_looks_as_of_that_day(tmp_path: Path) -> None:
    """Later events are not seen: on the 15th the second ticket is still open."""
    stream = read_stream(filled(tmp_path, done(1, 8), done(2, 20)), until="2026-01-15")
    assert stream.lifecycles["finished"].isna().tolist() == [False, True]
    assert stream.as_of == pd.Timestamp("2026-01-15", tz="UTC")


def test_team_and_type_choose_tickets(tmp_path: Path) -> None:
    """Unknown ones are refused with what is known: an empty report would look like an answer."""
    root = filled(tmp_path, done(1, 8), done(2, 9, issuetype={"name": "Story"}))
    assert read_stream(root, where="type=Story").tickets["key"].tolist() == ["AB-2"]
    assert len(read_stream(root, where="team=web").tickets) == 2
    with pytest.raises(ParameterError, match="type is 'Epic', which no ticket has; known: Bug, Story"):
        read_stream(root, where="type=Epic")
    with pytest.raises(ParameterError, match="team is 'ops', which no ticket has; known: web"):
        read_stream(root, where="team=ops")
    with pytest.raises(ParameterError, match="since is 'May'; write a day as YYYY-MM-DD"):
        read_stream(root, since="May")


def test_the_stored_log_gives_the_same_stream(tmp_path: Path) -> None:
    """Read from documents and read from Parquet: every table is equal."""
    root = filled(tmp_path, done(1, 8), done(2, 20), issue(3))
    first, second = read_stream(root), read_stream(root)
    assert (WorkFolder(root).log / "events.parquet").exists()
    for name in ("tickets", "events", "visits", "handoffs", "waits", "names", "quality"):
        assert_same_rows(getattr(first, name), getattr(second, name), name)


def test_new_documents_make_the_log_anew(tmp_path: Path) -> None:
    """A pull between two reads is seen."""
    root = filled(tmp_path, done(1, 8))
    assert len(read_stream(root).tickets) == 1
    assert len(read_stream(filled(root, done(1, 8), issue(2))).tickets) == 2


def test_a_log_that_was_read_in_another_way_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raising LOG_VERSION is enough; the stored files are written again."""
    root = filled(tmp_path, done(1, 8))
    read_stream(root)
    stored = WorkFolder(root).log / "events.parquet"
    before = stored.read_bytes()
    monkeypatch.setattr("vsm.archive_log.LOG_VERSION", 99)
    read_stream(root)
    assert stored.read_bytes() != before


def test_a_log_that_cannot_be_stored_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full, or mounted read-only: the stream is the same, the folder holds a key more."""
    root = filled(tmp_path, done(1, 8))
    before = sorted([*root.rglob("*"), WorkFolder(root).key])

    def refuse(*given: object, **more: object) -> None:
        raise ArchiveError("no room")

    monkeypatch.setattr("vsm.archive_log.save_table", refuse)
    assert len(read_stream(root).tickets) == 1
    assert sorted(root.rglob("*")) == before


def with_commits(root: Path) -> Path:
    """Three tickets, of which one shows a link to another, and commits of two."""
    link = {
        "id": "5",
        "type": {"inward": "is blocked by", "outward": "blocks"},
        "inwardIssue": {"key": "AB-1"},
    }
    root.mkdir()
    filled(root, done(1, 8), done(2, 20), issue(3, issuelinks=[link]))
    commits = batch(commit("c1", "AB-1 fix"), commit("c2", "AB-3 and AB-9"))
    with open_archive(WorkFolder(root).archive) as archive:
        archive.store([Page((Document("commits 1", commits),))], source="git:shop", scope="r", at=AT)
    return root


@pytest.mark.parametrize("few", [0, 1 << 20])
def test_a_log_in_parts_is_that_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Tickets that are read one at a time, put aside in memory or on disk, with commits and a link."""
    whole = read_stream(with_commits(tmp_path / "whole"), names=True)
    monkeypatch.setattr("vsm.eventlog.jira_site.PART", 1)
    monkeypatch.setattr("vsm.eventlog.from_jira.TOGETHER", 1)
    monkeypatch.setattr("vsm.sources.put_aside.FEW", few)
    parts = read_stream(with_commits(tmp_path / "parts"), names=True)
    for name in ("tickets", "events", "visits", "waits", "commits", "quality"):
        assert_same_rows(getattr(whole, name), getattr(parts, name), name)


def test_reading_makes_no_archive(tmp_path: Path) -> None:
    """Nothing was pulled yet: the stream is empty, and the folder holds vsm.toml alone."""
    (tmp_path / "vsm.toml").write_text(TOML)
    assert len(read_stream(tmp_path).tickets) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["vsm.toml"]


def test_an_unfinished_pull_is_a_fault(tmp_path: Path) -> None:
    """What was broken off would give false results until it is pulled again."""
    root = filled(tmp_path, done(1, 8))

    def broken() -> Iterator[Page]:
        yield Page(())
        raise SourceError("the server went away")

    with open_archive(WorkFolder(root).archive) as archive, pytest.raises(SourceError, match="went away"):
        archive.store(broken(), source="jira", scope="test", at=AT)
    assert "unfinished pull" in set(read_stream(root).quality["check"].astype("str"))


def test_duracloud_tickets_and_commits_meet(real_data: Path, tmp_path: Path) -> None:
    """Of the keys that commits name by the end of the tracker's data, 10, and DURACLOUDPRIV-116, are no tickets.

    183 of 1,552 commits and two of six tags are later than that, and are not shown.
    """
    create_repository(
        tmp_path / "duracloud.git",
        fast_import=gzip.decompress((real_data / "duracloud" / "history.fast-import.gz").read_bytes()),
    )
    root = filled(tmp_path / "work")
    with open_archive(WorkFolder(root).archive) as archive:
        archive.store(
            issue_pages(real_data / "duracloud" / "issues.jsonl.gz"), source="jira", scope="f", at=AT
        )
        archive.store(commit_pages(tmp_path / "duracloud.git"), source="git:duracloud", scope="r", at=AT)
    stream = read_stream(root)
    linked = stream.events[stream.events["kind"].isin(["commit", "merge"])]
    unknown = stream.quality.loc[stream.quality["check"] == "unknown ticket in a commit", "ref"]
    own = {key for key in unknown if key.startswith("DURACLOUD-")}
    assert linked["ticket"].nunique() == 299
    assert len(own) == 10
    (link,) = stream.quality.loc[stream.quality["check"] == "link of tickets and commits", "detail"]
    assert link.startswith(
        "298 of 739 tickets, 294 of 554 finished ones, have commits; 405 of 1361 commits belong to one of them"
    )
    assert link.endswith(
        "; 10 other keys in commits match no ticket that was pulled: DURACLOUD-418, DURACLOUD-709, "
        "DURACLOUD-884, DURACLOUD-885, DURACLOUD-888 and 5 more"
    )
    assert set(unknown) - own == {"DURACLOUDPRIV-116"}
    assert len(stream.commits) == 1552 - 183
    assert len(stream.releases) == 6 - 2
    (later,) = stream.quality.loc[stream.quality["check"] == "later than the tracker", "detail"]
    assert later.startswith(
        "later than 2014-08-18 20:45 UTC, up to when the tracker was seen, and not counted: 183 commits, 2 tags;"
    )
    (moved,) = stream.quality.loc[stream.quality["check"] == "workflow migration", "detail"].tolist()[1:]
    assert moved.startswith(
        "733 tickets were migrated from workflow 'received-and-reviewable' to 'Simple JIRA Workflow', "
        "2014-05-16 01:34 to 2014-05-16 01:35 UTC; 101 of them got another status by it (99 Received → Open, "
        "2 Reopened → Open), which is no flow"
    )


def test_importing_vsm_is_light() -> None:
    """``import vsm`` loads no library at all, and reading a stream loads neither plotly nor papermill nor jira."""
    code = "import sys, vsm; light = set(sys.modules); vsm.read_stream; print([m for m in ('pandas','plotly','papermill','jira','nbconvert') if m in light], [m for m in ('plotly','papermill','jira','nbconvert') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[] []"


def test_another_trackers_table_goes_the_same_way(tmp_path: Path) -> None:
    """Documents of a table source become tickets, visits and handoffs with the teams they name."""
    row = {
        "line": 2,
        "at": "2026-01-05T09:00:00+00:00",
        "status": "New",
        "holder": None,
        "team": None,
        "actor": None,
    }
    rows = [
        row,
        row
        | {"line": 3, "at": "2026-01-06T09:00:00+00:00", "status": "Check", "holder": "p1", "team": "desk"},
        row
        | {"line": 4, "at": "2026-01-07T09:00:00+00:00", "status": "Mend", "holder": "p2", "team": "shop"},
        row | {"line": 5, "at": "2026-01-08T09:00:00+00:00", "status": "Over"},
    ]
    toml = "\n".join(
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{name}"]'
        for name, kind in (("New", "queue"), ("Check", "work"), ("Mend", "work"), ("Over", "done"))
    )
    root = filled(tmp_path, toml=toml)
    with open_archive(WorkFolder(root).archive) as archive:
        archive.store(
            [Page((Document("7", json.loads(json.dumps({"ticket": "7", "rows": rows}))),))],
            source="table:desk",
            scope="x",
            at=AT,
        )
    stream = read_stream(root, names=True)
    (handoff,) = stream.handoffs.to_dict("records")
    assert (handoff["from_team"], handoff["to_team"], handoff["person"], handoff["team"]) == (
        "desk",
        "shop",
        True,
        True,
    )
    assert stream.lifecycles["lead"].tolist() == [pd.Timedelta(days=3)]
