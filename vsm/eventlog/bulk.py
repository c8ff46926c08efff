"""Status changes that are clean-up rather than flow.

The same move made by one actor on several tickets within minutes, or a migration of the workflow, says
nothing about how long work took: in real trackers 9–65 % of all moves are of this sort. They are marked,
never removed. A release that moves many tickets at once looks alike; the workflow file says so with
``batch = true`` on the stage that is left, and VISITS then does not take it for clean-up.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.eventlog.log import PutAside, in_memory

Codes = npt.NDArray[np.integer[Any]]
MOVES: Final = ("ticket", "at", "kind", "before", "after", "actor")
"""Columns of EVENTS that say who moved which ticket where, and when."""
SPREAD: Final = 1_000_003  # a prime number: moves that follow each other have bins far apart
STATUS_BITS: Final = 20
"""Of the numbers of statuses: a million of them, and four times as many actors, have keys of their own."""


def mark_bulk(events: pd.DataFrame, *, tickets: int = 5, minutes: float = 10.0) -> pd.DataFrame:
    """Give EVENTS with ``bulk`` set for status changes that belong to a bulk edit.

    A change is bulk when some window of ``minutes`` holds it and the same move (before → after) by the
    same actor on at least ``tickets`` different tickets. Unknown actors are nobody's burst; first states
    and self transitions are no moves. Marks that are there already stay. The input is not changed.
    """
    (rows,) = bulk_rows([events], rows=len(events), tickets=tickets, minutes=minutes)
    if not len(rows):
        return events
    bulk = events["bulk"].to_numpy(dtype=bool, copy=True)
    bulk[rows] = True
    return events.assign(bulk=bulk)


def bulk_rows(
    groups: Iterable[pd.DataFrame],
    *,
    rows: int,
    tickets: int = 5,
    minutes: float = 10.0,
    aside: PutAside = in_memory,
) -> list[Codes]:
    """Give the rows of each group that belong to a bulk edit, which may be one of tickets of several groups.

    Parameters
    ----------
    groups
        EVENTS in groups of whole tickets, with the columns of ``MOVES``.
    rows
        How many events there are, at most.
    aside
        Where moves are put while they are counted; then those come back that may be in a burst.
    """
    crowds, numbers = _Crowds(rows, least=tickets, window=int(minutes * 60e6)), _Numbers({}, {})
    kept, known = list[Callable[[], _Moves]](), 0
    for events in groups:
        moves = _moves(events, numbers, known=known)
        crowds.count(moves)
        kept.append(aside(moves))
        known += len(events["ticket"].cat.categories)
    if not kept:
        return []
    found = [crowds.around(moves()) for moves in kept]
    row, key, at, ticket = (np.concatenate(columns) for columns in zip(*found, strict=True))
    order = np.lexsort((at, key))
    burst = np.zeros(len(row), dtype=bool)
    burst[order] = _in_burst(key[order], at[order], ticket[order], tickets, crowds.window)
    ends = np.cumsum([len(some.row) for some in found])
    return [some.row[burst[end - len(some.row) : end]] for some, end in zip(found, ends, strict=True)]


class _Numbers(NamedTuple):
    """The number of each actor and of each status, in all groups."""

    actor: dict[str, int]
    status: dict[str, int]


class _Moves(NamedTuple):
    """Moves by row; ``key`` is of who moved it from where to where, ``at`` in microseconds."""

    row: Codes
    key: Codes
    at: Codes
    ticket: Codes


def _moves(events: pd.DataFrame, numbers: _Numbers, *, known: int) -> _Moves:
    """Give the moves of a group; ``known`` tickets are in those before it."""
    actor, before, after = (events[name].cat.codes.to_numpy() for name in ("actor", "before", "after"))
    row = np.flatnonzero(
        (events["kind"] == "status").to_numpy() & (actor >= 0) & (before >= 0) & (after >= 0)
    )
    who, was, now = (
        _numbered(events[name].cat.categories, codes[row], known)
        for name, codes, known in (
            ("actor", actor, numbers.actor),
            ("before", before, numbers.status),
            ("after", after, numbers.status),
        )
    )
    moved = np.flatnonzero(was != now)
    row = row[moved]
    key = (who[moved] << 2 * STATUS_BITS) | (was[moved] << STATUS_BITS) | now[moved]
    ticket = events["ticket"].cat.codes.to_numpy()[row].astype(np.int64) + known
    return _Moves(row, key, np.take(micros_of(events["at"]), row), ticket)


def _numbered(words: "pd.Index[str]", codes: Codes, known: dict[str, int]) -> Codes:
    """Give words that occur their numbers, and new ones the next."""
    occurs = np.flatnonzero(np.bincount(codes, minlength=len(words)))
    number = np.zeros(len(words), dtype=np.int64)
    number[occurs] = [known.setdefault(word, len(known)) for word in words[occurs]]
    return number[codes]


class _Crowds:
    """Which moves may be in a burst, so that only these are sorted; a few too many do no harm.

    Time is cut into pieces as long as a window, so that two neighbours hold a window. Rows are counted by
    move and piece, in bins of which several may share one; the next piece of a move has the next bin::

        rows in bin     1  4  0  2  1        with ``least`` = 5
        and the next    5  4  2  3  2
        crowded         T  T  F  F  F        with the next, or with the one before
    """

    def __init__(self, rows: int, *, least: int, window: int) -> None:
        self.least, self.window = least, window
        self._count = np.zeros(1 << max(rows // 2, 1).bit_length(), dtype=np.uint32)

    def count(self, moves: _Moves) -> None:
        """Count these moves as well."""
        np.add.at(self._count, self._place(moves), np.uint32(1))

    def around(self, moves: _Moves) -> _Moves:
        """Give those of these moves that have enough others around them, once all are counted."""
        place, last = self._place(moves), len(self._count) - 1
        here, ahead, behind = (self._count[(place + by) & last] for by in (0, 1, -1))
        crowded = np.flatnonzero(here + np.maximum(ahead, behind) >= self.least)
        return _Moves(*(column[crowded] for column in moves))

    def _place(self, moves: _Moves) -> Codes:
        piece = moves.at // max(self.window, 1)
        place: Codes = (moves.key % SPREAD * SPREAD + piece) & (len(self._count) - 1)
        return place


def _in_burst(key: Codes, at: Codes, ticket: Codes, least: int, window: int) -> npt.NDArray[np.bool_]:
    """Slide a window over moves sorted by key and time; only windows with enough rows are looked into.

    With a window of ten minutes and ``least`` = 3::

        key     0  0  0  0  1      the same move by the same actor
        at      0  4  9 30  2      minutes
        enough  x                  the second row after this one has its key, and is within ten minutes
        opens   1  0  0 -1  0      where a window with enough tickets begins, less where one has ended
        burst   x  x  x            as long as one is open

    A window is never gone through again: those of a migration hold all tickets that there are.
    """
    first = np.arange(max(len(at) - least + 1, 0))
    there = first + least - 1
    begins = first[(key[first] == key[there]) & (at[there] - at[first] <= window)]
    opens = np.zeros(len(at) + 1, dtype=np.int64)
    ends = np.searchsorted(key, key[begins], side="right")
    for run in np.split(begins, np.flatnonzero(np.diff(ends)) + 1) if len(begins) else ():
        offset = int(run[0])
        stop = int(np.searchsorted(key, key[offset], side="right"))
        for begin, end in _bursts(
            (run - offset).tolist(), at[offset:stop], ticket[offset:stop], least, window
        ):
            opens[offset + begin] += 1
            opens[offset + end] -= 1
    return np.cumsum(opens[:-1]) > 0


def _bursts(
    begins: list[int], instants: Codes, tickets: Codes, least: int, window: int
) -> Iterator[tuple[int, int]]:
    """Give from where to where windows hold enough tickets, of those that begin in these rows of a move."""
    at, ticket = instants.tolist(), tickets.tolist()
    inside = Counter[int]()
    low = high = 0
    for begin in begins:
        while high < len(at) and at[high] <= at[begin] + window:
            inside[ticket[high]] += 1
            high += 1
        while low < begin:
            inside[ticket[low]] -= 1
            if not inside[ticket[low]]:
                del inside[ticket[low]]
            low += 1
        if len(inside) >= least:
            yield begin, high
