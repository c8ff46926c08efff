"""What did it cost to pass work from one place to another? Moves in codes become the edges of a graph."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import begins, ends, following
from vsm.model.stays import StayCodes, summed

SECOND = 1_000_000
QUANTILES = (0.5, 0.85)


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
    """Which moves were made in all parts of a log? Each has its own tickets, and numbers them from 0.

    Examples
    --------
    >>> one = np.array([1])
    >>> moves_together([Moves(one, one, one, one, one > 1)] * 2).ticket.tolist()
    [1, 3]
    """
    seen = np.cumsum([0, *(int(part.ticket.max(initial=-1)) + 1 for part in parts)])
    apart = [part._replace(ticket=part.ticket + first) for part, first in zip(parts, seen, strict=False)]
    return Moves(*(np.concatenate(columns) for columns in zip(*apart, strict=True)))


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
    kinds = np.uint16 if len(names) ** 2 < 1 << 16 else np.int64  # a short key is sorted by counting
    key = (moves.giver.astype(np.int64) * len(names) + moves.receiver).astype(kinds)
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(begins(key))
    columns: Any = (column[order] for column in moves)
    measures = _measures(Moves(*columns), key, first)
    pairs = [divmod(number, len(names)) for number in key[first].tolist()]
    edges = [
        (names[giver], names[receiver], measure)
        for (giver, receiver), measure in zip(pairs, measures, strict=True)
    ]
    yield from sorted(edges, key=lambda edge: edge[:2])


def _measures(moves: Moves, key: npt.NDArray[Any], first: Ints) -> Iterator[dict[str, int | float]]:
    """Measure the moves of each edge; they lie together, and each edge's begin in these rows."""
    tickets = summed(begins(key, moves.ticket).astype(np.int64), first).tolist()
    back = summed(moves.back.astype(np.int64), first).tolist()
    whole = total_seconds(moves.wait)
    bounds = zip(first.tolist(), [*first[1:].tolist(), len(key)], strict=False)
    for number, (begin, beyond) in enumerate(bounds):
        wait = moves.wait[begin:beyond]
        total = total_seconds(wait)
        median, p85 = _quantiles(wait)
        yield {
            "count": len(wait),
            "tickets": tickets[number],
            "back": back[number],
            "wait_median": median,
            "wait_p85": p85,
            "wait_total": total,
            "share": total / whole if whole else 0.0,
        }


def _quantiles(wait: Ints) -> list[float]:
    """Give median and 85th percentile in seconds, linear between neighbours as NumPy's."""
    places = [(len(wait) - 1) * quantile for quantile in QUANTILES]
    low = [int(place) for place in places]
    high = [min(place + 1, len(wait) - 1) for place in low]
    parted = np.partition(wait, sorted({*low, *high}))
    return [
        float(parted[here] / SECOND + (parted[there] - parted[here]) / SECOND * (place - here))
        for place, here, there in zip(places, low, high, strict=True)
    ]


def total_seconds(micros: Ints) -> float:
    """How many seconds are these microseconds together? Thousands of years are no too large a number.

    Examples
    --------
    >>> total_seconds(np.array([500_000, 1_500_000]))
    2.0
    """
    seconds = micros // SECOND
    return float(int(seconds.sum()) + int((micros - seconds * SECOND).sum()) / SECOND)
