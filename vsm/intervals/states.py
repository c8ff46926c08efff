"""In which stage, with which assignee, each ticket was after every instant at which something changed."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals._kernels.arrays import NEVER, NOBODY, Flags, Ints
from vsm.intervals._kernels.coding import Interner, decode, instants_of
from vsm.intervals._kernels.runs import (
    first_of_run,
    last_true_in_run,
    run_ends,
    run_start_index,
    run_starts,
    take_or_missing,
)
from vsm.intervals.event_codes import KIND, STATES, EventCodes, columns_of, event_codes
from vsm.intervals.stage_codes import fields_of_stages, stage_of_status


def states_from_events(events: pd.DataFrame, *, stages: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give what held after each change of a ticket's status, assignee or team.

    Changes that share an instant act together, but each record of the source that moves the ticket on is a
    change of its own. Tickets that were not created by ``as_of`` are left out, and so is everything after it.

    Parameters
    ----------
    events
        EVENTS in order, with persons for accounts; only the kinds of ``STATE_KINDS`` are read.
    stages
        As ``stages_from_names`` gives them.

    Returns
    -------
    DataFrame
        One row per change: ``ticket`` (category), ``at``, ``stage`` (row number of the stage's first status
        in ``stages``), ``assignee`` (who is in the stage's own field, else the assignee), ``team``
        (categories), ``mover`` (who changed the stage by this change), ``assigner``, ``moved`` (the stage
        changed) and ``bulk`` (the move was a bulk edit).

    Examples
    --------
    >>> from vsm.tables import EVENTS, conform
    >>> at = pd.Timestamp("2026-01-05", tz="UTC")
    >>> rows = [{"ticket": "a", "at": at, "kind": kind, "after": after, "source": "x", "ref": kind, "seq": 0,
    ...          "bulk": False} for kind, after in (("created", None), ("status", "s"))]
    >>> stages = pd.DataFrame({"status": ["s"], "stage": ["Open"], "holder_field": [None]})
    >>> states = states_from_events(conform(pd.DataFrame(rows), EVENTS), stages=stages, as_of=at)
    >>> states[["stage", "moved"]].to_numpy().tolist()
    [[0, True]]
    """
    words = Interner()
    codes = event_codes(columns_of(events), words, as_of=as_of)
    field_of = fields_of_stages(stages, words)
    states = states_of(codes, words.translate(stage_of_status(stages)), field_of)
    people = {
        name: decode(getattr(states, name), words.words) for name in ("assignee", "team", "mover", "assigner")
    }
    return pd.DataFrame(
        {
            "ticket": decode(states.ticket, events["ticket"].cat.categories),
            "at": instants_of(states.at),
            "stage": states.stage,
            **people,
            "bulk": states.bulk,
            "moved": states.moved,
        }
    )


class StateCodes(NamedTuple):
    """What held after each change of a ticket; ``row`` is the position in the log.

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


def states_of(events: EventCodes, stage_of: Ints, field_of: Ints) -> StateCodes:
    """Give what held after each change, in codes.

    Parameters
    ----------
    events
        As ``event_codes`` gives them.
    stage_of
        Number of the stage that a word means as a status, by the word's code.
    field_of
        Field that names who holds tickets in each stage, by its number.
    """
    # One ticket: created and put into Open at 9, assigned to ann and moved to Build at 10, reassigned to bob
    # at 12.
    #
    #   row           0        1        2         3        4
    #   kind       created  status  assignee   status  assignee
    #   at            9        9       10        10       12
    #   after         –      Open     ann      Build     bob
    #   moves         F        T        F         T        F
    #   move_row     −1        1        1         3        3      last move up to here
    #   assign_row   −1       −1        2         2        4      last assignment up to here
    #   here                   ↑                  ↑        ↑      last row of each change
    row, at = _rows_since_creation(events)
    ticket, kind = events.ticket[row], events.kind[row]
    start = run_start_index(run_starts(ticket))
    after, actor = events.after[row], events.actor[row]
    stage = np.where(kind == KIND["status"], stage_of[after], NOBODY)
    moves = (stage != NOBODY) & (events.before[row] != after)
    move_row = last_true_in_run(moves, start)
    changes = _changes(events, row, at, moves)
    first, here = np.flatnonzero(changes), np.flatnonzero(run_ends(changes))
    known = move_row[here] != NOBODY
    first, here = first[known], here[known]
    move_row, ticket_here = move_row[here], ticket[here]
    stage_here = stage[move_row]
    assign_row, giving_row = _assigning_rows(events, row, start, here, first, field_of[stage_here])
    team_row = last_true_in_run(kind == KIND["team"], start)[here]
    moved_now, assigned_now = move_row >= first, giving_row >= first
    return StateCodes(
        row=row[here],
        ticket=ticket_here,
        at=at[here],
        stage=stage_here,
        assignee=take_or_missing(after, assign_row),
        team=take_or_missing(after, team_row),
        mover=np.where(moved_now, actor[move_row], NOBODY),
        assigner=np.where(assigned_now, take_or_missing(actor, giving_row), NOBODY),
        moved=run_starts(ticket_here, stage_here),
        bulk=moved_now & events.bulk[row][move_row],
    )


def _assigning_rows(
    events: EventCodes, row: Ints, start: Ints, here: Ints, first: Ints, field: Ints
) -> tuple[Ints, Ints]:
    """Give the row that says who is assigned after each change, and the one that gave the ticket to them.

    Who is in the stage's ``field`` counts, and where nobody is, the assignee::

        change                 assignee ann   Tester bob   Tester –   Tester: field of the stage
        row                         0             1            2
        who is assigned            ann           bob          ann     says row 0, 1, 0
        given to them by row        0             1            2
    """
    kind, after = events.kind[row], events.after[row]
    said = last_true_in_run(kind == KIND["assignee"], start)[here]
    given = said
    for name in np.unique(field[field != NOBODY]):
        entry = last_true_in_run((kind == KIND["holder"]) & (events.field[row] == name), start)[here]
        filled = take_or_missing(after, entry) != NOBODY
        given = np.where((field == name) & (filled | (given < first)), entry, given)
        said = np.where((field == name) & filled, entry, said)
    return said, given


def _rows_since_creation(events: EventCodes) -> tuple[Ints, Ints]:
    """Give the rows that change states of created tickets; what is dated earlier acts at creation."""
    row = np.flatnonzero(STATES[events.kind])
    starts = run_starts(events.ticket[row])
    run, at = np.cumsum(starts) - 1, np.take(events.at, row)
    created = events.kind[row] == KIND["created"]
    creation = first_of_run(created, at, run, runs=int(starts.sum()))[run]
    at, known = np.maximum(at, creation), creation != NEVER
    return (row, at) if known.all() else (row[known], at[known])


def _changes(events: EventCodes, row: Ints, at: Ints, moves: Flags) -> Flags:
    """Mark the first row of each change: of each instant, and of each record in it that is a further move.

    ::

        at         9   9     12     12    12       15
        record     0   0      1      2     2        3
        kind       –  move  move  assignee move   move
        change     ↑          ↑      ↑              ↑     at 12 it went on twice
    """
    instant = run_starts(events.ticket[row], at)
    record = instant | run_starts(events.record[row])
    number = np.cumsum(record) - 1
    moving = np.bincount(number, weights=moves & ~events.shown[row]) > 0
    further = np.flatnonzero(record & ~instant & (np.take(events.at, row) == at))
    begin, upto = np.flatnonzero(instant), np.append(0, np.cumsum(moves))
    moved = upto[further] > upto[begin[np.searchsorted(begin, further, side="right") - 1]]
    changes = instant.copy()
    changes[further] = moving[number[further]] & moved
    return changes
