"""Nothing is lost and nothing comes twice, however troubles meet."""

from pathlib import Path

import pytest

from tests.github_server import Traps, serve
from tests.share import share
from tests.sources.github_api.lab import SHORT, assert_equal_logs, log_of, pull, small, undisturbed
from vsm.sources.archive import open_archive

MIXES = share(6, of=200)
LOTS = 2


@pytest.mark.slow
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_mix_of_traps_costs_a_row(tmp_path: Path, lot: int) -> None:
    """Mixes drawn from seeds: limits of all sorts, heavy pages, parts that are missing, broken answers."""
    for seed in range(lot, MIXES, LOTS):
        with serve(small(), Traps.random(seed)) as run, open_archive(tmp_path / f"{seed}.sqlite") as archive:
            pull(run, archive, timeout=SHORT)
            assert_equal_logs(log_of(archive), undisturbed(), of=f"seed {seed}")
