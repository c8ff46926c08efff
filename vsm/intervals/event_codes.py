"""EVENTS as whole numbers: what follows compares codes and microseconds only."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.arrays import NOBODY, Flags, Ints
from vsm.intervals._kernels.coding import DictColumn, Interner, micros_at
from vsm.tables import EVENT_KINDS, PERSON_KINDS, TOUCH_KINDS

STATE_KINDS: Final = ("created", "status", "team", *PERSON_KINDS)
KIND: Final = {kind: code for code, kind in enumerate(EVENT_KINDS)}
COLUMNS: Final = ("ticket", "at", "kind", "before", "after", "actor", "source", "ref", "bulk", "field")
MILESTONES: Final = "git"
"""Source of the moves that Git's milestones add."""


def _marked(kinds: Iterable[str]) -> Flags:
    """Mark these kinds of event, by code; the last place is that of NOBODY, which is none of them."""
    marked = np.zeros(len(EVENT_KINDS) + 1, dtype=bool)
    marked[[KIND[kind] for kind in kinds]] = True
    return marked


STATES: Final = _marked(STATE_KINDS)
TOUCHES: Final = _marked(TOUCH_KINDS)
READ: Final = _marked((*STATE_KINDS, *TOUCH_KINDS, "delete"))


class EventColumns(NamedTuple):
    """The columns of EVENTS that intervals need, as stored: instants in microseconds, words by dictionary."""

    ticket: DictColumn
    at: Ints
    kind: DictColumn
    before: DictColumn
    after: DictColumn
    actor: DictColumn
    source: DictColumn
    ref: "pd.Series[str]"
    bulk: Flags
    field: DictColumn


def columns_of(events: pd.DataFrame) -> EventColumns:
    """Give these columns of a frame of EVENTS."""
    words = {
        name: DictColumn(events[name].cat.codes.to_numpy(), events[name].cat.categories.tolist())
        for name in ("kind", "before", "after", "actor", "source", "field")
    }
    ticket = events["ticket"].cat
    tickets: Any = ticket.categories  # very many, and hardly ever asked for: no list is made
    return EventColumns(
        ticket=DictColumn(ticket.codes.to_numpy(), tickets),
        at=micros_of(events["at"]),
        ref=events["ref"],
        bulk=events["bulk"].to_numpy(),
        **words,
    )


def rows_of(events: EventColumns, rows: slice) -> EventColumns:
    """Give these rows of all columns, without copying them."""
    taken: dict[str, Any] = {
        name: column._replace(codes=column.codes[rows]) if isinstance(column, DictColumn) else column[rows]
        for name, column in events._asdict().items()
    }
    return EventColumns(**taken)


class EventCodes(NamedTuple):
    """One entry a fact about a ticket's state or about work on it, in the log's order.

    ``kind`` counts in EVENT_KINDS; ``before``, ``after``, ``actor`` and ``field`` are codes of one interner.
    ``record`` differs between states of one ticket and instant that come from different records of the
    source; ``shown`` marks moves that Git's milestones add.
    """

    ticket: npt.NDArray[Any]
    at: Ints
    kind: npt.NDArray[Any]
    before: Ints
    after: Ints
    actor: Ints
    record: Ints
    shown: Flags
    bulk: Flags
    field: Ints


def event_codes(events: EventColumns, words: Interner, *, as_of: pd.Timestamp) -> EventCodes:
    """Give the facts up to an instant in codes of one interner, without kinds that intervals do not read."""
    number = np.array([*(KIND[kind] for kind in events.kind.dictionary), NOBODY], dtype=np.int8)
    kind = number[events.kind.codes]
    read = READ[kind] & (events.at <= micros_at(as_of))
    rows: Any = slice(None) if read.all() else np.flatnonzero(read)  # a slice copies nothing
    kind = kind[rows]
    # Only states have a before and an after that matter: words of other kinds are not worth a code.
    stateless = ~STATES[kind]
    before, after = events.before.codes[rows].copy(), events.after.codes[rows].copy()
    before[stateless] = after[stateless] = NOBODY
    ticket, at = events.ticket.codes[rows], np.asarray(events.at)[rows]
    shown = np.array([word == MILESTONES for word in events.source.dictionary] + [False])
    return EventCodes(
        ticket,
        at,
        kind,
        before=words.recode(events.before.dictionary, before),
        after=words.recode(events.after.dictionary, after),
        actor=words.recode(events.actor.dictionary, events.actor.codes[rows]),
        record=_records(ticket, at, np.flatnonzero(~stateless), events.ref, rows),
        shown=shown[events.source.codes[rows]],
        bulk=events.bulk[rows],
        field=words.recode(events.field.dictionary, events.field.codes[rows]),
    )


def _records(ticket: npt.NDArray[Any], at: Ints, state: Ints, ref: "pd.Series[str]", rows: Any) -> Ints:
    """Number the records of states: another number where the record differs from that of the state before.

    Only states that share ticket and instant with the one before are compared: texts are slow.
    """
    ahead, behind = state[1:], state[:-1]
    same = (ticket[ahead] == ticket[behind]) & (at[ahead] == at[behind])
    place = np.arange(len(ref))[rows]
    here, before = (ref.array.take(place[which[same]]) for which in (ahead, behind))
    other = np.zeros(len(ticket), dtype=np.int64)
    other[ahead] = ~same
    other[ahead[same]] = np.asarray(here != before, dtype=bool)
    return np.cumsum(other)
