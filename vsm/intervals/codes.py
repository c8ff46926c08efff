"""What others need to compute on codes as well: ``model.network`` on visits, ``networks`` on logs.

Everything else of ``_kernels`` is for this package alone.
"""

from vsm.intervals._kernels.algebra import Intervals
from vsm.intervals._kernels.arrays import NEVER, NOBODY, Flags, Ints
from vsm.intervals._kernels.coding import (
    DictColumn,
    Interner,
    decode,
    distinct_words,
    encode,
    instants_of,
    micros_at,
    never_where_missing,
)
from vsm.intervals._kernels.runs import run_ends, run_starts, shift_within_run, summed, take_or_missing

__all__ = [
    "NEVER",
    "NOBODY",
    "DictColumn",
    "Flags",
    "Interner",
    "Intervals",
    "Ints",
    "decode",
    "distinct_words",
    "encode",
    "instants_of",
    "micros_at",
    "never_where_missing",
    "run_ends",
    "run_starts",
    "shift_within_run",
    "summed",
    "take_or_missing",
]
