"""A live pull can be killed at any instant: the next one goes on, and nothing is lost or comes twice."""

import random
from pathlib import Path

import pytest

from tests.gitlab_server import Site, Traps, serve
from tests.share import share
from tests.sources.gitlab_api.lab import SHORT, assert_same, log_of, pull
from tests.sources.killed import Address, killed_pull
from vsm.sources.archive import open_archive

KILLED = share(3, of=50)
LAB = "tests.sources.gitlab_api.lab"


def pull_apart(url: str, file: Path) -> None:
    """Pull in a process of its own."""
    with open_archive(file) as archive:
        pull(Address(url), archive, timeout=SHORT)


@pytest.mark.slow
def test_killed_pulls_lose_nothing(tmp_path: Path) -> None:
    """Through mixes of faults, each killed one to three times and then left to end."""
    with serve(Site.seeded(30, 20)) as run, open_archive(tmp_path / "whole.sqlite") as archive:
        pull(run, archive)
        whole, requests = log_of(archive), len(run.requests)
    rng, at_work = random.Random(13), 0
    for seed in range(KILLED):
        file = tmp_path / f"{seed}.sqlite"
        with serve(Site.seeded(30, 20), Traps.random(seed)) as run:
            for _ in range(rng.randint(1, 3)):
                at_work += killed_pull(run, rng, pull_apart, file, whole=requests, lab=LAB)
            with open_archive(file) as archive:
                pull(run, archive, timeout=SHORT)
                assert_same(log_of(archive), whole, what=f"seed {seed}")
    assert at_work >= KILLED // 2
