"""A replay: all that the past says about people, gates, routes and arrivals, ready to be run."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from vsm.model.replay.lines import gates_of, order_of_line
from vsm.model.replay.past import DAY, QUEUE, Past, past_of, stays_of
from vsm.model.replay.queueing import (
    WORK,
    Arrival,
    Floats,
    Ints,
    Server,
    Shop,
    Step,
    Trace,
    run,
)
from vsm.model.replay.routes import Open, Route, open_tickets, routes_of, ways_of
from vsm.model.replay.stations import Rota, Shift, people_of
from vsm.stats.replications import chosen, uniform, uniforms

WEEK: Final = 7 * DAY
PAST_WEEKS: Final = 26
"""Weeks of the past whose arrivals come again."""
_WEEKS, _ROUTES, _RESTS, _COPIES, _LINES, _TICKETS, _PAST_WEEKS = range(7)
"""Purposes of random numbers."""
Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Replay:
    """What is run again. Changes give another one (``dataclasses.replace``); seconds of the epoch.

    Attributes
    ----------
    at, until
        From when, and up to when people's hours are laid out.
    stages, kinds
        By the code of a stage: its name, and its kind.
    routes, open, weeks
        Whole past tickets; those under way; arrivals of each past week, in seconds from its beginning.
    servers, shifts, teams, rota
        Who works; and by stage the usual hours and the team, for whoever joins.
    gates
        Stage → when it opened last, and every how many seconds.
    lines, overtaking
        Queue → the line that it is; line → how often another than the oldest is pulled.
    whole, visits
        Tickets whose whole route is known and counts; stage → visits there of those who work there.
    factor
        Arrivals are so many times those of the past.
    rewrite
        What becomes of the steps of a ticket, by its number in the replay; changes set it.
    """

    at: float
    until: float
    stages: tuple[str, ...]
    kinds: Ints
    routes: tuple[Route, ...]
    open: tuple[Open, ...]
    weeks: tuple[Floats, ...]
    servers: tuple[Server, ...]
    shifts: Mapping[int, Shift]
    teams: Mapping[int, str | None]
    rota: Rota
    gates: Mapping[int, tuple[float, float]]
    lines: Mapping[int, int]
    overtaking: Mapping[int, float]
    whole: int
    visits: Mapping[int, int]
    factor: float = 1.0
    rewrite: tuple[Callable[[Steps, int], Steps], ...] = ()
    _tails: dict[tuple[int, int, int, int], list[Steps]] = field(default_factory=dict, repr=False)

    @property
    def arrivals(self) -> int:
        """How many tickets came in the past weeks whose arrivals come again."""
        return sum(map(len, self.weeks))

    def rewritten(self, steps: Steps, number: int) -> Steps:
        """Give the steps of a ticket as the changes make them."""
        for change in self.rewrite:
            steps = change(steps, number)
        return steps

    def tails(self, one: Open, *, refit: int, pool: Ints) -> Sequence[Steps]:
        """Give how the tickets of a refit went on from such a step that took longer; all where none did."""
        key = (refit, one.stage, one.kind, one.line)
        if key not in self._tails:
            found = [
                route.steps[place:]
                for route in map(self.routes.__getitem__, pool.tolist())
                for place, step in enumerate(route.steps)
                if (step.stage, step.kind, step.line) == key[1:]
            ]
            found.sort(key=_first_seconds)
            self._tails[key] = found
        every = self._tails[key]
        return every[bisect_right(every, one.spent, key=_first_seconds) :] or every


def _first_seconds(steps: Steps) -> float:
    return steps[0].seconds


def fitted(
    visits: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    rota: Rota,
    at: pd.Timestamp,
    weeks: int,
) -> Replay:
    """Give the replay of what was known at an instant, to be run for so many weeks.

    Every part is taken from visits until then: ``people_of``, ``gates_of``, ``order_of_line``, ``routes_of``,
    ``open_tickets``. An empty past gives a replay in which nothing happens.
    """
    past = past_of(visits, tickets=tickets, stages=stages, at=at)
    stays = stays_of(past)
    until = past.at + (weeks + 1) * WEEK
    people = people_of(past, rota=rota, until=until)
    gates = gates_of(past, stays)
    ways = ways_of(past, stays, people=people, gates=tuple(gates))
    lines = _lines(past, stays.stage, ways.line)
    moved = ~np.isnan(stays.left) & ~stays.bulk & ~stays.ends
    overtaking, given_up = {}, np.zeros(len(stays.stage), dtype=bool)
    for stage, line in lines.items():
        rows = np.flatnonzero(stays.stage == stage)
        share, passed_over = order_of_line(stays.entered[rows], stays.left[rows], moved_on=moved[rows])
        overtaking[line] = share
        given_up[rows] = passed_over
    routes, whole = routes_of(past, stays, ways)
    return Replay(
        at=past.at,
        until=until,
        stages=past.stages,
        kinds=past.kinds,
        routes=tuple(routes),
        open=tuple(open_tickets(past, stays, ways, people=people, given_up=given_up, lines=lines)),
        weeks=_past_weeks(stays.entered[stays.opens], past),
        servers=people.servers,
        shifts=people.shifts,
        teams=people.teams,
        rota=rota,
        gates=gates,
        lines=lines,
        overtaking=overtaking,
        whole=whole,
        visits=people.visits,
    )


def _lines(past: Past, stage: Ints, line: Ints) -> dict[int, int]:
    """Give the queues that lead to people, each with the line that most of its tickets wait in."""
    rows = (past.kinds[stage] == QUEUE) & (line >= 0)
    return {
        int(queue): int(np.bincount(line[rows & (stage == queue)]).argmax())
        for queue in np.unique(stage[rows])
    }


def _past_weeks(created: Floats, past: Past) -> tuple[Floats, ...]:
    """Give the arrivals of the last whole weeks, counted back from the instant."""
    known = min(int((past.at - created.min(initial=past.at)) // WEEK), PAST_WEEKS)
    begins = past.at - WEEK * np.arange(1, known + 1)
    return tuple(np.sort(created[(created >= begin) & (created < begin + WEEK)] - begin) for begin in begins)


@dataclass(frozen=True, slots=True)
class Run:
    """One replication: its trace; and by ticket when it was created, and whether its lead time counts."""

    trace: Trace
    created: Floats
    counts: "np.ndarray[tuple[int], np.dtype[np.bool_]]"


def replication(replay: Replay, *, weeks: int, seed: int, number: int, refit: int) -> Run:
    """Run a replay once.

    Parameters
    ----------
    number, refit
        The same numbers draw the same weeks, routes and rests of open tickets, whatever was changed. Each
        refit draws the tickets and weeks that the past consists of with replacement; 0 takes them as they
        are.
    """
    purpose = (refit, number)
    pool, blocks = np.arange(len(replay.routes)), np.arange(len(replay.weeks))
    if refit:
        pool = chosen(seed, _TICKETS, refit, count=len(pool), of=max(len(pool), 1))
        blocks = chosen(seed, _PAST_WEEKS, refit, count=len(blocks), of=max(len(blocks), 1))
    arrivals, created, counts = _under_way(replay, seed, purpose, pool=pool)
    if len(pool) and len(blocks):
        drawn = blocks[chosen(seed, _WEEKS, *purpose, count=weeks, of=len(blocks))]
        at = np.concatenate(
            [replay.at + week * WEEK + replay.weeks[block] for week, block in enumerate(drawn)]
        )
        copies = np.floor(replay.factor + uniform(seed, _COPIES, *purpose, count=len(at))).astype(np.int64)
        most = max(int(np.ceil(replay.factor)), 1)
        routes = pool[chosen(seed, _ROUTES, *purpose, count=len(at) * most, of=len(pool))]
        for place, (instant, times) in enumerate(zip(at.tolist(), copies.tolist(), strict=True)):
            for copy in range(times):
                route = replay.routes[routes[copy * len(at) + place]]
                if steps := replay.rewritten(route.steps, place):
                    arrivals.append(Arrival(instant, steps))
                    created.append(instant)
                    counts.append(route.counts)
    trace = run(
        arrivals,
        shop=Shop(replay.servers, _openings(replay), replay.overtaking),
        start=replay.at,
        until=replay.at + weeks * WEEK,
        uniforms={line: uniforms(seed, _LINES, *purpose, line) for line in replay.overtaking},
    )
    return Run(trace, np.array(created), np.array(counts, dtype=bool))


def _under_way(
    replay: Replay, seed: int, purpose: Sequence[int], *, pool: Ints
) -> tuple[list[Arrival], list[float], list[bool]]:
    """Let open tickets go on as a past ticket did from the same step, if one did."""
    arrivals: list[Arrival] = []
    created: list[float] = []
    counts: list[bool] = []
    luck = uniform(seed, _RESTS, *purpose, count=len(replay.open))
    for number, (one, lucky) in enumerate(zip(replay.open, luck.tolist(), strict=True)):
        tails = replay.tails(one, refit=purpose[0], pool=pool)
        if not tails:
            continue
        tail = tails[int(lucky * len(tails))]
        rest = tail[0]._replace(seconds=max(tail[0].seconds - one.spent, 0.0))
        steps = replay.rewritten((rest, *tail[1:]), -1 - number)
        if steps:
            server = one.server if steps[0].kind == WORK and steps[0].stage == one.stage else -1
            arrivals.append(Arrival(min(one.entered, replay.at - 1.0), steps, server))
            created.append(one.created)
            counts.append(one.counts)
    return arrivals, created, counts


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


def changed(replay: Replay, rewrite: Callable[[Steps, int], Steps]) -> Replay:
    """Give a replay in which what becomes of a ticket's steps is rewritten further."""
    return replace(replay, rewrite=(*replay.rewrite, rewrite))
