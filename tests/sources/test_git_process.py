"""Git is given a stated time."""

import os
from pathlib import Path

import pytest

from vsm.errors import SourceError
from vsm.sources import git_process
from vsm.sources.git_commits import commit_pages
from vsm.sources.git_process import create_repository, run_git, stream_git


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository whose settings include a pipe that nobody writes."""
    create_repository(tmp_path / "r.git", fast_import=b"")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "r.git" / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {tmp_path / 'pipe'}\n")
    monkeypatch.setattr(git_process, "PATIENCE", 0.2)
    return tmp_path / "r.git"


def test_git_that_hangs_is_stopped_with_a_sentence(stuck: Path) -> None:
    """Whether its output is wanted whole or in blocks."""
    with pytest.raises(SourceError, match="git log was stopped after 0 s; see whether a file"):
        run_git(stuck, "log")
    with pytest.raises(SourceError, match="git log was stopped after 0 s; see whether a file"):
        list(stream_git(stuck, "log"))


def test_what_git_answers_at_once_gets_a_minute(monkeypatch: pytest.MonkeyPatch, stuck: Path) -> None:
    """A pipe among the settings is found by the first question, not after half an hour."""
    monkeypatch.setattr(git_process, "PATIENCE", 1800.0)
    monkeypatch.setattr(git_process, "SOON", 0.2)
    with pytest.raises(SourceError, match="git rev-parse was stopped after 0 s"):
        run_git(stuck, "rev-parse", "HEAD")


@pytest.mark.parametrize("name", [".mailmap", ".gitattributes"])
def test_a_pipe_in_a_checkout_is_named_before_git_waits_for_it(tmp_path: Path, name: str) -> None:
    """Git would open it and wait for a writer."""
    run_git(tmp_path, "init", "--quiet", "--template=", ".")
    os.mkfifo(tmp_path / name)
    with pytest.raises(SourceError, match=f"{name} is no ordinary file"):
        list(commit_pages(tmp_path))


def test_a_repository_names_no_mailmap_of_its_own_choice(tmp_path: Path) -> None:
    """``mailmap.file`` may be an endless device: it is not read."""
    create_repository(tmp_path / "r.git", fast_import=b"")
    with (tmp_path / "r.git" / "config").open("a") as config:
        config.write("[mailmap]\n\tfile = /dev/zero\n")
    assert run_git(tmp_path / "r.git", "check-mailmap", "Ann <ann@example.org>") == b"Ann <ann@example.org>\n"
