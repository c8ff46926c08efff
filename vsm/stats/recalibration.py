"""Levels of forecasts that follow their own outcomes: adaptive conformal inference.

A forecast "85 of 100" that keeps failing is made more cautious, one that never fails less so: after each
outcome the level moves by ``GAMMA`` times what it was off (I. Gibbs and E. Candès, "Adaptive conformal
inference under distribution shift", NeurIPS 2021). Nothing else is assumed about how the past is like the
future.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from vsm.stats.block_paths import Courses

Floats = npt.NDArray[np.float64]
GAMMA: Final = 0.02
FEWEST_OUTCOMES: Final = 20
"""With fewer known outcomes a level is used as it is."""


class Recalibrated:
    """One level, moved by its outcomes as they become known.

    Examples
    --------
    >>> level = Recalibrated(0.85)
    >>> for _ in range(20):
    ...     level.learn(held=False)
    >>> round(level.used, 2)
    1.0
    >>> Recalibrated(0.85).used
    0.85
    """

    def __init__(self, level: float) -> None:
        self.level = level
        self.outcomes = 0
        self._moved = level

    @property
    def used(self) -> float:
        """The share of courses that an answer has to cover, 0 to 1."""
        enough = self.outcomes >= FEWEST_OUTCOMES
        return min(max(self._moved, 0.0), 1.0) if enough else self.level

    def learn(self, *, held: bool) -> None:
        """Move by an outcome: less cautious after one that held, more so after one that did not."""
        self.outcomes += 1
        self._moved += GAMMA * (self.level - held)


def covering(values: Courses, level: float) -> int:
    """Give the least of sorted values that at least this share of them does not exceed.

    Examples
    --------
    >>> [covering(np.array([1, 2, 3, 4]), level) for level in (0, 0.5, 0.51, 1)]
    [1, 2, 3, 4]
    """
    place = math.ceil(level * len(values) - 1e-9) - 1
    return int(values[max(place, 0)])
