"""Visits in codes: from states to stays with holder, team, first and last touch, on plain arrays."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vsm.intervals._kernels.arrays import NEVER, NOBODY, Flags, Ints
from vsm.intervals._kernels.runs import (
    first_of_run,
    last_of_run,
    run_ends,
    run_start_index,
    run_starts,
    shift_within_run,
    take_or_missing,
)
from vsm.intervals.event_codes import KIND, TOUCHES, EventCodes
from vsm.intervals.stage_codes import DONE, WORK, StageCodes, TeamCodes
from vsm.intervals.states import StateCodes


class VisitCodes(NamedTuple):
    """One entry a visit; instants in microseconds, NEVER where there is none.

    ``moved`` marks visits that began with another stage, not only with another holder or team.
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
    """Visits before touches are known; ``state`` is the row that began each."""

    state: Ints
    ticket: npt.NDArray[Any]
    kind: Ints
    holder: Ints
    team: Ints
    mover: Ints
    entered: Ints
    left: Ints
    last: Flags


def visits_of(
    events: EventCodes, states: StateCodes, *, stages: StageCodes, teams: TeamCodes, of_ticket: Ints
) -> VisitCodes:
    """Give the visits of each ticket.

    Parameters
    ----------
    events, states
        As ``event_codes`` and ``states_of`` give them.
    of_ticket
        Team of each ticket, by its number in ``events``; empty where no ticket has one.
    """
    states, end = _cut_at_deletion(events, states, stages)
    stays = _split(states, end, stages=stages, teams=teams, of_ticket=of_ticket)
    first, last = _touches(events, states, stays)
    stage = states.stage[stays.state]
    moved = states.moved[stays.state]
    return VisitCodes(
        ticket=stays.ticket,
        stage=stage,
        kind=stays.kind,
        holder=stays.holder,
        team=stays.team,
        entered=stays.entered,
        left=stays.left,
        first_touch=first,
        last_touch=last,
        moved=moved,
        bulk=_bulk(moved & states.bulk[stays.state], stages.batch[stage], stays.last),
    )


def _cut_at_deletion(events: EventCodes, states: StateCodes, stages: StageCodes) -> tuple[StateCodes, Ints]:
    """End lifecycles where the ticket was found gone, unless it was done by then; give states and ends."""
    # Ticket 5 was found gone at 30, ticket 6 never:
    #
    #   ticket   5     5     5     6            run       0    0    0    1
    #   at      10    20    40    15            gone     30   30   30    ∞
    #   kind  queue  work  done  queue          by_then   T    T    F    T     40 never came to be
    #                                           kind then: work, so it ends at 30 (done would stay)
    starts = run_starts(states.ticket)
    deletion = np.flatnonzero(events.kind == KIND["delete"])
    if not len(deletion) or not len(starts):
        return states, np.full(len(starts), NEVER)
    run, runs = np.cumsum(starts) - 1, int(starts.sum())
    # Deletions of tickets without any state go to a run of their own, the last place, which is dropped again.
    run_of = np.full(int(max(events.ticket.max(), states.ticket.max())) + 1, runs)
    run_of[states.ticket] = run
    gone = np.full(runs + 1, NEVER)
    gone[run_of[events.ticket[deletion[::-1]]]] = events.at[
        deletion[::-1]
    ]  # backwards: the earliest one stays
    gone = gone[:-1]
    by_then = states.at <= gone[run]
    kind = last_of_run(by_then, stages.kind[states.stage], run, runs=runs, missing=NOBODY)
    end = np.where(kind == DONE, NEVER, gone)[run]
    keep = by_then & (states.at < end)
    return StateCodes(*(column[keep] for column in states)), end[keep]


def _split(states: StateCodes, end: Ints, *, stages: StageCodes, teams: TeamCodes, of_ticket: Ints) -> _Stays:
    """Begin a visit with another stage, holder or team."""
    # Moved to Build by lead at 9, assigned to ann at 11, moved to QA by ann at 15:
    #
    #   state       0      1      2
    #   stage     Build  Build   QA (queue)
    #   moved       T      F      T
    #   assignee    –     ann    ann
    #   mover     lead   lead    ann            that of the state that began the stay in the stage
    #   holder    lead    ann     –             that of the next work: here there is none
    #   visit       ↑      ↑      ↑             left: 11, 15, end
    kind = stages.kind[states.stage]
    mover = states.mover[run_start_index(states.moved)]
    assigned = np.where(states.assignee != NOBODY, states.assignee, mover)
    ahead = next_work(states.ticket, kind == WORK)
    holder = np.where(kind == DONE, NOBODY, take_or_missing(assigned, ahead))
    team = _teams(states, kind, holder, stages=stages, teams=teams, of_ticket=of_ticket)
    row = np.flatnonzero(states.moved | run_starts(holder, team))
    ticket, entered = states.ticket[row], states.at[row]
    last = run_ends(run_starts(ticket))
    left = np.where(last, end[row], shift_within_run(entered, last, missing=NEVER))
    return _Stays(row, ticket, kind[row], holder[row], team[row], mover[row], entered, left, last)


def _touches(events: EventCodes, states: StateCodes, stays: _Stays) -> tuple[Ints, Ints]:
    """Give the first and the last evidence that the holder of a work visit worked in it.

    Moving the ticket in oneself is evidence, so is taking the assignment oneself, and so is a comment,
    worklog, commit or review inside the visit. Moving it on oneself is the last evidence, but says nothing
    about the beginning.
    """
    held = (stays.kind == WORK) & (stays.holder != NOBODY)
    moved = states.moved[stays.state]
    opener = np.where(moved, stays.mover, states.assigner[stays.state])
    first, last = _traces(events, states.row[stays.state], stays)
    first = np.where(held & (opener == stays.holder), stays.entered, first)
    closer = shift_within_run(np.where(moved, stays.mover, NOBODY), stays.last, missing=NOBODY)
    last = np.where(held & (closer == stays.holder), stays.left, np.where(last == NEVER, first, last))
    return first, last


def _traces(events: EventCodes, row: Ints, stays: _Stays) -> tuple[Ints, Ints]:
    """Give the first and the last trace of the holder inside each work visit; ``row`` began it in the log."""
    trace = np.flatnonzero(TOUCHES[events.kind] & (events.actor != NOBODY))
    visit = _visit_of_traces(events, trace, row, stays)
    at = events.at[trace]
    own = (
        (
            (visit != NOBODY)
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
    return first_of_run(own, at, visit, runs=runs), last_of_run(own, at, visit, runs=runs, missing=NEVER)


def _visit_of_traces(events: EventCodes, trace: Ints, row: Ints, stays: _Stays) -> Ints:
    """Give the visit in which each trace is, if in any: the last that began by then.

    ::

        log row        0      1       2        3        4
        kind       created  status  comment  comment  status      visits began in rows 1 and 4
        at             9      9      10       15       15
        searchsorted                  0        0                  the last visit that began in an earlier row
        next visit began by then?     F        T                  same ticket, entered 15 ≤ 15
        visit                         0        1

    The log's order suffices, but for a trace that comes before the changes of its own instant: of several
    visits that begin then, it is in the last one.
    """
    visit = np.searchsorted(row, trace, side="right") - 1
    if not len(row):
        return visit
    ahead = np.minimum(visit + 1, len(row) - 1)
    begun = (stays.ticket[ahead] == events.ticket[trace]) & (stays.entered[ahead] <= events.at[trace])
    last = np.flatnonzero(run_ends(run_starts(stays.ticket, stays.entered)))
    visit[begun] = last[np.searchsorted(last, ahead[begun])]
    return visit


def next_work(ticket: npt.NDArray[Any], work: Flags) -> Ints:
    """Give the row of each visit's own or next work visit of the same ticket; NOBODY where there is none.

    ::

        row                 0  1  2          work   F  T  F      ticket  1 1 2
        work before         0  0  1
        rows of work, or 3  1  1  3          3 is beyond the end: its ticket is NOBODY, which equals none

    Examples
    --------
    >>> next_work(np.array([1, 1, 2]), np.array([False, True, False])).tolist()
    [1, 1, -1]
    """
    ahead = np.append(np.flatnonzero(work), len(work))[np.cumsum(work) - work]
    return np.where(np.append(ticket, NOBODY)[ahead] == ticket, ahead, NOBODY)


def _teams(
    states: StateCodes, kind: Ints, holder: Ints, *, stages: StageCodes, teams: TeamCodes, of_ticket: Ints
) -> Ints:
    """Give the team: in a work stage the holder's, else the stage's; then the ticket's; then the other."""
    of_holder = teams.of_persons(holder, states.at)
    of_stage, own = stages.team[states.stage], states.team
    if len(of_ticket):
        own = np.where(own != NOBODY, own, of_ticket[states.ticket])
    work = kind == WORK
    first, final = np.where(work, of_holder, of_stage), np.where(work, of_stage, of_holder)
    return np.where(first != NOBODY, first, np.where(own != NOBODY, own, final))


def _bulk(tidied: Flags, batch: Flags, last: Flags) -> Flags:
    """Mark visits that a bulk move began or ended, unless that move left a stage meant for batches."""
    from_batch = np.zeros(len(last), dtype=bool)
    from_batch[1:] = (batch & ~last)[:-1]
    begun = tidied & ~from_batch
    ended: Flags = shift_within_run(begun, last, missing=0)
    return np.logical_or(begun, ended)
