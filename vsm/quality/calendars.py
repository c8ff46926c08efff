"""Checks of calendars: assumed, not used, or not those by which people work."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from vsm.clock import Clock
from vsm.config import Workflow
from vsm.eventlog.log import QualityNote
from vsm.people import Teams

ACTS: Final = ("status", "comment", "worklog", "commit", "review")
STRANGE: Final = 0.25
"""From this share of acts outside of the hours on, a calendar is doubted."""


def check_calendars(
    events: pd.DataFrame, *, clock: Clock, workflow: Workflow, teams: Teams
) -> list[QualityNote]:
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


def _assumed(acts: pd.DataFrame, clock: Clock, workflow: Workflow) -> Iterator[QualityNote]:
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
        yield QualityNote("calendar", "warning", detail)


def _unused(workflow: Workflow) -> Iterator[QualityNote]:
    named = {workflow.stream.calendar, *(team.calendar for team in workflow.teams)}
    for section in workflow.calendars:
        if section.name not in named:
            detail = f"calendar '{section.name}' is used by nobody; name it in [stream] or [[team]]"
            yield QualityNote("calendar", "warning", detail)


def _elsewhere(acts: pd.DataFrame) -> Iterator[QualityNote]:
    """Tell of teams that do much of their work outside of their hours."""
    for row in acts[acts["share"] > STRANGE].itertuples():
        who = f"team '{row.team}'" if isinstance(row.team, str) else "persons in no team"
        percent = f"{100 * float(str(row.share)):.0f} %"
        detail = (
            f"{row.outside} of {row.acts} own acts ({percent}) of {who} fall outside of calendar "
            f"'{row.calendar}'; check its zone and hours: wrong ones hide real waiting as non-working time"
        )
        yield QualityNote("calendar", "warning", detail)


def acts_by_team(events: pd.DataFrame, *, clock: Clock, teams: Teams, minimum: int = 12) -> pd.DataFrame:
    """What share of each team's own acts falls outside of its working hours?

    An act is what a person did at an instant: moved a status, commented, logged work, committed, reviewed.
    Bulk edits and what bots did are none.

    Parameters
    ----------
    events
        EVENTS of humans (``People.of_humans``), with persons for actors.
    clock
        The teams' calendars.
    teams
        Who is in which team, and when.
    minimum
        Under so many acts it is too few to say.

    Returns
    -------
    DataFrame
        ``team`` (missing for those in none), ``calendar``, ``acts``, ``outside`` (how many of them) and
        ``share`` (missing where too few), in the order of teams' names. A copied or imported history bears
        the instants that its source gave it, and these count as any.

    Raises
    ------
    ParameterError
        An act lies beyond what the clock's calendars know.
    """
    moved = events["before"].notna() | (events["kind"] != "status")
    acts = events[events["kind"].isin(ACTS) & events["actor"].notna() & ~events["bulk"] & moved]
    team = teams.at(acts["actor"], acts["at"])
    rows = pd.DataFrame({"team": team, "outside": ~clock.is_open(acts["at"], team=team)})
    found = rows.groupby("team", dropna=False)["outside"].agg(acts="size", outside="sum").reset_index()
    named = [
        clock.calendar(name).name for name in found["team"].astype(object).where(found["team"].notna(), None)
    ]
    share = (found["outside"] / found["acts"]).astype("float64").where(found["acts"] >= minimum)
    found = found.astype({"team": "str", "acts": "int64", "outside": "int64"})
    return found.assign(calendar=pd.Series(named, dtype="str"), share=share)[
        ["team", "calendar", "acts", "outside", "share"]
    ]
