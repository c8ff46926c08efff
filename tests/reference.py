"""What are a ticket's visits, handoffs and waits, counted by hand?

The referee of the fast code in ``vsm.intervals``: written from DESIGN §5 alone, in plain Python, one
obvious step after another, quadratic where that is clearer. It must not share code with what it judges,
so it repeats even small constants. Accounts in the events are PERSON names already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from tests.reference_passing import reference_handoffs, reference_waits
from tests.reference_rows import (
    Handoff,
    Row,
    StageFacts,
    Visit,
    Wait,
    assert_same,
    finished_for_good,
    rows_of,
)

__all__ = [
    "Handoff", "StageFacts", "Visit", "Wait", "assert_same", "finished_for_good", "reference_handoffs",
    "reference_visits", "reference_waits", "rows_of",
]  # fmt: skip

Spell = tuple[str, str, datetime, datetime]

TOUCHES = ("comment", "worklog", "commit", "review")


@dataclass(kw_only=True, slots=True)
class _Stay:
    """An unbroken stay in one stage, whoever held it."""

    stage: StageFacts
    entered: datetime
    left: datetime | None
    mover: str | None
    begun_in_bulk: bool
    ended_in_bulk: bool
    revisit: bool
    next_mover: str | None = None


@dataclass(kw_only=True, slots=True)
class _Piece:
    """The part of a stay that one person held."""

    entered: datetime
    left: datetime | None
    holder: str | None
    entry_is_touch: bool


def reference_visits(
    events: pd.DataFrame | Iterable[Mapping[str, Any]],
    *,
    stage_of: Mapping[str, StageFacts],
    team_of: Mapping[str, str],
    as_of: datetime,
    spells: Iterable[Spell] = (),
) -> list[Visit]:
    """Where was each ticket, and who held it? By ticket (as text) and time.

    Parameters
    ----------
    events
        Rows of EVENTS, or the frame, in any order.
    stage_of
        Status id → facts of its stage; a status that is not there is a ``KeyError``.
    team_of
        Person → team.
    as_of
        What happened later is unknown.
    spells
        Dated memberships: person, team, first instant, first instant that no longer counts.

    Examples
    --------
    >>> reference_visits([], stage_of={}, team_of={}, as_of=datetime(2024, 3, 1))
    []
    """
    lives: dict[str, list[Row]] = {}
    for row in rows_of(events):
        if row["at"] <= as_of:
            lives.setdefault(row["ticket"], []).append(row)
    visits = []
    for ticket in sorted(lives):
        life = sorted(lives[ticket], key=lambda e: (e["at"], e["seq"], e["source"], e["ref"]))
        life, lost = _until_lost(life, stage_of=stage_of)
        visits += _visits_of_one(
            ticket, life, stage_of=stage_of, team_of=team_of, spells=list(spells), as_of=as_of, lost=lost
        )
    return visits


def _until_lost(life: list[Row], *, stage_of: Mapping[str, StageFacts]) -> tuple[list[Row], datetime | None]:
    """Forget what came after a deletion; of a ticket that was not done by then, also that it came at once."""
    losses = [event["at"] for event in life if event["kind"] == "delete"]
    if not losses:
        return life, None
    lost = min(losses)
    known = [event for event in life if event["at"] <= lost]
    stays = _stays(known, stage_of=stage_of)
    if stays and stays[-1].stage.kind == "done":
        return known, None
    return [event for event in life if event["at"] < lost], lost


def _visits_of_one(
    ticket: str,
    life: list[Row],
    *,
    stage_of: Mapping[str, StageFacts],
    team_of: Mapping[str, str],
    spells: list[Spell],
    as_of: datetime,
    lost: datetime | None,
) -> list[Visit]:
    stays = [(stay, _pieces(stay, life)) for stay in _stays(life, stage_of=stage_of)]
    visits: list[Visit] = []
    for number, (stay, pieces) in enumerate(stays):
        for piece in pieces:
            holder = piece.holder
            if stay.stage.kind in ("queue", "outside"):
                holder = next((p[0].holder for s, p in stays[number + 1 :] if s.stage.kind == "work"), None)
            visits.append(
                Visit(
                    ticket=ticket,
                    n=len(visits),
                    stage=stay.stage.name,
                    kind=stay.stage.kind,
                    holder=holder,
                    team=_team(stay.stage, holder, _teams_then(piece.entered, team_of, spells)),
                    entered=piece.entered,
                    left=piece.left or lost,
                    elapsed=(piece.left or lost or as_of) - piece.entered,
                    first_touch=_first_touch(stay, piece, life),
                    last_touch=_last_touch(stay, piece, life),
                    revisit=stay.revisit,
                    bulk=(piece is pieces[0] and stay.begun_in_bulk)
                    or (piece is pieces[-1] and stay.ended_in_bulk),
                )
            )
    return visits


def _stays(life: list[Row], *, stage_of: Mapping[str, StageFacts]) -> list[_Stay]:
    """Follow the status from creation on; only a change of stage begins a new stay."""
    stays: list[_Stay] = []
    for at, move in _moves(life):
        stage = stage_of[move["after"]]
        bulk = move["bulk"]
        if stays:
            former = stays[-1]
            if former.stage.name == stage.name:
                continue
            bulk = bulk and not former.stage.batch
            former.left = at
            former.next_mover = move["actor"]
            former.ended_in_bulk = bulk
        stays.append(
            _Stay(
                stage=stage,
                entered=at,
                left=None,
                mover=move["actor"],
                begun_in_bulk=bulk,
                ended_in_bulk=False,
                revisit=any(earlier.stage.name == stage.name for earlier in stays),
            )
        )
    return stays


def _moves(life: list[Row]) -> list[tuple[datetime, Row]]:
    """Tell the last change of status of each instant; what lies before creation acts at creation."""
    births = [event["at"] for event in life if event["kind"] == "created"]
    if not births:
        return []
    created = births[0]
    tellings = [event for event in life if event["kind"] == "status"]
    last_of: dict[datetime, Row] = {}
    for event in tellings:
        if event["before"] != event["after"]:
            last_of[max(event["at"], created)] = event
    if created not in last_of:
        if not tellings or tellings[0]["before"] is None:
            return []
        last_of[created] = {"after": tellings[0]["before"], "actor": None, "bulk": False}
    return sorted(last_of.items(), key=lambda pair: pair[0])


def _pieces(stay: _Stay, life: list[Row]) -> list[_Piece]:
    """Cut a stay in a work stage where its holder changes."""
    if stay.stage.kind != "work":
        return [_Piece(entered=stay.entered, left=stay.left, holder=None, entry_is_touch=False)]
    holder = _assignee_at(stay.entered, life) or stay.mover
    by_holder = holder is not None and holder == stay.mover
    pieces = [_Piece(entered=stay.entered, left=stay.left, holder=holder, entry_is_touch=by_holder)]
    assignments = [event for event in life if event["kind"] == "assignee"]
    for at in sorted({event["at"] for event in assignments}):
        if at <= stay.entered or (stay.left is not None and at >= stay.left):
            continue
        holder = _assignee_at(at, life) or stay.mover
        if holder == pieces[-1].holder:
            continue
        assigner = [event["actor"] for event in assignments if event["at"] == at][-1]
        by_holder = holder is not None and holder == assigner
        pieces[-1].left = at
        pieces.append(_Piece(entered=at, left=stay.left, holder=holder, entry_is_touch=by_holder))
    return pieces


def _assignee_at(instant: datetime, life: list[Row]) -> str | None:
    """Who is assigned once everything up to and at this instant has happened?"""
    told = [event["after"] for event in life if event["kind"] == "assignee" and event["at"] <= instant]
    return told[-1] if told else None


def _teams_then(at: datetime, team_of: Mapping[str, str], spells: list[Spell]) -> Mapping[str, str]:
    """Who is in which team at this instant?"""
    then = dict(team_of)
    then.update({person: team for person, team, since, until in spells if since <= at < until})
    return then


def _team(stage: StageFacts, holder: str | None, team_of: Mapping[str, str]) -> str | None:
    team_of_holder = None if holder is None else team_of.get(holder)
    if stage.kind == "work":
        return team_of_holder or stage.team
    return stage.team or team_of_holder


def _first_touch(stay: _Stay, piece: _Piece, life: list[Row]) -> datetime | None:
    if stay.stage.kind != "work" or piece.holder is None:
        return None
    if piece.entry_is_touch:
        return piece.entered
    for event in life:
        at: datetime = event["at"]
        inside = piece.entered <= at and (piece.left is None or at < piece.left)
        if inside and event["kind"] in TOUCHES and event["actor"] == piece.holder:
            return at
    return None


def _last_touch(stay: _Stay, piece: _Piece, life: list[Row]) -> datetime | None:
    """Moving the ticket on oneself is the last touch; else the last trace inside, the first one at least."""
    first = _first_touch(stay, piece, life)
    if stay.stage.kind != "work" or piece.holder is None:
        return None
    if piece.left is not None and piece.left == stay.left and stay.next_mover == piece.holder:
        return piece.left
    inside = [
        event["at"]
        for event in life
        if event["kind"] in TOUCHES
        and event["actor"] == piece.holder
        and piece.entered <= event["at"]
        and (piece.left is None or event["at"] < piece.left)
    ]
    return max([*inside, *([first] if first else [])], default=None)
