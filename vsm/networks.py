"""The networks of a log too large for frames of visits and waits, made one group of tickets at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.config import Workflow
from vsm.context import context_of, moves_of, small_teams_in
from vsm.eventlog.bulk import MOVES
from vsm.eventlog.deliveries import log_with_deliveries
from vsm.eventlog.log import Log, PutAside, in_memory
from vsm.eventlog.log_groups import LogGroups
from vsm.eventlog.participants import people_of
from vsm.eventlog.stages import stages_from_names
from vsm.eventlog.units import log_with_units, unit_of_parts
from vsm.intervals import visits_from_events, work_of_parts
from vsm.intervals.blocks import joined_spans
from vsm.intervals.codes import (
    NEVER,
    NOBODY,
    Flags,
    Interner,
    Ints,
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
from vsm.model.network import (
    HandoffSums,
    NumberedStages,
    StaySums,
    numbered_stages,
    stage_graph,
    sums_of_handoffs,
    sums_of_stays,
    team_graph,
)
from vsm.model.stays import stays_of
from vsm.partitions import MovesOf, Workers, itself, moves_in_partitions, ranges_of_tickets
from vsm.people import People, Teams, with_renamed
from vsm.sources.table_store import row_groups
from vsm.tables import PERSON_KINDS, STAGE_KINDS, VISITS, empty

AT_ONCE: Final = 4
"""Groups of a log that are with workers at the same time, so that they do not wait in memory."""


class Networks(NamedTuple):
    """The directed graphs of ``stage_network`` and ``team_network``."""

    stages: Graph
    teams: Graph


def networks_from_log(
    log: Log | LogGroups,
    *,
    workflow: Workflow,
    as_of: pd.Timestamp,
    names: bool = False,
    workers: Workers | None = None,
    aside: PutAside = in_memory,
) -> Networks:
    """Give the networks that ``stream_from_log`` would give, in less memory and without causes of waiting.

    Events, persons, visits and waits are those of one group of tickets at a time; of all together only
    tickets, clean-ups, and how long each stay and each handoff took are in memory. Parameters are as for
    ``stream_from_log``; with ``names`` each team has its own name, however few people it has. To ``workers``,
    who make the groups where there are any, persons are numbers. ``aside`` is where moves wait while
    clean-ups are looked for.
    """
    groups = (in_groups(log) if isinstance(log, Log) else log).as_of(as_of)
    rules, rest = workflow.rules, log_with_deliveries(groups.rest, workflow=workflow)
    groups = replace(groups, rest=log_with_units(rest, scope=workflow.scope)).with_bulk_marks(
        tickets=rules.bulk_tickets, minutes=rules.bulk_minutes, aside=aside
    )
    people = _people_of(groups, workflow=workflow)
    parts = _Reading.of(groups, people=people, workflow=workflow, as_of=as_of).parts(workers)
    if not names:
        held = pd.concat([part.held for part in parts])
        context = context_of(groups.rest, people=people, workflow=workflow, as_of=as_of)
        small = small_teams_in(held, context=context)
        if small:
            renamed = groups.with_events(lambda events: small.log(Log(events=events)).events, needed=MOVES)
            renamed = replace(renamed, rest=small.log(groups.rest))
            merged = _Reading.of(
                renamed, people=small.people_in(people), workflow=small.workflow(workflow), as_of=as_of
            )
            parts = merged.parts(workers)
    return networks_of_parts(parts, minimum=workflow.rules.minimum)


def in_groups(log: Log) -> LogGroups:
    """Give a log that is in memory in groups of whole tickets."""
    events, bounds = log.events, row_groups(log.events)

    def read(_: Sequence[str]) -> Iterator[pd.DataFrame]:
        return (_with_own_tickets(events.iloc[slice(*rows)]) for rows in bounds)

    return LogGroups(replace(log, events=events[:0]), read, len(events))


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the groups of a log are read by."""

    groups: LogGroups
    people: People
    workflow: Workflow
    stages: pd.DataFrame
    as_of: pd.Timestamp

    @classmethod
    def of(cls, groups: LogGroups, *, people: People, workflow: Workflow, as_of: pd.Timestamp) -> "_Reading":
        """Look at all groups for the stages of those statuses that vsm.toml does not name."""
        stages = stages_from_names(groups.rest.names, workflow=workflow, events=groups.events(MOVES))
        return cls(groups, people, workflow, stages, as_of)

    def parts(self, workers: Workers | None) -> list["Part"]:
        """Give what networks need to know of each group."""
        known = Known(
            self.stages,
            numbered_stages(self.stages),
            self.people.teams,
            in_parts=self._work_on_parts(),
            as_of=self.as_of,
        )
        if workers is not None:
            return self._in_partitions(workers, known)
        return [part_of(partial(self._moves, events), known) for events in self.groups.events()]

    def _moves(self, events: pd.DataFrame) -> pd.DataFrame:
        rows = replace(self.groups.rest, events=events)
        return moves_of(
            rows, people=self.people, workflow=self.workflow, stages=self.stages, as_of=self.as_of
        )[1]

    def _work_on_parts(self) -> pd.DataFrame:
        """Give when somebody worked on parts of each unit of work."""
        unit_of, teams = unit_of_parts(self.groups.rest.tickets), self.people.teams
        spans = [work_of_parts(empty(VISITS), {}, as_of=self.as_of)]
        for events in self.groups.events() if unit_of else ():
            tickets = events["ticket"].cat.categories.tolist()
            mine = {ticket: unit_of[ticket] for ticket in tickets if ticket in unit_of}
            moves = self._moves(events[events["ticket"].isin(mine)])
            visits = visits_from_events(moves, stages=self.stages, team_of=teams, as_of=self.as_of)
            spans.append(work_of_parts(visits, mine, as_of=self.as_of))
        work = pd.concat(spans, ignore_index=True)
        return joined_spans(work["ticket"], work["start"], work["end"])

    def _in_partitions(self, workers: Workers, known: "Known") -> list["Part"]:
        """Let workers make the parts of some groups after others; persons are numbers to them."""
        teams, number = self.people.teams, dict[str, str]()
        for person in chain(teams.team_of, teams.spells["person"]):
            number.setdefault(person, str(len(number)))
        of_person = {number[person]: team for person, team in teams.team_of.items()}
        spells = teams.spells.assign(person=teams.spells["person"].map(number).astype("str"))
        known = known._replace(teams=replace(teams, team_of=of_person, spells=spells))
        read_by, parts = workers.submit(itself, known), list[Part]()
        groups = iter(self.groups.events())
        while some := list(islice(groups, AT_ONCE)):
            promised, each = [], -(-workers.partitions(sum(map(len, some))) // len(some))
            for moves in map(self._moves, some):
                assigned = moves.loc[moves["kind"].isin(PERSON_KINDS), ["before", "after"]]
                for person in distinct_words(moves["actor"], assigned["before"], assigned["after"]):
                    number.setdefault(person, str(len(number)))
                partition = ranges_of_tickets(moves, each)
                promised += [
                    workers.submit(part_of, one, read_by)
                    for one in moves_in_partitions(with_renamed(moves, number), partition)
                ]
            parts += workers.gather(promised)
        person = {place: name for name, place in number.items()}
        return [
            part._replace(held=part.held.assign(holder=part.held["holder"].map(person))) for part in parts
        ]


def _people_of(groups: LogGroups, *, workflow: Workflow) -> People:
    """Give persons and teams; teams of repositories are those of the tickets with commits there."""
    commits = groups.rest.events
    if workflow.team_of_repository:
        commits = pd.concat(
            [commits, *map(_commits, groups.events(("ticket", "kind", "source")))], ignore_index=True
        )
    return people_of(replace(groups.rest, events=commits), workflow=workflow)


def _commits(events: pd.DataFrame) -> pd.DataFrame:
    """Give which tickets have commits in which repositories."""
    commits = events[events["kind"].isin(["commit", "merge"])]
    return commits.drop_duplicates(["ticket", "source"]).astype({"ticket": "str", "source": "str"})


class Known(NamedTuple):
    """What tickets are read by; ``in_parts`` is when somebody worked on parts of each."""

    stages: pd.DataFrame
    numbered: NumberedStages
    teams: Teams
    in_parts: pd.DataFrame
    as_of: pd.Timestamp


def part_of(moves_of_tickets: MovesOf, known: Known) -> Part:
    """Give what networks need to know of some tickets: the steps to HANDOFFS and WAITS, without these tables.

    A visit waits at its beginning, a handoff from ``given`` to ``taken``; neither while somebody worked on
    parts of the ticket.
    """
    moves, (stages, numbered, teams, in_parts, as_of) = moves_of_tickets(), known
    visits, words = visit_codes_from_events(moves, stages=stages, team_of=teams, as_of=as_of)
    ticket, entered, left = visits.ticket, visits.entered, visits.left
    start = np.where(visits.first_touch == NEVER, entered, visits.first_touch)
    now = micros_at(as_of)
    ends = wait_ends(ticket, kind=visits.kind, entered=entered, left=left, start=start, as_of=now)
    ends = np.maximum(ends, entered)
    skill_of = disciplines(stages)
    skill = Interner().codes(skill_of.get(stage) for stage in numbered.names)
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
    if len(in_parts) and len(tickets := moves["ticket"].cat.categories):
        in_parts = in_parts[in_parts["ticket"].between(tickets.min(), tickets.max())]  # of very many, few
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
    back = numbered.position[visits.stage]
    return Part(
        stages,
        sums_of_stays(stays, stages=numbered),
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
        {"kind": kind, **{name: words.array.take(code, allow_fill=True) for name, code in sides.items()}}
    )
