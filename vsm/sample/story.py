"""What happened in the sample's fourteen months: an office at work, and the dirt of real trackers.

A discrete simulation: each step has a line of tickets and people who take up one after the other, the
urgent first; queues come from people who are busy or off. A ticket that came back waits for the person who
knows it.
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
from vsm.sample.tickets import Change, Life, lives_from_seed

AFTER: Final = {TRIAGE: DEVELOPMENT, DEVELOPMENT: APPROVAL, APPROVAL: QA}
RETURN_EFFORT: Final = 0.35
BULK_SPACING: Final = 8
MOVED_PLACE: Final = 150
NAMELESS_PLACE: Final = 80


class Office:
    """Who works on what, and what happens next.

    Examples
    --------
    >>> from vsm.sample.tickets import lives_from_seed
    >>> lives = lives_from_seed(7)[:3]
    >>> Office(lives, seed=7).run()
    >>> lives[0].changes[0].fields["status"]
    'In triage'
    """

    def __init__(self, lives: list[Life], *, seed: int) -> None:
        self.releases: list[int] = []
        self._rng = np.random.default_rng([seed, 2])
        self._agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self._ticks = count()
        self._lines: dict[Step, list[tuple[int, Life]]] = {step: [] for step in STEPS}
        self._shelf: list[Life] = []
        self._in_hand: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._knows: dict[tuple[int, Step], Person] = {}
        self._begin(lives)

    def run(self) -> None:
        """Let time pass until the sample's last instant."""
        end = int(plan.AS_OF.timestamp())
        while self._agenda and self._agenda[0][0] <= end:
            at, _, action = heapq.heappop(self._agenda)
            action(at)

    def _begin(self, lives: list[Life]) -> None:
        for life in lives:
            if not (life.parked or life.stale):
                self._later(life.created, partial(self._line_up, step=TRIAGE, life=life))
        for day in working_days():
            for opens, step in dict.fromkeys((person.opens, person.step) for person in PEOPLE):
                self._later(instant(day, opens), partial(self._dispatch, step=step))
        day = plan.FIRST_RELEASE
        while day <= plan.AS_OF.date():
            self._later(instant(day, plan.RELEASE_HOUR), self._release)
            day += plan.RELEASE_EVERY

    def _later(self, at: int, action: Callable[[int], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._ticks), action))

    def _line_up(self, at: int, *, step: Step, life: Life) -> None:
        self._lines[step].append((at, life))
        self._dispatch(at, step=step)

    def _dispatch(self, at: int, *, step: Step) -> None:
        """Give waiting tickets to free people, urgent ones first, then in the order of arrival."""
        for ready, life in sorted(self._lines[step], key=lambda entry: not entry[1].urgent):
            if person := self._free(at, step, self._knows.get((life.number, step))):
                self._lines[step].remove((ready, life))
                self._take_up(at, step=step, life=life, person=person, ready=ready)

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

    def _take_up(self, at: int, *, step: Step, life: Life, person: Person, ready: int) -> None:
        start = at + int(self._rng.integers(20, 400))
        self._in_hand[person.name] += 1
        self._taken[person.name] += 1
        again = (life.number, step) in self._knows
        self._knows[life.number, step] = person
        if _status(life) == step.work:
            life.comments.append((start, person.name))
        else:
            self._show_taking(start, step, life, person, ready=ready, again=again)
        worktime = hours(person.opens, person.closes)
        effort = self._effort(step, life, again=again)
        self._leave_traces(start, effort, step, life, person)
        end = worktime.after(start, seconds=effort)
        self._later(end, partial(self._finish, step=step, life=life, person=person))

    def _show_taking(
        self, start: int, step: Step, life: Life, person: Person, *, ready: int, again: bool
    ) -> None:
        """Move the card; sometimes the lead has assigned the ticket while it waited."""
        if not again and self._rng.random() < plan.ASSIGN_AHEAD_SHARE:
            between = ready + int(self._rng.uniform(0.2, 0.9) * (start - ready))
            at = min(hours(9, 17).open_from(between), start - 10)
            life.changes.append(Change(at, _other(person), {"assignee": person.name}))
        self._move(start, life, person, step.work, assignee=person.name)

    def _effort(self, step: Step, life: Life, *, again: bool) -> int:
        """Draw working seconds; work that comes back, or will be returned, takes a part of the whole."""
        part = RETURN_EFFORT if again or (step == DEVELOPMENT and life.bounces) else 1.0
        return max(300, int(part * 3600 * self._rng.lognormal(np.log(step.median_hours), step.spread)))

    def _leave_traces(self, start: int, effort: int, step: Step, life: Life, person: Person) -> None:
        worktime = hours(person.opens, person.closes)
        if self._rng.random() < plan.COMMENT_SHARE:
            at = worktime.after(start, seconds=int(self._rng.uniform(0.05, 0.95) * effort))
            life.comments.append((at, person.name))
        if step == DEVELOPMENT:
            times = 1 if life.bounces or life.commits else int(self._rng.integers(1, 5))
            for share in sorted(self._rng.uniform(0.1, 0.98, size=times)):
                life.commits.append((worktime.after(start, seconds=int(share * effort)), person.name))

    def _finish(self, at: int, *, step: Step, life: Life, person: Person) -> None:
        self._in_hand[person.name] -= 1
        if step == TRIAGE:
            self._end_triage(at, life, person)
        elif step == DEVELOPMENT and life.bounces:
            life.bounces -= 1
            support = self._knows[life.number, TRIAGE]
            self._move(at, life, person, TRIAGE.work, assignee=support.name)
            self._line_up(at, step=TRIAGE, life=life)
        elif step == QA:
            life.landings.append((at, life.commits))
            life.commits = []
            self._move(at, life, person, plan.SHELF, assignee=None)
            self._shelf.append(life)
        else:
            self._pass_on(at, step, life, person)
        self._dispatch(at, step=step)

    def _pass_on(self, at: int, step: Step, life: Life, person: Person) -> None:
        known = self._knows.get((life.number, AFTER[step]))
        self._move(at, life, person, AFTER[step].queue, assignee=known.name if known else None)
        self._line_up(at, step=AFTER[step], life=life)

    def _end_triage(self, at: int, life: Life, person: Person) -> None:
        if life.cancelled:
            self._move(at, life, person, plan.DONE, resolution="Won't Do")
        elif life.asks:
            life.asks = False
            self._move(at, life, person, plan.OUTSIDE)
            answer = at + int(self._rng.uniform(1, 6) * 86400)
            life.comments.append((answer, plan.PORTAL))
            self._later(answer, partial(self._line_up, step=TRIAGE, life=life))
        else:
            if life.raised:
                life.raised, life.urgent = False, True
                life.changes.append(Change(at - 30, person.name, {"priority": "High"}))
            self._pass_on(at, TRIAGE, life, person)

    def _move(self, at: int, life: Life, person: Person, status: str, **fields: str | None) -> None:
        """Change the status, now and then by the lead's hand instead of the person's."""
        led = self._rng.random() < plan.LEAD_SHARE
        actor = _other(person) if led else person.name
        life.changes.append(Change(at, actor, {"status": status, **fields}))

    def _release(self, at: int) -> None:
        """Put everything on the shelf into production, one move after the other."""
        if self._shelf:
            self.releases.append(at)
        for life in self._shelf:
            at += int(self._rng.integers(*plan.RELEASE_SPACING))
            life.changes.append(Change(at, plan.BOT, {"status": plan.DONE, "resolution": "Done"}))
            if life.reopens:
                back = local(at).date() + timedelta(days=5)
                self._later(instant(back, 10.5), partial(self._reopen, life=life))
        self._shelf = []

    def _reopen(self, at: int, *, life: Life) -> None:
        life.reopens = False
        developer = self._knows[life.number, DEVELOPMENT].name
        fields = {"status": DEVELOPMENT.queue, "resolution": None, "assignee": developer}
        life.changes.append(Change(at, self._knows[life.number, TRIAGE].name, fields))
        self._line_up(at, step=DEVELOPMENT, life=life)


def _other(person: Person) -> str:
    return plan.LEAD if person.name != plan.LEAD else plan.DEPUTY


def _status(life: Life) -> str:
    told = [change.fields["status"] for change in life.changes if "status" in change.fields]
    return str(told[-1]) if told else TRIAGE.queue


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a ticket was, from when to when. ``left`` is None while it is there; seconds of the epoch."""

    status: str
    entered: int
    left: int | None

    @property
    def seconds(self) -> int:
        """How long it was; 0 while the ticket is there."""
        return (self.left or self.entered) - self.entered


@dataclass(frozen=True, slots=True)
class Story:
    """The whole sample, before it is written in anybody's format."""

    seed: int
    lives: list[Life]
    releases: list[int]
    as_of: int


def story_from_seed(seed: int) -> Story:
    """Tell what happened; the same seed tells the same story.

    Examples
    --------
    >>> story = story_from_seed(7)
    >>> len(story.lives), len(story.releases)
    (600, 30)
    """
    lives = lives_from_seed(seed)
    office = Office(lives, seed=seed)
    office.run()
    _close_stale(lives)
    _move_one(lives[MOVED_PLACE:])
    _mark_incidents(lives, office.releases)
    as_of = int(plan.AS_OF.timestamp())
    for life in lives:
        _order_and_clip(life, as_of)
    _lose_an_author(lives[NAMELESS_PLACE:])
    return Story(seed, lives, office.releases, as_of)


def stays_from_life(life: Life) -> list[Stay]:
    """Where this ticket stayed, from its creation on, without gaps.

    Examples
    --------
    >>> stays = stays_from_life(story_from_seed(7).lives[0])
    >>> stays[0].status, stays[0].left == stays[1].entered, stays[-1].left
    ('Reported', True, None)
    """
    moves = [
        (change.at, str(change.fields["status"])) for change in life.changes if "status" in change.fields
    ]
    entered = [(life.created, plan.TRIAGE.queue), *moves]
    left = [at for at, _ in moves]
    return [Stay(status, at, end) for (at, status), end in zip(entered, [*left, None], strict=True)]


def _close_stale(lives: list[Life]) -> None:
    """Let the lead close the tickets that nobody took up, all within two minutes."""
    for place, life in enumerate(life for life in lives if life.stale):
        at = int(plan.BULK_AT.timestamp()) + place * BULK_SPACING
        life.changes.append(Change(at, plan.LEAD, {"status": plan.DONE, "resolution": "Won't Do"}))


def _mark_incidents(lives: list[Life], releases: list[int]) -> None:
    """Let the first bug reported after each bad release be an incident that it caused."""
    bugs = [life for life in lives if life.type == "Bug" and not life.cancelled]
    for place in plan.BAD_RELEASES:
        next(bug for bug in bugs if bug.created > releases[place]).incident = True


def _move_one(lives: list[Life]) -> None:
    """Let one ticket come from another project, before its first change."""
    life = next(life for life in lives if life.changes and not life.stale)
    life.former_key = plan.FORMER_KEY
    middle = (life.created + life.changes[0].at) // 2
    at = min(hours(9, 17).open_from(middle), life.changes[0].at - 5)
    life.changes.insert(0, Change(at, plan.DEPUTY, {"Key": life.key, "project": plan.PROJECT}))


def _order_and_clip(life: Life, as_of: int) -> None:
    life.changes = [c for c in sorted(life.changes, key=lambda c: c.at) if c.at <= as_of]
    life.comments = [comment for comment in sorted(life.comments) if comment[0] <= as_of]
    life.commits = [commit for commit in sorted(life.commits) if commit[0] <= as_of]


def _lose_an_author(lives: list[Life]) -> None:
    """Leave nobody named on one move, as after the removal of an account."""
    life, place = next(
        (life, place)
        for life in lives
        for place, change in enumerate(life.changes)
        if change.fields.get("status") == plan.DEVELOPMENT.queue
    )
    life.changes[place] = replace(life.changes[place], actor=None)
