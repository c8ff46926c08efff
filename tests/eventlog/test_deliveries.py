"""What was merged and what was released equal what Git itself says, asked commit by commit."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.git_graphs import Graph, graphs
from tests.share import share
from vsm.eventlog.deliveries import with_deliveries
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log
from vsm.sources.git_commits import commit_pages
from vsm.sources.git_process import create_repository, run_git

CRISS_CROSS = Graph(((), (0,), (0,), (1, 2), (2, 1), (3, 4)), (5, 4, 3, 2, 1, 0), ((3, 9), (4, 1)), 5)
OCTOPUS = Graph(((), (), (0,), (2, 0, 1)), (0, 9, 1, 2), ((3, None), (1, 7), (3, 3)), 3)
SIDE_TAG = Graph(((), (0,), (0,), (1, 2)), (0, 1, 2, 3), ((2, 5), (3, 4)), 1)


def log_of(path: Path) -> Log:
    documents = [document.body for page in commit_pages(path) for document in page.documents]
    return log_from_git(documents, repository="shop", keys={})


def delivered(log: Log) -> pd.DataFrame:
    return with_deliveries(log.commits, branches=log.branches, releases=log.releases)


def words(path: Path, *arguments: str) -> list[str]:
    return run_git(path, *arguments).decode().split()


def merges(path: Path) -> dict[str, str]:
    """By Git: walk main's first parents from the oldest; each lands all that it reaches and none did before."""
    found: dict[str, str] = {}
    before: list[str] = []
    for merge in words(path, "rev-list", "--first-parent", "--reverse", "main"):
        found |= dict.fromkeys(words(path, "rev-list", merge, *before), merge)
        before = [f"^{merge}"]
    return found


def height(commit: str, parents: dict[str, list[str]]) -> int:
    """The longest way down to a root."""
    depth, level = -1, {commit}
    while level:
        depth, level = depth + 1, {parent for one in level for parent in parents[one]}
    return depth


def first_releases(path: Path, releases: pd.DataFrame) -> dict[str, str]:
    """By Git: of the tags that contain a commit, the first to come out, though never before one inside it."""
    commit = dict(zip(releases["release"], releases["commit"], strict=True))
    own = dict(zip(releases["release"], releases[["at", "tagged"]].max(axis=1), strict=True))
    reached = {tag: set(words(path, "rev-list", commit[tag])) for tag in commit}
    inside = {tag: [other for other in commit if commit[other] in reached[tag]] for tag in commit}
    lines = run_git(path, "rev-list", "--parents", "--branches", "--tags").decode().splitlines()
    parents = {line.split()[0]: line.split()[1:] for line in lines}
    order = {
        tag: (max(own[o] for o in inside[tag]), height(commit[tag], parents), own[tag], tag) for tag in commit
    }
    found = {}
    for one in words(path, "rev-list", "--branches", "--tags"):
        if containing := [tag for tag in commit if one in reached[tag]]:
            found[one] = min(containing, key=order.__getitem__)
    return found


def check_against_git(path: Path) -> None:
    log = log_of(path)
    commits = delivered(log)
    told = commits.dropna(subset=["merge_commit"])
    assert dict(zip(told["commit"], told["merge_commit"], strict=True)) == merges(path)
    out = commits.dropna(subset=["release"])
    assert dict(zip(out["commit"], out["release"], strict=True)) == first_releases(path, log.releases)
    when = dict(zip(commits["commit"], commits["committed"], strict=True))
    assert told["merged_at"].tolist() == [when[merge] for merge in told["merge_commit"]]
    assert commits["merged_at"].isna().equals(commits["merge_commit"].isna())
    assert commits["released"].isna().equals(commits["release"].isna())
    places = {commit: position for position, commit in enumerate(commits["commit"])}
    for position, parents in enumerate(commits["parents"]):
        assert all(places[parent] < position for parent in parents.split())


@pytest.mark.slow
@settings(max_examples=share(30, of=2000), suppress_health_check=[HealthCheck.too_slow])
@given(graph=graphs())
@example(CRISS_CROSS)
@example(OCTOPUS)
@example(SIDE_TAG)
def test_merged_and_released_are_what_git_says(graph: Graph) -> None:
    """Octopus, criss-cross, several roots, tags on side branches, clocks that run backwards."""
    with TemporaryDirectory() as folder:
        check_against_git(graph.made(Path(folder, "r.git")))


def test_duracloud_is_what_git_says(real_data: Path, tmp_path: Path) -> None:
    """1,552 commits, 6 tags: each commit's merge and first release."""
    stream = gzip.decompress((real_data / "duracloud" / "history.fast-import.gz").read_bytes())
    create_repository(tmp_path / "r.git", fast_import=stream)
    check_against_git(tmp_path / "r.git")


@pytest.mark.parametrize("tagged", [None, 3])
def test_a_release_is_told_with_its_instant(tmp_path: Path, tagged: int | None) -> None:
    """A tag's own instant counts, but none before the commit that it names."""
    graph = Graph(((), (0,)), (0, 5), ((1, tagged),), 1)
    commits = delivered(log_of(graph.made(tmp_path / "r.git")))
    assert commits["release"].tolist() == ["v0", "v0"]
    assert commits["released"].tolist() == [pd.Timestamp(1_700_000_000 + 5 * 60, unit="s", tz="UTC")] * 2


def test_previews_are_no_releases_and_an_unmerged_branch_is_not_merged(tmp_path: Path) -> None:
    """What only a side branch reaches has no merge; a tag that is not final releases nothing."""
    graph = Graph(((), (0,), (0,)), (0, 1, 2), ((1, 3),), 1)
    log = log_of(graph.made(tmp_path / "r.git"))
    commits = with_deliveries(
        log.commits, branches=log.branches, releases=log.releases.assign(final=False)
    ).set_index("subject")
    assert commits["merge_commit"].notna().to_dict() == {"0": True, "1": True, "2": False}
    assert commits["release"].isna().all()
