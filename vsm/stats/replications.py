"""Draws for replications of a simulation: the same numbers for both sides of a comparison.

What is drawn for one purpose has a stream of numbers of its own, so that a change which needs more draws for
one purpose moves those of no other (common random numbers: A. M. Law, "Simulation modeling and analysis", 5th
edition 2015, §11.2).
"""

from collections.abc import Iterator
from itertools import chain, count
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_AT_ONCE: Final = 256


def chosen(seed: int, *purpose: int, count: int, of: int) -> Ints:
    """Draw ``count`` numbers from 0 to ``of`` - 1, with replacement, for a purpose.

    Examples
    --------
    >>> chosen(1, 0, count=4, of=3).tolist() == chosen(1, 0, count=4, of=3).tolist()
    True
    """
    return np.random.default_rng([seed, *purpose]).integers(0, of, count)


def uniform(seed: int, *purpose: int, count: int) -> Floats:
    """Draw ``count`` numbers from 0 to 1 for a purpose."""
    return np.random.default_rng([seed, *purpose]).random(count)


def uniforms(seed: int, *purpose: int) -> Iterator[float]:
    """Give numbers from 0 to 1 for a purpose, without end."""
    rng = np.random.default_rng([seed, *purpose])
    return chain.from_iterable(rng.random(_AT_ONCE).tolist() for _ in count())
