"""How long does work take once it has begun? From the first work to the finish for good."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import Clock
from vsm.stats.survival import survival_quantiles
from vsm.tables import DURATION, INSTANT

TIMES: Final = ("elapsed", "working")
STATES: Final = ("finished", "bulk", "gone", "open")


def cycle_times(lives: pd.DataFrame, *, visits: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """How long has each ticket been in the stream since its first work?

    Revisits and reopenings are in it: the end is the finish for good. Working time is that of whichever team
    held the ticket, visit by visit, waiting included.

    Parameters
    ----------
    lives
        As ``lives_from_visits`` gives them.
    visits
        VISITS of these tickets.
    clock
        The stream's calendars.

    Returns
    -------
    DataFrame
        One row per ticket whose work began before its end, sorted by ``ended`` and ``ticket``: ``ticket,
        started, ended, state`` (one of ``STATES``; ``bulk``: a bulk edit finished it, so when it really ended
        is not known), ``elapsed, working`` (timedelta). An open ticket ends, so far, at the as-of instant; a
        ticket that was never worked on has no row.
    """
    begun = lives[lives["cycle"].notna()]
    rows = pd.DataFrame(
        {
            "ticket": begun["ticket"].astype("str"),
            "started": begun["started"],
            "ended": begun["created"] + begun["lead"],
            "state": _states(begun),
            "elapsed": begun["cycle"].astype(DURATION),
        }
    )
    rows["working"] = _working(rows, visits, clock)
    return rows.sort_values(["ended", "ticket"], ignore_index=True)


def _states(begun: pd.DataFrame) -> "pd.Series[str]":
    finished = begun["finished"].notna()
    bulk = begun["bulk"].astype(bool)
    states = np.select([finished & ~bulk, finished, begun["gone"].notna()], STATES[:3], default="open")
    return pd.Series(states, index=begun.index, dtype="str")


def _working(rows: pd.DataFrame, visits: pd.DataFrame, clock: Clock) -> "pd.Series[Any]":
    """Cut each ticket's visits to what lies between its first work and its end, and add them up."""
    ends = rows.set_index("ticket")[["started", "ended"]].astype(INSTANT)
    ticket = visits["ticket"].astype("str")
    started, ended = (ends[name].reindex(ticket).set_axis(visits.index) for name in ("started", "ended"))
    since = visits["entered"].where(visits["entered"] > started, started)
    until = visits["left"].where(visits["left"] < ended, ended)
    within = since < until
    hours = clock.working(since[within], until[within], team=visits.loc[within, "team"].astype("str"))
    sums = hours.groupby(ticket[within]).sum().reindex(rows["ticket"], fill_value=pd.Timedelta(0))
    return sums.astype(DURATION).set_axis(rows.index)


def cycle_time_quantiles(
    times: pd.DataFrame,
    *,
    time: str = "elapsed",
    quantiles: Sequence[float] = (0.5, 0.85, 0.95),
    minimum: int = 12,
) -> pd.DataFrame:
    """Within which cycle time do half, 85 % or 95 % of all begun tickets get done?

    Kaplan–Meier, as for lead times: an open ticket, one that is gone and one that a bulk edit finished count
    as not yet done after the time they have taken so far.

    Parameters
    ----------
    times
        As ``cycle_times`` gives them.
    time
        One of ``TIMES``.
    quantiles, minimum
        As for ``lead_time_quantiles``.

    Returns
    -------
    DataFrame
        One row per quantile: ``quantile, cycle, low, high`` (timedelta; missing where the curve does not
        reach it, and everywhere under ``minimum`` finished), ``finished``, ``open`` (with those finished by a
        bulk edit) and ``gone``.

    Examples
    --------
    >>> days = pd.to_timedelta(range(1, 21), unit="D")
    >>> cycle_time_quantiles(pd.DataFrame({"state": "finished", "elapsed": days}))["cycle"].dt.days.tolist()
    [10, 17, 19]
    """
    state = times["state"]
    counts = {
        "finished": int((state == "finished").sum()),
        "open": int(state.isin(["open", "bulk"]).sum()),
        "gone": int((state == "gone").sum()),
    }
    finished = (state == "finished").to_numpy(dtype=bool)
    found = survival_quantiles(times[time], finished, quantiles=quantiles, minimum=minimum)
    return found.rename(columns={"time": "cycle"}).assign(**counts)
