"""The types of all arrays here, and the numbers that stand for "missing"."""

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOBODY: Final = -1
"""A code or row that is missing."""
NEVER: Final = int(np.iinfo(np.int64).max)
"""An instant that does not come, in microseconds: later than all others, so minima need no special case."""
MISSING: Final = int(np.iinfo(np.int64).min)
"""pandas' own missing instant (NaT) in microseconds: earlier than all others."""
