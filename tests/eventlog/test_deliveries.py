"""What was merged and what was released equal what Git itself says, asked commit by commit."""

import gzip
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.git_bodies import Body, batch, commit, repository
from tests.git_graphs import Graph, graphs
from tests.share import share
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.deliveries import log_with_deliveries, with_deliveries
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
@settings(max_examples=share(15, of=2000), suppress_health_check=[HealthCheck.too_slow])
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


def history_of(
    *commits: Body, tags: Sequence[tuple[str, str]] = (), touched: Mapping[str, str] | None = None
) -> Log:
    """The log of commits in a line, with lightweight tags, and components of some."""
    line = [commits[0], *(body | {"parents": before["commit"]} for before, body in pairwise(commits))]
    names = list(touched or ())
    found = {
        "type": "components",
        "patterns": "p",
        "commit": names,
        "components": [*(touched or {}).values()],
    }
    return log_from_git(
        [
            batch(*line), found, {"type": "patterns", "patterns": "p"},
            repository(line[-1]["commit"], tags=[(tag, commit, None) for tag, commit in tags]),
        ],
        repository="shop", keys={},
    )  # fmt: skip


def tagged(tags: Sequence[str]) -> list[tuple[str, str]]:
    """Tags that are written as in ``v1 c1``."""
    return [(tag, name) for tag, _, name in (text.partition(" ") for text in tags)]


def days(*names: str) -> list[Body]:
    """A commit a day."""
    return [commit(name, name, at=f"2026-01-{day:02}T09:00:00Z") for day, name in enumerate(names, start=5)]


@pytest.mark.parametrize(
    ("tags", "released"),
    [
        (["v1.0.0 c1", "v1.1.0 c3", "v1 c3", "latest c3", "prod c2"], ["v1.0.0", "v1.1.0", "v1.1.0"]),
        (["2.0 c1", "nightly c2", "stable c3", "2.1 c3"], ["2.0", "2.1", "2.1"]),
        (["web/live c2", "web/2026.1 c3"], ["web/2026.1"] * 3),
        (["produktiv c1", "Produktion c2"], [None] * 3),
    ],
)
def test_a_tag_that_moves_releases_nothing(tags: list[str], released: list[str | None]) -> None:
    """Whatever it names today, it was not there before; of v1 and v1.1.0 the latter is the release."""
    log = history_of(*days("c1", "c2", "c3"), tags=tagged(tags))
    commits = log_with_deliveries(log, workflow=Workflow()).commits
    assert commits["release"].astype("object").where(commits["release"].notna(), None).tolist() == released


@pytest.mark.parametrize(
    "tags", [["v1.0.0 c1", "release-2026-01 c1"], ["1.0 c1", "v1.0 c1", "emma c1"], ["a/1 c1", "b/1 c1"]]
)
def test_several_tags_of_a_commit_are_one_release(tags: list[str]) -> None:
    """The first by time and name is the release."""
    log = history_of(*days("c1", "c2"), tags=tagged(tags))
    releases = log_with_deliveries(log, workflow=Workflow()).releases
    assert releases.loc[releases["final"], "release"].tolist() == [sorted(tags)[0].split(" ")[0]]


COMPONENTS = parse_workflow(
    '[[repository]]\nname = "shop"\ncomponents = [{name = "api", paths = "api"}, {name = "web", paths = "web"}]'
)


@pytest.mark.parametrize(
    ("tags", "released"),
    [
        (["api-1.0 c2", "web-1.0 c4"], ["api-1.0", "web-1.0", None, None]),
        (["api/1.0 c2", "api/1.1 c4"], ["api/1.0", None, None, "api/1.1"]),
        (["@shop/web@2.0 c4", "v7 c4"], ["v7", "@shop/web@2.0", "v7", "v7"]),
    ],
)
def test_a_release_of_one_component_releases_nothing_of_another(
    tags: list[str], released: list[str | None]
) -> None:
    """c1 is api's, c2 the web's, c3 both's and released with the last, c4 api's; v7 is of the whole repository."""
    touched = {"c1": "api", "c2": "web", "c3": "api; web", "c4": "api"}
    log = history_of(*days("c1", "c2", "c3", "c4"), tags=tagged(tags), touched=touched)
    commits = log_with_deliveries(log, workflow=COMPONENTS).commits
    assert commits["release"].astype("object").where(commits["release"].notna(), None).tolist() == released


def test_components_of_former_patterns_do_not_count() -> None:
    """After a change of vsm.toml the next pull reads them anew; until then the former ones are there."""
    documents = [
        batch(*days("c1")), repository("c1"), {"type": "patterns", "patterns": "new"},
        {"type": "components", "patterns": "old", "commit": ["c1"], "components": ["api"]},
    ]  # fmt: skip
    assert log_from_git(documents, repository="shop", keys={}).commits["components"].isna().all()


@pytest.mark.parametrize("named", ["main", "origin/main"])
def test_the_main_line_may_be_named_without_its_remote(named: str) -> None:
    """A checkout of CI has origin/main alone."""
    state = repository("", branches=[("refs/remotes/origin/dev", "c2"), ("refs/remotes/origin/main", "c1")])
    log = log_from_git([batch(*days("c1", "c2")), state], repository="shop", keys={})
    workflow = parse_workflow(f'[[repository]]\nname = "shop"\nmain = "{named}"')
    branches = log_with_deliveries(log, workflow=workflow).branches
    assert branches.loc[branches["main"], "branch"].tolist() == ["origin/main"]
