"""How long does work take, how much is under way, and how fast does it come and go?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from vsm.intervals.handoffs import work_start
from vsm.intervals.waits import finished_at
from vsm.stats.survival import survival_quantiles


def lives_from_visits(
    visits: pd.DataFrame,
    waits: pd.DataFrame,
    *,
    events: pd.DataFrame,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """How long did each ticket live, and how much of that was work?

    Returns
    -------
    DataFrame
        One row per ticket, sorted: ``ticket`` (str), ``created``, ``started`` (first work, or missing),
        ``finished`` (for good, or missing), ``gone`` (found deleted or hidden before it was done, or missing;
        a ticket with neither is open), ``lead`` (created → finished, or → gone, or the age so far), ``cycle``
        (started → finished, or so far; missing without work), ``wait`` and ``work``, which sum to ``lead``
        exactly, and ``bulk``: it was finished by a bulk edit, so its lead time tells when somebody
        tidied up. A move out of a stage with ``batch = true`` is no such edit.
    """
    ticket = visits["ticket"].astype("str")
    lives = pd.DataFrame(
        {
            "created": visits.groupby(ticket)["entered"].min(),
            "started": work_start(visits).where(visits["kind"] == "work").groupby(ticket).min(),
            "finished": finished_at(visits),
            "gone": visits["left"].groupby(ticket).last(skipna=False),
        }
    )
    horizon = lives["finished"].fillna(lives["gone"]).fillna(as_of)
    lives["lead"] = horizon - lives["created"]
    lives["cycle"] = (horizon - lives["started"]).where(lives["started"] < horizon)
    waited = waits.groupby(waits["ticket"].astype("str"))["elapsed"].sum()
    lives["wait"] = waited.reindex(lives.index).fillna(pd.Timedelta(0)).astype(lives["lead"].dtype)
    lives["work"] = lives["lead"] - lives["wait"]
    lives["bulk"] = _finished_in_bulk(lives, visits, events, stages)
    return lives.rename_axis("ticket").reset_index()


def _finished_in_bulk(
    lives: pd.DataFrame, visits: pd.DataFrame, events: pd.DataFrame, stages: pd.DataFrame
) -> "pd.Series[bool]":
    marked = events[events["bulk"]]
    edits = pd.MultiIndex.from_arrays([marked["ticket"].astype("str"), marked["at"]])
    meant = set(stages.loc[stages["batch"], "stage"])
    released = visits[visits["stage"].astype("str").isin(meant)]
    exempt = pd.MultiIndex.from_arrays([released["ticket"].astype("str"), released["left"]])
    finish = pd.MultiIndex.from_arrays([lives.index, lives["finished"]])
    return pd.Series(finish.isin(edits) & ~finish.isin(exempt), index=lives.index)


def counted(lives: pd.DataFrame) -> pd.DataFrame:
    """Which tickets' lead times may be counted? Those finished for good, and not by a bulk edit.

    Examples
    --------
    >>> lives = pd.DataFrame({"finished": pd.to_datetime(["2026-01-05", None]), "bulk": [False, False]})
    >>> len(counted(lives))
    1
    """
    return lives[lives["finished"].notna() & ~lives["bulk"]]


def still_open(lives: pd.DataFrame) -> "pd.Series[bool]":
    """Which tickets are under way or waiting now? Those neither finished for good nor gone.

    Lives without a column ``gone`` are of tickets that are all still there.

    Examples
    --------
    >>> lives = pd.DataFrame({"finished": pd.to_datetime(["2026-01-05", None])})
    >>> still_open(lives).tolist()
    [False, True]
    """
    there = lives["gone"].isna() if "gone" in lives else True
    return lives["finished"].isna() & there


def lead_time_quantiles(
    lives: pd.DataFrame, *, quantiles: Sequence[float] = (0.5, 0.85), minimum: int = 12
) -> pd.DataFrame:
    """Within which time do half, or 85 %, of all tickets get done? Open ones count as not yet done.

    Kaplan–Meier over finished and open tickets (right-censored at their age), with 95 % intervals of the
    log-log kind. Tickets finished by a bulk edit count as still open at that instant. A ticket that was
    found gone is censored there: it might have taken any longer.

    Returns
    -------
    DataFrame
        One row per quantile: ``quantile, lead, low, high`` (timedelta), ``finished``, ``open`` (with those
        finished by a bulk edit) and ``gone`` (counts, which sum to all tickets). A value is missing where the
        curve does not reach it, and everywhere under ``minimum`` finished.

    Examples
    --------
    >>> lives = pd.DataFrame({"finished": pd.to_datetime([]), "bulk": [], "lead": pd.to_timedelta([])})
    >>> lead_time_quantiles(lives)["lead"].isna().all()
    np.True_
    """
    whole = (lives["finished"].notna() & ~lives["bulk"].astype(bool)).to_numpy()
    there = still_open(lives) | lives["finished"].notna()
    counts = {"finished": int(whole.sum()), "open": int((there & ~whole).sum()), "gone": int((~there).sum())}
    found = survival_quantiles(lives["lead"], whole, quantiles=quantiles, minimum=minimum)
    return found.rename(columns={"time": "lead"}).assign(**counts)


def weekly_flow(lives: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """How many tickets arrived, were finished, and were under way, week by week?

    Returns
    -------
    DataFrame
        One row per week from the first arrival to ``as_of``: ``week`` (Monday, UTC), ``arrived``,
        ``finished``, ``gone`` (deleted or hidden before they were done), ``wip`` (created and neither
        finished for good nor gone at the week's end or ``as_of``), counts.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-01-05"], utc=True)
    >>> lives = pd.DataFrame({"created": day, "finished": day + pd.Timedelta(days=8)})
    >>> weekly_flow(lives, as_of=pd.Timestamp("2026-01-16", tz="UTC"))["wip"].tolist()
    [1, 0]
    """
    if lives.empty:
        return pd.DataFrame({"week": lives["created"], "arrived": [], "finished": [], "gone": [], "wip": []})
    first = lives["created"].min().normalize()
    weeks = pd.date_range(first - pd.Timedelta(days=first.day_of_week), as_of, freq="7D", name="week")
    counts = {
        "arrived": _per_week(lives["created"], weeks),
        "finished": _per_week(lives["finished"].dropna(), weeks),
        "gone": _per_week(lives["gone"].dropna(), weeks) if "gone" in lives else 0,
    }
    flow = pd.DataFrame(counts, index=weeks)
    return flow.assign(wip=(flow["arrived"] - flow["finished"] - flow["gone"]).cumsum()).reset_index()


def _per_week(instants: "pd.Series[Any]", weeks: pd.DatetimeIndex) -> Any:
    return np.bincount(weeks.searchsorted(instants, side="right") - 1, minlength=len(weeks))


def ages(lives: pd.DataFrame) -> pd.DataFrame:
    """How old is what is still open? Oldest first: ``ticket``, ``created``, ``age`` (timedelta).

    Examples
    --------
    >>> life = {"ticket": "a", "created": pd.Timestamp(0), "lead": pd.Timedelta(days=3), "finished": pd.NaT}
    >>> ages(pd.DataFrame([life]))["age"].dt.days.tolist()
    [3]
    """
    waiting = lives[still_open(lives)].sort_values(["lead", "ticket"], ascending=[False, True])
    return waiting[["ticket", "created", "lead"]].rename(columns={"lead": "age"}).reset_index(drop=True)
