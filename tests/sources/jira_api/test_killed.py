"""A live pull can be killed at any instant: the next one goes on, and nothing is lost or comes twice."""

import random
from pathlib import Path

from tests.frames import assert_equal
from tests.jira_server import Traps, serve
from tests.share import share
from tests.sources.jira_api.lab import (
    MIXED,
    MODES,
    PART,
    Mode,
    events,
    events_of_file,
    issues,
    pull,
    site_of,
)
from tests.sources.killed import Address, killed_pull
from vsm.sources.archive import open_archive

KILLED = share(8, of=100)
LAB = "tests.sources.jira_api.lab"


def pull_apart(url: str, file: Path, mode: Mode) -> None:
    """Pull in a process of its own."""
    with open_archive(file) as archive:
        pull(Address(url), archive, mode, page_size=20, timeout=MIXED)


def requests_of(path: Path, mode: Mode, file: Path) -> int:
    """Count the requests of a pull that nothing disturbs."""
    with serve(site_of(path, mode, PART)) as run, open_archive(file) as archive:
        pull(run, archive, mode, page_size=20)
        return len(run.requests)


def test_killed_pulls_lose_nothing(real_data: Path, tmp_path: Path) -> None:
    """Through mixes of faults, in both modes, each killed one to three times and then left to end."""
    path = real_data / "duracloud" / "issues.jsonl.gz"
    whole = {mode: requests_of(path, mode, tmp_path / f"{mode}.sqlite") for mode in MODES}
    rng, at_work = random.Random(13), 0
    for seed in range(KILLED):
        mode, file = MODES[seed % 2], tmp_path / f"{seed}.sqlite"
        with serve(site_of(path, mode, PART), Traps.random(seed)) as run:
            for _ in range(rng.randint(1, 3)):
                at_work += killed_pull(run, rng, pull_apart, file, mode, whole=whole[mode], lab=LAB)
            with open_archive(file) as archive:
                pull(run, archive, mode, page_size=20, timeout=MIXED)
                assert len(issues(archive)) == len(run.site.ids)
                assert_equal(events(archive), events_of_file(path, PART), f"seed {seed}")
    assert at_work >= KILLED // 2
