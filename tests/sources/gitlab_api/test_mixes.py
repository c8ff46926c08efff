"""Nothing is lost and nothing comes twice, however troubles meet."""

from pathlib import Path

import pytest

from tests.gitlab_server import Site, Traps, serve
from tests.share import share
from tests.sources.gitlab_api.lab import SHORT, assert_same, log_of, pull
from vsm.sources.archive import open_archive

MIXES = share(8, of=200)
LOTS = 4


@pytest.mark.slow
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_mix_of_traps_costs_an_event(tmp_path: Path, lot: int) -> None:
    """Mixes drawn from seeds."""
    with serve(Site.seeded(24, 16)) as run, open_archive(tmp_path / "whole.sqlite") as archive:
        pull(run, archive)
        whole = log_of(archive)
    for seed in range(lot, MIXES, LOTS):
        with (
            serve(Site.seeded(24, 16), Traps.random(seed)) as run,
            open_archive(tmp_path / f"{seed}.sqlite") as archive,
        ):
            pull(run, archive, timeout=SHORT)
            assert_same(log_of(archive), whole, what=f"seed {seed}")
