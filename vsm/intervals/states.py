"""In which stage, with which assignee, was each ticket after every instant at which something changed?"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals.codes import at_rows, instants_of, named
from vsm.intervals.event_codes import (
    KIND,
    STATE_KINDS,
    STATES,
    EventCodes,
    Vocabulary,
    event_codes,
    facts_of,
    stage_of_status,
)
from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import NEVER, NOBODY, begins, earliest_of, ends, first_row, latest

KINDS: Final = STATE_KINDS


def states_from_events(events: pd.DataFrame, *, stages: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """What held after each instant at which a ticket's status, assignee or team changed?

    Changes that share an instant act together: only what holds after the last of them counts. Tickets
    that were not created by ``as_of`` are left out, and so is everything after it.

    Parameters
    ----------
    events
        EVENTS in order, with persons for accounts; only the kinds of ``KINDS`` are read.
    stages
        As ``stages_from_names`` gives them.

    Returns
    -------
    DataFrame
        One row per ticket and instant: ``ticket`` (category), ``at``, ``stage`` (row number of the
        stage's first status in ``stages``), ``assignee``, ``team`` (categories), ``mover`` (who changed
        the stage at this instant), ``assigner``, ``moved`` (the stage changed) and ``bulk`` (the move was
        a bulk edit).

    Examples
    --------
    >>> from vsm.tables import EVENTS, conform
    >>> at = pd.Timestamp("2026-01-05", tz="UTC")
    >>> rows = [{"ticket": "a", "at": at, "kind": kind, "after": after, "source": "x", "ref": kind, "seq": 0,
    ...          "bulk": False} for kind, after in (("created", None), ("status", "s"))]
    >>> stages = pd.DataFrame({"status": ["s"], "stage": ["Open"]})
    >>> states = states_from_events(conform(pd.DataFrame(rows), EVENTS), stages=stages, as_of=at)
    >>> states[["stage", "moved"]].to_numpy().tolist()
    [[0, True]]
    """
    words = Vocabulary()
    codes = event_codes(facts_of(events), words, as_of=as_of)
    states = states_of(codes, words.meaning(stage_of_status(stages)))
    persons = {
        name: named(getattr(states, name), words.words) for name in ("assignee", "team", "mover", "assigner")
    }
    return pd.DataFrame(
        {
            "ticket": named(states.ticket, events["ticket"].cat.categories),
            "at": instants_of(states.at),
            "stage": states.stage,
            **persons,
            "bulk": states.bulk,
            "moved": states.moved,
        }
    )


class StateCodes(NamedTuple):
    """What held after each instant at which a ticket changed? ``row`` is the place in the log.

    Persons and teams are codes, NOBODY where there is none; ``stage`` is a number of ``stages``.
    """

    row: Ints
    ticket: npt.NDArray[Any]
    at: Ints
    stage: Ints
    assignee: Ints
    team: Ints
    mover: Ints
    assigner: Ints
    moved: Flags
    bulk: Flags


def states_of(events: EventCodes, stage_of: Ints) -> StateCodes:
    """What held after each instant, in codes?

    Parameters
    ----------
    events
        As ``event_codes`` gives them.
    stage_of
        Number of the stage that a word means as a status, by the word's code.
    """
    row, at = _of_created(events)
    ticket, kind = events.ticket[row], events.kind[row]
    floor = first_row(begins(ticket))
    after, actor = events.after[row], events.actor[row]
    stage = np.where(kind == KIND["status"], stage_of[after], NOBODY)
    moves = (stage != NOBODY) & (events.before[row] != after)
    told = latest(moves, floor)
    here = np.flatnonzero(ends(begins(ticket, at)) & (told != NOBODY))
    told, instant, ticket_here = told[here], at[here], ticket[here]
    assigned = latest(kind == KIND["assignee"], floor)[here]
    named = latest(kind == KIND["team"], floor)[here]
    now = at[told] == instant
    stage_here = stage[told]
    return StateCodes(
        row=row[here],
        ticket=ticket_here,
        at=instant,
        stage=stage_here,
        assignee=at_rows(after, assigned),
        team=at_rows(after, named),
        mover=np.where(now, actor[told], NOBODY),
        assigner=np.where(at_rows(at, assigned, missing=NEVER) == instant, at_rows(actor, assigned), NOBODY),
        moved=begins(ticket_here, stage_here),
        bulk=now & events.bulk[row][told],
    )


def _of_created(events: EventCodes) -> tuple[Ints, Ints]:
    """Keep what changes states, of tickets that were created; what lies before creation acts at creation."""
    row = np.flatnonzero(STATES[events.kind])
    begin = begins(events.ticket[row])
    number, at = np.cumsum(begin) - 1, np.take(events.at, row)
    created = events.kind[row] == KIND["created"]
    start = earliest_of(created, at, number, runs=int(begin.sum()))[number]
    known = start != NEVER
    return row[known], np.maximum(at, start)[known]
