"""What came, went, lay and was in work, week by week."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import Ints
from vsm.model.lifecycle import completed, units_of_work, was_discarded
from vsm.stats.bootstrap import cluster_bootstrap, interval
from vsm.tables import DURATION, INSTANT

WEEK: Final = pd.Timedelta(days=7)
_WEEK: Final = 7 * 86_400_000_000
MONDAY: Final = pd.Timestamp("1970-01-05", tz="UTC")
"""The Monday from which weeks are numbered."""


def completed_by_week(lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Give what intervals of shares of lead time rest on: completed tickets and their weeks.

    Returns
    -------
    DataFrame
        Indexed by ``ticket``: ``seconds`` (lead time), ``week`` (number of that in which it was finished).
    """
    done = completed(lifecycles)
    lead, week = done["lead"].astype(DURATION).dt.total_seconds(), week_numbers(done["finished"])
    return pd.DataFrame({"seconds": lead.array, "week": week.array}, index=pd.Index(done["ticket"]))


def week_numbers(instants: "pd.Series[Any]") -> "pd.Series[Any]":
    """Number the weeks of these instants; weeks begin on Mondays, UTC."""
    return (instants.astype(INSTANT) - MONDAY) // WEEK


def weeks_until(first: pd.Timestamp, as_of: pd.Timestamp) -> pd.DatetimeIndex:
    """Give the weeks from one instant to another: their Mondays (UTC), the first one's included.

    Examples
    --------
    >>> [f"{day:%m-%d}" for day in weeks_until(*pd.to_datetime(["2026-01-07", "2026-01-13"], utc=True))]
    ['01-05', '01-12']
    """
    day = first.normalize()
    return pd.date_range(day - pd.Timedelta(days=day.day_of_week), as_of, freq="7D", name="week")


def stage_counts(visits: pd.DataFrame, *, stages: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Count the tickets in each stage at the end of each week: a cumulative flow diagram's bands.

    Open visits count, and so does every ticket in a done stage from its entry on; one that was found gone
    counts until then. What moves backwards leaves the stage it was in, so a band may get thinner. The last
    week ends at ``as_of``.

    Returns
    -------
    DataFrame
        Counts, indexed by ``week`` (its Monday, UTC), with a column for each stage in stream order that any
        ticket was ever in.
    """
    order = stages.drop_duplicates("stage").sort_values("position")["stage"].astype("str")
    if visits.empty:
        return pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC", name="week"))
    weeks = weeks_until(visits["entered"].min(), as_of)
    ends = np.minimum(weeks.as_unit("us").asi8 + _WEEK, int(as_of.value) // 1000 + 1)
    entered, left = micros_of(visits["entered"]), visits["left"]
    gone = left.notna().to_numpy()
    rows = visits.groupby(visits["stage"].astype("str").to_numpy()).indices
    counts = {}
    for name in order:
        if name in rows:
            here = rows[name]
            out = np.sort(micros_of(left.iloc[here[gone[here]]]))
            counts[name] = np.searchsorted(np.sort(entered[here]), ends) - np.searchsorted(out, ends)
    return pd.DataFrame(counts, index=weeks)


def waiting_pieces(waits: pd.DataFrame) -> pd.DataFrame:
    """Give waits cut where weeks end: ``stage``, ``ticket``, ``week`` (Monday, UTC) and ``waited``."""
    start, end = micros_of(waits["start"]), micros_of(waits["end"])
    row, begin = _weeks_of(start, end)
    waited = np.minimum(end[row], begin + _WEEK) - np.maximum(start[row], begin)
    return pd.DataFrame(
        {
            "stage": waits["stage"].take(row).array,
            "week": pd.to_datetime(begin, unit="us", utc=True).as_unit("us"),
            "waited": waited.view("timedelta64[us]"),
            "ticket": waits["ticket"].take(row).array,
        }
    )


def waiting_by_week(waits: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the waiting in each stage in each week; pieces are cut where weeks end.

    Open tickets count, and so do visits that a bulk edit began or ended: they were there.

    Returns
    -------
    DataFrame
        ``stage`` (str), ``week`` (Monday, UTC), ``waited`` (elapsed), ``lying`` (how many tickets waited
        there at a time, on average of that week or of its part before ``as_of``), ``tickets`` (how many
        different ones), sorted. Per stage, ``waited`` sums to its waiting exactly.
    """
    found = waiting_pieces(waits).groupby(["stage", "week"], sort=True, observed=True)
    table = found.agg(waited=("waited", "sum"), tickets=("ticket", "nunique")).reset_index()
    table = table.astype({"stage": "str"}).sort_values(["stage", "week"], ignore_index=True)
    length = (table["week"] + WEEK).where(table["week"] + WEEK < as_of, as_of) - table["week"]
    table["waited"] = table["waited"].astype(DURATION)
    table["lying"] = table["waited"].dt.total_seconds() / length.dt.total_seconds()
    return table[["stage", "week", "waited", "lying", "tickets"]]


def _weeks_of(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Cut spans where weeks end: the span that each piece is of, and the Monday of its week."""
    monday = _monday(start)
    count = np.where(end > start, (end - 1 - monday) // _WEEK + 1, 0)
    row = np.repeat(np.arange(len(start)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, monday[row] + nth * _WEEK


def _monday(at: Ints) -> Ints:
    """Find the Monday before each instant; the epoch began on a Thursday."""
    shift = 3 * 86_400_000_000
    monday: Ints = (at + shift) // _WEEK * _WEEK - shift
    return monday


def weekly_medians(spells: pd.DataFrame, *, as_of: pd.Timestamp, least: int = 3) -> pd.DataFrame:
    """Give the median time of what ended in each whole week.

    Parameters
    ----------
    spells
        As ``vsm.model.change.spells_of`` gives them.
    least
        Weeks in which fewer ended have no value.

    Returns
    -------
    DataFrame
        ``week`` (Monday, UTC), ``value`` (days of 24 hours; missing for a week of too few), ``n``.
    """
    done = spells[spells["ended"].astype(bool)]
    if done.empty:
        return pd.DataFrame({"week": pd.to_datetime([], utc=True), "value": [], "n": []})
    weeks = weeks_until(done["end"].min(), as_of)
    weeks = weeks[weeks + WEEK <= as_of]
    position = weeks.searchsorted(done["end"], side="right") - 1
    days = (done["end"] - done["begin"]).dt.total_seconds().to_numpy() / 86400
    inside = done["end"].to_numpy() < (weeks[-1] + WEEK) if len(weeks) else np.zeros(len(done), dtype=bool)
    found = pd.Series(days[inside]).groupby(position[inside]).agg(["median", "size"])
    found = found.reindex(range(len(weeks)))
    n = found["size"].fillna(0).astype("int64")
    return pd.DataFrame(
        {"week": weeks, "value": found["median"].where(n >= least).to_numpy(), "n": n.to_numpy()}
    )


def usual_week(finished: "pd.Series[Any]", *, minimum: int, seed: int) -> tuple[float, float, float] | None:
    """Give how many tickets a typical week finishes: the median of whole weeks with its 95 % interval.

    None under ``minimum`` weeks: too few to say. The bootstrap draws weeks.

    Examples
    --------
    >>> usual_week(pd.Series([3] * 12), minimum=12, seed=0)
    (3.0, 3.0, 3.0)
    """
    if len(finished) < max(minimum, 1):
        return None
    counts = finished.to_numpy()
    medians = cluster_bootstrap(lambda drawn: np.median(counts[drawn]), len(counts), seed=seed, draws=2000)
    low, high = interval(medians)
    return float(np.median(counts)), float(low), float(high)


def wip_steps(visits: pd.DataFrame, *, by: str = "team", as_of: pd.Timestamp) -> pd.DataFrame:
    """Give how many tickets each team (or ``holder``) had in work, and from when on.

    A ticket is in work during its work visits, up to ``as_of``; one that passes on at an instant is not
    counted twice then. Visits whose team (holder) is unknown are left out. For sums and distributions, not to
    rank people.

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
    """Give how many tickets each team had in work, week by week.

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
    weeks = weeks_until(steps["at"].min(), as_of)
    weeks = weeks[weeks < as_of]
    team, teams = pd.factorize(steps["team"])
    now, wip = int(as_of.value) // 1000, steps["wip"].to_numpy()
    start = micros_of(steps["at"])
    end = np.where(np.diff(team, append=-1) == 0, np.append(start[1:], now), now)
    row, begin = _weeks_of(start, end)
    # Each piece goes into the cell of its team and week: of two teams and three weeks  0 1 2 | 3 4 5.
    first = weeks.as_unit("us").asi8
    cell, cells = team[row] * len(weeks) + (begin - first[0]) // _WEEK, len(teams) * len(weeks)
    spent = (np.minimum(end[row], begin + _WEEK) - np.maximum(start[row], begin)) * wip[row]
    most = np.zeros(cells, dtype=np.int64)
    np.maximum.at(most, cell, wip[row])
    length = np.minimum(first + _WEEK, now) - first
    return pd.DataFrame(
        {
            "team": np.repeat(teams, len(weeks)),
            "week": np.tile(weeks, len(teams)),
            "mean": np.bincount(cell, weights=spent, minlength=cells) / np.tile(length, len(teams)),
            "most": most,
        }
    ).astype(types)


def weekly_flow(lifecycles: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Count the units of work that arrived and left, and all tickets that were under way, week by week.

    Returns
    -------
    DataFrame
        One row per week from the first arrival to ``as_of``: ``week`` (Monday, UTC), ``arrived``,
        ``delivered``, ``discarded``, ``gone`` (deleted or hidden before they were done), ``wip`` (created and
        neither finished for good nor gone at the week's end or ``as_of``; of all tickets), counts.
    """
    everything, lifecycles = lifecycles, units_of_work(lifecycles)
    left = {
        "delivered": lifecycles["finished"].mask(was_discarded(lifecycles)),
        "discarded": lifecycles["finished"].where(was_discarded(lifecycles)),
        "gone": lifecycles["gone"] if "gone" in lifecycles else lifecycles["created"].iloc[:0],
    }
    if everything.empty:
        return pd.DataFrame(dict.fromkeys(("week", "arrived", *left, "wip"), everything["created"]))
    weeks = weeks_until(everything["created"].min(), as_of)
    counts = {name: _per_week(instants.dropna(), weeks) for name, instants in left.items()}
    flow = pd.DataFrame({"arrived": _per_week(lifecycles["created"], weeks), **counts}, index=weeks)
    ended = (
        everything["finished"].fillna(everything["gone"]) if "gone" in everything else everything["finished"]
    )
    present = _per_week(everything["created"], weeks) - _per_week(ended.dropna(), weeks)
    return flow.assign(wip=present.cumsum()).reset_index()


def _per_week(instants: "pd.Series[Any]", weeks: pd.DatetimeIndex) -> Any:
    return np.bincount(weeks.searchsorted(instants, side="right") - 1, minlength=len(weeks))
