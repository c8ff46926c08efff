"""Streams whose true shares of lead time are known: what intervals of shares are tried on."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DEPENDENCE: Final = ("independent", "weekly luck", "weekly batches")
_MEDIAN: Final = np.array([1.0, 3.0, 0.5, 6.0, 2.0])
_SPREAD: Final = np.array([1.0, 1.0, 0.8, 1.2, 1.0])
_LUCK: Final = 0.9
_BATCHED: Final = 3


class Simulated(NamedTuple):
    """Days of each ticket in each of five stages, the week of its completion, and the true shares."""

    days: Floats
    weeks: npt.NDArray[np.int64]
    truth: Floats


def simulated(dependence: str, *, tickets: int, a_week: float, rng: np.random.Generator) -> Simulated:
    """Draw the stays of tickets that are completed at random, so many a week on average.

    Stays are log-normal. With weekly luck all stays of a week are longer or shorter together, in each stage;
    with weekly batches those in the costliest stage, a queue, end together: all of a week wait nearly as long
    there, in one week many times as long as in another.
    """
    weeks = np.floor(np.cumsum(rng.exponential(1 / a_week, tickets))).astype(np.int64)
    luck = rng.normal(0.0, 1.0, (weeks[-1] + 1, 5))[weeks]
    own = np.full(5, 1.0)
    shared = np.zeros(5)
    if dependence == "weekly luck":
        own, shared = np.full(5, 0.6), np.full(5, _LUCK)
    elif dependence == "weekly batches":
        own[_BATCHED], shared[_BATCHED] = 0.2, 1.0
    scale = own * _SPREAD
    together = shared * (_SPREAD if dependence == "weekly batches" else 1.0)
    logs = scale * rng.normal(size=(tickets, 5)) + together * luck
    means = _MEDIAN * np.exp((scale**2 + together**2) / 2)
    return Simulated(_MEDIAN * np.exp(logs), weeks, means / means.sum())
