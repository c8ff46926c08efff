"""A pull from GitHub can be killed at any instant: the next one goes on, and nothing is lost or comes twice."""

import multiprocessing
import random
import signal
import time
from pathlib import Path

import pytest

from tests.github_server import Running, serve
from tests.share import share
from tests.sources.github_api.lab import SHORT, assert_equal_logs, log_of, mix, pull, small, undisturbed
from vsm.sources.archive import open_archive

KILLED = share(3, of=50)
WHOLE = 0.8
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
    """Pull, and kill that process so many seconds after its first request; was it still at work?"""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sources.github_api.lab"])
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
    rng, at_work = random.Random(17), 0
    for seed in range(KILLED):
        file = tmp_path / f"{seed}.sqlite"
        with serve(small(), mix(seed)) as run:
            for _ in range(rng.randint(1, 3)):
                at_work += killed_pull(run, file, rng.uniform(0, WHOLE))
            with open_archive(file) as archive:
                pull(run, archive, timeout=SHORT)
                assert_equal_logs(log_of(archive), undisturbed(), of=f"seed {seed}")
    assert at_work >= KILLED // 2
