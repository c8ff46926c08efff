"""A live pull can be killed at any instant: the next one goes on, and nothing is lost or comes twice."""

import multiprocessing
import random
import signal
import time
from pathlib import Path

from pandas.testing import assert_frame_equal

from tests.jira_server import Running, Traps, serve
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
from vsm.sources.archive import open_archive

KILLED = share(8, of=100)
WHOLE = 0.6
"""Seconds that a pull of this size takes or more; kills fall anywhere in them."""


class Address:
    """All that a pull in another process knows of a stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url


def pull_apart(url: str, file: Path, mode: Mode) -> None:
    """Pull in a process of its own."""
    with open_archive(file) as archive:
        pull(Address(url), archive, mode, page_size=20, timeout=MIXED)


def killed_pull(run: Running, file: Path, mode: Mode, delay: float) -> bool:
    """Pull, and kill that process after so many seconds; was it still at work?"""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sources.jira_api.lab"])
    child = context.Process(target=pull_apart, args=(run.url, file, mode))
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


def test_killed_pulls_lose_nothing(real_data: Path, tmp_path: Path) -> None:
    """Through mixes of faults, in both modes, each killed one to three times and then left to end."""
    path = real_data / "duracloud" / "issues.jsonl.gz"
    rng, at_work = random.Random(13), 0
    for seed in range(KILLED):
        mode, file = MODES[seed % 2], tmp_path / f"{seed}.sqlite"
        with serve(site_of(path, mode, PART), Traps.random(seed)) as run:
            for _ in range(rng.randint(1, 3)):
                at_work += killed_pull(run, file, mode, rng.uniform(0, WHOLE))
            with open_archive(file) as archive:
                pull(run, archive, mode, page_size=20, timeout=MIXED)
                assert len(issues(archive)) == len(run.site.ids)
                assert_frame_equal(events(archive), events_of_file(path, PART), obj=f"seed {seed}")
    assert at_work >= KILLED // 2
