"""Git is given a stated time."""

import os
from pathlib import Path

import pytest

from vsm.errors import SourceError
from vsm.sources import git_process
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
