"""Status changes that are clean-up rather than flow.

The same move made by one actor on several tickets within minutes, or a migration of the workflow, says
nothing about how long work took: in real trackers 9–65 % of all moves are of this sort. They are marked,
never removed. A release that moves many tickets at once looks alike; the workflow file says so with
``batch = true`` on the stage that is left, and VISITS then does not take it for clean-up.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of

Codes = npt.NDArray[np.integer[Any]]


def mark_bulk(events: pd.DataFrame, *, tickets: int = 5, minutes: float = 10.0) -> pd.DataFrame:
    """Give EVENTS with ``bulk`` set for status changes that belong to a bulk edit.

    A change is bulk when some window of ``minutes`` holds it and the same move (before → after) by the
    same actor on at least ``tickets`` different tickets. Unknown actors are nobody's burst; first states
    and self transitions are no moves. Marks that are there already stay. The input is not changed.
    """
    actor, before = (events[name].cat.codes.to_numpy().astype(np.int64) for name in ("actor", "before"))
    statuses = events["before"].cat.categories
    # The codes of "after" as those of "before"; a word that never came before is none of them, but another.
    number = np.append(statuses.get_indexer(events["after"].cat.categories), -1)
    unseen = number[:-1] < 0
    number[:-1][unseen] = len(statuses) + np.arange(unseen.sum())
    after = number[events["after"].cat.codes.to_numpy()]
    known = (events["kind"] == "status").to_numpy() & (actor >= 0) & (before >= 0) & (after >= 0)
    row = np.flatnonzero(known & (before != after))
    if not len(row):
        return events
    width = int(number.max()) + 1
    key = pd.factorize((actor[row] * len(statuses) + before[row]) * width + after[row])[0]
    at = micros_of(events["at"])[row]
    order = np.lexsort((at, key))
    ticket = events["ticket"].cat.codes.to_numpy()[row]
    burst = _in_burst(key[order], at[order], ticket[order], tickets, minutes)
    bulk = events["bulk"].to_numpy(dtype=bool, copy=True)
    bulk[row[order[burst]]] = True
    return events.assign(bulk=bulk)


def _in_burst(key: Codes, at: Codes, ticket: Codes, least: int, minutes: float) -> npt.NDArray[np.bool_]:
    """Slide a window over moves sorted by key and time; only windows with enough rows are looked into.

    With a window of ten minutes and ``least`` = 3::

        key    0  0  0  0  1      the same move by the same actor
        at     0  4  9 30  2      minutes
        last   2  2  2  3  4      the last row of the window that begins here
        rows   3  2  1  1  1      in that window: only the first has enough
    """
    window = int(minutes * 60e6)
    last = np.arange(len(at))
    for group in np.split(last.copy(), np.flatnonzero(np.diff(key)) + 1):
        last[group] = group[0] + np.searchsorted(at[group], at[group] + window, side="right") - 1
    marked = np.zeros(len(at), dtype=bool)
    for first in np.flatnonzero(last - np.arange(len(at)) + 1 >= least):
        rows = slice(first, last[first] + 1)
        if len(np.unique(ticket[rows])) >= least:
            marked[rows] = True
    return marked
