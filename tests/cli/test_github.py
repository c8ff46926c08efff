"""GitHub from the command line, as a user meets it, and where the token must never turn up."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.github_server import ALWAYS, TOKEN, Running, Site, Traps, serve
from tests.reports.without_kernel import run_without_kernels
from vsm.read import read_stream


@pytest.fixture
def github() -> Iterator[Running]:
    """A repository with some of each kind."""
    with serve(Site.seeded(8, 30, deployments=4, runs=4, seed=3)) as run:
        yield run


@pytest.fixture
def work(vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new work folder, and the token in the environment."""
    monkeypatch.setenv("VSM_GITHUB_TOKEN", TOKEN)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    assert vsm("init", "--dir", tmp_path / "work") == 0
    return tmp_path / "work"


@pytest.mark.slow
def test_a_repository_alone_is_a_stream(vsm: Shell, work: Path, github: Running) -> None:
    """Pull, infer the board's columns, check; then again, with a request or two for each kind."""
    asked = ("github", "--url", github.url, "--repo", "shop/web")
    assert vsm("pull", "--dir", work, *asked) == 0, vsm.err
    assert vsm("init", "--dir", work, "--infer") == 0, vsm.err
    for stage in ("Open", "Todo", "In progress", "In review", "Done", "Closed"):
        assert f"stage '{stage}'" in vsm.out
    assert vsm("check", "--dir", work) == 0, vsm.out
    stream = read_stream(work)
    assert (len(stream.tickets), len(stream.pulls)) == (30, 8)
    assert (stream.lifecycles["work"] + stream.lifecycles["wait"]).equals(stream.lifecycles["lead"])
    github.forget()
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert len(github.requests) <= 8


@pytest.mark.slow
def test_labels_become_stages(vsm: Shell, work: Path, github: Running) -> None:
    """Named in vsm.toml as statuses, from the next reading on."""
    assert vsm("pull", "--dir", work, "github", "--url", github.url, "--repo", "shop/web", "--no-runs") == 0
    with (work / "vsm.toml").open("a") as file:
        file.write('\n[[stage]]\nname = "Ready"\nkind = "queue"\nstatuses = ["label:status: ready"]\n')
    stream = read_stream(work)
    assert "Ready" in stream.visits["stage"].tolist()
    assert stream.pipelines.empty


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--repo", "web"), "--repo web: give it as owner/name"),
        (("--repo", "a/b", "--repo", "a/c", "--name", "x"), "--name is for one --repo"),
        (("--repo", "a/b", "--url", "http://github.example.com/api"), "would send the login unencrypted"),
    ],
)
def test_what_cannot_be_pulled_is_one_sentence(
    vsm: Shell, work: Path, words: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, and nothing is stored."""
    assert vsm("pull", "--dir", work, "github", *words) == 2
    assert sentence in vsm.err


def test_without_a_token_it_says_what_to_set(
    vsm: Shell, work: Path, github: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GITHUB_TOKEN is for GitHub itself and is sent to no other server."""
    monkeypatch.delenv("VSM_GITHUB_TOKEN")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert vsm("pull", "--dir", work, "github", "--url", github.url, "--repo", "shop/web") == 2
    assert "no login for 127.0.0.1: set VSM_GITHUB_TOKEN" in vsm.err
    assert github.requests == []


def test_verify_tells_what_works_and_what_is_missing(vsm: Shell, work: Path, github: Running) -> None:
    """Kind by kind, with the right that a token lacks; nothing is stored."""
    assert vsm("verify", "--dir", work, "--url", github.url, "--repo", "shop/web") == 0, vsm.out
    assert "✓ issues: 30 may be read" in vsm.out
    assert vsm("verify", "--dir", work, "--url", github.url, "--repo", "shop/other") == 1
    assert "✗ token and repository: " in vsm.out
    with serve(Site.seeded(1, 1), Traps(no_projects="scopes", no_actions=True)) as run:
        assert vsm("verify", "--dir", work, "--url", run.url, "--repo", "shop/web") == 1
    assert "✗ runs: may not be read: the token needs Actions: read" in vsm.out
    assert "✗ projects: may not be read: read:project" in vsm.out
    assert not (work / "archive" / "archive.sqlite").exists()


@pytest.mark.parametrize(
    "traps",
    [
        pytest.param(Traps(), marks=pytest.mark.slow),
        Traps(refuse=401, often=ALWAYS),
        Traps(redirect=True, often=ALWAYS),
    ],
    ids=["well", "401", "redirect"],
)
def test_the_token_is_written_nowhere(vsm: Shell, work: Path, traps: Traps) -> None:
    """Not to any file of the work folder, not to the screen, whatever the server does."""
    said = ""
    with serve(Site.seeded(2, 2, deployments=1, runs=1), traps) as run:
        asked = ("github", "--url", run.url, "--repo", "shop/web")
        for words in (("pull", "--dir", work, "--json-log", *asked), ("verify", "--dir", work)):
            vsm(*words)
            said += vsm.out + vsm.err
        if traps == Traps():
            stream = read_stream(work)
            assert TOKEN.encode() not in pickle.dumps(stream)
    assert TOKEN not in said
    assert TOKEN.encode() not in b"".join(file.read_bytes() for file in work.rglob("*") if file.is_file())


@pytest.mark.slow
def test_a_report_of_issues_alone_is_made(
    vsm: Shell, work: Path, github: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages and slides; each cell of them runs."""
    run_without_kernels(monkeypatch)
    assert vsm("pull", "--dir", work, "github", "--url", github.url, "--repo", "shop/web") == 0, vsm.err
    assert vsm("init", "--dir", work, "--infer") == 0, vsm.err
    assert vsm("report", "--dir", work, "01_where_does_time_go") == 0, vsm.err
    assert vsm("slides", "--dir", work) == 0, vsm.err
    pages = {page.name: page.read_text() for page in work.glob("runs/*/*.html")}
    assert {"01_where_does_time_go.html", "retro.html"} <= pages.keys()
    assert "In review" in pages["01_where_does_time_go.html"]


@pytest.mark.slow
def test_old_issues_are_forgotten_and_stay_away(vsm: Shell, work: Path, github: Running) -> None:
    """Pull requests too; once refused, they are not asked for again."""
    asked = ("github", "--url", github.url, "--repo", "shop/web", "--no-runs")
    assert vsm("pull", "--dir", work, *asked) == 0, vsm.err
    assert vsm("forget", "--dir", work, "--older-than", 30) == 0, vsm.err
    assert vsm("pull", "--dir", work) == 0, vsm.err
    stream = read_stream(work)
    assert (len(stream.tickets), len(stream.pulls), len(stream.deploys)) == (0, 0, 4)
    github.forget()
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert not [request for request in github.requests if "(number:" in request.body["query"]]
