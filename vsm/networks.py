"""The networks of a log too large for frames of visits and waits, made one group of tickets at a time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from vsm.config import Workflow
from vsm.context import context_of, moves_of, small_teams_in, with_bulk_marks
from vsm.eventlog.as_of import log_as_of
from vsm.eventlog.deliveries import log_with_deliveries
from vsm.eventlog.log import Log
from vsm.eventlog.participants import people_of
from vsm.eventlog.stages import stages_from_names
from vsm.eventlog.units import log_with_units, unit_of_parts
from vsm.intervals import visits_from_events, work_of_parts
from vsm.intervals.codes import (
    NEVER,
    NOBODY,
    Flags,
    Interner,
    Ints,
    decode,
    distinct_words,
    micros_at,
    run_starts,
)
from vsm.intervals.handoffs import Passings, disciplines, passings_of
from vsm.intervals.parts import time_on_parts
from vsm.intervals.visit_codes import VisitCodes
from vsm.intervals.visits import visit_codes_from_events
from vsm.intervals.waits import wait_ends
from vsm.model.graphs import Graph
from vsm.model.moves import Moves
from vsm.model.network import HandoffSums, StaySums, stage_graph, sums_of_handoffs, sums_of_stays, team_graph
from vsm.model.stays import stays_of
from vsm.partitions import MovesOf, Workers, itself, moves_in_partitions, ranges_of_tickets
from vsm.people import People, Teams, with_renamed
from vsm.sources.table_store import row_groups
from vsm.tables import PERSON_KINDS, STAGE_KINDS


class Networks(NamedTuple):
    """The directed graphs of ``stage_network`` and ``team_network``."""

    stages: Graph
    teams: Graph


def networks_from_log(
    log: Log,
    *,
    workflow: Workflow,
    as_of: pd.Timestamp,
    names: bool = False,
    workers: Workers | None = None,
) -> Networks:
    """Give the networks that ``stream_from_log`` would give, in less memory and without causes of waiting.

    Of all tickets together only events, stays in stages and handoffs are in memory; persons, visits and waits
    are those of one group of tickets. Parameters are as for ``stream_from_log``; with ``names`` each team has
    its own name, however few people it has. To ``workers``, who make the groups where there are any, persons
    are numbers.
    """
    made = _in_groups if workers is None else partial(_in_partitions, workers=workers)
    log = log_with_deliveries(log_as_of(log, as_of), workflow=workflow)
    log = log_with_units(with_bulk_marks(log, workflow=workflow), scope=workflow.scope)
    people = people_of(log, workflow=workflow)
    parts = made(log, people=people, workflow=workflow, as_of=as_of)
    if not names:
        held = pd.concat([part.held for part in parts])
        nothing = replace(log, events=log.events[:0])
        context = context_of(nothing, people=people, workflow=workflow, as_of=as_of)
        small = small_teams_in(held, context=context)
        if small:
            workflow, log = small.workflow(workflow), small.log(log)
            people = people_of(log, workflow=workflow)
            parts = made(log, people=people, workflow=workflow, as_of=as_of)
    return networks_of_parts(parts, minimum=workflow.rules.minimum)


def networks_of_parts(parts: Sequence["Part"], *, minimum: int) -> Networks:
    """Give the networks of all tickets from what they need to know of each group, in any order."""
    stays, handoffs = [part.stays for part in parts], [part.handoffs for part in parts]
    return Networks(stage_graph(stays, stages=parts[0].stages, minimum=minimum), team_graph(handoffs))


class Part(NamedTuple):
    """What networks need to know of one group of tickets; ``held`` is who held tickets of which team."""

    stages: pd.DataFrame
    stays: StaySums
    handoffs: HandoffSums
    held: pd.DataFrame


def _with_own_tickets(events: pd.DataFrame) -> pd.DataFrame:
    """Give EVENTS whose category of tickets begins with the first one of theirs and ends with the last.

    Else each group would look through the tickets of all.
    """
    codes, tickets = events["ticket"].cat.codes.to_numpy(), events["ticket"].cat.categories
    low, high = (int(codes.min()), int(codes.max())) if len(codes) else (0, -1)
    own = pd.Categorical.from_codes(codes - low, categories=tickets[low : high + 1], validate=False)
    return events.assign(ticket=own)


def _in_groups(log: Log, *, people: People, workflow: Workflow, as_of: pd.Timestamp) -> list[Part]:
    parts = []
    stages = stages_from_names(log.names, workflow=workflow, events=log.events)
    in_parts = _work_on_parts(log, people=people, workflow=workflow, stages=stages, as_of=as_of)
    for first, beyond in row_groups(log.events):
        rows = replace(log, events=_with_own_tickets(log.events.iloc[first:beyond]))
        _, moves, _ = moves_of(rows, people=people, workflow=workflow, stages=stages, as_of=as_of)
        parts.append(_part(moves, stages=stages, teams=people.teams, in_parts=in_parts, as_of=as_of))
    return parts


def _in_partitions(
    log: Log, *, people: People, workflow: Workflow, as_of: pd.Timestamp, workers: Workers
) -> list[Part]:
    stages = stages_from_names(log.names, workflow=workflow, events=log.events)
    in_parts = _work_on_parts(log, people=people, workflow=workflow, stages=stages, as_of=as_of)
    _, moves, _ = moves_of(log, people=people, workflow=workflow, stages=stages, as_of=as_of)
    assigned = moves.loc[moves["kind"].isin(PERSON_KINDS), ["before", "after"]]
    acting = distinct_words(moves["actor"], assigned["before"], assigned["after"])
    known = sorted({*people.teams.team_of, *people.teams.spells["person"], *acting})
    number = {person: str(place) for place, person in enumerate(known)}
    of_person = {number[person]: team for person, team in people.teams.team_of.items()}
    spells = people.teams.spells.assign(person=people.teams.spells["person"].map(number).astype("str"))
    teams = replace(people.teams, team_of=of_person, spells=spells)
    read_by = workers.submit(itself, {"stages": stages, "teams": teams, "in_parts": in_parts, "as_of": as_of})
    partition = ranges_of_tickets(moves, workers.partitions(len(moves)))
    parts = workers.gather(
        [
            workers.submit(part_of, one, read_by)
            for one in moves_in_partitions(with_renamed(moves, number), partition)
        ]
    )
    person = {place: name for name, place in number.items()}
    return [part._replace(held=part.held.assign(holder=part.held["holder"].map(person))) for part in parts]


def part_of(moves: MovesOf, read_by: dict[str, Any]) -> Part:
    """Give what networks need to know of a partition."""
    return _part(moves(), **read_by)


def _work_on_parts(
    log: Log, *, people: People, workflow: Workflow, stages: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Give when somebody worked on parts of each unit of work: these are few tickets."""
    unit_of = unit_of_parts(log.tickets)
    rows = replace(log, events=log.events[log.events["ticket"].isin(set(unit_of))])
    _, moves, _ = moves_of(rows, people=people, workflow=workflow, stages=stages, as_of=as_of)
    visits = visits_from_events(moves, stages=stages, team_of=people.teams, as_of=as_of)
    return work_of_parts(visits, unit_of, as_of=as_of)


def _part(
    moves: pd.DataFrame, *, stages: pd.DataFrame, teams: Teams, in_parts: pd.DataFrame, as_of: pd.Timestamp
) -> Part:
    """Give what networks need to know of some tickets: the steps to HANDOFFS and WAITS, without these tables.

    A visit waits at its beginning, a handoff from ``given`` to ``taken``; neither while somebody worked on
    parts of the ticket.
    """
    visits, words = visit_codes_from_events(moves, stages=stages, team_of=teams, as_of=as_of)
    ticket, entered, left = visits.ticket, visits.entered, visits.left
    start = np.where(visits.first_touch == NEVER, entered, visits.first_touch)
    now = micros_at(as_of)
    ends = wait_ends(ticket, kind=visits.kind, entered=entered, left=left, start=start, as_of=now)
    ends = np.maximum(ends, entered)
    about = stages.drop_duplicates("stage")
    skill_of = disciplines(stages)
    skill = Interner().codes(skill_of.get(str(stage)) for stage in about["stage"])
    passed = passings_of(
        ticket,
        kind=visits.kind,
        holder=visits.holder,
        team=visits.team,
        discipline=skill[visits.stage],
        left=left,
        start=start,
    )
    waited, wait = ends - entered, passed.taken - passed.given
    if len(in_parts):
        tickets = moves["ticket"].cat.categories
        waited -= time_on_parts(in_parts, ticket, entered, ends, tickets=tickets)
        wait -= time_on_parts(in_parts, ticket[passed.sender], passed.given, passed.taken, tickets=tickets)
    stays = stays_of(
        ticket,
        visits.stage,
        first=np.flatnonzero(run_starts(ticket, visits.stage)),
        left=left,
        elapsed=np.where(left == NEVER, now, left) - entered,
        waited=waited,
        bulk=visits.bulk,
    )
    back = about["position"].to_numpy()[visits.stage]
    return Part(
        stages,
        sums_of_stays(stays, stages=stages),
        _between_teams(visits, passed, wait, back[passed.receiver] < back[passed.sender], words),
        _held(visits, words),
    )


def _between_teams(
    visits: VisitCodes, passed: Passings, wait: Ints, back: Flags, words: "pd.Index[str]"
) -> HandoffSums:
    """Sum the handoffs between teams that are known."""
    given, taken = visits.team[passed.sender], visits.team[passed.receiver]
    known = np.flatnonzero((given != NOBODY) & (taken != NOBODY))
    given, taken = given[known], taken[known]
    # Words are persons too; teams are few.
    used = np.flatnonzero(np.bincount(given, minlength=len(words)) + np.bincount(taken, minlength=len(words)))
    place = np.zeros(len(words), dtype=np.int64)
    place[used] = np.arange(len(used))
    moves = Moves(visits.ticket[passed.sender][known], place[given], place[taken], wait[known], back[known])
    return sums_of_handoffs(moves, words[used].tolist())


def _held(visits: VisitCodes, words: "pd.Index[str]") -> pd.DataFrame:
    """Give who held tickets of which team in which kind of stage, each once."""
    size = len(words) + 1  # the last place is that of nobody, whose code is −1
    key = pd.unique((visits.kind * size + visits.team) * size + visits.holder + size + 1)
    sides = {"holder": key % size - 1, "team": key // size % size - 1}
    kind = pd.Index(STAGE_KINDS)[key // size // size]
    return pd.DataFrame(
        {"kind": kind, **{name: decode(code, words).astype("str") for name, code in sides.items()}}
    )
