"""A live pull can be killed at any instant: the next one goes on, and nothing is lost or comes twice."""

import multiprocessing
import random
import signal
import time
from pathlib import Path

import pytest

from tests.gitlab_server import Running, Site, serve
from tests.share import share
from tests.sources.gitlab_api.lab import SHORT, assert_same, log_of, mix, pull
from vsm.sources.archive import open_archive

KILLED = share(3, of=50)
WHOLE = 1.0
"""Seconds that a pull of this size takes or more; kills fall anywhere in them."""


class Address:
    """All that a pull in another process knows of a stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url


def pull_apart(url: str, file: Path) -> None:
    """Pull in a process of its own."""
    with open_archive(file) as archive:
        pull(Address(url), archive, timeout=SHORT)


def killed_pull(run: Running, file: Path, delay: float) -> bool:
    """Pull, and kill that process after so many seconds; was it still at work?"""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sources.gitlab_api.lab"])
    child = context.Process(target=pull_apart, args=(run.url, file))
    asked = len(run.requests)
    child.start()
    while len(run.requests) == asked and child.is_alive():
        time.sleep(0.002)
    time.sleep(delay)
    child.kill()
    child.join()
    code = child.exitcode
    child.close()
    return code == -signal.SIGKILL


@pytest.mark.slow
def test_killed_pulls_lose_nothing(tmp_path: Path) -> None:
    """Through mixes of faults, each killed one to three times and then left to end."""
    with serve(Site.seeded(60, 40)) as run, open_archive(tmp_path / "whole.sqlite") as archive:
        pull(run, archive)
        whole = log_of(archive)
    rng, at_work = random.Random(13), 0
    for seed in range(KILLED):
        file = tmp_path / f"{seed}.sqlite"
        with serve(Site.seeded(60, 40), mix(seed)) as run:
            for _ in range(rng.randint(1, 3)):
                at_work += killed_pull(run, file, rng.uniform(0, WHOLE))
            with open_archive(file) as archive:
                pull(run, archive, timeout=SHORT)
                assert_same(log_of(archive), whole, what=f"seed {seed}")
    assert at_work >= KILLED // 2
