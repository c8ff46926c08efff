"""Which team's busy time starves the others? The team with the longest unbroken active period, by week."""

from typing import Final

import numpy as np
import pandas as pd

from vsm.intervals.causes.pieces import Pieces
from vsm.intervals.causes.work_in_hand import Traces, Work, hands_of_teams
from vsm.intervals.instants import Ints
from vsm.model.acts import acts_of_teams
from vsm.model.queues import WEEK
from vsm.people import Teams
from vsm.tables import DURATION, INSTANT

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
    """From when to when was each team active without a break?

    A team is active while its tickets in work are at least as many as its active members: those who hold one
    of them, and those who did anything within the last ``active_days``. The same rule tells that a wait's
    receiver was ``busy``. Elapsed time: nights and weekends break nothing.

    Parameters
    ----------
    visits, events
        VISITS, and EVENTS with persons as actors.
    as_of
        Where what still lasts is cut.
    teams
        Who is in which team, for acts; as for ``acts_of_teams``.
    active_days
        For how many days somebody counts as active after each act.

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
    start, now = _micros(held["entered"]), int(_micros(pd.Series([as_of]))[0])
    end = np.minimum(_micros(held["left"].fillna(as_of)), now)
    team = names.get_indexer(held["team"].astype("str"))
    holder = persons.get_indexer(held["holder"].astype("str"))
    work = Work(_ints(holder), _ints(team), start, end, start)
    acted = Traces(
        _ints(persons.get_indexer(acts["person"])),
        _ints(names.get_indexer(acts["team"])),
        _micros(acts["at"]),
    )
    whole = Pieces(
        np.arange(len(names)), np.full(len(names), start.min()), np.full(len(names), now, dtype=np.int64)
    )
    found = hands_of_teams(work, acted, active_days=active_days).worked(whole, whole.source)
    spells = pd.DataFrame(
        {"team": names[found.source], "since": _instants(found.start), "until": _instants(found.end)}
    )
    spells = spells.assign(length=spells["until"] - spells["since"])
    return spells.astype(_SPELLS).sort_values(["team", "since"], ignore_index=True)


def _ints(numbers: object) -> Ints:
    return np.asarray(numbers, dtype=np.int64)


def _micros(instants: "pd.Series[pd.Timestamp]") -> Ints:
    return _ints(pd.to_datetime(instants, utc=True).dt.as_unit("us").astype("int64"))


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
    """Which team was active longest without a break, week by week?

    The active period method of production lines: at any instant the station whose unbroken active period is
    longest holds up the others, since it neither starves nor is held up itself (C. Roser, M. Nakano, M.
    Tanaka, "A practical bottleneck detection method", Winter Simulation Conference 2001). A ticket that is
    forgotten in a work stage makes its team look active, and a team with few active members is active soon:
    look at its tickets before anything is said of the team.

    Parameters
    ----------
    visits, events, as_of, teams, active_days
        As for ``active_spells``.
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
