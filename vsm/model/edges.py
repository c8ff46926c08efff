"""What did it cost to pass work from one place to another? Moves in codes become the edges of a graph."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import begins, ends, following
from vsm.model.stays import StayCodes

SECOND = 1_000_000


class Moves(NamedTuple):
    """Which moves were made? One entry a move, by ticket: giver and receiver in codes, the wait in µs."""

    ticket: npt.NDArray[Any]
    giver: npt.NDArray[Any]
    receiver: npt.NDArray[Any]
    wait: Ints
    back: Flags


def moves_of(stays: StayCodes, *, work: Flags, place: Ints) -> Moves:
    """How did tickets move from stay to stay, and what waiting did each move end?

    The waiting is that of the stage it leaves, unless people work there, and what lies hidden at the
    beginning of the work stage that it leads to. Moves between two stays of bulk edits are left out.

    Parameters
    ----------
    work, place
        Of each stay: whether people work in its stage, and the place of its stage in the stream.

    Examples
    --------
    >>> none = np.empty(0, dtype=np.int64)
    >>> moves_of(StayCodes(none, none, none, none, none, none > 0), work=none > 0, place=none).wait.tolist()
    []
    """
    last = ends(begins(stays.ticket))
    ahead = following(np.arange(len(last)), last, missing=0)
    row = np.flatnonzero(~last & ~(stays.bulk & stays.bulk[ahead]))
    ahead = ahead[row]
    leaving = np.where(work[row], 0, stays.waited[row])
    hidden = np.where(work[ahead], stays.waited[ahead], 0)
    back = place[ahead] < place[row]
    return Moves(stays.ticket[row], stays.stage[row], stays.stage[ahead], leaving + hidden, back)


def moves_together(parts: Sequence[Moves]) -> Moves:
    """Which moves were made in all parts of a log? No ticket may lie in two parts that follow each other.

    Examples
    --------
    >>> one = np.array([1])
    >>> len(moves_together([Moves(one, one, one, one, one > 1)] * 2).wait)
    2
    """
    return Moves(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def edges_of(moves: Moves, names: Sequence[str]) -> Iterator[tuple[str, str, dict[str, int | float]]]:
    """Which edges do these moves make? Giver, receiver and measures, sorted by the two names.

    Measures are ``count, tickets, back, wait_median, wait_p85, wait_total`` (seconds) and ``share`` of all
    waiting. Sums are exact before they are rounded once, so they do not depend on the order of moves.

    Parameters
    ----------
    names
        By code.

    Examples
    --------
    >>> one, wait = np.array([0, 0]), np.array([1_000_000, 3_000_000])
    >>> (edge,) = edges_of(Moves(one, one, one + 1, wait, one > 0), ["web", "qa"])
    >>> edge[0], edge[1], edge[2]["count"], edge[2]["wait_median"]
    ('web', 'qa', 2, 2.0)
    """
    whole = total_seconds(moves.wait)
    kinds = np.uint16 if len(names) ** 2 < 1 << 16 else np.int64  # a short key is sorted by counting
    key = (moves.giver.astype(np.int64) * len(names) + moves.receiver).astype(kinds)
    order = np.argsort(key, kind="stable")
    begin = begins(key[order])
    bounds = zip(np.flatnonzero(begin), np.flatnonzero(ends(begin)) + 1, strict=True)
    edges = []
    for first, beyond in bounds:
        rows = order[first:beyond]
        giver, receiver = divmod(int(key[rows[0]]), len(names))
        edges.append((names[giver], names[receiver], _measures(moves, rows, whole)))
    yield from sorted(edges, key=lambda edge: edge[:2])


def _measures(moves: Moves, rows: Ints, whole: float) -> dict[str, int | float]:
    wait = moves.wait[rows]
    total = total_seconds(wait)
    median, p85 = (float(number) for number in np.quantile(wait / SECOND, [0.5, 0.85]))
    return {
        "count": len(rows),
        "tickets": int(begins(moves.ticket[rows]).sum()),
        "back": int(moves.back[rows].sum()),
        "wait_median": median,
        "wait_p85": p85,
        "wait_total": total,
        "share": total / whole if whole else 0.0,
    }


def total_seconds(micros: Ints) -> float:
    """How many seconds are these microseconds together? Thousands of years are no too large a number.

    Examples
    --------
    >>> total_seconds(np.array([500_000, 1_500_000]))
    2.0
    """
    seconds = micros // SECOND
    return float(int(seconds.sum()) + int((micros - seconds * SECOND).sum()) / SECOND)
