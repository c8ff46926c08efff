"""Nothing is lost and nothing comes twice, however troubles meet."""

from pathlib import Path

import pytest

from tests.frames import assert_equal
from tests.jira_server import Traps, serve
from tests.share import share
from tests.sources.jira_api.lab import MIXED, MODES, PART, events, events_of_file, pull, site_of
from vsm.sources.archive import open_archive

MIXES = share(16, of=200)
LOTS = 8


@pytest.mark.parametrize("lot", range(LOTS))
def test_no_mix_of_traps_costs_an_event(real_data: Path, tmp_path: Path, lot: int) -> None:
    """Mixes drawn from seeds, turn about in both modes."""
    path = real_data / "duracloud" / "issues.jsonl.gz"
    for seed in range(lot, MIXES, LOTS):
        mode = MODES[seed // LOTS % 2]
        with (
            serve(site_of(path, mode, PART), Traps.random(seed)) as run,
            open_archive(tmp_path / f"{seed}.sqlite") as archive,
        ):
            pull(run, archive, mode, page_size=20 if seed % 3 else 100, timeout=MIXED)
            assert_equal(events(archive), events_of_file(path, PART), f"seed {seed}")
