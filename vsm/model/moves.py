"""What passing work on cost: moves summed by edge, of all tickets at once or of some after others."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vsm.intervals.codes import Flags, Ints, run_starts, summed

SECOND: Final = 1_000_000
QUANTILES: Final = (0.5, 0.85)


class Moves(NamedTuple):
    """Moves, one entry each, by ticket: upstream and downstream in codes, the wait in µs."""

    ticket: npt.NDArray[Any]
    upstream: npt.NDArray[Any]
    downstream: npt.NDArray[Any]
    wait: Ints
    back: Flags


class Edges(NamedTuple):
    """The moves of some tickets by edge; one entry an edge, and ``wait``, which has one a move.

    ::

        names   [qa, web]       moves   web→qa 5 s, web→qa 7.5 s, web→web 1 s
        key     2  3            upstream · 2 + downstream
        moves   2  1
        seconds 12 1            whole seconds of each wait, and the microseconds beyond: sums are exact
        rest    500000 0
        wait    5 7.5 │ 1       by edge
    """

    names: Sequence[str]
    key: Ints
    moves: Ints
    tickets: Ints
    back: Ints
    seconds: Ints
    rest: Ints
    wait: Ints


def edges_of_moves(moves: Moves, names: Sequence[str]) -> Edges:
    """Sum moves by edge; the codes of both sides are positions in ``names``."""
    kinds = np.uint16 if len(names) ** 2 < 1 << 16 else np.int64  # a short key is sorted by counting
    key = (moves.upstream.astype(np.int64) * len(names) + moves.downstream).astype(kinds)
    order = np.argsort(key, kind="stable")
    key, ticket, wait = key[order], moves.ticket[order], moves.wait[order]
    bounds = np.append(np.flatnonzero(run_starts(key)), len(key))
    return Edges(
        names,
        key[bounds[:-1]].astype(np.int64),
        np.diff(bounds),
        tickets=sums_between(run_starts(key, ticket), bounds),
        back=sums_between(moves.back[order], bounds),
        **seconds_and_rest(wait, bounds),
        wait=wait,
    )


def sums_between(values: npt.NDArray[Any], bounds: Ints) -> Ints:
    """Give the exact sum of the values from each bound up to the next one.

    Examples
    --------
    >>> sums_between(np.array([1, 2, 3]), np.array([0, 2, 2, 3])).tolist()
    [3, 0, 3]
    """
    upto = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=upto[1:])
    sums: Ints = np.diff(upto[bounds])
    return sums


def seconds_and_rest(micros: Ints, bounds: Ints) -> dict[str, Ints]:
    """Sum whole seconds and the microseconds beyond them, from each bound up to the next one.

    The sum of microseconds themselves would overflow after some hundred thousand years.

    Examples
    --------
    >>> sums = seconds_and_rest(np.array([7_500_000, 500_000]), np.array([0, 2]))
    >>> sums["seconds"].tolist(), sums["rest"].tolist()
    ([7], [1000000])
    """
    seconds = micros // SECOND
    return {"seconds": sums_between(seconds, bounds), "rest": sums_between(micros - seconds * SECOND, bounds)}


def in_seconds(seconds: Ints, rest: Ints) -> float:
    """Give what several such sums are together, rounded once."""
    return float(int(seconds.sum()) + int(rest.sum()) / SECOND)


def measured(parts: Sequence[Edges]) -> Iterator[tuple[str, str, dict[str, int | float]]]:
    """Give the edges of all parts: upstream, downstream and measures, sorted by the two names.

    Measures are ``count, tickets, back, wait_median, wait_p85, wait_total`` (seconds) and ``share`` of all
    waiting. No ticket is in two parts. Sums are exact before they are rounded once, so they depend neither on
    the order of moves nor on the parts.

    Examples
    --------
    >>> one, wait = np.array([0, 0]), np.array([1_000_000, 3_000_000])
    >>> part = edges_of_moves(Moves(one, one, one + 1, wait, one > 0), ["web", "qa"])
    >>> (edge,) = measured([part, part])
    >>> edge[0], edge[1], edge[2]["count"], edge[2]["wait_median"]
    ('web', 'qa', 4, 2.0)
    """
    names = sorted({name for part in parts for name in part.names})
    number = {name: place for place, name in enumerate(names)}
    keys = []
    for part in parts:
        upstream, downstream = np.divmod(part.key, max(len(part.names), 1))
        place = np.array([number[name] for name in part.names], dtype=np.int64)
        keys.append(place[upstream] * len(names) + place[downstream])
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(run_starts(key[order]))
    count, tickets, back, seconds, rest = (
        summed(np.concatenate([getattr(part, name) for part in parts])[order], first)
        for name in ("moves", "tickets", "back", "seconds", "rest")
    )
    waits = [wait for part in parts for wait in np.split(part.wait, np.cumsum(part.moves))[:-1]]
    whole = in_seconds(seconds, rest)
    for edge, rows in enumerate(np.split(order, first[1:]) if len(first) else ()):
        one, other = divmod(int(key[rows[0]]), len(names))
        median, p85 = _quantiles(np.concatenate([waits[row] for row in rows.tolist()]))
        total = in_seconds(seconds[edge], rest[edge])
        yield (
            names[one],
            names[other],
            {
                "count": int(count[edge]),
                "tickets": int(tickets[edge]),
                "back": int(back[edge]),
                "wait_median": median,
                "wait_p85": p85,
                "wait_total": total,
                "share": total / whole if whole else 0.0,
            },
        )


def _quantiles(wait: Ints) -> list[float]:
    """Give median and 85th percentile in seconds, linear between neighbours as NumPy's."""
    places = [(len(wait) - 1) * quantile for quantile in QUANTILES]
    low = [int(position) for position in places]
    high = [min(position + 1, len(wait) - 1) for position in low]
    parted = np.partition(wait, sorted({*low, *high}))
    return [
        float(parted[here] / SECOND + (parted[there] - parted[here]) / SECOND * (position - here))
        for position, here, there in zip(places, low, high, strict=True)
    ]
