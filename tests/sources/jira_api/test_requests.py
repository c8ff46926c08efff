"""How many requests does it take? A server is asked seldom, and for much at once."""

from pathlib import Path

import pytest

from tests.jira_server import Site, serve
from tests.sources.jira_api.lab import MODES, Mode, issues, pull, requests_of
from vsm.sources.archive import open_archive

FIRST_LOAD = {"cloud": 140, "datacenter": 110}


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_ten_thousand_tickets_and_then_what_is_new(tmp_path: Path, mode: Mode) -> None:
    """A first load; a pull without news; one with fifty changed tickets; a sweep on top of it."""
    with (
        serve(Site.seeded(10_000, 5, mode=mode, seed=3)) as run,
        open_archive(tmp_path / "a.sqlite") as archive,
    ):
        pull(run, archive, mode, timeout=(5.0, 30.0))
        assert len(run.requests) <= FIRST_LOAD[mode]
        assert len(issues(archive)) == 10_000

        run.forget()
        pull(run, archive, mode)
        assert len(run.requests) <= 4

        run.forget()
        for number in range(1, 51):
            run.site.touch(f"ABC-{number * 190}", "10000" if number % 2 else "3")
        pull(run, archive, mode)
        assert len(run.requests) <= 8
        assert sum(len(i["changelog"]["histories"]) == 6 for i in issues(archive)) == 50

        run.forget()
        pull(run, archive, mode, sweep=True)
        assert len(run.requests) <= 15, requests_of(run)
