"""How much is in work at once, by team and person, and does more arrive than departs?"""

from typing import Any, Final

import numpy as np
import pandas as pd

WEEK: Final = pd.Timedelta(days=7)


def wip_steps(visits: pd.DataFrame, *, by: str = "team", as_of: pd.Timestamp) -> pd.DataFrame:
    """How many tickets did each team, or each person, have in work, and from when on?

    A ticket is in work during its work visits; a ticket that passes on at an instant is not counted twice
    then. Visits of which the team (holder) is unknown are left out. For sums and distributions, not to rank
    people.

    Parameters
    ----------
    visits
        VISITS.
    by
        ``team`` or ``holder``.
    as_of
        Up to when open visits count.

    Returns
    -------
    DataFrame
        One row per change, by name and time: the column named by ``by``, ``at`` (from when on), ``wip``
        (from then until the next row; 0 or more).

    Examples
    --------
    >>> hours = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta([0, 1, 3, 4], unit="h")
    >>> visits = pd.DataFrame({"kind": "work", "team": "web", "entered": hours[:2], "left": hours[2:]})
    >>> wip_steps(visits, as_of=hours[3])["wip"].tolist()
    [1, 2, 1, 0]
    """
    known = visits[(visits["kind"] == "work") & visits[by].notna() & (visits["entered"] < as_of)]
    name = known[by].astype("str")
    left = known["left"].where(known["left"] < as_of, as_of)
    starts = pd.DataFrame({by: name, "at": known["entered"], "step": 1})
    ends = pd.DataFrame({by: name, "at": left, "step": -1})
    steps = pd.concat([starts, ends], ignore_index=True).groupby([by, "at"], as_index=False)["step"].sum()
    steps = steps[steps["step"] != 0].reset_index(drop=True)
    wip = steps.groupby(by)["step"].cumsum().astype("int64")
    table: pd.DataFrame = steps.assign(wip=wip)[[by, "at", "wip"]]
    return table


def weekly_wip(visits: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """How many tickets did each team have in work, week by week?

    Returns
    -------
    DataFrame
        One row per team and week from the first work of any team to ``as_of``: ``team, week`` (Monday, UTC),
        ``mean`` (over the hours of the week, the last up to ``as_of``) and ``most`` (tickets at once).
    """
    steps = wip_steps(visits, as_of=as_of)
    types = {"team": "str", "week": "datetime64[us, UTC]", "mean": "float64", "most": "int64"}
    if steps.empty:
        return pd.DataFrame(columns=list(types)).astype(types)
    weeks = _weeks(steps["at"].min(), as_of)
    rows = [_team_weeks(str(team), part, weeks, as_of) for team, part in steps.groupby("team")]
    return pd.concat(rows, ignore_index=True).astype(types)


def _weeks(first: pd.Timestamp, as_of: pd.Timestamp) -> pd.DatetimeIndex:
    day = first.normalize()
    monday = day - pd.Timedelta(days=day.day_of_week)
    return pd.date_range(monday, as_of, freq="7D", inclusive="left", name="week")


def _team_weeks(team: str, steps: pd.DataFrame, weeks: pd.DatetimeIndex, as_of: pd.Timestamp) -> pd.DataFrame:
    """Cut a team's steps at the weeks' edges and sum them up."""
    edges = weeks.append(pd.DatetimeIndex([min(weeks[-1] + WEEK, as_of)]))
    level = pd.Series(steps["wip"].to_numpy(), index=pd.DatetimeIndex(steps["at"]))
    cuts = level.index.union(edges)
    cuts = cuts[cuts <= edges[-1]]
    wip = level.reindex(cuts, method="ffill").fillna(0)[:-1]
    hours = np.diff(pd.DatetimeIndex(cuts).as_unit("us").asi8)
    week = weeks.searchsorted(wip.index, side="right") - 1
    sums = pd.DataFrame({"week": week, "wip": wip.to_numpy(), "us": hours, "all": wip.to_numpy() * hours})
    groups = sums.groupby("week")
    total: Any = groups["all"].sum() / groups["us"].sum()
    return pd.DataFrame(
        {"team": team, "week": weeks, "mean": total.to_numpy(), "most": groups["wip"].max().to_numpy()}
    )
