"""The same work for many numbers, on all cores: forks of this process, which inherit what they need.

Only for work in memory that gives the same wherever it is done: what a fork changes is lost, and threads of
this process do not run in it. On systems other than Linux it is done here, one after the other.
"""

import os
import pickle
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from signal import SIGKILL
from typing import Final, NamedTuple, TypeVar

from vsm.errors import RunError

Made = TypeVar("Made")
FORKS: Final = sys.platform == "linux"


class _Fork(NamedTuple):
    process: int
    pipe: int


def on_all_cores(work: Callable[[int], Made], numbers: Sequence[int], *, cores: int = 0) -> list[Made]:
    """Give what some work makes of each number, in their order.

    Forks do every n-th of them each; this process does its part as well.

    Parameters
    ----------
    work
        What it makes is handed over by pickle; ``work`` itself is inherited.
    cores
        By default those that this process may use.

    Raises
    ------
    RunError
        A fork ended early, such as one that the system killed because memory ran out.
    Exception
        What the work raised.

    Examples
    --------
    >>> on_all_cores(lambda number: number**2, range(5), cores=2)
    [0, 1, 4, 9, 16]
    """
    parts = min(cores or len(os.sched_getaffinity(0)), len(numbers)) if FORKS else 1
    if parts < 2:
        return [work(number) for number in numbers]
    forks: list[_Fork] = []
    try:
        forks.extend(_forked(work, numbers[part::parts]) for part in range(1, parts))
        made = [[work(number) for number in numbers[::parts]], *map(_handed_over, forks)]
    finally:
        for fork in forks:
            os.close(fork.pipe)
            with suppress(ProcessLookupError):
                os.kill(fork.process, SIGKILL)
            os.waitpid(fork.process, 0)
    return [made[place % parts][place // parts] for place in range(len(numbers))]


def _forked(work: Callable[[int], Made], numbers: Iterable[int]) -> _Fork:
    """Let a fork do its part, and write it into a pipe; whatever happens, it goes no further than here."""
    ours, theirs = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 and later warn of threads: what these hold stays held in a fork, which needs none of it.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        os.close(theirs)
        return _Fork(process, ours)
    try:
        os.close(ours)
        try:
            answer: tuple[object, Exception | None] = [work(number) for number in numbers], None
        except Exception as error:  # noqa: BLE001 - raised again by the process that asked
            answer = None, error
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump(answer, pipe)
    finally:
        os._exit(0)


def _handed_over(fork: _Fork) -> list[Made]:
    """Wait for what a fork made."""
    with os.fdopen(os.dup(fork.pipe), "rb") as pipe:
        packed = pipe.read()
    try:
        made, error = pickle.loads(packed)  # noqa: S301 - our own fork wrote it
    except (EOFError, pickle.UnpicklingError) as cut_off:
        raise RunError(
            "a process that did part of the work ended early, perhaps for lack of memory; try again, or ask "
            "for less at once"
        ) from cut_off
    if error is not None:
        raise error
    return made  # type: ignore[no-any-return]
