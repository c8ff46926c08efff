"""Whole past tickets as routes: through which stages, with how much work, by whom again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsm.model.replay.past import ACTIVE, DAY, FINISHED, QUEUE, Flags, Past, Stays, rows_by
from vsm.model.replay.stations import People, worked
from vsm.model.replay.steps import GATE, LINE, PAUSE, WORK, Floats, Ints, Step

NEARLY_ALL: Final = 0.9
"""Share of the begun tickets of a window that are finished, for the window to give whole routes."""
_AT_A_TIME: Final = 40
"""Tickets over which that share is looked at."""
LOOK_BACK: Final = 365 * DAY


@dataclass(frozen=True, slots=True)
class Route:
    """What one ticket went through. Without steps: nobody ever began it, so that it needs nobody.

    ``counts``: its lead time does; that of what was discarded does not.
    """

    steps: tuple[Step, ...]
    counts: bool
    discarded: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """A ticket that is under way: in which step, since when, and how many seconds of it have passed.

    ``server`` works on it, or is -1. The rest of its way is drawn, and with it whether it is discarded; its
    lead time counts if it is not, and it is a ``unit`` of work.
    """

    stage: int
    kind: int
    line: int
    created: float
    entered: float
    spent: float
    server: int
    unit: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """The steps of every stay, so far: kind, line, seconds and whether the same person comes again."""

    kind: Ints
    line: Ints
    seconds: Floats
    again: Flags

    def step(self, stage: int, row: int) -> Step:
        """Give the step of a stay."""
        return Step(
            stage, int(self.kind[row]), float(self.seconds[row]), int(self.line[row]), bool(self.again[row])
        )


def ways_of(past: Past, stays: Stays, *, people: People, gates: Sequence[int]) -> Ways:
    """Give what each stay is to the replay.

    Work that people do at a stage waits for them; a queue before it is their line. A queue that opens a gate
    is a GATE. All else takes the time it took: stages outside, work of nobody known, and queues that lead to
    no such work.
    """
    staffed = np.zeros(len(past.stages), dtype=bool)
    staffed[[line for server in people.servers for line in server.lines]] = True
    kind = past.kinds[stays.stage]
    work = (kind == ACTIVE) & staffed[stays.stage]
    after = np.append(stays.stage[1:], -1)
    leads = np.append(work[1:], False) & ~stays.ends
    gate = np.isin(stays.stage, list(gates)) & (kind == QUEUE)
    line = (kind == QUEUE) & leads & ~gate
    ends = np.where(np.isnan(stays.left), past.at, stays.left)
    worked_on = _work(past, stays, people=people)
    step = np.select([work, gate, line], [WORK, GATE, LINE], default=PAUSE)
    return Ways(
        kind=step,
        line=np.select([work, line], [stays.stage, after], default=-1),
        seconds=np.select([work, step == PAUSE], [worked_on, ends - stays.entered], default=0.0),
        again=_again(past, stays, work),
    )


def _work(past: Past, stays: Stays, *, people: People) -> Floats:
    """Sum the working time of each stay's visits, in the hours of whoever held it."""
    seconds = np.zeros(len(past.ticket))
    held = past.kinds[past.stage] == ACTIVE
    ends = np.where(np.isnan(past.left), past.at, past.left)
    begun = np.minimum(past.begun, ends)
    known = np.isin(past.holder, list(people.history))
    for holder, rows in rows_by(past.holder, held & known):
        seconds[rows] = worked(people.history[holder], begun[rows], ends[rows])
    for stage, rows in rows_by(past.stage, held & ~known & np.isin(past.stage, list(people.usual))):
        seconds[rows] = worked(people.usual[stage], begun[rows], ends[rows])
    return np.add.reduceat(seconds, stays.first) if len(stays.first) else seconds[:0]


def _again(past: Past, stays: Stays, work: Flags) -> Flags:
    """Mark the work that whoever did the ticket's last work at that stage did too."""
    holder = past.holder[stays.last]
    rows = np.flatnonzero(work & (holder >= 0))
    order = rows[np.lexsort((rows, stays.stage[rows], stays.ticket[rows]))]
    again = np.zeros(len(work), dtype=bool)
    before, then = order[:-1], order[1:]
    same = (
        (stays.ticket[before] == stays.ticket[then])
        & (stays.stage[before] == stays.stage[then])
        & (holder[before] == holder[then])
    )
    again[then[same]] = True
    return again


def routes_of(past: Past, stays: Stays, ways: Ways) -> tuple[list[Route], int]:
    """Give the routes of the latest tickets nearly all of which are finished; and how many count.

    Tickets that are finished today are short ones, where the rest of their week is still under way. So the
    window ends where nine of ten that were begun are finished, and goes a year back.
    """
    first, last = np.flatnonzero(stays.opens), np.flatnonzero(stays.ends)
    created = stays.entered[first]
    done = (past.kinds[stays.stage[last]] == FINISHED) & np.isnan(stays.left[last])
    tidied = np.add.reduceat(stays.bulk.astype(np.int64), first) > 0 if len(first) else done
    begun = (
        np.add.reduceat((past.kinds[stays.stage] == ACTIVE).astype(np.int64), first) > 0
        if len(first)
        else done
    )
    order = np.argsort(created, kind="stable")
    end = _nearly_all_finished(created[order], done[order], begun=begun[order])
    chosen = order[(created[order] <= end) & (created[order] >= end - LOOK_BACK)]
    routes = []
    for ticket in chosen.tolist():
        rows = range(int(first[ticket]), int(last[ticket]))
        whole = bool(done[ticket]) and not tidied[ticket]
        steps = tuple(ways.step(int(stays.stage[row]), row) for row in rows) if whole else ()
        unit, discarded = (bool(of[stays.ticket[first[ticket]]]) for of in (past.unit, past.discarded))
        routes.append(Route(steps, whole and unit and not discarded, discarded))
    return routes, sum(route.counts for route in routes)


def _nearly_all_finished(created: Floats, done: Flags, *, begun: Flags) -> float:
    """Give until when tickets were created of which nearly all that were begun are finished."""
    rows = np.flatnonzero(begun)
    if len(rows) < _AT_A_TIME:
        return -np.inf
    finished = np.convolve(done[rows], np.ones(_AT_A_TIME), mode="valid") / _AT_A_TIME
    enough = np.flatnonzero(finished >= NEARLY_ALL)
    return float(created[rows[enough[-1] + _AT_A_TIME - 1]]) if len(enough) else -np.inf


def open_tickets(
    past: Past, stays: Stays, ways: Ways, *, people: People, given_up: Flags, lines: Mapping[int, int]
) -> list[Open]:
    """Give the tickets that are under way, without those that nobody pulls any more.

    ``lines``: queue → the line that tickets in it mostly wait in.
    """
    last = np.flatnonzero(stays.ends)
    first = np.flatnonzero(stays.opens)
    found = []
    for begin, row in zip(first.tolist(), last.tolist(), strict=True):
        stage = int(stays.stage[row])
        kind = int(past.kinds[stage])
        if kind == FINISHED or not np.isnan(stays.left[row]) or given_up[row]:
            continue
        holder = int(past.holder[stays.last[row]])
        step, line, server = int(ways.kind[row]), int(ways.line[row]), -1
        if step == WORK:
            server = people.numbers.get(holder, -1)
            server = server if server >= 0 and stage in people.servers[server].lines else -1
        elif step == PAUSE and kind == QUEUE and stage in lines:
            step, line = LINE, lines[stage]
        spent = float(ways.seconds[row]) if step in (WORK, PAUSE) else 0.0
        found.append(
            Open(
                stage,
                step,
                line,
                float(stays.entered[begin]),
                float(stays.entered[row]),
                spent,
                server,
                bool(past.unit[stays.ticket[row]]),
            )
        )
    return found
