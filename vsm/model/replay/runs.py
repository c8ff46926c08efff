"""A replay made ready to be run often, and one run of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from vsm.model.replay.fitted import WEEK, Replay
from vsm.model.replay.past import DAY
from vsm.model.replay.queueing import Trace, run
from vsm.model.replay.routes import Open
from vsm.model.replay.steps import (
    WORK,
    Flags,
    Floats,
    Ints,
    Shop,
    Step,
    StepArrays,
    Tickets,
    step_arrays,
    tickets_of,
)
from vsm.stats.replications import chosen, uniform, uniforms

_WEEKS, _ROUTES, _RESTS, _COPIES, _LINES, _TICKETS, _PAST_WEEKS = range(7)
"""Purposes of random numbers."""


class _Ways(NamedTuple):
    """Routes, one after the other: where each begins among ``steps``, and how many of them are its own."""

    steps: StepArrays
    first: Ints
    length: Ints

    @classmethod
    def of(cls, routes: Sequence[Sequence[Step]]) -> "_Ways":
        length = np.array([len(steps) for steps in routes], dtype=np.int64)
        return cls(
            step_arrays([step for steps in routes for step in steps]), np.cumsum(length) - length, length
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all runs of a replay have in common.

    Attributes
    ----------
    shop
        Who works, and when gates open.
    ways
        The routes as the changes make them: all of the first variant of tickets, then of the next.
    past
        The routes as they were, from which open tickets draw how they go on, …
    rests
        … for each step that some are in: who they are, and the like steps of ``past``, shortest first.
    counts, discarded
        By route: its lead time counts; it was discarded.
    """

    replay: Replay
    shop: Shop
    ways: _Ways
    past: _Ways
    rests: tuple[tuple[Ints, Ints], ...]
    counts: Flags
    discarded: Flags


def prepared(replay: Replay) -> Prepared:
    """Make a replay ready to be run: rewrite its routes, and lay the openings of its gates out."""
    past = _Ways.of([route.steps for route in replay.routes])
    ways = past
    if replay.rewrite:
        ways = _Ways.of(
            [replay.rewritten(one.steps, n) for n in range(replay.variants) for one in replay.routes]
        )
    return Prepared(
        replay,
        Shop(replay.servers, _openings(replay), replay.overtaking),
        ways,
        past,
        tuple(_rests(replay.open, past.steps)),
        np.array([route.counts for route in replay.routes], dtype=bool),
        np.array([route.discarded for route in replay.routes], dtype=bool),
    )


def _rests(under_way: Sequence[Open], steps: StepArrays) -> "list[tuple[Ints, Ints]]":
    """Give for each step that open tickets are in: their numbers, and that step in routes, shortest first."""
    by_step: dict[tuple[int, int, int], list[int]] = {}
    for number, one in enumerate(under_way):
        by_step.setdefault((one.stage, one.kind, one.line), []).append(number)
    found = []
    for (stage, kind, line), numbers in by_step.items():
        like = np.flatnonzero((steps.stage == stage) & (steps.kind == kind) & (steps.line == line))
        like = like[np.argsort(steps.seconds[like], kind="stable")]
        found.append((np.array(numbers, dtype=np.int64), like))
    return found


def _openings(replay: Replay) -> dict[int, list[float]]:
    """Lay the openings of gates out, at the same local time of the day as the last one."""
    zone = replay.rota.zone
    found = {}
    for stage, (last, every) in replay.gates.items():
        days = max(round(every / DAY), 1) if every >= DAY / 2 else every / DAY
        local = pd.Timestamp(last, unit="s", tz="UTC").tz_convert(zone).tz_localize(None)
        times = pd.date_range(
            local, periods=int((replay.until - last) / (days * DAY)) + 1, freq=pd.Timedelta(days=days)
        )
        first = np.ones(len(times), dtype=bool)
        at = times.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").as_unit("us").asi8 / 1e6
        found[stage] = [instant for instant in at.tolist() if instant >= replay.at]
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """One replication: its trace; and by ticket when it was created, and whether its lead time counts."""

    trace: Trace
    created: Floats
    counts: Flags


def replication(ready: Prepared, *, weeks: int, seed: int, number: int, refit: int) -> Run:
    """Run a replay once.

    Parameters
    ----------
    number, refit
        The same numbers draw the same weeks, routes and rests of open tickets, whatever was changed. Each
        refit draws the tickets and weeks that the past consists of with replacement; 0 takes them as they
        are.
    """
    replay, purpose = ready.replay, (refit, number)
    pool, blocks = np.arange(len(replay.routes)), np.arange(len(replay.weeks))
    if refit:
        pool = chosen(seed, _TICKETS, refit, count=len(pool), of=max(len(pool), 1))
        blocks = chosen(seed, _PAST_WEEKS, refit, count=len(blocks), of=max(len(blocks), 1))
    luck = uniform(seed, _RESTS, *purpose, count=len(replay.open))
    there, known, delivered = _under_way(ready, luck, pool)
    tickets, route = there, pool[:0]
    if len(pool) and len(blocks):
        drawn = blocks[chosen(seed, _WEEKS, *purpose, count=weeks, of=len(blocks))]
        at = np.concatenate([replay.at + n * WEEK + replay.weeks[block] for n, block in enumerate(drawn)])
        copies = np.floor(replay.factor + uniform(seed, _COPIES, *purpose, count=len(at))).astype(np.int64)
        most = max(int(np.ceil(replay.factor)), 1)
        routes = pool[chosen(seed, _ROUTES, *purpose, count=len(at) * most, of=len(pool))]
        coming, route = _coming(ready, at, copies, routes.reshape(most, -1))
        tickets = there.then(coming)
    trace = run(
        tickets,
        shop=ready.shop,
        start=replay.at,
        until=replay.at + weeks * WEEK,
        uniforms={line: uniforms(seed, _LINES, *purpose, line) for line in replay.overtaking},
    )
    created = np.array([replay.open[one].created for one in known.tolist()])
    counts = delivered & np.array([replay.open[one].unit for one in known.tolist()], dtype=bool)
    return Run(
        trace,
        np.concatenate([created, tickets.came[len(known) :]]),
        np.concatenate([counts, ready.counts[route]]),
    )


def _coming(ready: Prepared, at: Floats, copies: Ints, routes: Ints) -> tuple[Tickets, Ints]:
    """Give the tickets that come, and which route each takes; those that need nobody do not come.

    ::

        arrival      0   1   2          routes   5 8 5     the first copy of each
        copies       1   0   2                   7 7 2     the second
        place        0       2 2
        copy         0       0 1        route    5   5 2
    """
    place = np.repeat(np.arange(len(at)), copies)
    copy = np.arange(len(place)) - np.repeat(np.cumsum(copies) - copies, copies)
    route = routes[copy, place]
    way = route + len(ready.counts) * (place % ready.replay.variants)
    first, length = ready.ways.first[way], ready.ways.length[way]
    comes = length > 0
    steps = ready.ways.steps.of(_rows(first[comes], length[comes]))
    count = int(comes.sum())
    return Tickets(at[place[comes]], length[comes], np.full(count, -1), steps), route[comes]


def _under_way(ready: Prepared, luck: Floats, pool: Ints) -> tuple[Tickets, Ints, Flags]:
    """Give the open tickets, each going on as a past ticket did from the same step, if one did.

    And which they are, and whether they will be delivered: as those past tickets were.
    """
    replay, past = ready.replay, ready.past
    drawn = np.bincount(pool, minlength=len(past.length))
    route = np.repeat(np.arange(len(past.length)), past.length)
    from_step = np.full(len(replay.open), -1)
    spent = np.array([one.spent for one in replay.open])
    for numbers, like in ready.rests:
        every = np.repeat(like, drawn[route[like]])
        if len(every):
            # Those that took longer than this one has taken so far; all where none did.
            longer = np.searchsorted(past.steps.seconds[every], spent[numbers], side="right")
            longer[longer == len(every)] = 0
            from_step[numbers] = every[longer + (luck[numbers] * (len(every) - longer)).astype(np.int64)]
    known = np.flatnonzero(from_step >= 0)
    from_step = from_step[known]
    length = (past.first + past.length)[route[from_step]] - from_step
    steps = past.steps.of(_rows(from_step, length))
    begin = np.cumsum(length) - length
    steps.seconds[begin] = np.maximum(steps.seconds[begin] - spent[known], 0.0)
    at = np.array([min(replay.open[one].entered, replay.at - 1.0) for one in known.tolist()])
    server = np.array([replay.open[one].server for one in known.tolist()], dtype=np.int64)
    delivered = ~ready.discarded[route[from_step]]
    there = Tickets(at, length, np.where(steps.kind[begin] == WORK, server, -1), steps)
    if not replay.rewrite:
        return there, known, delivered
    there, kept = _rewritten(replay, there, known)
    return there, known[kept], delivered[kept]


def _rewritten(replay: Replay, there: Tickets, known: Ints) -> tuple[Tickets, Ints]:
    """Give open tickets as the changes make them, and which these are: those of which something is left."""
    every = [Step(*fields) for fields in zip(*(part.tolist() for part in there.steps), strict=True)]
    ends = np.cumsum(there.length).tolist()
    arrivals, kept = [], []
    for place, number in enumerate(known.tolist()):
        before = every[ends[place] - int(there.length[place]) : ends[place]]
        steps = replay.rewritten(tuple(before), (-1 - number) % replay.variants)
        if steps:
            same = steps[0].kind == WORK and steps[0].stage == before[0].stage
            arrivals.append((float(there.came[place]), steps, int(there.server[place]) if same else -1))
            kept.append(place)
    return tickets_of(arrivals), np.array(kept, dtype=np.int64)


def _rows(first: Ints, length: Ints) -> Ints:
    """Number the steps of tickets whose steps begin at these, and are so many.

    Examples
    --------
    >>> _rows(np.array([4, 0]), np.array([2, 3])).tolist()
    [4, 5, 0, 1, 2]
    """
    found: Ints = np.repeat(first - (np.cumsum(length) - length), length) + np.arange(length.sum())
    return found
