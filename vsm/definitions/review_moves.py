"""Stages that reviews and pipelines show (optional branch): the moves of a ticket through its pull requests.

A ticket is in the least advanced of its open pull requests, where vsm.toml names a stage for that phase and
lets it split the stage that the tracker (or Git's commits) show. A draft shows nothing. While a review
shows, whoever has to act on it is assigned: the requested person or team, the reviewer, the author, or who
merges. Runs of pipelines show on top of that, and assign nobody.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from vsm.definitions.reviews import AUTHOR, DRAFT, REVIEWING, REWORK, TEAM, Phase
from vsm.definitions.states import MILESTONES, Event
from vsm.definitions.visits import StageFacts
from vsm.tables import PIPELINE_PHASES, REVIEW_PHASES

PULL: Final = "pull"
"""Source of the moves after a phase that took no time; all others join what else changed at their instant."""
AFTER_ALL: Final = 2000
"""``seq`` of the first move: after what the tracker and Git's commits say of the same instant."""
STATES: Final = ("created", "status", "assignee", "team", "holder")


class Run(NamedTuple):
    """A stretch of a pipeline's run, half-open; ``end`` is None while it lasts."""

    phase: str
    start: datetime
    end: datetime | None


class _Shown(NamedTuple):
    """What a ticket is shown in; ``status`` is None for that of the tracker. ``by`` is the review, if one."""

    status: str | None = None
    by: Phase | None = None

    @property
    def holder(self) -> str | None:
        """The person who has to act; None where it is a team, or nobody is known."""
        holder = self.by.holder if self.by else None
        return None if holder is None or holder.startswith(TEAM) else holder

    @property
    def team(self) -> str | None:
        """The team that was asked to review."""
        holder = self.by.holder if self.by else None
        return holder.removeprefix(TEAM) if holder is not None and holder.startswith(TEAM) else None

    @property
    def actor(self) -> str | None:
        """Who took the ticket up, where that is known."""
        return self.holder if self.by and self.by.phase in (REVIEWING, REWORK) else None


NOTHING: Final = _Shown()


def list_review_moves(
    events: Iterable[Event],
    *,
    phases: Mapping[str, Sequence[Phase]],
    runs: Mapping[str, Sequence[Run]],
    stage_of: Mapping[str, StageFacts],
    within: Mapping[str, Collection[str]],
    teams: Collection[str] = (),
    as_of: datetime,
) -> list[Event]:
    """List the moves that reviews and pipelines make: changes of status, and of who is assigned meanwhile.

    Parameters
    ----------
    events
        Of the tickets concerned, with the moves that Git's milestones make.
    phases, runs
        Ticket → the phases of its pull requests, and the runs of their pipelines.
    stage_of
        Status id → its stage, also of ``review:…`` and ``pipeline:…``.
    within
        Such a status → names of the stages that it splits.
    teams
        Known teams: a request to another one assigns nobody.
    """
    lives: dict[str, list[Event]] = {}
    for event in events:
        if event.kind in STATES and event.at <= as_of:
            lives.setdefault(event.ticket, []).append(event)
    added: list[Event] = []
    for ticket in sorted({*phases, *runs} & {*lives}):
        life = sorted(lives[ticket], key=lambda e: (e.at, e.seq, e.source, e.ref))
        if any(event.kind == "created" for event in life):
            shows = _Shows(phases.get(ticket, ()), runs.get(ticket, ()), stage_of, within)
            added += _moves(life, shows, teams, as_of)
    return added


class _Shows:
    """What shows while a ticket is in these stages; asked of one instant after the other."""

    def __init__(
        self,
        phases: Sequence[Phase],
        runs: Sequence[Run],
        stage_of: Mapping[str, StageFacts],
        within: Mapping[str, Collection[str]],
    ) -> None:
        self.phases, self.runs, self.stage_of, self.within = phases, runs, stage_of, within
        self.coming = sorted(phases, key=lambda phase: phase.entered)[::-1]  # the next one comes last
        self.open: dict[str, Phase] = {}

    def instants(self) -> set[datetime]:
        """When that can change."""
        sides = [(phase.entered, phase.left) for phase in self.phases]
        sides += [(run.start, run.end) for run in self.runs]
        return {at for two in sides for at in two if at is not None}

    def at(self, at: datetime, beneath: set[str]) -> list[_Shown]:
        """What shows at an instant: reviews that took no time, then what holds from then on."""
        self.open = {pull: p for pull, p in self.open.items() if p.left is None or at < p.left}
        brief: list[Phase] = []
        while self.coming and self.coming[-1].entered <= at:
            phase = self.coming.pop()
            if phase.left is None or at < phase.left:
                self.open[phase.pull] = phase
            elif phase.entered == phase.left == at:
                brief.append(phase)
        states = [(one, self._shown(at, {**self.open, one.pull: one}, beneath)) for one in brief]
        seen = [state for one, state in states if state.by is one]
        return [*seen, self._shown(at, self.open, beneath)]

    def _shown(self, at: datetime, phases: Mapping[str, Phase], beneath: set[str]) -> _Shown:
        least = min(phases.values(), key=_advance) if len(phases) > 1 else next(iter(phases.values()), None)
        shown = NOTHING
        if least is not None and least.phase != DRAFT:
            # Without a stage of its own, waiting for the author is a part of rework.
            word = (
                least.phase if f"review:{least.phase}" in self.stage_of or least.phase != AUTHOR else REWORK
            )
            if not beneath.isdisjoint(self.within.get(f"review:{word}", ())):
                shown = _Shown(status=f"review:{word}", by=least)
        if not self.runs:
            return shown
        if shown.status is not None:
            beneath = beneath | {self.stage_of[shown.status].name}
        running = {run.phase for run in self.runs if run.start <= at and (run.end is None or at < run.end)}
        for phase in PIPELINE_PHASES:
            if phase in running and not beneath.isdisjoint(self.within.get(f"pipeline:{phase}", ())):
                return _Shown(status=f"pipeline:{phase}", by=shown.by)
        return shown


def _advance(phase: Phase) -> tuple[int, datetime, str]:
    """How far a pull request has come; the least advanced is first."""
    return REVIEW_PHASES.index(phase.phase), phase.entered, phase.pull


class _Ticket:
    """What the tracker says of one ticket, and what is said of it while something shows."""

    def __init__(self, ticket: str, teams: Collection[str]) -> None:
        self.ticket, self.teams, self.count = ticket, teams, 0
        self.tracker: Event | None = None  # its last move; ``beneath`` may be one that Git's commits made
        self.beneath: Event | None = None
        self.own: dict[str, str | None] = {"assignee": None, "team": None}
        self.said = dict(self.own)

    def learn(self, event: Event) -> None:
        """Take in what the tracker, or Git's commits, recorded."""
        if event.kind == "status" and event.before != event.after:
            self.beneath = event
            self.tracker = self.tracker if event.source == MILESTONES else event
        elif event.kind in self.own:
            self.own[event.kind] = self.said[event.kind] = event.after

    def move(self, at: datetime, shown: _Shown, *, name: str, apart: bool, bulk: bool) -> Iterator[Event]:
        """Move the ticket to what shows, or back to where the tracker has it, and assign it."""
        self.count += 1
        beneath = self.beneath
        values = [("status", shown.status, shown.actor)]
        if shown.status is None and beneath is not None:
            free = beneath.at == at or self.own["assignee"] is None
            values = [("status", beneath.after, beneath.actor if free else None)]
            if beneath.at == at and not apart:
                values = []  # it has just been moved there
        wanted = {"assignee": shown.holder, "team": shown.team} if shown.by else self.own
        for kind, after in wanted.items():
            value = self.own[kind] if kind == "team" and after not in self.teams else after
            if value != self.said[kind]:
                values.append((kind, value, shown.actor if kind == "assignee" else None))
                self.said[kind] = value
        for order, (kind, after, who) in enumerate(values):
            yield Event(
                ticket=self.ticket,
                at=at,
                kind=kind,
                before=None,
                after=after,
                actor=who,
                source=PULL if apart else MILESTONES,
                ref=f"{self.count:04} {name}",
                seq=AFTER_ALL + 3 * self.count + order,
                bulk=bulk and kind == "status",
            )


def _moves(life: list[Event], shows: _Shows, teams: Collection[str], as_of: datetime) -> Iterator[Event]:
    """Go through every instant at which anything may change."""
    created = next(event.at for event in life if event.kind == "created")
    changes: dict[datetime, list[Event]] = {at: [] for at in shows.instants() if created <= at <= as_of}
    for event in life:
        changes.setdefault(max(event.at, created), []).append(event)
    ticket, before, beneath = _Ticket(life[0].ticket, teams), NOTHING, set[str]()
    for at in sorted(changes):
        if changes[at]:
            for event in changes[at]:
                ticket.learn(event)
            moves = {move.after for move in (ticket.tracker, ticket.beneath) if move is not None}
            beneath = {shows.stage_of[str(status)].name for status in moves}
        if not beneath:
            continue
        bulk = any(event.bulk for event in changes[at] if event.kind == "status")
        apart = False
        for number, shown in enumerate(shows.at(at, beneath)):
            if shown == before and not (shown != NOTHING and changes[at] and number == 0):
                continue
            pull = shown.by or before.by
            name = pull.pull.rpartition("/")[2] if pull else "a pull request"
            yield from ticket.move(at, shown, name=name, apart=apart, bulk=bulk)
            apart, before = True, shown
