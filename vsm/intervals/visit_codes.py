"""Where did each ticket stay, in codes? The arrows from states to visits, on plain arrays."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vsm.intervals.codes import at_rows
from vsm.intervals.event_codes import (
    DONE,
    KIND,
    OUTSIDE,
    QUEUE,
    TOUCHES,
    WORK,
    EventCodes,
    StageCodes,
    TeamCodes,
)
from vsm.intervals.instants import Flags, Ints
from vsm.intervals.runs import (
    NEVER,
    NOBODY,
    begins,
    earliest_of,
    ends,
    first_row,
    following,
    latest_of,
)
from vsm.intervals.states import StateCodes

BEFORE_ALL: Final = -1


class VisitCodes(NamedTuple):
    """Where did each ticket stay? One entry a visit; instants in microseconds, NEVER where there is none.

    ``moved`` tells that the visit began with another stage, not only with another holder.
    """

    ticket: npt.NDArray[Any]
    stage: Ints
    kind: Ints
    holder: Ints
    team: Ints
    entered: Ints
    left: Ints
    first_touch: Ints
    last_touch: Ints
    moved: Flags
    bulk: Flags


class _Stays(NamedTuple):
    """What is known of visits before the touches, the teams and the next holders?"""

    state: Ints
    ticket: npt.NDArray[Any]
    kind: Ints
    holder: Ints
    mover: Ints
    entered: Ints
    left: Ints
    last: Flags


def visits_of(
    events: EventCodes, states: StateCodes, *, stages: StageCodes, teams: TeamCodes, of_ticket: Ints
) -> VisitCodes:
    """Where did each ticket stay, with whom, from when to when?

    Parameters
    ----------
    events, states
        As ``event_codes`` and ``states_of`` give them.
    of_ticket
        Team of each ticket, by its number in ``events``; empty where no ticket has one.
    """
    states, end = _cut(events, states, stages)
    stays = _split(states, end, stages)
    first, last = _touches(events, states, stays)
    number = states.stage[stays.state]
    moved = states.moved[stays.state]
    holder = _holders(stays)
    return VisitCodes(
        ticket=stays.ticket,
        stage=number,
        kind=stays.kind,
        holder=holder,
        team=_teams(states, stays, holder, stages=stages, teams=teams, of_ticket=of_ticket),
        entered=stays.entered,
        left=stays.left,
        first_touch=first,
        last_touch=last,
        moved=moved,
        bulk=_bulk(moved & states.bulk[stays.state], stages.batch[number], stays.last),
    )


def _cut(events: EventCodes, states: StateCodes, stages: StageCodes) -> tuple[StateCodes, Ints]:
    """End lives where the ticket was found gone, unless it was done by then; the end by state."""
    begin = begins(states.ticket)
    deletion = np.flatnonzero(events.kind == KIND["delete"])
    if not len(deletion) or not len(begin):
        return states, np.full(len(begin), NEVER)
    number, runs = np.cumsum(begin) - 1, int(begin.sum())
    run_of = np.full(int(max(events.ticket.max(), states.ticket.max())) + 1, runs)
    run_of[states.ticket] = number
    gone = np.full(runs + 1, NEVER)
    gone[run_of[events.ticket[deletion[::-1]]]] = events.at[deletion[::-1]]  # the earliest is written last
    gone = gone[:-1]
    by_then = states.at <= gone[number]
    kind = latest_of(by_then, stages.kind[states.stage], number, runs=runs, missing=NOBODY)
    end = np.where(kind == DONE, NEVER, gone)[number]
    kept = by_then & (states.at < end)
    return StateCodes(*(column[kept] for column in states)), end[kept]


def _split(states: StateCodes, end: Ints, stages: StageCodes) -> _Stays:
    """Find where visits begin: with another stage, or with another holder in a work stage."""
    kind = stages.kind[states.stage]
    mover = states.mover[first_row(states.moved)]
    held = np.where(states.assignee != NOBODY, states.assignee, mover)
    holder = np.where(kind == WORK, held, NOBODY)
    row = np.flatnonzero(states.moved | begins(holder))
    ticket, entered = states.ticket[row], states.at[row]
    last = ends(begins(ticket))
    left = np.where(last, end[row], following(entered, last, missing=NEVER))
    return _Stays(row, ticket, kind[row], holder[row], mover[row], entered, left, last)


def _touches(events: EventCodes, states: StateCodes, stays: _Stays) -> tuple[Ints, Ints]:
    """Find the first and the last evidence that the holder of a work visit worked in it.

    Moving the ticket in oneself is one, taking the assignment oneself is one, and a comment, worklog,
    commit or review inside the visit; moving it on oneself is the last one, but tells nothing about the
    beginning.
    """
    held = (stays.kind == WORK) & (stays.holder != NOBODY)
    moved = states.moved[stays.state]
    came = np.where(moved, stays.mover, states.assigner[stays.state])
    first, last = _traces(events, states.row[stays.state], stays)
    first = np.where(held & (came == stays.holder), stays.entered, first)
    mover = following(np.where(moved, stays.mover, NOBODY), stays.last, missing=NOBODY)
    last = np.where(held & (mover == stays.holder), stays.left, np.where(last == NEVER, first, last))
    return first, last


def _traces(events: EventCodes, row: Ints, stays: _Stays) -> tuple[Ints, Ints]:
    """Find the first and the last trace that the holder left inside each work visit."""
    trace = np.flatnonzero(TOUCHES[events.kind] & (events.actor != NOBODY))
    visit = _visit_of(events, trace, row, stays)
    at = events.at[trace]
    mine = (
        (
            (visit != BEFORE_ALL)
            & (stays.ticket[visit] == events.ticket[trace])
            & (stays.kind[visit] == WORK)
            & (stays.holder[visit] == events.actor[trace])
            & (stays.entered[visit] <= at)
            & (at < stays.left[visit])
        )
        if len(row)
        else np.zeros(len(trace), dtype=bool)
    )
    runs = len(row)
    return earliest_of(mine, at, visit, runs=runs), latest_of(mine, at, visit, runs=runs, missing=NEVER)


def _visit_of(events: EventCodes, trace: Ints, row: Ints, stays: _Stays) -> Ints:
    """Tell the visit in which each trace lies, if in any: the last that began by then.

    The log's order tells it, but for a trace that stands before the change of its own instant.
    """
    visit = np.searchsorted(row, trace, side="right") - 1
    if not len(row):
        return visit
    ahead = np.minimum(visit + 1, len(row) - 1)
    begun = (stays.ticket[ahead] == events.ticket[trace]) & (stays.entered[ahead] <= events.at[trace])
    return np.where(begun, ahead, visit)


def _holders(stays: _Stays) -> Ints:
    """Give queue and outside visits the holder of the ticket's next work visit."""
    ahead = next_work(stays.ticket, stays.kind == WORK)
    waits = (stays.kind == QUEUE) | (stays.kind == OUTSIDE)
    return np.where(waits, at_rows(stays.holder, ahead), stays.holder)


def next_work(ticket: npt.NDArray[Any], work: Flags) -> Ints:
    """Which row is each visit's own or next work visit of the same ticket? NOBODY where there is none.

    Examples
    --------
    >>> next_work(np.array([1, 1, 2]), np.array([False, True, False])).tolist()
    [1, 1, -1]
    """
    beyond = len(work)
    ahead = np.minimum.accumulate(np.where(work, np.arange(beyond), beyond)[::-1])[::-1]
    return np.where(np.append(ticket, NOBODY)[ahead] == ticket, ahead, NOBODY)


def _teams(
    states: StateCodes, stays: _Stays, holder: Ints, *, stages: StageCodes, teams: TeamCodes, of_ticket: Ints
) -> Ints:
    """Tell the team: the holder's in a work stage, the stage's elsewhere; the ticket's own comes between."""
    of_holder = teams.of_persons(holder, stays.entered)
    of_stage = stages.team[states.stage[stays.state]]
    between = states.team[stays.state]
    if len(of_ticket):
        between = np.where(between != NOBODY, between, of_ticket[stays.ticket])
    work = stays.kind == WORK
    first, final = np.where(work, of_holder, of_stage), np.where(work, of_stage, of_holder)
    return np.where(first != NOBODY, first, np.where(between != NOBODY, between, final))


def _bulk(tidied: Flags, batch: Flags, last: Flags) -> Flags:
    """Mark visits that a bulk move began or ended, unless that move left a stage meant for batches."""
    meant = np.zeros(len(last), dtype=bool)
    meant[1:] = (batch & ~last)[:-1]
    begun = tidied & ~meant
    ended: Flags = following(begun, last, missing=0)
    return np.logical_or(begun, ended)
