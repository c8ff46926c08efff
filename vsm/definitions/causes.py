"""Causes: why a ticket waited. A wait is cut where anything changes; a piece gets the first cause that holds.

``cause_at`` tests cause by cause for one instant of a wait; ``list_causes`` does so wherever the answer can
change, and joins equal neighbours.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from vsm.clock import Calendar, Clock
from vsm.config import Waiting
from vsm.definitions.handoffs import Handoff
from vsm.definitions.states import Event, assigned_person, names_holder
from vsm.definitions.visits import (
    DONE,
    EXTERNAL,
    WORK,
    Memberships,
    StageFacts,
    Visit,
    by_ticket,
    ticket_team,
)  # fmt: skip
from vsm.definitions.waits import Wait
from vsm.tables import CAUSES, PERSON_KINDS

BLOCKED, OUTSIDE, NON_WORKING, UNASSIGNED, BATCHED, AT_CAPACITY, OVERTAKEN, UNEXPLAINED = CAUSES

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Block(NamedTuple):
    """A span in which a ticket was blocked: by a flag, a stage or another ticket. Spans may overlap."""

    ticket: str
    start: datetime
    end: datetime
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that causes are derived from: all tickets of a stream until ``as_of``."""

    visits: Sequence[Visit]
    handoffs: Sequence[Handoff] = ()
    waits: Sequence[Wait]
    events: Sequence[Event]
    stage_of: Mapping[str, StageFacts]
    teams: Memberships
    blocked: Sequence[Block]
    clock: Clock
    rules: Waiting
    as_of: datetime
    unit_of: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def parts_of(self) -> Mapping[str, list[str]]:
        """The parts of each unit of work."""
        parts: dict[str, list[str]] = {}
        for part, unit in self.unit_of.items():
            parts.setdefault(unit, []).append(part)
        return parts

    @cached_property
    def stages(self) -> Mapping[str, StageFacts]:
        """By name."""
        return {stage.name: stage for stage in self.stage_of.values()}

    @cached_property
    def visits_of(self) -> Mapping[str, list[Visit]]:
        """Visits of each ticket, so that ``n`` is the position in the list."""
        return by_ticket(self.visits)

    @cached_property
    def assignments(self) -> Mapping[str, list[Event]]:
        """Who was assigned to each ticket, and which team the tracker named for it."""
        found: dict[str, list[Event]] = {ticket: [] for ticket in self.visits_of}
        for event in self.events:
            if event.kind in ("team", *PERSON_KINDS) and event.ticket in found:
                found[event.ticket].append(event)
        return found

    @cached_property
    def assignable(self) -> frozenset[str]:
        """The tickets of sources that record assignees; of others nobody knows who was assigned."""
        sources = {event.source for event in self.events if event.kind == "assignee" and event.after}
        created = (event for event in self.events if event.kind == "created")
        return frozenset(event.ticket for event in created if event.source in sources)

    @cached_property
    def batches(self) -> "Mapping[tuple[str, int], Batch]":
        """The batch in which each wait ended, of those that ended in one; by ticket and visit."""
        return {(wait.ticket, wait.n): batch for batch in _batches(self) for wait in batch.waits}

    @cached_property
    def work_of_person(self) -> Mapping[str, list["Stretch"]]:
        """Stretches of work of each person."""
        return _by(_stretches(self), lambda stretch: stretch.visit.holder)

    @cached_property
    def work_of_team(self) -> Mapping[str, list["Stretch"]]:
        """Stretches of work of each team."""
        return _by(_stretches(self), lambda stretch: stretch.visit.team)

    @cached_property
    def acts_of_team(self) -> Mapping[str, list[Event]]:
        """Events by members of each team, in order of time."""
        in_time = sorted(self.events, key=lambda event: event.at)
        return _by(in_time, lambda event: self.teams.team(event.actor, event.at))


T = TypeVar("T")


def _by(rows: Iterable[T], key: Callable[[T], str | None]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for row in rows:
        if (name := key(row)) is not None:
            groups.setdefault(name, []).append(row)
    return groups


# 1. Whom a ticket waited for.


class Receiver(NamedTuple):
    """The person or the team that a ticket waited for, if known, and the calendar that counts."""

    person: str | None
    team: str | None
    rule: str
    calendar: Calendar


def receiver_at(wait: Wait, at: datetime, facts: Facts) -> Receiver:
    """Whoever was assigned, else the team that the stage or the ticket belongs to, else who started next.

    Who is in the stage's own field counts as assigned before the assignee.
    """
    events, stage = facts.assignments[wait.ticket], facts.stages[wait.stage]
    assigned = assigned_person(events, stage.holder_field, at)
    owner = stage.team
    if owner is None:
        owner = ticket_team(wait.ticket, events, wait.start, facts.teams)
    if assigned is not None or (owner is None and wait.holder is not None):
        person = assigned if assigned is not None else wait.holder
        naming = (e.at for e in events if names_holder(e, stage.holder_field) and e.at <= at)
        since = max([wait.start, *naming])
        team = facts.teams.team(person, since) or wait.team
        rule = "assigned" if assigned is not None else "started next"
        return Receiver(person, None, rule, facts.clock.calendar(team, person=person))
    if owner is not None:
        return Receiver(None, owner, "owns it", facts.clock.calendar(owner))
    return Receiver(None, None, "nobody", facts.clock.calendar(wait.team))


# 2. The receiver's work meanwhile.


class Stretch(NamedTuple):
    """A stretch of work, from start to end, on a ticket that was ready to be started at ``ready``."""

    visit: Visit
    start: datetime
    end: datetime
    ready: datetime


def _stretches(facts: Facts) -> Iterator[Stretch]:
    """An open work visit is work from its start; or, by ``rules.work``, from its first to its last touch."""
    for visit in facts.visits:
        if visit.kind != WORK:
            continue
        start, end = visit.work_start, visit.left or facts.as_of
        if facts.rules.work == "touches":
            end = visit.last_touch or start
        if start < end:
            yield Stretch(visit, start, end, ready_since(visit, facts.visits_of[visit.ticket]))


def ready_since(visit: Visit, visits: Sequence[Visit]) -> datetime:
    """When a ticket became ready to be started: walk back through queues to the end of the last work.

    A ticket that comes back from outside the stream, or from done, is ready from then on.
    """
    while visit.n > 0:
        former = visits[visit.n - 1]
        if former.kind == WORK or (former.kind in (EXTERNAL, DONE) and former.kind != visit.kind):
            break
        visit = former
    return visit.entered


def current_work(receiver: Receiver, at: datetime, facts: Facts) -> list[Stretch]:
    """The receiver's work at an instant.

    A person works while a work visit of theirs is open; a team while its tickets in work are at least as many
    as its active members.
    """
    if receiver.person is not None:
        return [s for s in facts.work_of_person.get(receiver.person, []) if s.start <= at < s.end]
    if receiver.team is None:
        return []
    in_work = [s for s in facts.work_of_team.get(receiver.team, []) if s.start <= at < s.end]
    return in_work if len(in_work) >= len(_active_members(receiver.team, in_work, at, facts)) else []


def _active_members(team: str, in_work: Sequence[Stretch], at: datetime, facts: Facts) -> set[str]:
    """The members who hold work of the team, or did anything within the last ``active_days``."""
    days = timedelta(days=facts.rules.active_days)
    holders = {stretch.visit.holder for stretch in in_work}
    actors = {act.actor for act in _acts(team, at - days, at, facts)}
    return {member for member in holders | actors if member is not None}


def _acts(team: str, after: datetime, until: datetime, facts: Facts) -> list[Event]:
    """What the members of a team did after one instant and until another."""
    acts = facts.acts_of_team.get(team, [])
    first, last = (bisect_right(acts, end, key=lambda act: act.at) for end in (after, until))
    return acts[first:last]


# 3. Batches: waits that ended together.


class Batch(NamedTuple):
    """Waits that ended one after another, to one receiver or in a release."""

    waits: tuple[Wait, ...]
    release: bool

    @property
    def ready(self) -> datetime:
        """When the last member had become ready."""
        return max(wait.start for wait in self.waits)


def _batches(facts: Facts) -> Iterator[Batch]:
    """Chain waits of one key, by their ends, as long as no pause is longer than ``batch_minutes``."""
    pause, least = timedelta(minutes=facts.rules.batch_minutes), facts.rules.batch_tickets
    same_key: dict[tuple[str, str], list[Wait]] = {}
    for wait in facts.waits:
        if (key := _batch_key(wait, facts)) is not None:
            same_key.setdefault(key, []).append(wait)
    for (_, receiver), waits in same_key.items():
        chains: list[list[Wait]] = []
        for wait in sorted(waits, key=lambda wait: wait.end):
            if chains and wait.end - chains[-1][-1].end <= pause:
                chains[-1].append(wait)
            else:
                chains.append([wait])
        for chain in chains:
            if len({wait.ticket for wait in chain}) >= least:
                yield Batch(tuple(chain), release=receiver == "release")


def _batch_key(wait: Wait, facts: Facts) -> tuple[str, str] | None:
    """The key that all of a batch share: the stage, and the receiver unless it left in a release.

    A wait that is still open, or ended in a bulk edit, is in no batch. A release is a move into done, or out
    of a stage with ``batch = true``.
    """
    if wait.bulk:
        return None
    visits = facts.visits_of[wait.ticket]
    visit, following = visits[wait.n], visits[wait.n + 1 : wait.n + 2]
    if visit.kind != WORK:
        if not following:
            return None
        if facts.stages[wait.stage].batch or following[0].kind == DONE:
            return wait.stage, "release"
    receiver = receiver_at(wait, wait.end - MICROSECOND, facts)
    if receiver.person is None and receiver.team is None:
        return None
    return wait.stage, f"team {receiver.team}" if receiver.person is None else f"person {receiver.person}"


# 4. The first cause that holds.


def cause_at(wait: Wait, at: datetime, receiver: Receiver, facts: Facts) -> str:
    """The cause of one instant of a wait: the first that holds, in the order of ``rules.order``."""
    return next(
        (cause for cause in facts.rules.order if _holds(cause, wait, at, receiver, facts)), UNEXPLAINED
    )


def _holds(  # noqa: PLR0911 - one rule, one return
    cause: str, wait: Wait, at: datetime, receiver: Receiver, facts: Facts
) -> bool:
    if cause == BLOCKED:
        return any(b.ticket == wait.ticket and b.start <= at < b.end for b in facts.blocked)
    if cause == OUTSIDE:
        return facts.stages[wait.stage].kind == EXTERNAL
    if cause == NON_WORKING:
        return not bool(receiver.calendar.is_open([micros(at)])[0])
    if cause == UNASSIGNED:
        return receiver.rule in ("started next", "nobody") and wait.ticket in facts.assignable
    if cause == BATCHED:
        batch = facts.batches.get((wait.ticket, wait.n))
        return batch is not None and at < batch.ready
    visits = facts.visits_of[wait.ticket]
    ready = ready_since(visits[wait.n], visits)
    work = current_work(receiver, at, facts)
    if cause == AT_CAPACITY:
        return any(stretch.ready <= ready for stretch in work)
    return len(work) > 0 and all(stretch.ready > ready for stretch in work)  # overtaken


# 5. Pieces: every instant at which the answer can change.


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One row of WAITS: a part of a wait with one cause and one receiver."""

    wait: Wait
    receiver: Receiver
    cause: str
    start: datetime
    end: datetime

    @property
    def elapsed(self) -> timedelta:
        """How long it lasted."""
        return self.end - self.start

    @property
    def working(self) -> timedelta:
        """Its working time, by the calendar of the receiver's team."""
        calendar = self.receiver.calendar
        return int(calendar.working([micros(self.start)], [micros(self.end)])[0]) * MICROSECOND


def list_causes(waits: Iterable[Wait], facts: Facts) -> list[Piece]:
    """Cut waits of ``facts`` into pieces of one cause and receiver.

    With the time in which somebody worked on parts of the ticket, which is no waiting, they sum to the wait.
    """
    pieces: list[Piece] = []
    for wait in waits:
        for start, end in pairwise([*sorted(_cuts(wait, facts)), wait.end]):
            if any(begin <= start < stop for begin, stop in work_on_parts(wait.ticket, facts)):
                continue
            receiver = receiver_at(wait, start, facts)
            cause = cause_at(wait, start, receiver, facts)
            former = pieces[-1] if pieces and pieces[-1].wait is wait and pieces[-1].end == start else None
            if former is not None and (cause, *receiver[:2]) == (former.cause, *former.receiver[:2]):
                pieces[-1] = replace(former, end=end)
            else:
                pieces.append(Piece(wait=wait, receiver=receiver, cause=cause, start=start, end=end))
    return pieces


def work_on_parts(ticket: str, facts: Facts) -> list[tuple[datetime, datetime]]:
    """When somebody worked on the parts of a ticket: it did not wait then."""
    return [
        (visit.work_start, visit.end)
        for part in facts.parts_of.get(ticket, ())
        for visit in facts.visits_of.get(part, ())
        if visit.kind == WORK
    ]


def _cuts(wait: Wait, facts: Facts) -> set[datetime]:
    """All instants of a wait at which any cause can begin or end; its start is one."""
    field = facts.stages[wait.stage].holder_field
    assigned = [event.at for event in facts.assignments[wait.ticket] if names_holder(event, field)]
    cuts = {wait.start, *assigned}
    cuts |= {side for b in facts.blocked if b.ticket == wait.ticket for side in (b.start, b.end)}
    cuts |= {side for span in work_on_parts(wait.ticket, facts) for side in span}
    if (wait.ticket, wait.n) in facts.batches:
        cuts.add(facts.batches[wait.ticket, wait.n].ready)
    days = timedelta(days=facts.rules.active_days)
    first, last = micros(wait.start), micros(wait.end)
    for at in [wait.start, *(at for at in assigned if wait.start < at < wait.end)]:
        receiver = receiver_at(wait, at, facts)
        edges = [*receiver.calendar.opens.tolist(), *receiver.calendar.closes.tolist()]
        cuts |= {EPOCH + edge * MICROSECOND for edge in edges if first < edge < last}
        work = facts.work_of_person.get(receiver.person or "", [])
        if receiver.team is not None:
            work = facts.work_of_team.get(receiver.team, [])
            acts = _acts(receiver.team, wait.start - days, wait.end, facts)
            cuts |= {side for act in acts for side in (act.at, act.at + days)}
        cuts |= {side for stretch in work for side in (stretch.start, stretch.end)}
    return {at for at in cuts if wait.start <= at < wait.end}


def micros(at: datetime) -> int:
    """Microseconds since the epoch, exactly."""
    return (at - EPOCH) // MICROSECOND
