"""Why work waits at one place: the cause that surely leads there."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.findings.durations import percent, time_of
from vsm.stats.shares import share_intervals, share_with_interval
from vsm.tables import CAUSES, among

NOTHING_SAID: Final = 0.01
"""An interval from under it to over all but it says nothing."""
BECAUSE: Final = {
    "blocked": "blocked",
    "external": "waiting for an external party",
    "unassigned": "with nobody assigned",
    "batched": "waiting for the rest of the batch",
    "at capacity": "while the receiver worked on earlier tickets",
    "overtaken": "while the receiver worked on later tickets first",
    "unexplained": "without a recorded reason",
}
"""Each cause in the middle of a sentence: "3 h were spent …"."""


def asked_of(stage: str) -> str:
    """Say what to try where work waits for somebody outside the stream: no limit of ours shortens that."""
    return f"Ask earlier what '{stage}' waits for, agree on when it comes, or decide without it."


def with_interval(row: Mapping[Any, Any]) -> str:
    """Write a share with its 95 % interval, where that is known.

    Examples
    --------
    >>> with_interval({"share": 0.5, "low": 0.4, "high": 0.62})
    '50 % (95 % CI 40 % to 62 %)'
    """
    share = percent(row["share"])
    if math.isnan(row["low"]):
        return share
    if row["low"] < NOTHING_SAID and row["high"] > 1 - NOTHING_SAID:
        return f"{share} (too few weeks for an interval)"
    return f"{share} (95 % CI {percent(row['low'])} to {percent(row['high'])})"


def between(row: Mapping[Any, Any]) -> str:
    """Write the 95 % interval of a share; empty where it is not known, or says nothing.

    Examples
    --------
    >>> between({"share": 0.5, "low": 0.4, "high": 0.62})
    '40 % to 62 %'
    """
    known = not math.isnan(row["low"]) and (row["low"] >= NOTHING_SAID or row["high"] <= 1 - NOTHING_SAID)
    return f"{percent(row['low'])} to {percent(row['high'])}" if known else ""


class Leading(NamedTuple):
    """The cause that most of some waiting has.

    Attributes
    ----------
    part, low, high
        Its share of the working time waited, with the 95 % interval.
    tickets, waited
        Tickets that waited for it, and that waited at all.
    cost, share, bounds
        Its elapsed time, as a share of all lead time, with the 95 % interval of that.
    longest
        The tickets that waited longest for it, at most five.
    """

    cause: str
    part: float
    low: float
    high: float
    tickets: int
    waited: int
    cost: pd.Timedelta
    share: float
    bounds: tuple[float, float]
    longest: "pd.Index[str]"


def leading_cause(waits: pd.DataFrame, whole: pd.DataFrame, *, minimum: int) -> Leading | None:
    """Give the cause that has most of this waiting, where it surely leads, else None.

    Causes are compared by working time, so nights and weekends never lead. A cause does not surely lead where
    its interval reaches down to the second one, or where fewer than ``minimum`` tickets waited for it.

    Parameters
    ----------
    waits
        Pieces of waiting: ``ticket, cause, seconds`` (elapsed), ``working`` (seconds).
    whole
        By ticket, the ``seconds`` of which the waiting is a share, and its ``week``; pieces of other tickets
        are left out.
    """
    known = waits[among(waits["ticket"], whole.index)].dropna(subset=["cause"])
    if known.empty:
        return None
    each = _by_ticket(known, "working")
    sums = each.sum()
    if not sums.sum():
        return None
    second, first = sums.sort_values(kind="stable").index[-2:]
    weeks = whole["week"].reindex(each.index).to_numpy()
    low, high = share_intervals(each.to_numpy(), weeks=weeks, minimum=minimum)
    order = list(CAUSES).index(first)
    tickets = int((each[first] > 0).sum())
    if tickets < minimum or not low[order] > sums[second] / sums.sum():
        return None
    elapsed = _by_ticket(known, "seconds")[first]
    elapsed = elapsed[elapsed > 0]
    share, *bounds = share_with_interval(elapsed, whole=whole, minimum=minimum)
    return Leading(
        cause=first,
        part=float(sums[first] / sums.sum()),
        low=float(low[order]),
        high=float(high[order]),
        tickets=tickets,
        waited=known["ticket"].nunique(),
        cost=time_of(float(elapsed.sum())),
        share=share,
        bounds=(bounds[0], bounds[1]),
        longest=each[first].nlargest(min(5, tickets)).index,
    )


def _by_ticket(waits: pd.DataFrame, column: str) -> pd.DataFrame:
    found = pd.crosstab(waits["ticket"], waits["cause"], values=waits[column], aggfunc="sum")
    return found.reindex(columns=list(CAUSES)).fillna(0.0)
