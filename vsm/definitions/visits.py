"""Visits: where a ticket was, who held it, and from when to when.

Plain loops over the events of one ticket. This is what the numbers mean; ``vsm.intervals`` computes the same
on arrays, and the tests prove that both agree. Neither knows the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from vsm.tables import STAGE_KINDS, TOUCH_KINDS

QUEUE, WORK, EXTERNAL, DONE = STAGE_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of EVENTS, with a person for an account."""

    ticket: str
    at: datetime
    kind: str
    before: str | None
    after: str | None
    actor: str | None
    source: str
    ref: str
    seq: int
    bulk: bool


class StageFacts(NamedTuple):
    """What vsm.toml says about the stage of a status; ``position`` counts stages from 0."""

    name: str
    kind: str
    team: str | None
    discipline: str | None
    position: int
    batch: bool


class Spell(NamedTuple):
    """A person's time in a team, half-open."""

    person: str
    team: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Memberships:
    """Who is in which team; spells win. ``of_ticket``: the team of a ticket's components or repositories."""

    team_of: Mapping[str, str] = field(default_factory=dict)
    spells: Sequence[Spell] = ()
    of_ticket: Mapping[str, str] = field(default_factory=dict)

    def team(self, person: str | None, at: datetime) -> str | None:
        """The team that a person is in at an instant."""
        for spell in self.spells:
            if spell.person == person and spell.since <= at < spell.until:
                return spell.team
        return None if person is None else self.team_of.get(person)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One row of VISITS: an unbroken stay in one stage with one holder, half-open ``[entered, left)``.

    The last four fields are for ``explain``: the event that began it, and the rules that gave it its holder,
    its team and its first touch.
    """

    ticket: str
    n: int
    stage: str
    kind: str
    holder: str | None
    team: str | None
    entered: datetime
    left: datetime | None
    elapsed: timedelta
    first_touch: datetime | None
    last_touch: datetime | None
    revisit: bool
    bulk: bool
    began: Event | None = field(default=None, compare=False)
    holder_rule: str = field(default="", compare=False)
    team_rule: str = field(default="", compare=False)
    touch_rule: str = field(default="", compare=False)

    @property
    def end(self) -> datetime:
        """When it ends; of an open visit, the as-of instant."""
        return self.entered + self.elapsed

    @property
    def work_start(self) -> datetime:
        """When work began, in a work visit: at the first touch, else at the entry."""
        return self.first_touch or self.entered


def list_visits(
    events: Iterable[Event],
    *,
    stage_of: Mapping[str, StageFacts],
    teams: Memberships,
    as_of: datetime,
) -> list[Visit]:
    """List the visits of all tickets, by ticket and time.

    Parameters
    ----------
    events
        Of humans, in any order; events after ``as_of`` are left out.
    stage_of
        Status id → its stage. An unknown status is a ``KeyError``.
    """
    events_of: dict[str, list[Event]] = {}
    for event in events:
        if event.at <= as_of:
            events_of.setdefault(event.ticket, []).append(event)
    visits: list[Visit] = []
    for ticket in sorted(events_of):
        life = sorted(events_of[ticket], key=lambda e: (e.at, e.seq, e.source, e.ref))
        visits += _visits_of_one(life, stage_of=stage_of, teams=teams, as_of=as_of)
    return visits


def by_ticket(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    """Visits by ticket, so that ``n`` is the position in the list."""
    groups: dict[str, list[Visit]] = {}
    for visit in visits:
        groups.setdefault(visit.ticket, []).append(visit)
    return groups


# 1. A ticket's life is a chain of stays: only a change of stage begins a new one.


@dataclass(kw_only=True, slots=True)
class _Stay:
    """An unbroken stay in one stage, whoever held it."""

    stage: StageFacts
    entered: datetime
    left: datetime | None = None
    move: Event | None
    next_move: Event | None = None
    revisit: bool
    begun_in_bulk: bool
    ended_in_bulk: bool = False

    @property
    def mover(self) -> str | None:
        """Who moved the ticket in."""
        return self.move.actor if self.move else None


def _stays(life: list[Event], stage_of: Mapping[str, StageFacts]) -> list[_Stay]:
    stays: list[_Stay] = []
    for at, status, move in _moves(life):
        stage = stage_of[status]
        in_bulk = move is not None and move.bulk
        if stays and stays[-1].stage.name == stage.name:
            continue
        if stays:
            former = stays[-1]
            # Tickets leave a batch stage together on purpose: that is no clean-up.
            in_bulk = in_bulk and not former.stage.batch
            former.left, former.next_move, former.ended_in_bulk = at, move, in_bulk
        seen = any(earlier.stage.name == stage.name for earlier in stays)
        stays.append(_Stay(stage=stage, entered=at, move=move, revisit=seen, begun_in_bulk=in_bulk))
    return stays


def _moves(life: list[Event]) -> list[tuple[datetime, str, Event | None]]:
    """List when the ticket came into which status: the last change of each instant counts.

    A change before creation acts at creation. Where nothing says the first status, it is the one before the
    first change.
    """
    created = next((event.at for event in life if event.kind == "created"), None)
    if created is None:
        return []
    changes = [event for event in life if event.kind == "status"]
    moves: dict[datetime, tuple[str, Event | None]] = {}
    for event in changes:
        if event.before != event.after:
            moves[max(event.at, created)] = (str(event.after), event)
    if created not in moves:
        if not changes or changes[0].before is None:
            return []
        moves[created] = (changes[0].before, None)
    return sorted(((at, status, move) for at, (status, move) in moves.items()), key=lambda move: move[0])


def _until_gone(life: list[Event], stage_of: Mapping[str, StageFacts]) -> tuple[list[Event], datetime | None]:
    """Leave out events after a ticket was found deleted; one that was done by then stays done."""
    gone = min((event.at for event in life if event.kind == "delete"), default=None)
    if gone is None:
        return life, None
    known = [event for event in life if event.at <= gone]
    stays = _stays(known, stage_of)
    if stays and stays[-1].stage.kind == DONE:
        return known, None
    return [event for event in life if event.at < gone], gone


# 2. A stay in a work stage is cut where its holder changes: each piece is a visit.


@dataclass(kw_only=True, slots=True)
class _Piece:
    """The part of a stay that one person held; ``began`` is the move or the assignment that began it."""

    entered: datetime
    left: datetime | None
    holder: str | None = None
    holder_rule: str = ""
    began: Event | None


def _pieces(stay: _Stay, life: list[Event]) -> list[_Piece]:
    first = _Piece(entered=stay.entered, left=stay.left, began=stay.move)
    if stay.stage.kind != WORK:
        return [first]
    first.holder, first.holder_rule = _holder(stay, stay.entered, life)
    pieces = [first]
    assignments = [event for event in life if event.kind == "assignee"]
    for at in sorted({event.at for event in assignments}):
        if at <= stay.entered or (stay.left is not None and at >= stay.left):
            continue
        holder, rule = _holder(stay, at, life)
        if holder == pieces[-1].holder:
            continue
        assignment = [event for event in assignments if event.at == at][-1]
        pieces[-1].left = at
        pieces.append(_Piece(entered=at, left=stay.left, holder=holder, holder_rule=rule, began=assignment))
    return pieces


def _holder(stay: _Stay, at: datetime, life: list[Event]) -> tuple[str | None, str]:
    """The holder of work is the assignee, else whoever moved the ticket in, else nobody."""
    assigned = last_value(life, "assignee", at)
    if assigned is not None:
        return assigned, "assigned"
    return (stay.mover, "moved it in") if stay.mover is not None else (None, "nobody")


def last_value(life: Iterable[Event], kind: str, at: datetime) -> str | None:
    """The value that a ticket's events of one kind gave last, up to and at an instant."""
    value = None
    for event in life:
        if event.kind == kind and event.at <= at:
            value = event.after
    return value


# 3. Visits: queues get the next holder, and every visit its team and its touches.


def _visits_of_one(
    life: list[Event], *, stage_of: Mapping[str, StageFacts], teams: Memberships, as_of: datetime
) -> list[Visit]:
    life, gone = _until_gone(life, stage_of)
    stays = [(stay, _pieces(stay, life)) for stay in _stays(life, stage_of)]
    visits: list[Visit] = []
    for number, (stay, pieces) in enumerate(stays):
        for piece in pieces:
            if stay.stage.kind in (QUEUE, EXTERNAL):
                # Whoever starts on it next, which is known only afterwards.
                later = [held[0] for other, held in stays[number + 1 :] if other.stage.kind == WORK]
                piece.holder = later[0].holder if later else None
                piece.holder_rule = "started next" if piece.holder else "nobody"
            team, team_rule = _team(stay.stage, piece, life, teams)
            first, last, touch_rule = _touches(stay, piece, life)
            left = piece.left or gone
            visits.append(
                Visit(
                    ticket=life[0].ticket,
                    n=len(visits),
                    stage=stay.stage.name,
                    kind=stay.stage.kind,
                    holder=piece.holder,
                    team=team,
                    entered=piece.entered,
                    left=left,
                    elapsed=(left or as_of) - piece.entered,
                    first_touch=first,
                    last_touch=last,
                    revisit=stay.revisit,
                    bulk=(piece is pieces[0] and stay.begun_in_bulk)
                    or (piece is pieces[-1] and stay.ended_in_bulk),
                    began=piece.began,
                    holder_rule=piece.holder_rule,
                    team_rule=team_rule,
                    touch_rule=touch_rule,
                )
            )
    return visits


def _team(stage: StageFacts, piece: _Piece, life: list[Event], teams: Memberships) -> tuple[str | None, str]:
    """The holder's team in a work stage, elsewhere the stage's; then the ticket's own; then the other."""
    of_holder = (teams.team(piece.holder, piece.entered), "of the holder")
    of_stage = (stage.team, "of the stage")
    of_ticket = (ticket_team(life[0].ticket, life, piece.entered, teams), "of the ticket")
    order = (of_holder, of_ticket, of_stage) if stage.kind == WORK else (of_stage, of_ticket, of_holder)
    return next((found for found in order if found[0] is not None), (None, "none"))


def ticket_team(ticket: str, life: Iterable[Event], at: datetime, teams: Memberships) -> str | None:
    """The team that the tracker names for the ticket, else that of its components or repositories."""
    named = last_value(life, "team", at)
    return named if named is not None else teams.of_ticket.get(ticket)


def _touches(stay: _Stay, piece: _Piece, life: list[Event]) -> tuple[datetime | None, datetime | None, str]:
    """When the holder first and last worked, and by which evidence the first is known.

    First: at the entry, if they moved or assigned it to themselves, else at their first comment, worklog,
    commit or review. Last: when they moved it on themselves, else at the last of these.
    """
    if stay.stage.kind != WORK or piece.holder is None:
        return None, None, ""
    touches = [
        (event.at, event.kind)
        for event in life
        if event.kind in TOUCH_KINDS
        and event.actor == piece.holder
        and piece.entered <= event.at
        and (piece.left is None or event.at < piece.left)
    ]
    if piece.began is not None and piece.began.actor == piece.holder:
        touches = [(piece.entered, "entry"), *touches]
    first, rule = touches[0] if touches else (None, "")
    moved_on = stay.next_move is not None and stay.next_move.actor == piece.holder
    if piece.left is not None and piece.left == stay.left and moved_on:
        return first, piece.left, rule
    return first, touches[-1][0] if touches else None, rule
