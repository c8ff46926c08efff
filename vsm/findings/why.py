"""Why does work wait where it costs most? The cause that most of that waiting has, if one clearly leads."""

from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.model.lifecycle import completed
from vsm.stats.bootstrap import share_intervals, share_with_interval
from vsm.tables import CAUSES, DURATION

BECAUSE: Final = {
    "blocked": "blocked",
    "external": "waiting on an external party",
    "unassigned": "with nobody assigned",
    "batched": "while the rest of its batch was not ready",
    "at capacity": "while the receiver worked on earlier tickets",
    "overtaken": "while the receiver worked on later tickets first",
    "unexplained": "for no recorded reason",
}


class Leading(NamedTuple):
    """Which cause leads, by how much, and what does it cost?

    Attributes
    ----------
    cause, part, low, high
        The cause and its share of the working time waited, with its 95 % interval.
    tickets, waited
        Tickets that waited for it, and that waited at all.
    cost, share, bounds
        Its elapsed time, as a share of all lead time, with the 95 % interval of that.
    longest
        Tickets that waited longest for it, at most five.
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


def leading_cause(waits: pd.DataFrame, lives: pd.DataFrame, *, seed: int, minimum: int) -> Leading | None:
    """Which cause has most of this waiting, and is it sure that it leads?

    Causes are compared by working time, so nights and weekends lead nowhere. It is not sure which one leads
    where the interval of the largest reaches down to the second, or where fewer than ``minimum`` tickets
    waited for the largest.

    Parameters
    ----------
    waits
        WAITS with causes, of one place; pieces of a bulk edit are left out.
    lives
        As ``lifecycles_from_visits`` gives them; counted tickets are weighed.
    seed, minimum
        Of the bootstrap by ticket; under so many tickets nothing is said.

    Returns
    -------
    Leading or None
        None where it is not sure, or where nothing is known of causes.
    """
    if waits.empty:
        return None
    done = completed(lives).set_index("ticket")["lead"]
    mine = waits[waits["ticket"].isin(done.index) & ~waits["bulk"].astype(bool)].dropna(subset=["cause"])
    mine = mine.astype({"ticket": "str", "cause": "str"})
    each = _by_ticket(mine, "working")
    whole = each.sum()
    if not whole.sum():
        return None
    second, first = whole.sort_values(kind="stable").index[-2:]
    low, high = share_intervals(each.to_numpy(), seed=seed, minimum=minimum)
    place = list(CAUSES).index(first)
    tickets = int((each[first] > 0).sum())
    if tickets < minimum or not low[place] > whole[second] / whole.sum():
        return None
    elapsed = _by_ticket(mine, "elapsed")[first]
    elapsed = elapsed[elapsed > 0]
    share, *bounds = share_with_interval(elapsed, lead=_seconds(done), seed=seed, minimum=minimum)
    return Leading(
        cause=first,
        part=float(whole[first] / whole.sum()),
        low=float(low[place]),
        high=float(high[place]),
        tickets=tickets,
        waited=mine["ticket"].nunique(),
        cost=pd.Timedelta(mine.loc[mine["cause"] == first, "elapsed"].astype(DURATION).sum()),
        share=share,
        bounds=(bounds[0], bounds[1]),
        longest=each[first].nlargest(min(5, tickets)).index,
    )


def _by_ticket(waits: pd.DataFrame, column: str) -> pd.DataFrame:
    found = pd.crosstab(waits["ticket"], waits["cause"], values=_seconds(waits[column]), aggfunc="sum")
    return found.reindex(columns=list(CAUSES)).fillna(0.0)


def _seconds(durations: "pd.Series[Any]") -> "pd.Series[Any]":
    return durations.astype(DURATION).dt.total_seconds()
