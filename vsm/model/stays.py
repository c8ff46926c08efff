"""A ticket's stays in stages as arrays: visits to one stage, one after another, are one stay."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals.codes import NEVER, Flags, Ints, encode, run_ends, run_starts, summed


class Stays(NamedTuple):
    """One entry a stay, by ticket and time; ``elapsed`` and ``waited`` in microseconds.

    ``stage`` is a number, ``bulk`` marks what a bulk edit began or ended, ``open`` what has not ended, and
    ``gone`` what ended because the ticket was found deleted or hidden: nobody passed it on.
    """

    ticket: npt.NDArray[Any]
    stage: npt.NDArray[Any]
    elapsed: Ints
    waited: Ints
    bulk: Flags
    open: Flags
    gone: Flags


def stays_of(
    ticket: npt.NDArray[Any],
    stage: npt.NDArray[Any],
    *,
    first: Ints,
    left: Ints,
    elapsed: Ints,
    waited: Ints,
    bulk: Flags,
) -> Stays:
    """Join visits into stays, which begin in the rows ``first``; all other columns are by visit.

    ::

        visit      Build/ann  Build/bob   QA        first  0 2
        elapsed        3          2        4        sums   5 4

    Parameters
    ----------
    left
        In microseconds; NEVER where open.

    Examples
    --------
    >>> one, at, no = np.zeros(2, dtype=int), np.array([3, NEVER]), np.array([False, False])
    >>> stays_of(one, one, first=np.array([0]), left=at, elapsed=at, waited=one, bulk=no).open.tolist()
    [True]
    """
    still = left[np.append(first[1:], len(ticket))[: len(first)] - 1] == NEVER
    ticket = ticket[first]
    return Stays(
        ticket,
        stage[first],
        summed(elapsed, first),
        summed(waited, first),
        bulk=summed(bulk.astype(np.int64), first) > 0,
        open=still,
        gone=~still & run_ends(run_starts(ticket)),
    )


def stays_in(stage_visits: pd.DataFrame, names: "pd.Index[str]") -> Stays:
    """Give the stays of a table as ``stage_visits_from_visits`` gives it; stages are numbers of ``names``."""
    elapsed, waited = (
        stage_visits[name].to_numpy().astype("timedelta64[us]").view(np.int64)
        for name in ("elapsed", "waited")
    )
    bulk, gone = (stage_visits[name].to_numpy(dtype=bool) for name in ("bulk", "gone"))
    ticket = np.cumsum(run_starts(stage_visits["ticket"].to_numpy()))
    stage, still = encode(stage_visits["stage"], names), stage_visits["left"].isna().to_numpy()
    return Stays(ticket, stage, elapsed, waited, bulk, still, gone)
