"""Who works at which stage, on how many tickets at a time, and in which hours, as the past shows it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from vsm.clock import ALWAYS as NEVER_CLOSED
from vsm.clock import Calendar, Clock
from vsm.model.replay.past import ACTIVE, DAY, Past, rows_by
from vsm.model.replay.steps import ROUND_THE_CLOCK, Floats, Hours, Ints, Server, hours_of

SEEN_WITHIN: Final = 45 * DAY
"""Who did nothing for so long has left, or does something else."""
LOOK_BACK: Final = 180 * DAY
FEWEST_VISITS: Final = 8
"""Of one person at one stage; with fewer, how and when they work there is not known."""
MORE_AT_ONCE: Final = 0.03
"""Share of busy time in which somebody had so many tickets in progress, for it to be what they can have."""
USUAL: Final = (2.0, 98.0)
"""Percentiles of the hours of the day between which work is pulled and ended: beyond are exceptions."""
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Shift:
    """The hours of somebody's day, after local midnight: opens, pulls new work until, closes."""

    opens: float
    takes: float
    closes: float


@dataclass(frozen=True)
class Rota:
    """On which days each team works, and by whose clock: from the calendars of vsm.toml.

    ``zones`` are those of the teams; ``zone`` is that of all others.
    """

    clock: Clock
    zone: str = "UTC"
    zones: Mapping[str, str] = field(default_factory=dict)

    def zone_of(self, team: str | None) -> str:
        """Give the name of a team's zone."""
        return self.zones.get(team, self.zone) if team else self.zone

    def hours(self, shift: Shift, team: str | None, *, first: float, last: float) -> Hours:
        """Lay a shift out over the team's working days between two instants, in seconds of the epoch."""
        days = _working_days(
            self.clock.calendar(team), self.zone_of(team), int(first // DAY), int(last // DAY)
        )
        opens, takes, closes = (
            _local(days, hour, self.zone_of(team)) for hour in (shift.opens, shift.takes, shift.closes)
        )
        return hours_of(opens, takes, closes)


@lru_cache(maxsize=64)
def _working_days(calendar: Calendar, zone: str, first: int, last: int) -> pd.DatetimeIndex:
    """Give the local days on which a calendar has any working time."""
    low, high = (np.clip(day * 86_400, calendar.since / 1e6, calendar.until / 1e6) for day in (first, last))
    days = pd.date_range(
        pd.Timestamp(low, unit="s").ceil("D") + pd.Timedelta(days=1),
        pd.Timestamp(high, unit="s").floor("D") - pd.Timedelta(days=1),
    )
    if calendar is NEVER_CLOSED or not len(days):
        return days
    midnights = (_local(days, 0.0, zone) * 1e6).astype(np.int64)
    ends = (_local(days, 24.0, zone) * 1e6).astype(np.int64)
    return days[calendar.working(midnights, ends) > 0]


def _local(days: pd.DatetimeIndex, hour: float, zone: str) -> Floats:
    """Give the instant at which the local clock shows an hour on each day, in seconds of the epoch."""
    wall = days + pd.Timedelta(hours=hour)
    first = np.ones(len(wall), dtype=bool)
    local = wall.tz_localize(ZoneInfo(zone), ambiguous=first, nonexistent="shift_forward")
    found: Floats = local.as_unit("us").asi8 / 1e6
    return found


def hour_of_day(seconds: Floats, zone: str) -> Floats:
    """Give the local hour of the day, with its fraction; NaN for no instant.

    Examples
    --------
    >>> hour_of_day(np.array([0.0]), "Europe/Berlin").tolist()
    [1.0]
    """
    local = pd.DatetimeIndex(pd.to_datetime(seconds, unit="s", utc=True)).tz_convert(ZoneInfo(zone))
    found: Floats = (local.hour + local.minute / 60 + local.second / 3600).to_numpy(dtype=np.float64)
    return found


@dataclass(frozen=True, slots=True)
class People:
    """Who works where. ``numbers``: the code of a holder → the number of their server; others have none.

    ``visits`` is how many visits of a stage, by its code, were theirs within ``LOOK_BACK``; ``shifts`` are
    the usual hours of each stage; ``history`` are each known holder's hours so far, and those of a stage for
    whoever is not known well enough.
    """

    servers: tuple[Server, ...]
    numbers: Mapping[int, int]
    visits: Mapping[int, int]
    shifts: Mapping[int, Shift]
    teams: Mapping[int, str | None]
    history: Mapping[int, Hours]
    usual: Mapping[int, Hours]


def people_of(past: Past, *, rota: Rota, until: float) -> People:
    """Give who works where: their stages, slots and hours, laid out until an instant.

    Somebody counts at a stage with at least ``FEWEST_VISITS`` there within ``LOOK_BACK``, the last within
    ``SEEN_WITHIN``. Tickets that were moved in bulk say nothing about hours.
    """
    held = (past.kinds[past.stage] == ACTIVE) & (past.holder >= 0) & ~past.bulk
    recent = held & (past.entered >= past.at - LOOK_BACK)
    last_seen = np.where(np.isnan(past.left), past.at, past.left)
    begin = float(past.entered.min(initial=past.at)) - 2 * DAY
    shifts, teams, usual, visits = {}, {}, {}, {}

    @cache
    def clocks(zone: str) -> tuple[Floats, Floats]:
        return hour_of_day(past.begun, zone), hour_of_day(past.left, zone)

    for stage, rows in rows_by(past.stage, held):
        team = past.teams[stage] or _most_frequent(past.team[rows])
        shifts[stage] = _shift(rows, *clocks(rota.zone_of(team)))
        teams[stage] = team
        usual[stage] = rota.hours(shifts[stage], team, first=begin, last=until)
        visits[stage] = 0
    servers: list[Server] = []
    numbers: dict[int, int] = {}
    history: dict[int, Hours] = {}
    for holder, every in rows_by(past.holder, held):
        rows = every[recent[every]]
        rows = rows if len(rows) >= FEWEST_VISITS else every
        if len(rows) < FEWEST_VISITS:
            continue
        team = _most_frequent(past.team[rows])
        agent = past.people[holder] in rota.clock.agents
        hours = (
            ROUND_THE_CLOCK
            if agent
            else rota.hours(_shift(rows, *clocks(rota.zone_of(team))), team, first=begin, last=until)
        )
        history[holder] = hours
        own = rows[recent[rows]]
        stages, counts = np.unique(past.stage[own], return_counts=True)
        lines = tuple(
            int(stage)
            for stage, count in zip(stages, counts, strict=True)
            if count >= FEWEST_VISITS
            and last_seen[own[past.stage[own] == stage]].max() >= past.at - SEEN_WITHIN
        )
        if lines:
            numbers[holder] = len(servers)
            servers.append(Server(lines, _slots(past, own), hours))
        for stage, count in zip(stages.tolist(), counts.tolist(), strict=True):
            visits[stage] += count if stage in lines else 0
    return People(tuple(servers), numbers, visits, shifts, teams, history, usual)


def _most_frequent(teams: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> str | None:
    known = Counter(team for team in teams.tolist() if team is not None)
    return max(sorted(known), key=known.__getitem__, default=None)


def _shift(rows: Ints, begun: Floats, left: Floats) -> Shift:
    """Give the usual hours: from when and until when work is pulled, and when the last of it ends."""
    ended = left[rows][~np.isnan(left[rows])]
    opens, takes = np.percentile(begun[rows], USUAL)
    takes = max(takes, opens + 0.25)  # where all begin in the same minute of the day
    closes = np.percentile(ended, USUAL[1]) if len(ended) else takes
    return Shift(float(opens), float(takes), float(min(max(closes, takes + 0.25), 24.0)))


def _slots(past: Past, rows: Ints) -> int:
    """Give on how many tickets at a time somebody works: the most they had for more than a moment.

    ::

        visit 0   |--------|              in progress   1 2 2 1 0 0 1
        visit 1     |----|        |-|     so often  busy 5, with two 2: two slots
    """
    begun = past.begun[rows]
    left = np.where(np.isnan(past.left[rows]), past.at, past.left[rows])
    at = np.concatenate([begun, np.maximum(left, begun)])
    step = np.repeat([1, -1], len(rows))
    order = np.lexsort((step, at))
    in_hand, lasted = np.cumsum(step[order])[:-1], np.diff(at[order])
    busy = lasted[in_hand > 0].sum()
    if not busy:
        return 1
    at_least = [lasted[in_hand >= n].sum() / busy for n in range(1, int(in_hand.max()) + 1)]
    return max(int(sum(share > MORE_AT_ONCE for share in at_least)), 1)


def worked(hours: Hours, start: Floats, end: Floats) -> Floats:
    """Give the working seconds in each interval.

    Examples
    --------
    >>> day = hours_of(np.array([9.0]), np.array([16.0]), np.array([17.0]))
    >>> worked(day, np.array([8.0, 10.0]), np.array([10.0, 20.0])).tolist()
    [1.0, 7.0]
    """
    opens, closes, before = (np.array(part) for part in (hours.opens, hours.closes, hours.before))
    if not len(opens):
        return np.zeros(len(start))
    if hours is ROUND_THE_CLOCK:
        return end - start

    def passed(at: Floats) -> Floats:
        span = np.clip(np.searchsorted(opens, at, side="right") - 1, 0, None)
        found: Floats = before[span] + np.clip(at - opens[span], 0.0, (closes - opens)[span])
        return found

    return passed(end) - passed(start)
