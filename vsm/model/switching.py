"""How often do people change from one ticket to another, and how many do they have in work at once?"""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.acts import acts_of_teams
from vsm.model.load import wip_steps
from vsm.people import Teams
from vsm.stats.proportions import UNKNOWN
from vsm.tables import DURATION

_DAY: Final = "24h"
_TYPES: Final = (
    {"team": "str", "people": "int64", "tickets": "int64", "time": DURATION}
    | dict.fromkeys(("one", "two", "more"), "float64")
    | {"days": "int64", "median": "float64", "p85": "float64"}
)


def switching(
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    teams: Teams | None = None,
    minimum: int = 12,
    fewest_people: int = 1,
) -> pd.DataFrame:
    """How many tickets does a person of each team have in work at once, and how often do they switch?

    In work at once are the work visits that a person holds for the team; time is elapsed, since a ticket
    stays in progress overnight, and a forgotten one counts until it is moved on. A switch is an act on
    another ticket than the act before, by the same person on the same day (UTC); an active day has at least
    one act. Acts are what the log knows (moves, comments, worklogs, commits, reviews, not bulk edits): work
    that leaves no trace makes no switch, so these are lower bounds. Teams are told of, never persons.

    Parameters
    ----------
    visits, events
        VISITS, and EVENTS with persons as actors.
    as_of
        Up to when open visits and acts count.
    teams
        Who is in which team, for acts; as for ``acts_of_teams``.
    minimum
        Under so many tickets there are no shares, under so many active days no switches: too few to say.
    fewest_people
        Where fewer people of a team held work there are neither: they would be told of by name or nearly so.

    Returns
    -------
    DataFrame
        One row per team, by name: ``team, people`` (who held work there), ``tickets``, ``time`` (timedelta,
        of all people together with anything in work), ``one, two, more`` (shares of that time with so many
        in work, 1 together), ``days`` (active days of all people together), ``median, p85`` (switches in
        one person's active day).
    """
    held = _held(visits, as_of)
    at_once = _time_at_once(held, as_of)
    days = switches_by_day(acts_of_teams(visits, events, as_of=as_of, teams=teams))
    rows = []
    for team in sorted({*held["team"].unique(), *days["team"].unique()}):
        mine, time = held[held["team"] == team], at_once[at_once["team"] == team]
        switches = days.loc[days["team"] == team, "switches"]
        people = mine["holder"].nunique()
        enough = people >= fewest_people
        rows.append(
            {"team": team, "people": people, "tickets": mine["ticket"].nunique()}
            | {"time": pd.Timedelta(int(time["us"].sum()), unit="us")}
            | _shares(time, enough=enough and mine["ticket"].nunique() >= minimum)
            | {"days": len(switches)}
            | _quantiles(switches, enough=enough and len(switches) >= max(minimum, 1))
        )
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _held(visits: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    known = (visits["kind"] == "work") & visits["holder"].notna() & visits["team"].notna()
    words = dict.fromkeys(("ticket", "holder", "team", "kind"), "str")
    return visits[known & (visits["entered"] < as_of)].astype(words)


def _time_at_once(held: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Sum each team's time of persons by the number of tickets in work: ``team, wip, us``."""
    pair = held.groupby(["team", "holder"]).ngroup()
    steps = wip_steps(held.assign(pair=pair.astype("str")), by="pair", as_of=as_of)
    until = steps["at"].groupby(steps["pair"]).shift(-1)
    lasted = (until - steps["at"]).dt.as_unit("us").astype("int64").where(until.notna(), 0)
    team = held.groupby(pair.astype("str"))["team"].first()
    spent = pd.DataFrame({"team": steps["pair"].map(team), "wip": steps["wip"], "us": lasted})
    return spent[spent["wip"] > 0]


def _shares(time: pd.DataFrame, *, enough: bool) -> dict[str, float]:
    whole = int(time["us"].sum())
    if not whole or not enough:
        return dict.fromkeys(("one", "two", "more"), UNKNOWN)
    amounts = (time["us"].where(time["wip"].clip(upper=3) == n, 0).sum() for n in (1, 2, 3))
    return {name: float(us / whole) for name, us in zip(("one", "two", "more"), amounts, strict=True)}


def _quantiles(switches: "pd.Series[Any]", *, enough: bool) -> dict[str, float]:
    if not enough:
        return dict.fromkeys(("median", "p85"), UNKNOWN)
    return {"median": float(switches.median()), "p85": float(switches.quantile(0.85))}


def switches_by_day(acts: pd.DataFrame) -> pd.DataFrame:
    """How often did somebody of each team switch on each active day? One row per person and day, unnamed.

    Parameters
    ----------
    acts
        As ``acts_of_teams`` gives them, by person and time.

    Returns
    -------
    DataFrame
        ``team`` (of the day's last act), ``day`` (UTC), ``switches``; by team, day and number.

    Examples
    --------
    >>> hours = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta([9, 10, 11], unit="h")
    >>> acts = pd.DataFrame({"person": "ann", "team": "web", "ticket": ["a", "b", "a"], "at": hours})
    >>> switches_by_day(acts)["switches"].tolist()
    [2]
    """
    day = acts["at"].dt.floor(_DAY)
    same = (acts["person"] == acts["person"].shift()) & (day == day.shift())
    other = acts["ticket"] != acts["ticket"].shift()
    marked = acts.assign(day=day, switches=np.where(same & other, 1, 0))
    days = marked.groupby(["person", "day"], as_index=False).agg(
        team=("team", "last"), switches=("switches", "sum")
    )
    table: pd.DataFrame = days[["team", "day", "switches"]].sort_values(["team", "day", "switches"])
    return table.reset_index(drop=True)
