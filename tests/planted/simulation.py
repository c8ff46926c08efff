"""What happens in a small company, second by second? A heap of (instant, what happens next), and nothing of ``vsm``.

Tickets arrive in Inbox, are assigned to a developer, built, sometimes approved by a customer, tested, and
released or done at once. Everybody takes up the ticket that has lain longest (or, by habit, the newest), one
at a time, works on it in office hours, and looks again whenever something may have changed.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random

from tests.planted.habits import Habits
from tests.planted.office import HOUR, Office

DEVELOPERS, TESTERS = ("dev-1", "dev-2", "dev-3", "dev-4"), ("qa-1", "qa-2")
LEAD, OPS, SUPPLIER = "lead", "ops-1", "supplier-1"
EFFORT = {"Build": 3.0, "Check": 1.5}
STEP = {"Inbox": "Build", "To check": "Check"}
TICKETS, LINGER, OVERTIME, SEASON, WEEKEND, GATHERED = 90, 40, 5 * HOUR, 45, 0.5, 4


@dataclass
class Wait:
    """One stay of a ticket in a queue or outside, as whoever was there saw it."""

    ticket: int
    position: str
    start: int
    receiver: str | None
    end: int = 0
    blocked_until: int = 0
    unseen_until: int = 0
    dawdle: int = 0
    batch_ready: int = 0


@dataclass(frozen=True)
class Job:
    """Somebody's work on a ticket that had been ready since ``ready``."""

    ticket: int
    person: str
    ready: int
    start: int
    end: int


@dataclass(frozen=True)
class Fact:
    """One line of what the tracker writes down."""

    ticket: int
    at: int
    kind: str
    before: str | None
    after: str | None
    actor: str


@dataclass
class Person:
    """Who is there, with what in hand, and from when ready to take up more."""

    name: str
    step: str
    hands: dict[int, int] = field(default_factory=dict)
    pause: int = 0
    looks_at: int = 0


class Company:
    """A company at work on ``TICKETS`` tickets; ``facts``, ``waits`` and ``jobs`` tell what happened."""

    def __init__(self, habits: Habits, office: Office, *, seed: int) -> None:
        self.habits, self.office, self.draw = habits, office, Random(seed)
        self.facts: list[Fact] = []
        self.waits: list[Wait] = []
        self.jobs: list[Job] = []
        self.people = {n: Person(n, "Build") for n in DEVELOPERS} | {n: Person(n, "Check") for n in TESTERS}
        self.holder: dict[int, str | None] = {}
        self._place: dict[int, str] = {}
        self._queue: list[Wait] = []
        self._shelf: list[Wait] = []
        self._agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self._ticks, self._blockers = count(), count(TICKETS + 1)
        self._draining, self._now = False, 0

    def run(self) -> "Company":
        """Let time pass until everything is done; in the end nobody waits for further company any more."""
        for ticket, at in self._arrivals():
            self._later(at, partial(self._arrive, ticket=ticket))
        while self._agenda or self._queue or self._shelf:
            if not self._agenda:
                self._draining = True
                self._wake(self._now)
                self._release(self._now)
            self._now, _, action = heapq.heappop(self._agenda)
            action(self._now)
        return self

    def _arrivals(self) -> Iterator[tuple[int, int]]:
        at = self.office.opens[0]
        gap = EFFORT["Build"] / (len(DEVELOPERS) * self.habits.load)
        for ticket in range(1, TICKETS + 1):
            at = self.office.after(at, self._some(gap))
            yield ticket, self._evening(at) if self._chance(self.habits.late) else at

    # what happens to tickets

    def _arrive(self, at: int, *, ticket: int) -> None:
        self._note(ticket, at, "created", None, None, LEAD)
        self._place[ticket], self.holder[ticket] = "", None
        unassigned = self._chance(self.habits.unassigned)
        self._line_up(at, ticket, "Inbox", None if unassigned else self._assigned("Build"), by=LEAD)

    def _line_up(self, at: int, ticket: int, position: str, receiver: str | None, *, by: str) -> None:
        """Put a ticket into a queue, perhaps blocked; whoever is to take it up looks when it can be."""
        self._move(ticket, at, position, by)
        self._assign(ticket, at, receiver, by)
        wait = Wait(ticket, position, at, receiver)
        self._queue.append(wait)
        free_from = at
        if receiver is None:
            wait.unseen_until = free_from = self.office.after(at, self._some(self.habits.unassigned_hours))
        elif (draw := self.draw.random()) < self.habits.flagged + self.habits.linked:
            free_from = self._block(wait, flag=draw < self.habits.flagged)
        elif self._chance(self.habits.dawdled):
            wait.dawdle = self._some(self.habits.dawdle_hours)
        self._later(free_from, self._wake)

    def _block(self, wait: Wait, *, flag: bool) -> int:
        ticket, start = wait.ticket, wait.start
        wait.blocked_until = end = self.office.after(start, self._some(self.habits.blocked_hours))
        if flag:
            self._note(ticket, start, "flag", None, "Impediment", LEAD)
            self._note(ticket, end, "flag", "Impediment", None, LEAD)
            return end
        blocker = next(self._blockers)
        self._note(blocker, start, "created", None, None, SUPPLIER)
        self._note(blocker, start, "status", None, "Build", SUPPLIER)
        self._note(blocker, start, "assignee", None, SUPPLIER, SUPPLIER)
        self._note(blocker, end, "status", "Build", "Done", SUPPLIER)
        self._note(blocker, end, "assignee", SUPPLIER, None, SUPPLIER)
        if blocker % 2:
            self._note(ticket, start, "link", None, f"This issue is blocked by ABC-{blocker}", LEAD)
        else:
            self._note(blocker, start, "link", None, f"This issue blocks ABC-{ticket}", LEAD)
        return end

    def _finish(self, at: int, *, ticket: int, person: Person) -> None:
        del person.hands[ticket]
        if person.step == "Build" and self._chance(self.habits.asked):
            self._move(ticket, at, "Customer", person.name)
            wait = Wait(ticket, "Customer", at, person.name)
            answer = self.office.after(at, self._some(self.habits.answer_hours))
            self._later(answer, partial(self._answered, wait=wait))
        elif person.step == "Build":
            self._line_up(at, ticket, "To check", self._assigned("Check"), by=person.name)
        elif self._in_season(ticket, self.habits.released):
            self._move(ticket, at, "Release", person.name)
            self._assign(ticket, at, None, person.name)
            self._shelf.append(Wait(ticket, "Release", at, OPS))
            if len(self._shelf) >= self.habits.release:
                self._release(at)
        else:
            self._move(ticket, at, "Done", person.name)
            if self._shelf and ticket > self._shelf[-1].ticket + len(DEVELOPERS):
                self._release(at)
        self._wake(at)

    def _answered(self, at: int, *, wait: Wait) -> None:
        self._ended(wait, at)
        self._line_up(at, wait.ticket, "To check", self._assigned("Check"), by=str(wait.receiver))

    def _release(self, at: int) -> None:
        """Release all that lies on the shelf: in a few minutes, or when the office opens."""
        ready = max((wait.start for wait in self._shelf), default=at)
        at = self.office.open_from(at)
        for wait in self._shelf:
            at += self.draw.randint(20, 90)
            wait.batch_ready = ready
            self._later(at, partial(self._released, wait=wait))
        self._shelf = []

    def _released(self, at: int, *, wait: Wait) -> None:
        self._ended(wait, at)
        self._move(wait.ticket, at, "Done", OPS)

    # what people do

    def _wake(self, at: int) -> None:
        """Let everybody look for work who has nothing in hand; when it is closed, when it opens."""
        for person in self.people.values():
            if person.hands or at < person.pause:
                continue
            if not self._lies(person):
                continue
            if not self.office.is_open(at):
                self._look(person, self.office.open_from(at) + self.draw.randint(5, LINGER))
            else:
                self._look(person, at + self.draw.randint(5, LINGER))

    def _look(self, person: Person, at: int) -> None:
        if person.looks_at <= self._now or at < person.looks_at:
            person.looks_at = at
            self._later(at, partial(self._take, person=person))

    def _lies(self, person: Person) -> list[Wait]:
        """Find what this person could take up, the oldest first."""
        return [
            wait
            for wait in self._queue
            if STEP[wait.position] == person.step
            and (wait.receiver in (person.name, None))
            and max(wait.blocked_until, wait.unseen_until) <= self._now
        ]

    def _take(self, at: int, *, person: Person) -> None:
        lies = self._lies(person)
        if person.hands or at < person.pause or not lies:
            return
        if not self.office.is_open(at):
            self._wake(at)
            return
        season = person.step == "Check" and self._in_season(lies[-1].ticket, self.habits.gathered)
        gathered = GATHERED if season and not self._draining else 1
        if len(lies) < gathered:
            return
        first = lies[-1] if self._chance(self.habits.newest) else lies[0]
        if first.dawdle:
            person.pause, first.dawdle = self.office.after(at, first.dawdle), 0
            self._later(person.pause, self._wake)
            return
        end = at
        taken = lies[:gathered] if gathered > 1 else [first]
        ready = max(wait.start for wait in taken)
        for wait in taken:
            wait.batch_ready = ready
            end = self._work(at, wait, person, end)
            at += self.draw.randint(10, 60)

    def _work(self, at: int, wait: Wait, person: Person, begins: int) -> int:
        """Take one ticket up; it is worked on once what was taken before it is finished."""
        end = self._end(max(begins, at + 60), self._some(EFFORT[person.step]))
        self._queue.remove(wait)
        self._ended(wait, at)
        self._move(wait.ticket, at, person.step, person.name)
        self._assign(wait.ticket, at, person.name, person.name)
        person.hands[wait.ticket] = wait.start
        self.jobs.append(Job(wait.ticket, person.name, wait.start, at, end))
        self._later(end, partial(self._finish, ticket=wait.ticket, person=person))
        return end

    def _end(self, begins: int, effort: int) -> int:
        """Say when work ends: what is not finished at closing time rests, or is finished late that evening."""
        closes = self.office.close_of(self.office.open_from(begins))
        overtime = begins + effort - closes
        if 0 < overtime < OVERTIME and self._chance(self.habits.late):
            return closes + overtime
        return self.office.after(begins, effort)

    def _assigned(self, step: str) -> str:
        """Choose whoever has least to do of those whose turn it could be."""
        lying = [wait.receiver for wait in self._queue]
        able = [person for person in self.people.values() if person.step == step]
        burden = {p.name: len(p.hands) + lying.count(p.name) + self.draw.random() / 2 for p in able}
        return min(burden, key=lambda name: burden[name])

    # the tracker, the clock and chance

    def _move(self, ticket: int, at: int, position: str, by: str) -> None:
        self._note(ticket, at, "status", self._place[ticket] or None, position, by)
        self._place[ticket] = position

    def _assign(self, ticket: int, at: int, to: str | None, by: str) -> None:
        if self.holder[ticket] != to:
            self._note(ticket, at, "assignee", self.holder[ticket], to, by)
            self.holder[ticket] = to

    def _note(self, ticket: int, at: int, kind: str, before: str | None, after: str | None, by: str) -> None:
        self.facts.append(Fact(ticket, at, kind, before, after, by))

    def _ended(self, wait: Wait, at: int) -> None:
        wait.end = at
        self.waits.append(wait)

    def _later(self, at: int, action: Callable[[int], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._ticks), action))

    def _chance(self, share: float) -> bool:
        return self.draw.random() < share

    def _in_season(self, ticket: int, share: float) -> bool:
        """Say whether this ticket is among those that follow one another and are that share of all."""
        return (ticket - 1) % SEASON < SEASON * share

    def _some(self, hours: float) -> int:
        """Draw seconds around so many hours: from a third of them to twice as long."""
        return int(
            HOUR * hours * self.draw.choice((1 / 3, 2 / 3, 1, 1, 4 / 3, 5 / 3)) * self.draw.uniform(0.9, 1.1)
        )

    def _evening(self, at: int) -> int:
        """Draw an instant of the evening of that day, or now and then of the Saturday after it."""
        evening = self.office.close_of(self.office.open_from(at)) + self.draw.randint(HOUR // 2, 5 * HOUR)
        weekend = self.office.friday(at) + self.draw.randint(16 * HOUR, 22 * HOUR)
        return weekend if self._chance(WEEKEND) else evening
