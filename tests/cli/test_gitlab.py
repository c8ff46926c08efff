"""A live GitLab from the command line, as a user meets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.gitlab_server import TOKEN, Running, Site, serve
from tests.reports.without_kernel import run_without_kernels
from vsm.read import read_stream


@pytest.fixture
def gitlab() -> Iterator[Running]:
    """A project with some issues and merge requests."""
    with serve(Site.seeded(12, 8)) as run:
        yield run


@pytest.fixture
def work(vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new work folder, and the token in the environment."""
    monkeypatch.setenv("VSM_GITLAB_TOKEN", TOKEN)
    assert vsm("init", "--dir", tmp_path / "work") == 0
    return tmp_path / "work"


def pulled(vsm: Shell, work: Path, gitlab: Running, *words: str) -> int:
    """Pull the project."""
    return vsm("pull", "--dir", work, "gitlab", "--url", gitlab.url, "--project", "shop/web", *words)


@pytest.mark.slow
def test_issues_alone_are_a_stream(vsm: Shell, work: Path, gitlab: Running) -> None:
    """Its board gives the stages, and a pull of the folder asks only for what is new."""
    assert pulled(vsm, work, gitlab) == 0, vsm.err
    assert vsm("init", "--dir", work, "--infer") == 0, vsm.err
    assert vsm("check", "--dir", work) == 0, vsm.out
    stages = [line for line in (work / "vsm.toml").read_text().splitlines() if line.startswith("statuses = ")]
    assert stages == [
        'statuses = ["gitlab:open"]',
        'statuses = ["label:workflow::ready"]',
        'statuses = ["label:workflow::doing"]',
        'statuses = ["label:workflow::review"]',
        'statuses = ["gitlab:closed"]',
    ]
    stream = read_stream(work)
    assert (len(stream.tickets), set(stream.visits["stage"])) == (
        12, {"Open", "ready", "doing", "review", "Closed"}
    )  # fmt: skip
    gitlab.forget()
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert len(gitlab.requests) == 4


def test_what_is_not_wanted_is_not_asked_for(vsm: Shell, work: Path, gitlab: Running) -> None:
    """Neither issues nor pipelines, where there is a Jira and another builds."""
    assert pulled(vsm, work, gitlab, "--no-issues", "--no-runs") == 0, vsm.err
    asked = [request.body["query"] for request in gitlab.requests if request.path == "/api/graphql"]
    assert ["mergeRequests(" in query for query in asked] == [True]
    assert not [request for request in gitlab.requests if "/issues/" in request.path]


def test_verify_tests_what_was_pulled_and_what_was_not(vsm: Shell, work: Path, gitlab: Running) -> None:
    """Each question of a pull, once."""
    assert vsm("verify", "--dir", work, "--url", gitlab.url, "--gitlab", "shop/web") == 0, vsm.out
    assert "✓ issues: 12 may be read" in vsm.out
    assert vsm("verify", "--dir", work, "--url", gitlab.url, "--gitlab", "shop/other") == 1
    assert "404" in vsm.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--project", "web"), "--project web: give it as group/name"),
        (("--project", "a/b", "--project", "a/c", "--name", "x"), "--name is for one --project"),
        (("--project", "a/b", "--url", "http://gitlab.example.com"), "would send the login unencrypted"),
    ],
)
def test_what_cannot_be_pulled_is_one_sentence(
    vsm: Shell, work: Path, words: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, and nothing is stored."""
    assert vsm("pull", "--dir", work, "gitlab", *words) == 2
    assert sentence in vsm.err


def test_without_a_token_it_says_what_to_set(
    vsm: Shell, work: Path, gitlab: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduled run has nobody to ask."""
    monkeypatch.delenv("VSM_GITLAB_TOKEN")
    assert pulled(vsm, work, gitlab) == 2
    assert "set VSM_GITLAB_TOKEN" in vsm.err


@pytest.mark.slow
def test_a_second_gitlab_needs_a_name(vsm: Shell, work: Path, gitlab: Running) -> None:
    """Its ids are of a world of its own."""
    assert pulled(vsm, work, gitlab, "--no-issues", "--no-runs") == 0, vsm.err
    with serve(Site.seeded(1, 1)) as other:
        assert pulled(vsm, work, other) == 2
        assert "give it a --name" in vsm.err
        assert pulled(vsm, work, other, "--name", "old") == 0, vsm.err
    assert read_stream(work).tickets["ticket"].astype("str").tolist() == ["gitlab:old:1001"]


@pytest.mark.slow
def test_a_stream_of_gitlab_issues_becomes_pages(
    vsm: Shell, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a scheduled run; nothing else is pulled."""
    run_without_kernels(monkeypatch)
    with serve(Site.seeded(30, 12)) as gitlab:
        assert pulled(vsm, work, gitlab) == 0, vsm.err
        assert vsm("init", "--dir", work, "--infer") == 0, vsm.err
        with (work / "vsm.toml").open("a") as file:
            file.write(
                '\n[[report]]\nname = "week"\nnotebooks = ["01_where_does_time_go", "05_what_is_stuck_now"]'
                '\nformats = ["html", "slides"]\ncron = "0 7 * * 1"\n'
            )
        assert vsm("run", "--dir", work, "--force") in {0, 3}, vsm.err
    pages = {file.stem for file in (work / "site" / "week").rglob("*.html")}
    assert {"index", "01_where_does_time_go", "05_what_is_stuck_now", "retro"} <= pages


@pytest.mark.slow
def test_old_tickets_that_were_forgotten_stay_away(vsm: Shell, work: Path, gitlab: Running) -> None:
    """The next pull finds by the count that they are lacking, asks for them once, and does not store them.

    Of each kind the latest, which every pull looks at once more, is asked for again.
    """
    assert pulled(vsm, work, gitlab) == 0, vsm.err
    assert vsm("forget", "--dir", work, "--older-than", "1") == 0, vsm.err
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert len(read_stream(work).tickets) == 0
    gitlab.forget()
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert len(gitlab.requests) == 4 + 4 + 2
