"""WAITS in fewer rows, for what only sums pieces: each night is one, so a wait of a year has hundreds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import Clock, micros_of
from vsm.intervals.codes import Flags, Ints, run_ends, run_starts, summed
from vsm.model.lifecycle import TIMES
from vsm.model.period import Period, clipped
from vsm.tables import DURATION, INSTANT, among

MOST: Final = 2_000_000
"""Pieces that are looked at together: what is made of them meanwhile takes less than half a gigabyte."""
OF_VISIT: Final = ["ticket", "n", "handoff", "stage", "holder", "team", "bulk"]
"""What all pieces of one visit have in common."""
_KEPT: Final = [*OF_VISIT, "cause", "receiver", "start"]


def blocks_of_waits(waits: pd.DataFrame, *, most: int = MOST) -> Iterator[slice]:
    """Give the rows of WAITS in blocks of at most so many; visits stay whole, one with more is a block alone.

    Examples
    --------
    >>> waits = pd.DataFrame({"ticket": list("aaab"), "n": [0, 0, 1, 0]}).astype({"ticket": "category"})
    >>> list(blocks_of_waits(waits, most=3))
    [slice(0, 3, None), slice(3, 4, None)]
    """
    begins = np.append(np.flatnonzero(_visit_starts(waits)), len(waits))
    first = 0
    while first < len(waits):
        nth = int(begins.searchsorted(first + most, side="right")) - 1
        beyond = int(begins[nth] if begins[nth] > first else begins[nth + 1])
        yield slice(first, beyond)
        first = beyond


@dataclass(frozen=True)
class WaitSums:
    """WAITS of a stream, and the same in fewer rows, made when asked for."""

    waits: pd.DataFrame
    lifecycles: pd.DataFrame

    @cached_property
    def by_cause(self) -> pd.DataFrame:
        """As ``waits_by_cause`` gives them."""
        return waits_by_cause(self.waits, self.lifecycles)

    @cached_property
    def unbroken(self) -> pd.DataFrame:
        """As ``unbroken_waits`` gives them."""
        return unbroken_waits(self.waits)


def waits_by_cause(waits: pd.DataFrame, lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Give WAITS with all pieces of one visit, cause and receiver as one row, ordered by their first piece.

    What was before work on the ticket started stays apart from what was after it.

    Returns
    -------
    DataFrame
        The columns of a visit (``OF_VISIT``), ``cause``, ``receiver``, ``start`` of the first piece and
        ``end`` of the last one, and the sums ``elapsed`` and ``working``, to the microsecond.
    """
    started = lifecycles.set_index("ticket")["started"].reindex(waits["ticket"].cat.categories.astype("str"))
    known, begun = started.notna().to_numpy(), micros_of(started.astype(INSTANT))
    parts = []
    for rows in blocks_of_waits(waits):
        part = waits.iloc[rows]
        ticket = part["ticket"].cat.codes.to_numpy()
        late = known[ticket] & (micros_of(part["start"]) >= begun[ticket])
        parts.append(_by_cause(part, late))
    return pd.concat(parts or [_by_cause(waits.iloc[:0])], ignore_index=True)


def unbroken_waits(waits: pd.DataFrame) -> pd.DataFrame:
    """Give WAITS with the pieces of one visit that follow each other without a gap as one row.

    Returns
    -------
    DataFrame
        The columns of a visit (``OF_VISIT``), ``start``, ``end`` and ``elapsed``.
    """
    begins = _visit_starts(waits)
    begins[1:] |= micros_of(waits["start"])[1:] != micros_of(waits["end"])[:-1]
    first, last = np.flatnonzero(begins), np.flatnonzero(run_ends(begins))
    found = waits[[*OF_VISIT, "start"]].take(first).assign(end=waits["end"].array.take(last))
    return found.assign(elapsed=found["end"] - found["start"]).reset_index(drop=True)


def waits_within(
    waits: pd.DataFrame, spans: Sequence[Period], *, of: "pd.Series[str]", clock: Clock
) -> pd.DataFrame:
    """Give the waiting of some tickets within these spans, in as few rows as ``waits_by_cause`` does.

    Returns
    -------
    DataFrame
        As ``waits_by_cause`` gives it; ``working`` is by the calendar of the visit's team.
    """
    mine = among(waits["ticket"].cat.categories, of)
    parts = []
    for rows in blocks_of_waits(waits):
        part = waits.iloc[rows][[*_KEPT, "end"]]
        part = part[mine[part["ticket"].cat.codes.to_numpy()]]
        inside = clipped(part, spans, start="start", end="end").sort_index(kind="stable")
        working = clock.working(inside["start"], inside["end"], team=inside["team"])
        inside = inside.assign(elapsed=inside["end"] - inside["start"], working=working)
        parts.append(_by_cause(inside))
    return pd.concat(parts or [_by_cause(waits.iloc[:0])], ignore_index=True)


def _visit_starts(waits: pd.DataFrame) -> Flags:
    return run_starts(waits["ticket"].cat.codes.to_numpy(), waits["n"].to_numpy())


def _by_cause(pieces: pd.DataFrame, late: Flags | None = None) -> pd.DataFrame:
    """Sum the pieces of each visit, cause and receiver, and apart by ``late`` where it is given.

    ::

        visit      0     0      0     1      1         cause    night blocked night night blocked
        order      0     2      1     3      4         first    0     2       3     4   of them in this order
        shown      0, 1, 3, 4: in the order of the first pieces
    """
    cell = np.cumsum(_visit_starts(pieces)) * 2 + (0 if late is None else late)
    for name in ("cause", "receiver"):
        word = pieces[name].cat
        cell = cell * (len(word.categories) + 1) + word.codes.to_numpy() + 1
    order = np.argsort(cell, kind="stable")
    starts = run_starts(cell[order])
    first, last = np.flatnonzero(starts), order[run_ends(starts)]
    shown = np.argsort(order[first], kind="stable")
    sums = {name: summed(_micros(pieces[name])[order], first)[shown].view("m8[us]") for name in TIMES}
    found = pieces[_KEPT].take(order[first][shown])
    return found.assign(end=pieces["end"].array.take(last[shown]), **sums).reset_index(drop=True)


def _micros(durations: "pd.Series[Any]") -> Ints:
    return durations.astype(DURATION).to_numpy().view(np.int64)
