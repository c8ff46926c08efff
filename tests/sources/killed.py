"""A pull in a process of its own, which is killed."""

import multiprocessing
import signal
import time
from collections.abc import Callable
from random import Random
from typing import Any

from tests.jira_server import Running


class Address:
    """All that a pull in another process knows of a stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url


def killed_pull(
    run: Running, rng: Random, pull_apart: Callable[..., None], *about: Any, whole: int, lab: str
) -> bool:
    """Pull, and kill that process somewhere on its way; was it still at work?

    It is killed some milliseconds after any of its requests, not after some time: machines differ.

    Parameters
    ----------
    pull_apart, about
        What pulls; it gets the address and ``about``.
    whole
        How many requests a pull makes that nothing disturbs.
    lab
        The module that the process needs.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([lab])
    child = context.Process(target=pull_apart, args=(run.url, *about))
    enough = len(run.requests) + rng.randint(1, whole - 1)
    child.start()
    while len(run.requests) < enough and child.is_alive():
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.02))
    child.kill()
    child.join()
    code = child.exitcode
    child.close()
    return code == -signal.SIGKILL
