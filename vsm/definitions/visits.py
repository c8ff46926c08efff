"""Visits: where a ticket was, who held it, and from when to when.

Plain loops over the events of one ticket. This is what the numbers mean; ``vsm.intervals`` computes the same
on arrays, and the tests prove that both agree. Neither knows the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from vsm.definitions.states import Event, State, last_value, list_states
from vsm.tables import STAGE_KINDS, TOUCH_KINDS

QUEUE, WORK, EXTERNAL, DONE = STAGE_KINDS


class StageFacts(NamedTuple):
    """What vsm.toml says about the stage of a status; ``position`` counts stages from 0."""

    name: str
    kind: str
    team: str | None
    discipline: str | None
    position: int
    batch: bool
    holder_field: str | None = None


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
    """One row of VISITS: an unbroken stay in one stage, with one holder and team; ``[entered, left)``.

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
    """An unbroken stay in one stage, whoever held it; ``states`` are those that held in it."""

    stage: StageFacts
    states: list[State]
    left: datetime | None = None
    next_move: Event | None = None
    revisit: bool
    begun_in_bulk: bool
    ended_in_bulk: bool = False

    @property
    def mover(self) -> str | None:
        """Who moved the ticket in."""
        return self.states[0].move.actor if self.states[0].move else None


def _stays(life: list[Event], stage_of: Mapping[str, StageFacts]) -> list[_Stay]:
    stays: list[_Stay] = []
    for state in list_states(life):
        stage = stage_of[state.status]
        in_bulk = state.move is not None and state.move.bulk
        if stays and stays[-1].stage.name == stage.name:
            stays[-1].states.append(state)
            continue
        if stays:
            former = stays[-1]
            # Tickets leave a batch stage together on purpose: that is no clean-up.
            in_bulk = in_bulk and not former.stage.batch
            former.left, former.next_move, former.ended_in_bulk = state.at, state.move, in_bulk
        seen = any(earlier.stage.name == stage.name for earlier in stays)
        stays.append(_Stay(stage=stage, states=[state], revisit=seen, begun_in_bulk=in_bulk))
    return stays


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


# 2. A stay is cut where its holder or its team changes: each piece is a visit.


@dataclass(kw_only=True, slots=True)
class _Piece:
    """The part of a stay that one holder and one team had, with the events that began and ended it."""

    entered: datetime
    left: datetime | None
    holder: str | None
    holder_rule: str
    team: str | None
    team_rule: str
    began: Event | None
    ended: Event | None


def _pieces(
    stay: _Stay, later: Iterable[_Stay], *, of_components: str | None, teams: Memberships
) -> list[_Piece]:
    pieces: list[_Piece] = []
    for state in stay.states:
        holder, rule = _holder(stay, state, later)
        team, team_rule = _team(stay.stage, holder, state, of_components, teams)
        if pieces and (holder, team) == (pieces[-1].holder, pieces[-1].team):
            continue
        if pieces:
            pieces[-1].left, pieces[-1].ended = state.at, None
        piece = _Piece(
            entered=state.at,
            left=stay.left,
            holder=holder,
            holder_rule=rule,
            team=team,
            team_rule=team_rule,
            began=_assignment(stay.stage, state) if pieces else state.move,
            ended=stay.next_move,
        )
        pieces.append(piece)
    return pieces


def _holder(stay: _Stay, state: State, later: Iterable[_Stay]) -> tuple[str | None, str]:
    """The holder of work: who is in the stage's field, else the assignee, else who moved it in, else nobody.

    The holder of what waits is whoever starts on it next, which is known only afterwards.
    """
    if stay.stage.kind in (QUEUE, EXTERNAL):
        following = next((other for other in later if other.stage.kind == WORK), None)
        holder = _holder(following, following.states[0], ())[0] if following else None
        return holder, "started next" if holder else "nobody"
    if stay.stage.kind == DONE:
        return None, ""
    if (person := state.people.get(stay.stage.holder_field or "")) is not None:
        return person, "in the field"
    if state.assignee is not None:
        return state.assignee, "assigned"
    return (stay.mover, "moved it in") if stay.mover is not None else (None, "nobody")


def _assignment(stage: StageFacts, state: State) -> Event | None:
    """The event of a change that gave a ticket its holder, else that which named its team."""
    field = stage.holder_field or ""
    entry = state.entries.get(field)
    given = entry if state.people.get(field) is not None else state.assignment or entry
    return given or state.named


def _team(
    stage: StageFacts, holder: str | None, state: State, of_components: str | None, teams: Memberships
) -> tuple[str | None, str]:
    """The holder's team in a work stage, elsewhere the stage's; then the ticket's own; then the other."""
    of_holder = (teams.team(holder, state.at), "of the holder")
    of_stage = (stage.team, "of the stage")
    of_ticket = (state.team if state.team is not None else of_components, "of the ticket")
    order = (of_holder, of_ticket, of_stage) if stage.kind == WORK else (of_stage, of_ticket, of_holder)
    return next((found for found in order if found[0] is not None), (None, "none"))


# 3. Visits: every piece with its touches.


def _visits_of_one(
    life: list[Event], *, stage_of: Mapping[str, StageFacts], teams: Memberships, as_of: datetime
) -> list[Visit]:
    life, gone = _until_gone(life, stage_of)
    stays = _stays(life, stage_of)
    of_components = teams.of_ticket.get(life[0].ticket) if life else None
    visits: list[Visit] = []
    for number, stay in enumerate(stays):
        pieces = _pieces(stay, stays[number + 1 :], of_components=of_components, teams=teams)
        for piece in pieces:
            first, last, touch_rule = _touches(stay, piece, life)
            left = piece.left or gone
            visits.append(
                Visit(
                    ticket=life[0].ticket,
                    n=len(visits),
                    stage=stay.stage.name,
                    kind=stay.stage.kind,
                    holder=piece.holder,
                    team=piece.team,
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
                    team_rule=piece.team_rule,
                    touch_rule=touch_rule,
                )
            )
    return visits


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
    began = piece.began
    if began is not None and began.kind != "team" and began.actor == piece.holder:
        touches = [(piece.entered, "entry"), *touches]
    first, rule = touches[0] if touches else (None, "")
    if piece.ended is not None and piece.ended.actor == piece.holder:
        return first, piece.left, rule
    return first, touches[-1][0] if touches else None, rule
