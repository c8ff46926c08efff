"""A replay: all that the past says about people, gates, routes and arrivals, ready to be run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vsm.model.replay.lines import gates_of, order_of_line
from vsm.model.replay.past import DAY, QUEUE, Past, past_of, rows_by, stays_of
from vsm.model.replay.routes import Open, Route, open_tickets, routes_of, ways_of
from vsm.model.replay.stations import Rota, Shift, people_of
from vsm.model.replay.steps import Floats, Ints, Server, Step

WEEK: Final = 7 * DAY
PAST_WEEKS: Final = 26
"""Weeks of the past whose arrivals come again."""
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
    rewrite, variants
        What becomes of the steps of a ticket, by its number from 0 to ``variants`` - 1; changes set it.
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
    variants: int = 1

    @property
    def arrivals(self) -> int:
        """How many tickets came in the past weeks whose arrivals come again."""
        return sum(map(len, self.weeks))

    def rewritten(self, steps: Steps, number: int) -> Steps:
        """Give the steps of a ticket as the changes make them; ``number`` says which variant it is."""
        for change in self.rewrite:
            steps = change(steps, number)
        return steps


def fitted(
    visits: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    outcomes: pd.DataFrame,
    rota: Rota,
    at: pd.Timestamp,
    weeks: int,
) -> Replay:
    """Give the replay of what was known at an instant, to be run for so many weeks.

    Every part is taken from visits until then: ``people_of``, ``gates_of``, ``order_of_line``, ``routes_of``,
    ``open_tickets``. An empty past gives a replay in which nothing happens.
    """
    past = past_of(visits, tickets=tickets, stages=stages, outcomes=outcomes, at=at)
    stays = stays_of(past)
    until = past.at + (weeks + 1) * WEEK
    people = people_of(past, rota=rota, until=until)
    gates = gates_of(past, stays)
    ways = ways_of(past, stays, people=people, gates=tuple(gates))
    lines = _lines(past, stays.stage, ways.line)
    moved = ~np.isnan(stays.left) & ~stays.bulk & ~stays.ends
    overtaking, given_up = {}, np.zeros(len(stays.stage), dtype=bool)
    for stage, rows in rows_by(stays.stage, np.isin(stays.stage, list(lines))):
        share, passed_over = order_of_line(stays.entered[rows], stays.left[rows], moved_on=moved[rows])
        overtaking[lines[stage]] = share
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
    leads = (past.kinds[stage] == QUEUE) & (line >= 0)
    return {queue: int(np.bincount(line[rows]).argmax()) for queue, rows in rows_by(stage, leads)}


def _past_weeks(created: Floats, past: Past) -> tuple[Floats, ...]:
    """Give the arrivals of the last whole weeks, counted back from the instant."""
    known = min(int((past.at - created.min(initial=past.at)) // WEEK), PAST_WEEKS)
    begins = past.at - WEEK * np.arange(1, known + 1)
    return tuple(np.sort(created[(created >= begin) & (created < begin + WEEK)] - begin) for begin in begins)
