"""In which stages did each ticket stay, whoever held it there? Visits joined over changes of holder."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals.codes import numbers
from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import NOBODY, begins, ends


def stays_from_visits(visits: pd.DataFrame, waits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Which unbroken stays in one stage make up each ticket's life?

    Returns
    -------
    DataFrame
        Sorted by ticket and time: ``ticket``, ``stage``, ``kind`` (str), ``place`` (order of the stage),
        ``entered``, ``left`` (missing while open), ``elapsed``, ``waited`` (the part in which nobody
        worked; timedeltas), ``bulk`` (begun or ended by a bulk edit), ``gone`` (``left`` is where the ticket
        was found deleted or hidden: nobody passed it on).
    """
    ticket, stage = visits["ticket"].cat, visits["stage"].cat
    of_stage = {str(name): int(place) for name, place in zip(stages["stage"], stages["place"], strict=True)}
    place = np.array([of_stage[str(name)] for name in stage.categories], dtype=np.int64)
    stays = stays_of(
        ticket.codes.to_numpy(),
        stage.codes.to_numpy(),
        waited=_waited(visits, waits),
        bulk=visits["bulk"].to_numpy(dtype=bool),
    )
    left = visits["left"].iloc[stays.last].reset_index(drop=True)
    words = {
        name: visits[name].cat.categories.take(visits[name].cat.codes.to_numpy()[stays.first]).astype("str")
        for name in ("ticket", "stage", "kind")
    }
    elapsed = visits["elapsed"].to_numpy().astype("timedelta64[us]").view(np.int64)
    return pd.DataFrame(
        {
            **words,
            "entered": visits["entered"].iloc[stays.first].reset_index(drop=True),
            "left": left,
            "elapsed": summed(elapsed, stays.first).view("timedelta64[us]"),
            "waited": stays.waited.view("timedelta64[us]"),
            "bulk": stays.bulk,
            "place": place[stage.codes.to_numpy()[stays.first]],
            "gone": left.notna().to_numpy() & ends(begins(stays.ticket)),
        }
    )


class StayCodes(NamedTuple):
    """Which visits make up each stay? Their first and last rows, and what they say together."""

    first: Ints
    last: Ints
    ticket: npt.NDArray[np.integer]
    stage: npt.NDArray[np.integer]
    waited: Ints
    bulk: Flags


def stays_of(
    ticket: npt.NDArray[np.integer], stage: npt.NDArray[np.integer], *, waited: Ints, bulk: Flags
) -> StayCodes:
    """Which visits are one stay? Those of one ticket in one stage that follow each other.

    Examples
    --------
    >>> ticket, stage = np.array([0, 0, 0]), np.array([1, 1, 2])
    >>> stays_of(ticket, stage, waited=np.array([3, 4, 5]), bulk=stage > 2).waited.tolist()
    [7, 5]
    """
    begin = begins(ticket, stage)
    first, last = np.flatnonzero(begin), np.flatnonzero(ends(begin))
    some = summed(bulk.astype(np.int64), first) > 0
    return StayCodes(first, last, ticket[first], stage[first], summed(waited, first), some)


def summed(values: Ints, first: Ints) -> Ints:
    """What do the values of each run sum to, if runs begin in these rows?

    Examples
    --------
    >>> summed(np.array([1, 2, 3]), np.array([0, 2])).tolist()
    [3, 3]
    """
    return np.add.reduceat(values, first) if len(first) else values[:0]


def _waited(visits: pd.DataFrame, waits: pd.DataFrame) -> Ints:
    """Sum the pieces of waiting of each visit, in microseconds."""
    sums = np.zeros(len(visits), dtype=np.int64)
    if waits.empty or visits.empty:
        return sums
    tickets, code = visits["ticket"].cat.categories, visits["ticket"].cat.codes.to_numpy()
    same = waits["ticket"].cat.categories.equals(tickets)
    of = waits["ticket"].cat.codes.to_numpy() if same else numbers(waits["ticket"], tickets)
    begin = begins(code)
    first = np.full(len(tickets) + 1, len(visits))
    first[code[begin]] = np.flatnonzero(begin)
    row = first[np.where(of == NOBODY, len(tickets), of)] + waits["n"].to_numpy()
    piece = begins(row)
    elapsed = waits["elapsed"].to_numpy().astype("timedelta64[us]").view(np.int64)
    np.add.at(sums, row[piece], summed(elapsed, np.flatnonzero(piece)))
    return sums
