"""How many requests a pull takes, and that GitHub would understand each of them."""

from collections import Counter
from pathlib import Path

import pytest
from graphql import parse, validate

from tests.github_server import Site, serve
from tests.github_server.asked import all_queries
from tests.github_server.schema import published_schema
from tests.sources.github_api.lab import asked_for, pull
from vsm.sources.archive import open_archive


@pytest.mark.parametrize("what", all_queries())
def test_queries_are_valid_by_the_published_schema(what: str) -> None:
    """Every question that a pull can ask, with all kinds of timeline items."""
    assert validate(published_schema(), parse(all_queries()[what])) == []


@pytest.mark.slow
def test_a_thousand_of_each_take_few_requests(tmp_path: Path) -> None:
    """25 for a thousand pull requests at most, 12 for as many deployments; then two of a kind."""
    site = Site.seeded(1000, 0, deployments=1000, runs=0)
    with serve(site) as run, open_archive(tmp_path / "a.sqlite") as archive:
        pull(run, archive, kinds=("pulls", "deployments"))
        first = Counter(asked_for(run))
        assert first == {"site": 1, "pulls": 20, "deployments": 10}
        run.forget()
        pull(run, archive, kinds=("pulls", "deployments"))
        assert Counter(asked_for(run)) == {"site": 1, "pulls": 1, "deployments": 1}


@pytest.mark.slow
def test_issues_and_runs_take_few_requests_as_well(tmp_path: Path) -> None:
    """Fifty issues a request, a hundred runs in two; where nothing is new, one of each and the boards'."""
    with (
        serve(Site.seeded(0, 200, deployments=0, runs=200)) as run,
        open_archive(tmp_path / "a.sqlite") as archive,
    ):
        pull(run, archive, kinds=("issues", "runs"))
        assert Counter(asked_for(run)) == {"site": 1, "boards": 1, "issues": 4, "runs": 3, "jobs": 2}
        run.forget()
        pull(run, archive, kinds=("issues", "runs"))
        assert Counter(asked_for(run)) == {"site": 1, "boards": 1, "issues": 1, "runs": 1, "statuses": 1}
