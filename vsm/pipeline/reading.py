"""What do a log and vsm.toml say together, before any time is measured? Persons, stages, events."""

from dataclasses import dataclass

import pandas as pd

from vsm.config import Workflow
from vsm.eventlog.bulk import mark_bulk
from vsm.eventlog.log import Log
from vsm.eventlog.milestones import milestones_from_commits
from vsm.eventlog.stages import stages_from_names
from vsm.intervals import events_with_milestones, visits_from_events
from vsm.people import People
from vsm.pipeline.persons import people_of
from vsm.pipeline.small_teams import SmallTeams, small_teams_of
from vsm.pipeline.waiting import Setting


@dataclass(frozen=True, slots=True)
class Reading:
    """What do a log and vsm.toml say together?

    Attributes
    ----------
    people
        Who takes part, in which teams.
    events
        EVENTS as recorded, with persons for accounts.
    joined
        EVENTS of humans, with the moves that Git tells.
    setting
        Workflow, stages, teams and the instant that counts as now.
    small
        The teams that are told of as one; None where each has its own name.
    """

    people: People
    events: pd.DataFrame
    joined: pd.DataFrame
    setting: Setting
    small: SmallTeams | None = None


def reading_of(
    log: Log, *, workflow: Workflow, as_of: pd.Timestamp, small: SmallTeams | None = None
) -> Reading:
    """What do a log and vsm.toml say together?

    Parameters
    ----------
    log
        Everything recorded until ``as_of``.
    workflow
        What vsm.toml says.
    small
        Teams that count as one from the beginning, so that all that is made of it is exact for that one.
    """
    workflow = small.workflow(workflow) if small else workflow
    rules = workflow.rules
    people = people_of(log, workflow=workflow)
    stages = stages_from_names(log.names, workflow=workflow)
    marked = mark_bulk(log.events, tickets=rules.bulk_tickets, minutes=rules.bulk_minutes)
    events = people.identify(small.events(marked) if small else marked)
    joined = _joined(people.of_humans(events), log.commits, stages, workflow, as_of)
    return Reading(people, events, joined, Setting(workflow, stages, people.teams, as_of), small)


def shareable(reading: Reading, log: Log) -> Reading:
    """How does it read where numbers are shared? Teams of too few people (``[privacy]``) count as one."""
    setting = reading.setting
    workflow, fewest = setting.workflow, setting.workflow.privacy.fewest_people
    as_of, stages, teams = setting.as_of, setting.stages, setting.teams
    known = {team.name for team in workflow.teams} | {*stages["team"].dropna(), *teams.of_ticket.values()}
    if fewest <= 1 or not (known or (reading.joined["kind"] == "team").any()):
        return reading
    visits = visits_from_events(reading.joined, stages=stages, team_of=teams, as_of=as_of)
    small = small_teams_of(visits, teams=teams, fewest=fewest, known=known)
    return reading_of(log, workflow=workflow, as_of=as_of, small=small) if small else reading


def _joined(
    events: pd.DataFrame,
    commits: pd.DataFrame,
    stages: pd.DataFrame,
    workflow: Workflow,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Let Git's milestones split stages where vsm.toml says so; for making intervals only."""
    if not workflow.splits:
        return events
    milestones = milestones_from_commits(events, commits, as_of=as_of)
    return events_with_milestones(events, milestones, stages=stages, within=workflow.splits, as_of=as_of)
