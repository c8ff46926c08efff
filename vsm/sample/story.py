"""The sample's fourteen months: an office at work, and the dirt of real trackers.

A discrete simulation: each step has a line of tickets and people who start one after the other, the urgent
first; queues come from people who are busy or off. A ticket that came back waits for the person who knows it.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Final

import numpy as np

from vsm.sample import plan
from vsm.sample.office_hours import hours, instant, local, working_days
from vsm.sample.plan import APPROVAL, DEVELOPMENT, PEOPLE, QA, STEPS, TRIAGE, Person, Step
from vsm.sample.tickets import Change, Ticket, tickets_from_seed

AFTER: Final = {TRIAGE: DEVELOPMENT, DEVELOPMENT: APPROVAL, APPROVAL: QA}
RETURN_EFFORT: Final = 0.35
BULK_SPACING: Final = 8
MOVED_PLACE: Final = 150
NAMELESS_PLACE: Final = 80


class Office:
    """People, their tickets, and an agenda of events, which change the tickets."""

    def __init__(self, tickets: list[Ticket], *, seed: int) -> None:
        self.releases: list[int] = []
        self._rng = np.random.default_rng([seed, 2])
        self._agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self._ticks = count()
        self._lines: dict[Step, list[tuple[int, Ticket]]] = {step: [] for step in STEPS}
        self._shelf: list[Ticket] = []
        self._in_hand: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._knows: dict[tuple[int, Step], Person] = {}
        self._begin(tickets)

    def run(self) -> None:
        """Let time pass until the sample's last instant."""
        end = int(plan.AS_OF.timestamp())
        while self._agenda and self._agenda[0][0] <= end:
            at, _, action = heapq.heappop(self._agenda)
            action(at)

    def _begin(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            if not (ticket.parked or ticket.stale):
                self._later(ticket.created, partial(self._line_up, step=TRIAGE, ticket=ticket))
        for day in working_days():
            for opens, step in dict.fromkeys((person.opens, person.step) for person in PEOPLE):
                self._later(instant(day, opens), partial(self._dispatch, step=step))
        day = plan.FIRST_RELEASE
        while day <= plan.AS_OF.date():
            self._later(instant(day, plan.RELEASE_HOUR), self._release)
            day += plan.RELEASE_EVERY

    def _later(self, at: int, action: Callable[[int], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._ticks), action))

    def _line_up(self, at: int, *, step: Step, ticket: Ticket) -> None:
        self._lines[step].append((at, ticket))
        self._dispatch(at, step=step)

    def _dispatch(self, at: int, *, step: Step) -> None:
        """Give waiting tickets to free people, urgent ones first, then in the order of arrival."""
        for ready, ticket in sorted(self._lines[step], key=lambda entry: not entry[1].urgent):
            if person := self._free(at, step, self._knows.get((ticket.number, step))):
                self._lines[step].remove((ready, ticket))
                self._take_up(at, step=step, ticket=ticket, person=person, ready=ready)

    def _free(self, at: int, step: Step, known: Person | None) -> Person | None:
        now = local(at)
        hour = now.hour + now.minute / 60
        free = [
            person
            for person in ([known] if known else PEOPLE)
            if person.step == step
            and self._in_hand[person.name] < person.hands
            and person.since <= now.date()
            and now.weekday() < 5
            and person.opens <= hour < person.intake
        ]
        return min(free, key=lambda p: (self._in_hand[p.name], self._taken[p.name]), default=None)

    def _take_up(self, at: int, *, step: Step, ticket: Ticket, person: Person, ready: int) -> None:
        start = at + int(self._rng.integers(20, 400))
        self._in_hand[person.name] += 1
        self._taken[person.name] += 1
        again = (ticket.number, step) in self._knows
        self._knows[ticket.number, step] = person
        statuses = [change.fields["status"] for change in ticket.changes if "status" in change.fields]
        if statuses and statuses[-1] == step.work:
            ticket.comments.append((start, person.name))
        else:
            self._show_taking(start, step, ticket, person, ready=ready, again=again)
        worktime = hours(person.opens, person.closes)
        effort = self._effort(step, ticket, again=again)
        self._leave_traces(start, effort, step, ticket, person)
        end = worktime.after(start, seconds=effort)
        self._later(end, partial(self._finish, step=step, ticket=ticket, person=person))

    def _show_taking(
        self, start: int, step: Step, ticket: Ticket, person: Person, *, ready: int, again: bool
    ) -> None:
        """Move the card; sometimes the lead has assigned the ticket while it waited."""
        if not again and self._rng.random() < plan.ASSIGN_AHEAD_SHARE:
            between = ready + int(self._rng.uniform(0.2, 0.9) * (start - ready))
            at = min(hours(9, 17).open_from(between), start - 10)
            ticket.changes.append(Change(at, _other(person), {"assignee": person.name}))
        self._move(start, ticket, person, step.work, assignee=person.name)

    def _effort(self, step: Step, ticket: Ticket, *, again: bool) -> int:
        """Draw working seconds; work that comes back, or will be returned, takes a part of the whole."""
        part = RETURN_EFFORT if again or (step == DEVELOPMENT and ticket.bounces) else 1.0
        return max(300, int(part * 3600 * self._rng.lognormal(np.log(step.median_hours), step.spread)))

    def _leave_traces(self, start: int, effort: int, step: Step, ticket: Ticket, person: Person) -> None:
        worktime = hours(person.opens, person.closes)
        if self._rng.random() < plan.COMMENT_SHARE:
            at = worktime.after(start, seconds=int(self._rng.uniform(0.05, 0.95) * effort))
            ticket.comments.append((at, person.name))
        if step == DEVELOPMENT:
            times = 1 if ticket.bounces or ticket.commits else int(self._rng.integers(1, 5))
            for share in sorted(self._rng.uniform(0.1, 0.98, size=times)):
                ticket.commits.append((worktime.after(start, seconds=int(share * effort)), person.name))

    def _finish(self, at: int, *, step: Step, ticket: Ticket, person: Person) -> None:
        self._in_hand[person.name] -= 1
        if step == TRIAGE:
            self._end_triage(at, ticket, person)
        elif step == DEVELOPMENT and ticket.bounces:
            ticket.bounces -= 1
            support = self._knows[ticket.number, TRIAGE]
            self._move(at, ticket, person, TRIAGE.work, assignee=support.name)
            self._line_up(at, step=TRIAGE, ticket=ticket)
        elif step == QA:
            ticket.merges.append((at, ticket.commits))
            ticket.commits = []
            self._move(at, ticket, person, plan.SHELF, assignee=None)
            self._shelf.append(ticket)
        else:
            self._pass_on(at, step, ticket, person)
        self._dispatch(at, step=step)

    def _pass_on(self, at: int, step: Step, ticket: Ticket, person: Person) -> None:
        known = self._knows.get((ticket.number, AFTER[step]))
        self._move(at, ticket, person, AFTER[step].queue, assignee=known.name if known else None)
        self._line_up(at, step=AFTER[step], ticket=ticket)

    def _end_triage(self, at: int, ticket: Ticket, person: Person) -> None:
        if ticket.cancelled:
            self._move(at, ticket, person, plan.DONE, resolution="Won't Do")
        elif ticket.asks:
            ticket.asks = False
            self._move(at, ticket, person, plan.OUTSIDE)
            answer = at + int(self._rng.uniform(1, 6) * 86400)
            ticket.comments.append((answer, plan.PORTAL))
            self._later(answer, partial(self._line_up, step=TRIAGE, ticket=ticket))
        else:
            if ticket.raised:
                ticket.raised, ticket.urgent = False, True
                ticket.changes.append(Change(at - 30, person.name, {"priority": "High"}))
            self._pass_on(at, TRIAGE, ticket, person)

    def _move(self, at: int, ticket: Ticket, person: Person, status: str, **fields: str | None) -> None:
        """Change the status, now and then by the lead's hand instead of the person's."""
        led = self._rng.random() < plan.LEAD_SHARE
        actor = _other(person) if led else person.name
        ticket.changes.append(Change(at, actor, {"status": status, **fields}))

    def _release(self, at: int) -> None:
        """Put everything on the shelf into production, one move after the other."""
        if self._shelf:
            self.releases.append(at)
        for ticket in self._shelf:
            at += int(self._rng.integers(*plan.RELEASE_SPACING))
            ticket.changes.append(Change(at, plan.BOT, {"status": plan.DONE, "resolution": "Done"}))
            if ticket.reopens:
                back = local(at).date() + timedelta(days=5)
                self._later(instant(back, 10.5), partial(self._reopen, ticket=ticket))
        self._shelf = []

    def _reopen(self, at: int, *, ticket: Ticket) -> None:
        ticket.reopens = False
        developer = self._knows[ticket.number, DEVELOPMENT].name
        fields = {"status": DEVELOPMENT.queue, "resolution": None, "assignee": developer}
        ticket.changes.append(Change(at, self._knows[ticket.number, TRIAGE].name, fields))
        self._line_up(at, step=DEVELOPMENT, ticket=ticket)


def _other(person: Person) -> str:
    return plan.LEAD if person.name != plan.LEAD else plan.DEPUTY


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to a status. ``left`` is None while it is open; seconds of the epoch."""

    status: str
    entered: int
    left: int | None

    @property
    def seconds(self) -> int:
        """Its length; 0 while it is open."""
        return (self.left or self.entered) - self.entered


@dataclass(frozen=True, slots=True)
class Story:
    """The whole sample, before it is written in anybody's format."""

    seed: int
    tickets: list[Ticket]
    releases: list[int]
    as_of: int


def story_from_seed(seed: int) -> Story:
    """The story of this seed; always the same."""
    tickets = tickets_from_seed(seed)
    office = Office(tickets, seed=seed)
    office.run()
    _close_stale(tickets)
    _move_one(tickets[MOVED_PLACE:])
    _mark_incidents(tickets, office.releases)
    as_of = int(plan.AS_OF.timestamp())
    for ticket in tickets:
        ticket.changes = [c for c in sorted(ticket.changes, key=lambda c: c.at) if c.at <= as_of]
        ticket.comments = [comment for comment in sorted(ticket.comments) if comment[0] <= as_of]
        ticket.commits = [commit for commit in sorted(ticket.commits) if commit[0] <= as_of]
    _lose_an_author(tickets[NAMELESS_PLACE:])
    return Story(seed, tickets, office.releases, as_of)


def visits_of_ticket(ticket: Ticket) -> list[Visit]:
    """The visits of this ticket from its creation on, without gaps."""
    moves = [
        (change.at, str(change.fields["status"])) for change in ticket.changes if "status" in change.fields
    ]
    entered = [(ticket.created, plan.TRIAGE.queue), *moves]
    left = [at for at, _ in moves]
    return [Visit(status, at, end) for (at, status), end in zip(entered, [*left, None], strict=True)]


def _close_stale(tickets: list[Ticket]) -> None:
    """Let the lead close the tickets that nobody started, all within two minutes."""
    for position, ticket in enumerate(ticket for ticket in tickets if ticket.stale):
        at = int(plan.BULK_AT.timestamp()) + position * BULK_SPACING
        ticket.changes.append(Change(at, plan.LEAD, {"status": plan.DONE, "resolution": "Won't Do"}))


def _mark_incidents(tickets: list[Ticket], releases: list[int]) -> None:
    """Let the first bug reported after each bad release be an incident that it caused."""
    bugs = [ticket for ticket in tickets if ticket.type == "Bug" and not ticket.cancelled]
    for position in plan.BAD_RELEASES:
        next(bug for bug in bugs if bug.created > releases[position]).incident = True


def _move_one(tickets: list[Ticket]) -> None:
    """Let one ticket come from another project, before its first change."""
    ticket = next(ticket for ticket in tickets if ticket.changes and not ticket.stale)
    ticket.former_key = plan.FORMER_KEY
    middle = (ticket.created + ticket.changes[0].at) // 2
    at = min(hours(9, 17).open_from(middle), ticket.changes[0].at - 5)
    ticket.changes.insert(0, Change(at, plan.DEPUTY, {"Key": ticket.key, "project": plan.PROJECT}))


def _lose_an_author(tickets: list[Ticket]) -> None:
    """Leave nobody named on one move, as after the removal of an account."""
    ticket, position = next(
        (ticket, position)
        for ticket in tickets
        for position, change in enumerate(ticket.changes)
        if change.fields.get("status") == plan.DEVELOPMENT.queue
    )
    ticket.changes[position] = replace(ticket.changes[position], actor=None)
