"""What a log is read by: people, stages, clock and events; and the intervals that are made from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from vsm.clock import Clock, clock_from_workflow
from vsm.config import Workflow
from vsm.definitions.pull_tables import events_with_reviews, phases_of_pulls, phases_table
from vsm.eventlog.as_of import log_as_of
from vsm.eventlog.bulk import mark_bulk
from vsm.eventlog.deliveries import log_with_deliveries, milestones_from_commits
from vsm.eventlog.edits import reopened_to_edit
from vsm.eventlog.log import Log, QualityNote
from vsm.eventlog.outcomes import log_with_outcomes
from vsm.eventlog.participants import SmallTeams, people_of_teams, small_teams_of, small_teams_within
from vsm.eventlog.stages import stages_from_names
from vsm.eventlog.units import unit_of_parts
from vsm.intervals import (
    blocked_spans,
    blocked_time,
    blocks_from_events,
    causes_of_waits,
    events_with_milestones,
    events_with_resolutions,
    finished_at,
    handoffs_from_visits,
    records_blocks,
    visits_from_events,
    waits_from_visits,
    work_of_parts,
)
from vsm.intervals.codes import NOBODY, run_starts, summed
from vsm.model.sprints import mark_carried_over, sprint_stays
from vsm.people import People
from vsm.tables import DURATION, VISITS, empty


@dataclass(frozen=True, slots=True)
class Context:
    """What all tables and measures of one stream share.

    Attributes
    ----------
    log
        Everything recorded until ``as_of``, of all tickets, with accounts.
    people
        Who is behind each account, and in which team.
    workflow
        What vsm.toml says.
    stages
        As ``stages_from_names`` gives them.
    events
        EVENTS of all tickets, with persons for accounts and bulk edits marked.
    moves
        The EVENTS that intervals are made from: those of humans, without reopenings that only edit, with the
        moves that Git's milestones, reviews and pipelines make.
    clock
        Working calendars of the teams.
    as_of
        The instant that counts as now.
    shared
        Whether the stream is shown to others: numbers about too few people are left out (``[privacy]``).
    notes
        What QUALITY has to say besides its checks.
    small
        The teams that are one because they have too few people, if there are any.
    phases
        PHASES of all pull requests, where the moves needed them; ``phases_of`` gives them in any case.
    """

    log: Log
    people: People
    workflow: Workflow
    stages: pd.DataFrame
    events: pd.DataFrame
    moves: pd.DataFrame
    clock: Clock
    as_of: pd.Timestamp
    shared: bool = False
    notes: tuple[QualityNote, ...] = ()
    small: SmallTeams | None = None
    phases: pd.DataFrame | None = None

    def phases_of(self, pulls: pd.DataFrame, pull_events: pd.DataFrame) -> pd.DataFrame:
        """Give PHASES of some of the pull requests: made once, with the moves or when first asked for."""
        if self.phases is None:
            return phases_table(phases_of_pulls(pulls, pull_events, people=self.people, as_of=self.as_of))
        return self.phases[self.phases["pull"].isin(set(pulls["pull"]))].reset_index(drop=True)

    @property
    def fewest_people(self) -> int:
        """Of how many people a number may be shown: of each one where names are shown."""
        return self.workflow.privacy.fewest_people if self.shared else 1

    @property
    def unit_of(self) -> Mapping[str, str]:
        """Part → the unit of work that it counts for, by ticket."""
        return unit_of_parts(self.log.tickets)


def recorded_until(log: Log, as_of: pd.Timestamp, *, workflow: Workflow) -> Log:
    """Give a log as it was at an instant, with what was merged, released and delivered by then."""
    log = log_with_deliveries(log_as_of(log, as_of), workflow=workflow)
    return log_with_outcomes(log, workflow=workflow)


def with_bulk_marks(log: Log, *, workflow: Workflow) -> Log:
    """Mark the clean-ups of a log; a burst is recognised by accounts, not by persons."""
    rules = workflow.rules
    return replace(log, events=mark_bulk(log.events, tickets=rules.bulk_tickets, minutes=rules.bulk_minutes))


def context_of(
    log: Log,
    *,
    people: People,
    workflow: Workflow,
    as_of: pd.Timestamp,
    shared: bool = False,
    notes: tuple[QualityNote, ...] = (),
    small: SmallTeams | None = None,
) -> Context:
    """Put together what a log is read by; the log is cut at ``as_of`` and has its bulk edits marked."""
    stages = stages_from_names(log.names, workflow=workflow, events=[log.events])
    events, moves, phases = moves_of(log, people=people, workflow=workflow, stages=stages, as_of=as_of)
    clock = clock_of(moves, log.pulls, workflow=workflow, as_of=as_of, agents=people.agents)
    return Context(log, people, workflow, stages, events, moves, clock, as_of, shared, notes, small, phases)


def moves_of(
    log: Log, *, people: People, workflow: Workflow, stages: pd.DataFrame, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Give ``events``, ``moves`` and ``phases`` of a ``Context``, of a whole log or of a part of it."""
    events = people.identify(log.events)
    edits = reopened_to_edit(events, stages=stages)
    moves = people.of_humans(events[~edits] if edits.any() else events)
    if workflow.outcome.finish == "resolution":
        moves = events_with_resolutions(moves, stages=stages)
    if workflow.splits:
        milestones = milestones_from_commits(moves, log.commits, as_of=as_of)
        moves = events_with_milestones(moves, milestones, stages=stages, within=workflow.splits, as_of=as_of)
    phases = None
    if workflow.review_splits and len(log.pulls):
        shown = phases_of_pulls(log.pulls, log.pull_events, people=people, as_of=as_of)
        phases = phases_table(shown)
        moves = events_with_reviews(
            moves,
            shown,
            pulls=log.pulls,
            pipelines=log.pipelines,
            stages=stages,
            within=workflow.review_splits,
            teams={team.name for team in workflow.teams},
            as_of=as_of,
        )
    return events, moves, phases


def clock_of(
    moves: pd.DataFrame,
    pulls: pd.DataFrame,
    *,
    workflow: Workflow,
    as_of: pd.Timestamp,
    agents: frozenset[str] = frozenset(),
) -> Clock:
    """Give the working calendars of the time from the first move, or pull request, to an instant."""
    first = min(filter(pd.notna, [moves["at"].min(), pulls["created"].min(), as_of]))
    return clock_from_workflow(workflow, since=first, until=as_of, agents=agents)


def small_teams(
    log: Log, *, people: People, workflow: Workflow, as_of: pd.Timestamp, before: SmallTeams | None = None
) -> SmallTeams | None:
    """Find the teams of too few people (``[privacy]``); None where each may be shown by its name.

    Who held work of a team is known from visits alone, so they are made here to see it, and once more by the
    stream in which those teams are one; but not where members alone are enough people in each team. Those of
    ``before`` are one already.
    """
    if workflow.privacy.fewest_people <= 1:
        return None
    if before is None and _members_suffice(log, people=people, workflow=workflow):
        return None
    context = context_of(log, people=people, workflow=workflow, as_of=as_of)
    visits = visits_from_events(context.moves, stages=context.stages, team_of=people.teams, as_of=as_of)
    return small_teams_in(visits, context=context, before=before)


def _members_suffice(log: Log, *, people: People, workflow: Workflow) -> bool:
    """Whether each team has enough members, whoever else held its work: so that no visits are needed."""
    members = people_of_teams(empty(VISITS), teams=people.teams, agents=people.agents)
    moved = log.events.loc[log.events["kind"] == "team", ["before", "after"]]
    teams = {*members, *people.teams.of_ticket.values(), *(team.name for team in workflow.teams)}
    teams |= {*moved["before"].dropna(), *moved["after"].dropna()}
    teams |= {stage.team for stage in workflow.stages if stage.team}
    return all(len(members.get(team, ())) >= workflow.privacy.fewest_people for team in teams)


def small_teams_in(
    visits: pd.DataFrame, *, context: Context, before: SmallTeams | None = None
) -> SmallTeams | None:
    """Find the teams of too few people by who held work in these visits; as ``small_teams``."""
    fewest = context.workflow.privacy.fewest_people
    known = _named_teams(context)
    return small_teams_of(visits, people=context.people, fewest=fewest, known=known, before=before)


def small_teams_in_window(
    shown: pd.DataFrame, left_out: pd.DataFrame, *, context: Context, before: SmallTeams | None
) -> SmallTeams | None:
    """Find the teams that a window makes too small to be shown; as ``small_teams_within``."""
    fewest, known = context.workflow.privacy.fewest_people, _named_teams(context)
    agents = context.people.agents
    return small_teams_within(shown, left_out, before=before, agents=agents, fewest=fewest, known=known)


def _named_teams(context: Context) -> set[str]:
    teams = {team.name for team in context.workflow.teams}
    return teams | {*context.stages["team"].dropna(), *context.people.teams.of_ticket.values()}


def waits_of_handoffs(handoffs: pd.DataFrame, waits: pd.DataFrame, *, time: str) -> "pd.Series[pd.Timedelta]":
    """Sum the waiting of each handoff, without the time in which parts of the ticket were worked on."""
    number = waits["handoff"].to_numpy(dtype="int64", na_value=NOBODY)
    # Pieces that follow each other are summed first: nights make many of them.
    first = np.flatnonzero(run_starts(number))
    known = number[first] != NOBODY
    lasted = summed(waits[time].astype(DURATION).to_numpy().view(np.int64), first)[known]
    sums = pd.Series(lasted).groupby(number[first][known]).sum().reindex(handoffs["handoff"], fill_value=0)
    return pd.Series(sums.to_numpy().view("m8[us]"), index=handoffs.index)


class Intervals(NamedTuple):
    """VISITS, HANDOFFS, WAITS and BLOCKS of all tickets."""

    visits: pd.DataFrame
    handoffs: pd.DataFrame
    waits: pd.DataFrame
    blocks: pd.DataFrame


def intervals_of(context: Context) -> Intervals:
    """Make VISITS, HANDOFFS, BLOCKS and WAITS, with causes, working and blocked time, of all tickets."""
    as_of, stages, clock, teams = context.as_of, context.stages, context.clock, context.people.teams
    visits = visits_from_events(context.moves, stages=stages, team_of=teams, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    blocks = blocks_of(context, finished=finished_at(visits), held_up=held_up(visits, stages=stages))
    waits = causes_of_waits(
        waits_from_visits(visits, handoffs, as_of=as_of),
        visits,
        events=context.moves,
        stages=stages,
        teams=teams,
        blocked=blocked_spans(blocks, as_of=as_of),
        in_parts=work_of_parts(visits, context.unit_of, as_of=as_of),
        clock=clock,
        rules=context.workflow.waiting,
        as_of=as_of,
    )
    return with_sums(Intervals(visits, handoffs, waits, blocks), context)


def held_up(visits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Give the visits to blocked stages."""
    return visits[visits["stage"].isin(stages.loc[stages["blocked"], "stage"])]


def blocks_of(
    context: Context, *, finished: "pd.Series[pd.Timestamp]", held_up: pd.DataFrame
) -> pd.DataFrame:
    """Make BLOCKS of all tickets, once it is known when each was finished, and in which blocked stages."""
    links, tickets = context.workflow.blocking.links, context.log.tickets
    return blocks_from_events(
        context.events, tickets, finished=finished, as_of=context.as_of, links=links, held_up=held_up
    )


def with_sums(intervals: Intervals, context: Context) -> Intervals:
    """Add working and blocked time of visits, what was carried over, and the waits of handoffs, in place."""
    visits, handoffs, waits, blocks = intervals
    as_of = context.as_of
    visits["working"] = context.clock.working(
        visits["entered"], visits["left"].fillna(as_of), team=visits["team"], holder=visits["holder"]
    )
    if records_blocks(context.events, stages=context.stages):
        visits["blocked"] = blocked_time(blocks, visits, as_of=as_of)
    if (context.events["kind"] == "sprint").any():
        stays = sprint_stays(context.events, context.log.names)
        waits["carried"] = mark_carried_over(waits, stays, visits, as_of=as_of)
    for column, time in (("wait", "elapsed"), ("wait_working", "working")):
        handoffs[column] = waits_of_handoffs(handoffs, waits, time=time)
    return intervals
