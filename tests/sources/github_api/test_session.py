"""GitHub's limits of both sorts are obeyed, refusals are reported at once, and the token goes nowhere else."""

from pathlib import Path
from typing import Any

import pytest

from tests.github_server import ALWAYS, TOKEN, Site, Traps, When, serve
from tests.sources.github_api.lab import log_of, pull, session
from vsm.errors import RunError, SourceError
from vsm.sources.archive import open_archive
from vsm.sources.credentials import Login
from vsm.sources.github_api import GitHubSession

QUESTION = "query { rateLimit { remaining } }"
TWICE = When(nth=(1, 2))


def site() -> Site:
    """Next to nothing is plenty."""
    return Site.seeded(1, 1, deployments=0, runs=0)


@pytest.mark.parametrize(
    ("limit", "why", "least"),
    [
        ("primary", "its limit of requests is used up (403)", 90),
        ("primary 429", "its limit of requests is used up (429)", 90),
        ("graphql", "its limit of requests is used up", 90),
        ("secondary", "it asks us to slow down (403)", 90),
        ("complaint", "it asks us to slow down (403)", 60),
    ],
)
def test_each_limit_is_waited_for_as_long_as_it_says(limit: Any, why: str, least: int) -> None:
    """Until it is renewed, as long as is asked for, or a minute where only a complaint comes."""
    pauses: list[tuple[float, str]] = []
    with serve(site(), Traps(rate_limit=limit, retry_after=90, often=TWICE)) as run:
        asking = session(run, on_wait=lambda seconds, reason: pauses.append((seconds, reason)))
        assert asking.graphql(QUESTION).data["rateLimit"]["remaining"] == 4999
    assert [reason for _, reason in pauses] == [why, why]
    assert all(least - 2 <= seconds <= least + 2 for seconds, _ in pauses)


def test_a_limit_beyond_our_patience_ends_the_pull_with_a_sentence() -> None:
    """An hour's wait in a scheduled run would look like a hang; nothing is lost."""
    pauses: list[float] = []
    with (
        serve(site(), Traps(rate_limit="primary", retry_after=3000, often=ALWAYS)) as run,
        pytest.raises(
            RunError, match=r"limit of requests is used up .* what was pulled is stored: pull again"
        ),
    ):
        session(run, patience=600, sleep=pauses.append).graphql(QUESTION)
    assert pauses == []


@pytest.mark.slow
@pytest.mark.parametrize("how", ["502", "error"])
def test_a_page_that_is_too_heavy_is_asked_for_in_parts(how: Any, tmp_path: Path) -> None:
    """At once, without a pause: fifty, then 25, then ten."""
    pauses: list[float] = []
    with (
        serve(Site.seeded(30, 0, deployments=0, runs=0), Traps(heavy_above=10, heavy_as=how)) as run,
        open_archive(tmp_path / "a.sqlite") as archive,
    ):
        pull(run, archive, kinds=("pulls",), sleep=pauses.append)
        sizes = [r.body["variables"]["first"] for r in run.requests if "pullRequests(" in r.body["query"]]
        assert len(log_of(archive).pulls) == 30
    assert sizes == [50, 25, 10, 10, 10]
    assert pauses == []


@pytest.mark.parametrize(
    ("traps", "sentence"),
    [
        (Traps(refuse=401, often=ALWAYS), r"does not know this token \(401\): check VSM_GITHUB_TOKEN"),
        (Traps(refuse=403, often=ALWAYS), r"forbids /graphql \(403\): the token lacks a permission"),
        (Traps(redirect=True, often=ALWAYS), r"sends us on to http://localhost:\d+.* with --url"),
    ],
)
def test_a_refusal_is_told_at_once(traps: Traps, sentence: str) -> None:
    """One request, what to do, and nothing followed."""
    with serve(site(), traps) as run:
        with pytest.raises(SourceError, match=sentence):
            session(run).graphql(QUESTION)
        assert len(run.requests) == 1
        assert run.elsewhere == []


def test_a_question_that_github_does_not_take_is_told_in_its_words() -> None:
    """As where a server is older than thought."""
    with serve(site()) as run, pytest.raises(SourceError, match="does not answer the question: Cannot query"):
        session(run).graphql("query { colour }")


def test_a_wrong_token_is_told_and_not_shown() -> None:
    """Neither in the sentence nor in what is shown of the session's login."""
    with serve(site()) as run, pytest.raises(SourceError, match="401") as refusal:
        GitHubSession(run.url, Login(None, "wr0ng")).graphql(QUESTION)
    assert "wr0ng" not in str(refusal.value) + repr(refusal.value.__context__)


def test_a_companys_server_is_asked_below_its_api() -> None:
    """``https://HOST/api``: GraphQL at /graphql, runs at /v3."""
    with serve(site()) as run:
        company = GitHubSession(f"{run.url}/api", Login(None, TOKEN))
        company.graphql(QUESTION)
        company.get(f"{company.rest}/repos/shop/web/actions/runs")
        assert [request.path for request in run.requests] == [
            "/api/graphql",
            "/api/v3/repos/shop/web/actions/runs",
        ]
