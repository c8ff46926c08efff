"""A repository that is pulled again: only what is new is read, and it is as if all had been read at once."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from tests.git_graphs import Graph, graphs
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log
from vsm.sources.archive import Archive, open_archive
from vsm.sources.git_commits import LASTING, STATE, commit_pages

AT = datetime(2026, 1, 5, tzinfo=UTC)
AS_DEV = ("-c", "user.name=dev-1", "-c", "user.email=dev-1@example.org")


def git(path: Path, *arguments: str) -> str:
    """Git as a user would call it."""
    done = subprocess.run(["git", *AS_DEV, *arguments], cwd=path, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def pull(archive: Archive, path: Path) -> int:
    """Pull as the command line does; give how many commits were read."""
    pages = list(commit_pages(path, known=archive.document("git:r", STATE), page_size=3))
    archive.store(pages, source="git:r", scope="{}", at=AT, whole=True, lasting=LASTING)
    return sum(len(d.body["commit"]) for p in pages for d in p.documents if d.body["type"] == "commits")


def log_of(archive: Archive) -> Log:
    return log_from_git(archive.documents("git:r"), repository="r", keys={})


def fresh(path: Path) -> Log:
    with TemporaryDirectory() as folder, open_archive(Path(folder, "a.sqlite")) as archive:
        pull(archive, path)
        return log_of(archive)


def same_history(ours: Log, theirs: Log) -> None:
    """Equal commits, whatever order unrelated ones stand in, and equal refs."""
    for name, key in (("commits", "commit"), ("releases", "release"), ("branches", "branch")):
        one, other = (getattr(log, name).sort_values(key, ignore_index=True) for log in (ours, theirs))
        assert_frame_equal(one, other, check_categorical=False)
    place = {commit: number for number, commit in enumerate(ours.commits["commit"])}
    for commit, parents in zip(ours.commits["commit"], ours.commits["parents"], strict=True):
        assert all(place[parent] < place[commit] for parent in parents.split())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with three commits."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "shop")
    for number in range(3):
        git(tmp_path / "shop", "commit", "--quiet", "--allow-empty", "-m", f"AB-{number} begin")
    return tmp_path / "shop"


def test_only_new_commits_are_read(checkout: Path, tmp_path: Path) -> None:
    """Three at first, none when nothing happened, one on a new branch, none for a new tag."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        assert [pull(archive, checkout), pull(archive, checkout)] == [3, 0]
        git(checkout, "checkout", "--quiet", "-b", "side")
        git(checkout, "commit", "--quiet", "--allow-empty", "-m", "AB-9 aside")
        assert pull(archive, checkout) == 1
        git(checkout, "tag", "v1", "main")
        assert pull(archive, checkout) == 0
        log = log_of(archive)
        assert log.releases["release"].tolist() == ["v1"]
        assert "rewritten history" not in set(log.quality["check"])
        same_history(log, fresh(checkout))


def test_a_force_push_is_seen_and_said(checkout: Path, tmp_path: Path) -> None:
    """The amended commit takes the place of the old one, also where git has thrown that away."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        pull(archive, checkout)
        git(checkout, "commit", "--quiet", "--amend", "--allow-empty", "-m", "AB-2 better")
        git(checkout, "reflog", "expire", "--expire=now", "--all")
        git(checkout, "gc", "--quiet", "--prune=now")
        pull(archive, checkout)
        log = log_of(archive)
        assert log.commits["subject"].tolist() == ["AB-0 begin", "AB-1 begin", "AB-2 better"]
        assert "rewritten history" in set(log.quality["check"])
        same_history(log, fresh(checkout))


def test_a_new_mailmap_names_people_anew(checkout: Path, tmp_path: Path) -> None:
    """Names come from the mailmap, so everything is read once more."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        pull(archive, checkout)
        (checkout / ".mailmap").write_text("person-07 <dev-1@example.org>\n")
        assert pull(archive, checkout) == 3
        assert set(log_of(archive).commits["author"]) == {"git:person-07"}


def test_a_pull_that_broke_off_is_made_good_by_the_next(checkout: Path, tmp_path: Path) -> None:
    """Its first page was stored, the refs were not: all is read again, nothing twice."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        first = next(commit_pages(checkout, page_size=2))
        archive.store([first], source="git:r", scope="{}", at=AT)
        assert pull(archive, checkout) == 3
        same_history(log_of(archive), fresh(checkout))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(graph=graphs(), cut=st.integers(1, 9))
def test_two_pulls_are_as_good_as_one(graph: Graph, cut: int) -> None:
    """Whatever history grew between them, and whatever branches went away."""
    size = min(cut, len(graph.parents))
    tags = tuple(tag for tag in graph.tags if tag[0] < size)
    half = Graph(graph.parents[:size], graph.minutes[:size], tags, min(graph.main, size - 1))
    with TemporaryDirectory() as folder, open_archive(Path(folder, "a.sqlite")) as archive:
        pull(archive, half.made(Path(folder, "half.git")))
        whole = graph.made(Path(folder, "whole.git"))
        pull(archive, whole)
        same_history(log_of(archive), fresh(whole))
