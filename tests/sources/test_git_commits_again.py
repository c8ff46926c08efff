"""A repository that is pulled again: only what is new is read, and it is as if all had been read at once."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.frames import assert_same_rows
from tests.git_graphs import Graph, graphs
from tests.share import share
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log
from vsm.sources.archive import Archive, open_archive
from vsm.sources.git_commits import LASTING, STATE, change_pages, commit_pages

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
        assert_same_rows(one, other)
    position = {commit: number for number, commit in enumerate(ours.commits["commit"])}
    for commit, parents in zip(ours.commits["commit"], ours.commits["parents"], strict=True):
        assert all(position[parent] < position[commit] for parent in parents.split())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with three commits."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "shop")
    for number in range(3):
        git(tmp_path / "shop", "commit", "--quiet", "--allow-empty", "-m", f"AB-{number} begin")
    return tmp_path / "shop"


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_pull_that_broke_off_is_made_good_by_the_next(checkout: Path, tmp_path: Path) -> None:
    """Its first page was stored, the refs were not: all is read again, nothing twice."""
    with open_archive(tmp_path / "a.sqlite") as archive:
        first = next(commit_pages(checkout, page_size=2))
        archive.store([first], source="git:r", scope="{}", at=AT)
        assert pull(archive, checkout) == 3
        same_history(log_of(archive), fresh(checkout))


@pytest.mark.slow
def test_what_commits_changed_is_counted_once(checkout: Path, tmp_path: Path) -> None:
    """Files and lines, a binary one too, names with a tab, nothing of merges; the second time only what is new."""
    (checkout / "a\tb.txt").write_text("one\ntwo\n")
    (checkout / "b.bin").write_bytes(bytes(range(256)))
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "-m", "AB-3 add")
    with open_archive(tmp_path / "a.sqlite") as archive:
        pull(archive, checkout)
        assert log_of(archive).commits["files"].isna().all()
        count = list(change_pages(checkout, archive.documents("git:r"), page_size=3))
        assert [len(page.documents[0].body["commit"]) for page in count] == [3, 1]
        archive.store(count, source="git:r", scope="{}", at=AT)
        commits = log_of(archive).commits
        assert commits["subject"].tolist() == ["AB-0 begin", "AB-1 begin", "AB-2 begin", "AB-3 add"]
        assert commits[["files", "added", "removed"]].to_numpy().tolist() == [[0, 0, 0]] * 3 + [[2, 2, 0]]
        (checkout / "a\tb.txt").write_text("two\n")
        git(checkout, "commit", "--quiet", "--all", "-m", "AB-4 less")
        pull(archive, checkout)
        (page,) = change_pages(checkout, archive.documents("git:r"))
        assert {name: page.documents[0].body[name] for name in ("files", "added", "removed")} == {
            "files": [1], "added": [0], "removed": [1],
        }  # fmt: skip


def test_counting_runs_nothing_of_the_repository(checkout: Path, tmp_path: Path) -> None:
    """Text conversions and external diffs that its settings and attributes name stay where they are."""
    trace = tmp_path / "executed"
    script = tmp_path / "script"
    script.write_text(f'#!/bin/sh\ntouch {trace}\ncat "$1"\n')
    script.chmod(0o755)
    (checkout / ".gitattributes").write_text("* diff=evil filter=evil\n")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "-m", "AB-3 attributes")
    for name in (
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "filter.evil.smudge",
        "filter.evil.clean",
    ):
        git(checkout, "config", name, str(script))
    with open_archive(tmp_path / "a.sqlite") as archive:
        pull(archive, checkout)
        archive.store(change_pages(checkout, archive.documents("git:r")), source="git:r", scope="{}", at=AT)
        assert log_of(archive).commits["files"].tolist() == [0, 0, 0, 1]
    assert not trace.exists()


@pytest.mark.slow
@settings(max_examples=share(12, of=250), suppress_health_check=[HealthCheck.too_slow])
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
