"""By whose clock does each team work? What vsm.toml says of calendars, laid out, and what to doubt of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import pandas as pd

from vsm.clock import DEFAULT, Calendar, Clock, Day, Week, calendar_from_week
from vsm.config import Workflow, WorkingWeek
from vsm.config.calendars import minutes_of
from vsm.eventlog.acts import acts_by_team
from vsm.eventlog.quality import Doubt
from vsm.people import Teams

MARGIN: Final = 400
"""Days laid out before and after what is asked for: some more working time can be looked ahead."""

STRANGE: Final = 0.25
"""From this share of acts outside of the hours on, a calendar is doubted."""


def clock_of(workflow: Workflow, *, since: pd.Timestamp, until: pd.Timestamp) -> Clock:
    """By which calendars do the teams work?

    Parameters
    ----------
    workflow
        What vsm.toml says; where it names no calendar, ``DEFAULT`` holds and says that it is assumed.
    since, until
        The first and the last instant that will be asked about, with zone; a margin of ``MARGIN`` days is
        laid out on both sides.

    Returns
    -------
    Clock
        Teams that name one calendar share it.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05", tz="UTC")
    >>> clock_of(Workflow(), since=day, until=day).calendar("web").name
    'default (Mon-Fri 09:00-17:00 UTC)'
    """
    first = max(since.tz_convert("UTC").date().toordinal() - MARGIN, 400)
    days = {"since": date.fromordinal(first), "until": _far(until.tz_convert("UTC").date())}
    known: dict[str | None, Calendar] = {}

    def laid_out(team: str | None) -> Calendar:
        section = workflow.calendar_of(team)
        name = section.name if section else None
        if name not in known:
            known[name] = calendar_from_week(week_of(section), **days)
        return known[name]

    return Clock(laid_out(None), {team.name: laid_out(team.name) for team in workflow.teams})


def _far(day: date) -> date:
    return date.fromordinal(min(day.toordinal() + MARGIN, date.max.toordinal() - 400))


def week_of(section: WorkingWeek | None) -> Week:
    """Which week does a section of vsm.toml describe? Without a section, the default.

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


def doubts_about_calendars(
    events: pd.DataFrame, *, clock: Clock, workflow: Workflow, teams: Teams
) -> list[Doubt]:
    """Which calendars are assumed, not used, or not those by which people work?

    Parameters
    ----------
    events
        EVENTS of humans, with persons for actors.
    clock
        Of ``clock_of``, over all of the events.
    workflow
        What vsm.toml says.
    teams
        Who is in which team, and when.

    Returns
    -------
    list
        Doubts of ``check`` "calendar": none without events.
    """
    if events.empty:
        return []
    acts = acts_by_team(events, clock=clock, teams=teams, minimum=workflow.rules.minimum)
    return [*_assumed(acts, clock, workflow), *_unused(workflow), *_elsewhere(acts)]


def _assumed(acts: pd.DataFrame, clock: Clock, workflow: Workflow) -> Iterator[Doubt]:
    """Tell who works by a calendar that nobody chose."""
    teams = sorted({team.name for team in workflow.teams} | {*acts["team"].dropna()})
    bare = [team for team in teams if clock.calendar(team).assumed]
    if clock.default.assumed and (bare or acts["team"].isna().any() or not teams):
        whose = f" of {', '.join(bare)}" if bare and len(bare) < len(teams) else ""
        whose = whose or (" of persons in no team" if teams and not bare else "")
        detail = (
            f"working time{whose} rests on an assumed calendar, {clock.default.name}, without holidays; "
            "describe a [[calendar]] in vsm.toml and name it in [stream] or [[team]]"
        )
        yield Doubt("calendar", "warning", detail)


def _unused(workflow: Workflow) -> Iterator[Doubt]:
    named = {workflow.stream.calendar, *(team.calendar for team in workflow.teams)}
    for section in workflow.calendars:
        if section.name not in named:
            detail = f"calendar '{section.name}' is used by nobody; name it in [stream] or [[team]]"
            yield Doubt("calendar", "warning", detail)


def _elsewhere(acts: pd.DataFrame) -> Iterator[Doubt]:
    """Tell of teams that do much of their work outside of their hours."""
    for row in acts[acts["share"] > STRANGE].itertuples():
        who = f"team '{row.team}'" if isinstance(row.team, str) else "persons in no team"
        percent = f"{100 * float(str(row.share)):.0f} %"
        detail = (
            f"{row.outside} of {row.acts} own acts ({percent}) of {who} fall outside of calendar "
            f"'{row.calendar}'; check its zone and hours: wrong ones hide real waiting behind off hours"
        )
        yield Doubt("calendar", "warning", detail)
