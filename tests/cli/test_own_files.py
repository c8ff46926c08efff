"""Commands write over and remove only files of their own, and leave nothing behind on a full disk."""

import errno
import os
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import issue
from tests.schedule.world import MONDAY
from tests.stream.work import TOML
from vsm.cli.init import TEMPLATE, write_beside
from vsm.errors import RunError
from vsm.reports import copy_notebooks, notebooks_folder
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.work_folder import WorkFolder


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("before", [None, "[stream]\n"])
def test_a_full_disk_leaves_vsm_toml_as_it_was_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    """Whether there was one or not."""
    if before is not None:
        (tmp_path / "vsm.toml").write_text(before)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"vsm\.toml cannot be written: No space left on device"):
        write_beside(tmp_path / "vsm.toml", TEMPLATE)
    assert [path.read_text() for path in tmp_path.iterdir()] == ([] if before is None else [before])


def test_init_leaves_a_vsm_toml_that_is_there(vsm: Shell, tmp_path: Path) -> None:
    """To the byte, and the demo does not take it for its own."""
    (tmp_path / "vsm.toml").write_text("theirs")
    assert vsm("init", "--dir", tmp_path) == 0
    assert vsm("demo", "--dir", tmp_path) == 2
    assert "is not the sample's; choose another --dir" in vsm.err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["theirs"]


def test_the_demo_refuses_a_repository_that_is_not_its_own(vsm: Shell, tmp_path: Path) -> None:
    """Nothing is written before."""
    theirs = tmp_path / "archive" / "sample" / "shop.git" / "HEAD"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    assert vsm("demo", "--dir", tmp_path) == 2
    assert f"{theirs.parent} is not of this version's sample" in vsm.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [theirs]


def test_copies_for_the_lab_follow_no_link(tmp_path: Path) -> None:
    """One that leads nowhere makes no file there, one that leads to a notebook leaves it."""
    (first, second, *_) = sorted(notebooks_folder().glob("[0-9]*.ipynb"))
    (tmp_path / "theirs.ipynb").write_bytes(first.read_bytes())
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / first.name).symlink_to(tmp_path / "theirs.ipynb")
    (tmp_path / "copies" / second.name).symlink_to(tmp_path / "absent.ipynb")
    copies = copy_notebooks([first, second], folder=tmp_path / "copies", parameters={"data_dir": ".."})
    assert copies.kept == (first.name, second.name)
    assert (tmp_path / "theirs.ipynb").read_bytes() == first.read_bytes()
    assert not (tmp_path / "absent.ipynb").exists()


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    """A work folder with a ticket."""
    folder = WorkFolder(tmp_path / "work")
    folder.root.mkdir()
    folder.workflow.write_text(TOML)
    with open_archive(folder.archive) as archive:
        body = issue(1, created="2026-01-02T09:00:00.000+0000")
        archive.store([Page((Document(body["id"], body),))], source="jira", scope="{}", at=MONDAY)
    return folder


def test_an_export_of_all_follows_no_link(vsm: Shell, work: WorkFolder, tmp_path: Path) -> None:
    """It says which it is, before it writes anything."""
    to = tmp_path / "out"
    to.mkdir()
    (tmp_path / "theirs.json").write_text("theirs")
    (to / "network.json").symlink_to(tmp_path / "theirs.json")
    (to / "notes.txt").write_text("theirs")
    assert vsm("export", "all", "--dir", work.root, "--to", to) == 2
    assert "network.json is a link to a file elsewhere" in vsm.err
    assert sorted(path.name for path in to.iterdir()) == ["network.json", "notes.txt"]
    assert (tmp_path / "theirs.json").read_text() == "theirs"


@pytest.mark.slow
def test_forget_removes_the_stored_log_and_streams_and_what_a_killed_process_left_of_them(
    vsm: Shell, work: WorkFolder
) -> None:
    """Hidden files hold names too; a file of somebody else stays."""
    assert vsm("check", "--dir", work.root) == 0
    (work.log / ".events.parquet.123.new").write_bytes(b"PAR1")
    (work.log / "mine.parquet").write_text("theirs")
    (stream,) = work.streams.iterdir()
    stream.with_name(f".{stream.name}.{'0' * 16}").write_bytes(b"half")
    (work.streams / "mine.arrow").write_text("theirs")
    assert vsm("forget", "--older-than", "9999", "--dir", work.root) == 0
    left = {path.name for path in work.log.glob("*") if "parquet" in path.name}
    assert left == {"mine.parquet"}
    assert [path.name for path in work.streams.iterdir()] == ["mine.arrow"]


@pytest.mark.slow
def test_a_disk_that_is_full_while_words_are_rewritten_leaves_vsm_toml_whole(
    vsm: Shell, work: WorkFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was written in place before, so that half of it was left."""
    who = {"accountId": "5b10", "displayName": "Ann Lowe"}
    with open_archive(work.archive) as archive:
        body = issue(2, created="2026-01-02T09:00:00.000+0000", assignee=who)
        archive.store([Page((Document(body["id"], body),))], source="jira", scope="{}", at=MONDAY)
    text = TOML + '[[team]]\nname = "web"\nmembers = ["Ann Lowe"]\n'
    work.workflow.write_text(text)
    synced, sync = [], os.fsync

    def full_at_the_second(file: int) -> None:
        synced.append(file)
        if len(synced) > 1:
            full()
        sync(file)

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    assert vsm("forget", "Ann Lowe", "--dir", work.root) == 1
    assert "No space left on device" in vsm.err
    assert work.workflow.read_text() == text
