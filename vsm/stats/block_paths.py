"""Courses that counts by day could take from here on, of blocks of past days (moving-block bootstrap).

Days are not drawn one by one: a quiet week follows a quiet week, and where everything leaves every second
Thursday, thirteen of fourteen days have nothing. So stretches of consecutive days are drawn (H. R. Künsch,
"The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17, 1989). How far
back the past still speaks for the future is not known, so each course draws from a window of its own: the
last 60 days, or the last 120, 240, 480 or 720.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Ints = npt.NDArray[np.int64]
Courses = npt.NDArray[np.int32]
"""Of half the size: an array of a megabyte and more costs what the system takes to give its memory."""
WINDOWS: Final = (60, 120, 240, 480, 720)
"""Days of past that a course draws from, each as likely as the others."""
WEEK: Final = 7
PATHS: Final = 2000


def block_paths(
    counts: Ints, *, days: int, block: int, seed: Sequence[int], windows: Sequence[int] = WINDOWS
) -> Courses:
    """Give how much there is in all after each day to come, for ``PATHS`` courses that it could take.

    A block begins a whole number of weeks before now, so weekends stay weekends::

        counts     1 0 | 2 2 | 0 3 | 1 1 |              blocks of two days (if a week had two)
        a course   third, first  →  0 3 1 0  →  0 3 4 4

    Parameters
    ----------
    counts
        By day, the last one just over; at least ``block`` of them.
    days
        How far to go.
    block
        Days of a block.
    windows
        Those longer than the past, or shorter than a block, are cut or stretched to it.

    Returns
    -------
    ndarray
        Shape (PATHS, days): sums since now.

    Examples
    --------
    >>> block_paths(np.tile([1, 0, 0, 0, 0, 0, 0], 20), days=15, block=14, seed=[1])[0].tolist()
    [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3]
    """
    rng = np.random.default_rng(seed)
    past, blocks = len(counts), -(-days // block)
    window = np.clip(np.array(windows), block, past)[rng.integers(0, len(windows), PATHS)]
    starts = (window - block) // WEEK + 1
    weeks_ago = (rng.random((PATHS, blocks)) * starts[:, np.newaxis]).astype(np.int64)
    first = past - block - WEEK * weeks_ago
    drawn = sliding_window_view(counts.astype(np.int32), block)[first].reshape(PATHS, -1)[:, :days]
    return np.cumsum(drawn, axis=1, dtype=np.int32)
