"""The clock of a workflow: the calendars that vsm.toml describes, laid out over the days that are needed."""

from dataclasses import replace
from datetime import date
from typing import Final

import pandas as pd

from vsm.clock.calendar import Calendar
from vsm.clock.clock import Clock
from vsm.clock.week import DEFAULT, Day, Week, calendar_from_week
from vsm.config import Workflow, WorkingWeek
from vsm.config.calendars import minutes_of

MARGIN: Final = 400
"""Days laid out before and after the time asked for, to look ahead."""


def clock_from_workflow(
    workflow: Workflow,
    *,
    since: pd.Timestamp,
    until: pd.Timestamp,
    agents: frozenset[str] = frozenset(),
) -> Clock:
    """The calendars of all teams, ``MARGIN`` days beyond the first and the last instant on both sides.

    Where vsm.toml names no calendar, ``DEFAULT`` holds and is marked as assumed. Teams that name one calendar
    share it. ``agents`` are at work at any hour, whatever their team's calendar.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05", tz="UTC")
    >>> clock_from_workflow(Workflow(), since=day, until=day).calendar("web").name
    'default (Mon-Fri 09:00-17:00 UTC)'
    """
    first = max(since.tz_convert("UTC").date().toordinal() - MARGIN, 400)
    last = min(until.tz_convert("UTC").date().toordinal() + MARGIN, date.max.toordinal() - 400)
    days = {"since": date.fromordinal(first), "until": date.fromordinal(last)}
    known: dict[str | None, Calendar] = {}

    def laid_out(team: str | None) -> Calendar:
        section = workflow.calendar_of(team)
        name = section.name if section else None
        if name not in known:
            known[name] = calendar_from_week(week_of(section), **days)
        return known[name]

    return Clock(laid_out(None), {team.name: laid_out(team.name) for team in workflow.teams}, agents)


def week_of(section: WorkingWeek | None) -> Week:
    """The week that a section of vsm.toml describes; without a section, the default.

    Examples
    --------
    >>> week_of(WorkingWeek(name="nights", zone="UTC", hours=["22:00-06:00"])).shifts[0]
    ((1320, 1800),)
    """
    if section is None:
        return DEFAULT
    week = Week(section.name, zone=section.zone or "UTC", always=section.always)
    if section.always:
        return week
    return replace(
        week,
        shifts=section.shifts,
        country=section.country,
        subdivision=section.subdivision,
        days_off=tuple(_day(day) for day in section.days_off),
        half_days=tuple(_day(day) for day in section.half_days),
        half_day_ends=minutes_of(section.half_day_ends),
    )


def _day(day: date | str) -> Day:
    if isinstance(day, date):
        return day
    month, _, number = day.partition("-")
    return int(month), int(number)
