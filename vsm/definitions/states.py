"""States of a ticket: its status, assignee and team after each change; which changes act together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from vsm.tables import PERSON_KINDS

MILESTONES: Final = "git"
"""Source of the moves that ``with_milestones`` adds."""


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
    field: str | None = None


@dataclass(kw_only=True, slots=True)
class State:
    """What held after one change; ``move``, ``assignment`` and ``named`` (a team) are its events, if any.

    ``people`` are the persons in fields of people, ``entries`` the events of this change that put them there.
    """

    at: datetime
    status: str
    assignee: str | None
    team: str | None
    move: Event | None = None
    assignment: Event | None = None
    named: Event | None = None
    people: Mapping[str, str | None] = field(default_factory=dict)
    entries: Mapping[str, Event] = field(default_factory=dict)


def list_states(life: list[Event]) -> list[State]:
    """List what held after each change.

    Changes that share an instant act together, but each record of the source that moves the ticket on is a
    change of its own: so a stay of no length is a stay. A change before creation acts at creation. Where
    nothing says the first status, it is the one before the first change.
    """
    created = next((event.at for event in life if event.kind == "created"), None)
    if created is None:
        return []
    rows = [event for event in life if event.kind in ("status", "team", *PERSON_KINDS)]
    changes: list[tuple[datetime, list[Event]]] = []
    for (at, _), record in groupby(rows, key=lambda event: (max(event.at, created), _record_of(event))):
        events = list(record)
        apart = any(_moves_on(event) and event.source != MILESTONES for event in events)
        apart = apart and events[0].at >= created and any(map(_moves_on, changes[-1][1] if changes else ()))
        if changes and changes[-1][0] == at and not apart:
            changes[-1][1].extend(events)
        else:
            changes.append((at, events))
    states: list[State] = []
    now: dict[str, str | None] = {}
    people: dict[str, str | None] = {}
    first = next((event for event in rows if event.kind == "status"), None)
    if first is not None and first.at > created and first.before is not None:
        changes.insert(0, (created, []))
        now["status"] = first.before
    for at, events in changes:
        moves = [event for event in events if _moves_on(event)]
        assignments = [event for event in events if event.kind == "assignee"]
        now |= {event.kind: event.after for event in [*moves, *assignments]}
        teams = [event for event in events if event.kind == "team"]
        now |= {event.kind: event.after for event in teams}
        entries = {str(event.field): event for event in events if event.kind == "holder"}
        people |= {name: event.after for name, event in entries.items()}
        if (status := now.get("status")) is not None:
            states.append(
                State(
                    at=at,
                    status=status,
                    assignee=now.get("assignee"),
                    team=now.get("team"),
                    move=moves[-1] if moves else None,
                    assignment=assignments[-1] if assignments else None,
                    named=teams[-1] if teams else None,
                    people=dict(people),
                    entries=entries,
                )
            )
    return states


def _moves_on(event: Event) -> bool:
    return event.kind == "status" and event.before != event.after


def _record_of(event: Event) -> str:
    """Moves that Git shows come with whatever changed at their instant."""
    return "" if event.source == MILESTONES else event.ref


def names_holder(event: Event, holder_field: str | None) -> bool:
    """Whether an event says who holds the ticket in a stage: the assignee, or who is in the stage's field."""
    return event.kind == "assignee" or (event.kind == "holder" and event.field == holder_field)


def assigned_person(life: Iterable[Event], holder_field: str | None, at: datetime) -> str | None:
    """The person in the stage's field, else the assignee, up to and at an instant."""
    known = [event for event in life if names_holder(event, holder_field)]
    in_field = last_value(known, "holder", at)
    return in_field if in_field is not None else last_value(known, "assignee", at)


def last_value(life: Iterable[Event], kind: str, at: datetime) -> str | None:
    """The value that a ticket's events of one kind gave last, up to and at an instant."""
    value = None
    for event in life:
        if event.kind == kind and event.at <= at:
            value = event.after
    return value
