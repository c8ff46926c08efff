"""The networks of a log too large for frames of visits and waits, made one group of tickets at a time."""

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from vsm.config import Workflow
from vsm.context import context_of, moves_of, small_teams_in, waits_of_handoffs, with_bulk_marks
from vsm.eventlog.as_of import log_as_of
from vsm.eventlog.deliveries import log_with_deliveries
from vsm.eventlog.log import Log
from vsm.eventlog.participants import people_of
from vsm.eventlog.stages import stages_from_names
from vsm.eventlog.units import log_with_units, unit_of_parts
from vsm.intervals import (
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
    without_work_on_parts,
    work_of_parts,
)
from vsm.intervals.codes import distinct_words
from vsm.model.graphs import Graph
from vsm.model.lifecycle import stage_visits_from_visits
from vsm.model.network import stage_network, team_network
from vsm.partitions import Moves, Workers, itself, moves_in_partitions, ranges_of_tickets
from vsm.people import People, Teams, with_renamed
from vsm.sources.table_store import row_groups
from vsm.tables import PERSON_KINDS

_STAY = ["ticket", "stage", "kind", "left", "elapsed", "waited", "bulk", "position", "gone"]
_HANDOFF = ["ticket", "from_team", "to_team", "wait", "back"]
_HELD = ["kind", "team", "holder"]


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


def networks_of_parts(parts: list["Part"], *, minimum: int) -> Networks:
    """Give the networks of all tickets from what they need of each group, in the order of their numbers."""
    handoffs = _joined([part.handoffs for part in parts])
    stage_visits = _joined([part.stage_visits for part in parts])
    return Networks(
        stage_network(stage_visits, stages=parts[0].stages, minimum=minimum), team_network(handoffs)
    )


class Part(NamedTuple):
    """What networks need of one group of tickets; ``held`` is who held tickets of which team."""

    stages: pd.DataFrame
    stage_visits: pd.DataFrame
    handoffs: pd.DataFrame
    held: pd.DataFrame


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Give the rows of all frames; categories are those of all of them."""
    words = frames[0].select_dtypes("category").columns
    joined = pd.concat([frame.drop(columns=words) for frame in frames], ignore_index=True)
    return joined.assign(**{word: union_categoricals([frame[word] for frame in frames]) for word in words})


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
        parts.append(_part(moves, first, stages=stages, teams=people.teams, in_parts=in_parts, as_of=as_of))
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
            workers.submit(part_of, one, int(np.searchsorted(partition, place)), read_by)
            for place, one in enumerate(moves_in_partitions(with_renamed(moves, number), partition))
        ]
    )
    person = {place: name for name, place in number.items()}
    return [part._replace(held=part.held.assign(holder=part.held["holder"].map(person))) for part in parts]


def part_of(moves: Moves, first: int, read_by: dict[str, Any]) -> Part:
    """Give what networks need of a partition, whose tickets are numbered from ``first`` on."""
    return _part(moves(), first, **read_by)


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
    moves: pd.DataFrame,
    first: int,
    *,
    stages: pd.DataFrame,
    teams: Teams,
    in_parts: pd.DataFrame,
    as_of: pd.Timestamp,
) -> Part:
    """Give what networks need of some tickets, which are numbered from ``first`` on."""
    visits = visits_from_events(moves, stages=stages, team_of=teams, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    waits = waits_from_visits(visits, handoffs, as_of=as_of)
    if len(in_parts):
        waits = without_work_on_parts(waits, in_parts)
    handoffs["wait"] = waits_of_handoffs(handoffs, waits, time="elapsed")
    stage_visits = stage_visits_from_visits(visits, waits, stages=stages)
    # A ticket is a number here, from that of the group's first row on: no later group has as high a one.
    stays, passed = (
        frame.assign(ticket=first + frame["ticket"].cat.codes.to_numpy(np.int64))
        for frame in (stage_visits[_STAY], handoffs[_HANDOFF])
    )
    return Part(stages, stays, passed, visits[_HELD].drop_duplicates().astype("str"))
