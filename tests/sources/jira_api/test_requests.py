"""How many requests does it take? A server is asked seldom, and for much at once."""

from pathlib import Path

import pytest

from tests.jira_server import Site, serve
from tests.share import share
from tests.sources.jira_api.lab import MODES, Mode, issues, pull, requests_of
from vsm.sources.archive import open_archive

TICKETS = share(1_000, of=10_000)
EACH = {"cloud": 1.3, "datacenter": 1.0}
"""Requests of a first load for each hundred tickets, and ten beside them."""


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_thousands_of_tickets_and_then_what_is_new(tmp_path: Path, mode: Mode) -> None:
    """A first load; a pull without news; one with fifty changed tickets; a sweep on top of it."""
    with (
        serve(Site.seeded(TICKETS, 5, mode=mode, seed=3)) as run,
        open_archive(tmp_path / "a.sqlite") as archive,
    ):
        pull(run, archive, mode, timeout=(5.0, 30.0))
        assert len(run.requests) <= EACH[mode] * TICKETS / 100 + 10
        assert len(issues(archive)) == TICKETS

        run.forget()
        pull(run, archive, mode)
        assert len(run.requests) <= 4

        run.forget()
        for number in range(1, 51):
            run.site.touch(f"ABC-{number * (TICKETS // 51)}", "10000" if number % 2 else "3")
        pull(run, archive, mode)
        assert len(run.requests) <= 8
        assert sum(len(i["changelog"]["histories"]) == 6 for i in issues(archive)) == 50

        run.forget()
        pull(run, archive, mode, sweep=True)
        assert len(run.requests) <= 15, requests_of(run)
