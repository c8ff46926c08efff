"""When people and teams act, and how many tickets they have in progress at once."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.causes.occupancy import Traces, Work, active_members, occupancy_of_teams
from vsm.intervals.codes import Intervals, Ints
from vsm.model.weekly import WEEK, wip_steps
from vsm.people import Teams
from vsm.tables import DURATION, INSTANT


def acts_of_teams(
    visits: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp, teams: Teams | None = None
) -> pd.DataFrame:
    """Give the acts of people: when, on which ticket, and for which team.

    Parameters
    ----------
    events
        EVENTS with persons as actors. Those of bulk edits are left out.
    teams
        Who is in which team; without it a person acts for the team of their latest work visit begun by then.

    Returns
    -------
    DataFrame
        One row per act of a person whose team is known, by person and time: ``person, team, ticket``
        (categories), ``at``.
    """
    seen = events[events["actor"].notna() & (events["at"] <= as_of) & ~events["bulk"].astype("bool")]
    acts = pd.DataFrame(
        {"person": _by_name(seen["actor"]), "ticket": _by_name(seen["ticket"]), "at": seen["at"]}
    )
    acts = acts.assign(number=acts["person"].cat.codes.astype("int64"))
    acts = acts.sort_values(["at", "number", "ticket"], kind="stable", ignore_index=True)
    if teams is not None:
        acts = acts.assign(team=teams.at(acts["person"], acts["at"]))
    else:
        acts = pd.merge_asof(
            acts, _teams_by_work(visits, acts["person"].cat.categories), on="at", by="number"
        )
    known = acts[acts["team"].notna()].sort_values(["number", "at", "ticket"], kind="stable")
    table: pd.DataFrame = known[["person", "team", "ticket", "at"]].reset_index(drop=True)
    return table.astype({"team": "category"})


def _by_name(words: "pd.Series[Any]") -> "pd.Series[Any]":
    """Make words categories in the order of their names, whatever order they came in."""
    known = words.astype("category").cat.remove_unused_categories()
    return known.cat.reorder_categories(sorted(known.cat.categories), ordered=False)


def _teams_by_work(visits: pd.DataFrame, persons: "pd.Index[Any]") -> pd.DataFrame:
    held = visits[(visits["kind"] == "work") & visits["holder"].notna() & visits["team"].notna()]
    holder = _by_name(held["holder"])
    number = persons.get_indexer(holder.cat.categories)[holder.cat.codes]
    spells = pd.DataFrame(
        {"at": held["entered"], "number": number.astype("int64"), "team": _by_name(held["team"])}
    )
    return spells[spells["number"] >= 0].sort_values(["at", "number", "team"], ignore_index=True)


_SPELLS: Final = {"team": "str", "since": INSTANT, "until": INSTANT, "length": DURATION}
_WEEKS: Final = {"week": INSTANT, **_SPELLS, "share": "float64", "teams": "int64"}


def active_spells(
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    teams: Teams | None = None,
    active_days: float = 14.0,
) -> pd.DataFrame:
    """Give the periods in which each team was active without a break.

    A team is active while its tickets in work are at least as many as its active members: those who hold one
    of them, and those who did anything within the last ``active_days``. By the same rule a wait is
    ``at capacity``. Elapsed time: nights and weekends break nothing; what still lasts is cut at ``as_of``.

    Returns
    -------
    DataFrame
        One row per unbroken period, by team and time: ``team, since, until, length`` (timedelta).
    """
    held = visits[(visits["kind"] == "work") & visits["team"].notna() & (visits["entered"] < as_of)]
    if held.empty:
        return pd.DataFrame(columns=list(_SPELLS)).astype(_SPELLS)
    acts = acts_of_teams(visits, events, as_of=as_of, teams=teams)
    names = pd.Index(sorted({*held["team"].unique(), *acts["team"].unique()}))
    persons = pd.Index(sorted({*held["holder"].dropna().unique(), *acts["person"].unique()}))
    start, now = micros_of(held["entered"]), int(as_of.value) // 1000
    end = np.minimum(micros_of(held["left"].fillna(as_of)), now)
    team = names.get_indexer(held["team"].astype("str"))
    holder = persons.get_indexer(held["holder"].astype("str"))
    work = Work(_ints(holder), _ints(team), start, end, start)
    acted = Traces(
        _ints(persons.get_indexer(acts["person"])),
        _ints(names.get_indexer(acts["team"])),
        micros_of(acts["at"]),
    )
    whole = Intervals(
        np.arange(len(names)), np.full(len(names), start.min()), np.full(len(names), now, dtype=np.int64)
    )
    members = active_members(work, acted, days=active_days)
    found = occupancy_of_teams(work, members).worked(whole, whole.parent)
    spells = pd.DataFrame(
        {"team": names[found.parent], "since": _instants(found.start), "until": _instants(found.end)}
    )
    spells = spells.assign(length=spells["until"] - spells["since"])
    return spells.astype(_SPELLS).sort_values(["team", "since"], ignore_index=True)


def _ints(numbers: object) -> Ints:
    return np.asarray(numbers, dtype=np.int64)


def _instants(micros: Ints) -> pd.DatetimeIndex:
    return pd.to_datetime(micros, unit="us", utc=True)


def active_periods(
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    teams: Teams | None = None,
    active_days: float = 14.0,
    weeks: int = 26,
) -> pd.DataFrame:
    """Give the team that was active longest without a break, week by week: bottleneck detection.

    The active period method of production lines: at any instant the station whose unbroken active period is
    longest holds up the others, since it neither starves nor is held up itself (C. Roser, M. Nakano, M.
    Tanaka, "A practical bottleneck detection method", Winter Simulation Conference 2001). A ticket that is
    forgotten in a work stage makes its team look active, and a team with few active members is active soon:
    look at its tickets before drawing conclusions about the team.

    Parameters
    ----------
    weeks
        How many weeks to look back, spans of seven days that end at ``as_of``.

    Returns
    -------
    DataFrame
        One row per week in which any team was active, by time: ``week`` (its end), ``team`` (the longest
        active period that reaches into it; of equal ones the first by name), ``since, until, length`` (of
        that whole period, cut at ``as_of`` where it still lasts), ``share`` (of the week that it takes, 0
        to 1) and ``teams`` (how many were active at all).
    """
    spells = active_spells(visits, events, as_of=as_of, teams=teams, active_days=active_days)
    longest = spells.sort_values(["length", "team", "since"], ascending=[False, True, True])
    rows = []
    for number in range(weeks - 1, -1, -1):
        end = as_of - number * WEEK
        there = longest[(longest["since"] < end) & (longest["until"] > end - WEEK)]
        if there.empty:
            continue
        first = there.iloc[0]
        inside = min(first["until"], end) - max(first["since"], end - WEEK)
        rows.append({"week": end, **first, "share": inside / WEEK, "teams": there["team"].nunique()})
    return pd.DataFrame(rows, columns=list(_WEEKS)).astype(_WEEKS)


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
    minimum: int,
    fewest_people: int = 1,
) -> pd.DataFrame:
    """Give how many tickets a person of each team has in work at once, and how often they switch.

    In work at once are the work visits that a person holds for the team; time is elapsed, since a ticket
    stays in progress overnight, and a forgotten one counts until it is moved on. A switch is an act on
    another ticket than the act before, by the same person on the same day (UTC); an active day has at least
    one act. Work that leaves no trace makes no switch, so these are lower bounds. The result is about teams,
    never persons.

    Parameters
    ----------
    minimum
        Under so many tickets there are no shares, under so many active days no switches: too few to say.
    fewest_people
        Where fewer people of a team held work there are neither: they would be named or nearly so.

    Returns
    -------
    DataFrame
        One row per team, by name: ``team, people`` (who held work there), ``tickets``, ``time`` (timedelta,
        of all people together with anything in work), ``one, two, more`` (shares of that time with so many
        in work, 1 together), ``days`` (active days of all people together), ``median, p85`` (switches in
        one person's active day).
    """
    known = (visits["kind"] == "work") & visits["holder"].notna() & visits["team"].notna()
    words = dict.fromkeys(("ticket", "holder", "team", "kind"), "str")
    held = visits[known & (visits["entered"] < as_of)].astype(words)
    at_once = _time_at_once(held, as_of)
    days = switches_by_day(acts_of_teams(visits, events, as_of=as_of, teams=teams))
    held_by, switched = held.groupby("team"), days.groupby("team")["switches"]
    wip = at_once["wip"].clip(upper=3)
    spent = at_once.pivot_table(index="team", columns=wip, values="us", aggfunc="sum", fill_value=0)
    spent = spent.reindex(columns=[1, 2, 3], fill_value=0)
    table = pd.DataFrame(
        {
            "people": held_by["holder"].nunique(),
            "tickets": held_by["ticket"].nunique(),
            "time": spent.sum(axis=1),
            "days": switched.size(),
        },
        index=pd.Index(sorted({*held["team"].unique(), *days["team"].unique()}), name="team"),
    )
    table = table.fillna(0).astype("int64")
    enough = table["people"] >= fewest_people
    shares = spent.rename(columns={1: "one", 2: "two", 3: "more"}).div(spent.sum(axis=1), axis=0)
    quantiles = pd.DataFrame({"median": switched.median(), "p85": switched.quantile(0.85)})
    table = table.join(shares.reindex(table.index).where(enough & (table["tickets"] >= minimum)))
    table = table.join(quantiles.reindex(table.index).where(enough & (table["days"] >= max(minimum, 1))))
    table["time"] = pd.to_timedelta(table["time"], unit="us")
    return table.reset_index()[list(_TYPES)].astype(_TYPES)


def _time_at_once(held: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Sum each team's time of persons by the number of tickets in work: ``team, wip, us``."""
    pair = held.groupby(["team", "holder"]).ngroup()
    steps = wip_steps(held.assign(pair=pair.astype("str")), by="pair", as_of=as_of)
    until = steps["at"].groupby(steps["pair"]).shift(-1)
    lasted = (until - steps["at"]).dt.as_unit("us").astype("int64").where(until.notna(), 0)
    team = held.groupby(pair.astype("str"))["team"].first()
    spent = pd.DataFrame({"team": steps["pair"].map(team), "wip": steps["wip"], "us": lasted})
    return spent[spent["wip"] > 0]


def switches_by_day(acts: pd.DataFrame) -> pd.DataFrame:
    """Count the switches of each person on each active day; one row per person and day, unnamed.

    Parameters
    ----------
    acts
        As ``acts_of_teams`` gives them, by person and time.

    Returns
    -------
    DataFrame
        ``team`` (of the day's last act), ``day`` (UTC), ``switches``; by team, day and number.
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
