"""The queues of the replay: against the recursions of queueing theory, its formulas, and Little's law."""

from collections.abc import Sequence
from itertools import repeat
from math import factorial
from typing import Any

import numpy as np
import pytest

from tests.share import share
from vsm.model.replay.queueing import Trace, run
from vsm.model.replay.steps import (
    GATE,
    LINE,
    PAUSE,
    ROUND_THE_CLOCK,
    WORK,
    Floats,
    Server,
    Shop,
    Step,
    StepArrays,
    Tickets,
    hours_of,
    tickets_of,
)

HOUR = 3600.0
JOBS = share(30_000, of=4_000_000)
OFFICE = hours_of(np.array([9.0, 33.0]) * HOUR, np.array([16.0, 40.0]) * HOUR, np.array([17.0, 41.0]) * HOUR)


def work(seconds: float, *, line: int = 1, again: bool = False) -> tuple[Step, Step]:
    """A wait for people, and their work."""
    return Step(0, LINE, line=line), Step(1, WORK, seconds, line=line, again=again)


def arrival(at: float, steps: Sequence[Step], server: int = -1) -> tuple[float, Sequence[Step], int]:
    return at, steps, server


def served(at: Floats, seconds: Floats, *, people: int, until: float = 1e12) -> Trace:
    jobs = len(at)
    steps = StepArrays(
        np.tile([0, 1], jobs),
        np.tile([LINE, WORK], jobs),
        np.column_stack([np.zeros(jobs), seconds]).ravel(),
        np.ones(2 * jobs, dtype=np.int64),
        np.zeros(2 * jobs, dtype=bool),
    )
    tickets = Tickets(at, np.full(jobs, 2), np.full(jobs, -1), steps)
    shop = Shop((*repeat(Server((1,), 1, ROUND_THE_CLOCK), people),))
    return run(tickets, shop=shop, start=0.0, until=until, uniforms={})


def waits(trace: Trace) -> Floats:
    in_line = trace.stage == 0
    order = np.argsort(trace.ticket[in_line])
    found: Floats = (trace.left - trace.entered)[in_line][order]
    return found


def arrivals_and_work(jobs: int, load: float, *, people: int, constant: bool) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(20)
    mean = load * people
    seconds = np.full(jobs, mean) if constant else rng.exponential(mean, jobs)
    return np.cumsum(rng.exponential(1.0, jobs)), seconds


def walked(at: Floats, seconds: Floats, *, people: int) -> list[float]:
    """Waiting times by the recursion of J. Kiefer and J. Wolfowitz (1955); with one person D. V. Lindley's (1952)."""
    backlog, before, found = [0.0] * people, 0.0, []
    for instant, long in zip(at.tolist(), seconds.tolist(), strict=True):
        backlog = sorted(max(one - (instant - before), 0.0) for one in backlog)
        found.append(backlog[0])
        backlog[0] += long
        before = instant
    return found


@pytest.mark.parametrize("people", [1, 2, 5])
def test_waits_are_those_of_the_recursion(people: int) -> None:
    """First come, first served: every single wait is the one that the recursion of theory gives."""
    at, seconds = arrivals_and_work(5_000, 0.8, people=people, constant=False)
    assert waits(served(at, seconds, people=people)) == pytest.approx(
        walked(at, seconds, people=people), abs=1e-6
    )


@pytest.mark.slow
@pytest.mark.parametrize("load", [0.5, 0.8])
@pytest.mark.parametrize(("people", "constant"), [(1, False), (2, False), (1, True)])
def test_mean_waits_are_those_of_theory(load: float, people: int, constant: bool) -> None:
    """M/M/1, M/M/2 and M/D/1 wait as A. K. Erlang (1917) and F. Pollaczek (1930) say: 3 %, or what chance allows.

    The error of a mean is that of 40 stretches of the run (batch means); of long runs it is below 1 %.
    """
    offered = load * people
    ahead = sum(offered**k / factorial(k) for k in range(people))
    full = offered**people / factorial(people) / (1 - load)
    expected = full / (ahead + full) * load * people / (people * (1 - load))
    if constant:
        expected /= 2
    found = waits(served(*arrivals_and_work(JOBS, load, people=people, constant=constant), people=people))
    error = found[: JOBS // 40 * 40].reshape(40, -1).mean(axis=1).std(ddof=1) / np.sqrt(40)
    assert found.mean() == pytest.approx(expected, abs=max(0.03 * expected, 3 * error))


def test_littles_law_holds() -> None:
    """Tickets present on average are arrivals by time spent (J. D. C. Little 1961), within 1 %."""
    at, seconds = arrivals_and_work(20_000, 0.8, people=2, constant=False)
    trace = served(at, seconds, people=2)
    spent = (trace.done - at).mean()
    end = float(trace.done.max())
    looks = np.linspace(0.0, end, 200_000)
    present = np.searchsorted(at, looks, side="right") - np.searchsorted(
        np.sort(trace.done), looks, side="right"
    )
    assert present.mean() == pytest.approx(len(at) / end * spent, rel=0.01)


def done(arrivals: Sequence[tuple[float, Sequence[Step], int]], *servers: Server, **more: Any) -> list[float]:
    """When each ticket is done, in hours."""
    shop = Shop(servers, more.get("gates", {}), more.get("overtaking", {}))
    luck = {1: iter(more.get("luck", ()))}
    trace = run(tickets_of(arrivals), shop=shop, start=0.0, until=100 * HOUR, uniforms=luck)
    found: list[float] = (trace.done / HOUR).round(6).tolist()
    return found


def test_work_rests_where_people_do() -> None:
    """Three hours of work begun at 15:00 end at 10:00 of the next day; at 16:30 nothing new is begun."""
    arrivals = [arrival(15 * HOUR, work(3 * HOUR)), arrival(16.5 * HOUR, work(HOUR))]
    two = Server((1,), 2, OFFICE)
    assert done(arrivals, two) == [34.0, 34.0]


def test_work_that_ends_with_the_day_ends_then() -> None:
    """Two hours begun at 15:00 are done at 17:00, not the next morning."""
    assert done([arrival(15 * HOUR, work(2 * HOUR))], Server((1,), 1, OFFICE)) == [17.0]


def test_a_gate_lets_everything_go_at_once() -> None:
    """What is ready at different times leaves at the next opening; what comes later, at the one after."""
    arrivals = [arrival(hour * HOUR, (Step(0, GATE),)) for hour in (1.0, 2.0, 6.0)]
    assert done(arrivals, gates={0: [5 * HOUR, 10 * HOUR]}) == [5.0, 5.0, 10.0]


def test_a_pause_takes_its_time_without_people() -> None:
    """Who waits for somebody outside waits by the clock."""
    assert done([arrival(0.0, (Step(0, PAUSE, 30 * HOUR),))]) == [30.0]


def test_a_slot_more_is_a_ticket_more_at_a_time() -> None:
    """With two slots one person has both tickets in progress."""
    arrivals = [arrival(0.0, work(HOUR)), arrival(0.0, work(HOUR))]
    assert done(arrivals, Server((1,), 1, ROUND_THE_CLOCK)) == [1.0, 2.0]
    assert done(arrivals, Server((1,), 2, ROUND_THE_CLOCK)) == [1.0, 1.0]


def test_somebody_overtakes_by_the_share_of_the_line() -> None:
    """With a number under the share, one behind the oldest is pulled first; with one above it, the oldest."""
    arrivals = [arrival(at, work(HOUR)) for at in (0.0, 0.1, 0.2)]
    one = Server((1,), 1, ROUND_THE_CLOCK)
    assert done(arrivals, one, overtaking={1: 0.5}, luck=[0.4, 0.0]) == [1.0, 3.0, 2.0]
    assert done(arrivals, one, overtaking={1: 0.5}, luck=[0.6]) == [1.0, 2.0, 3.0]


def test_whoever_had_it_before_takes_it_again() -> None:
    """A ticket that comes back waits for the same person, while the other one is free."""
    arrivals = [
        arrival(0.0, (*work(HOUR), *work(HOUR, again=True))),
        arrival(0.5 * HOUR, work(2 * HOUR)),
        arrival(0.9 * HOUR, work(HOUR)),
    ]
    people = Server((1,), 1, ROUND_THE_CLOCK), Server((1,), 1, ROUND_THE_CLOCK)
    assert done(arrivals, *people) == [3.0, 2.5, 2.0]


def test_open_work_goes_on_where_it_stands() -> None:
    """Who has a ticket in progress at the start finishes it first, and it entered when it did."""
    arrivals = [arrival(-5 * HOUR, (Step(1, WORK, HOUR, line=1),), server=0), arrival(-9 * HOUR, work(HOUR))]
    assert done(arrivals, Server((1,), 1, ROUND_THE_CLOCK)) == [1.0, 2.0]


def test_what_has_not_ended_is_open() -> None:
    """At the end a ticket in work has a stay without an end, and is not done."""
    trace = run(
        tickets_of([arrival(0.0, work(9.0))]),
        shop=Shop((Server((1,), 1, ROUND_THE_CLOCK),)),
        start=0.0,
        until=5.0,
        uniforms={},
    )
    assert trace.stage.tolist() == [0, 1]
    assert np.isnan(trace.left).tolist() == [False, True]
    assert np.isnan(trace.done).tolist() == [True]
