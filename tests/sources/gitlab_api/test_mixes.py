"""Nothing is lost and nothing comes twice, however troubles meet."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.gitlab_server import Site, Traps, serve
from tests.share import share
from tests.sources.gitlab_api.lab import SHORT, assert_same, log_of, pull
from vsm.eventlog.log import Log
from vsm.sources.archive import open_archive

MIXES = share(8, of=200)
LOTS = 4
SIZE = 16, 10
"""Issues and merge requests."""


@cache
def undisturbed() -> Log:
    """The log of a pull that nothing disturbs."""
    with (
        TemporaryDirectory() as folder,
        serve(Site.seeded(*SIZE)) as run,
        open_archive(Path(folder, "whole.sqlite")) as archive,
    ):
        pull(run, archive)
        return log_of(archive)


@pytest.mark.slow
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_mix_of_traps_costs_an_event(tmp_path: Path, lot: int) -> None:
    """Mixes drawn from seeds."""
    for seed in range(lot, MIXES, LOTS):
        with (
            serve(Site.seeded(*SIZE), Traps.random(seed)) as run,
            open_archive(tmp_path / f"{seed}.sqlite") as archive,
        ):
            pull(run, archive, timeout=SHORT)
            assert_same(log_of(archive), undisturbed(), what=f"seed {seed}")
