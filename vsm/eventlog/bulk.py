"""Status changes that are clean-up rather than flow.

The same move made by one actor on several tickets within minutes, or a migration of the workflow, says
nothing about how long work took: in real trackers 9–65 % of all moves are of this sort. They are marked,
never removed. A release that moves many tickets at once looks alike; the workflow file says so with
``batch = true`` on the stage that is left, and VISITS then does not take it for clean-up.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of

Codes = npt.NDArray[np.integer[Any]]
SPREAD: Final = 1_000_003  # a prime number: moves that follow each other have bins far apart


def mark_bulk(events: pd.DataFrame, *, tickets: int = 5, minutes: float = 10.0) -> pd.DataFrame:
    """Give EVENTS with ``bulk`` set for status changes that belong to a bulk edit.

    A change is bulk when some window of ``minutes`` holds it and the same move (before → after) by the
    same actor on at least ``tickets`` different tickets. Unknown actors are nobody's burst; first states
    and self transitions are no moves. Marks that are there already stay. The input is not changed.
    """
    actor, before, after = (events[name].cat.codes.to_numpy() for name in ("actor", "before", "after"))
    known = (events["kind"] == "status").to_numpy() & (actor >= 0) & (before >= 0) & (after >= 0)
    row = np.flatnonzero(known)
    statuses = events["before"].cat.categories
    # The codes of "after" as those of "before"; a word that never came before is none of them, but another.
    number = statuses.get_indexer(events["after"].cat.categories)
    unseen = number < 0
    number[unseen] = len(statuses) + np.arange(unseen.sum())
    was, now = before[row], number[after[row]]
    moved = np.flatnonzero(was != now)
    row = row[moved]
    move = (actor[row].astype(np.int64) * len(statuses) + was[moved]) * (
        int(number.max(initial=0)) + 1
    ) + now[moved]
    at, window = micros_of(events["at"])[row], int(minutes * 60e6)
    crowded = _crowded(move, at, tickets, window)
    if not len(crowded):
        return events
    row, move, at = row[crowded], move[crowded], at[crowded]
    order = np.lexsort((at, move))
    ticket = events["ticket"].cat.codes.to_numpy()[row]
    burst = _in_burst(move[order], at[order], ticket[order], tickets, window)
    bulk = events["bulk"].to_numpy(dtype=bool, copy=True)
    bulk[row[order[burst]]] = True
    return events.assign(bulk=bulk)


def _crowded(move: Codes, at: Codes, least: int, window: int) -> Codes:
    """Give the rows that may be in a burst, so that only these are sorted; a few too many do no harm.

    Time is cut into pieces as long as a window, so that two neighbours hold a window. Rows are counted by
    move and piece, in bins of which several may share one; the next piece of a move has the next bin::

        rows in bin     1  4  0  2  1        with ``least`` = 5
        and the next    5  4  2  3  2
        crowded         T  T  F  F  F        with the next, or with the one before
    """
    bins = 1 << (2 * len(at)).bit_length()
    place = (move * SPREAD + at // max(window, 1)) & (bins - 1)
    most = min(least, 100)  # a byte a bin: bins lie all over the memory, and two have to fit one byte
    count = np.minimum(np.bincount(place, minlength=bins), most).astype(np.uint8)
    both = count + np.roll(count, -1)
    crowded: Codes = np.flatnonzero((np.maximum(both, np.roll(both, 1)) >= most)[place])
    return crowded


def _in_burst(key: Codes, at: Codes, ticket: Codes, least: int, window: int) -> npt.NDArray[np.bool_]:
    """Slide a window over moves sorted by key and time; only windows with enough rows are looked into.

    With a window of ten minutes and ``least`` = 3::

        key     0  0  0  0  1      the same move by the same actor
        at      0  4  9 30  2      minutes
        enough  x                  the second row after this one has its key, and is within ten minutes
    """
    first = np.arange(max(len(at) - least + 1, 0))
    there = first + least - 1
    enough = (key[first] == key[there]) & (at[there] - at[first] <= window)
    end = np.searchsorted(key, key[first[enough]], side="right")
    marked = np.zeros(len(at), dtype=bool)
    for begin, stop in zip(first[enough].tolist(), end.tolist(), strict=True):
        rows = slice(begin, begin + int(np.searchsorted(at[begin:stop], at[begin] + window, side="right")))
        if len(np.unique(ticket[rows])) >= least:
            marked[rows] = True
    return marked
