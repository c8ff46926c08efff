"""Made-up streams whose law is known: tickets that depend on nothing, on their week, or on each other.

A stream is when each ticket began, in days since the change, and how many days it took, in order of beginning;
``tickets`` begin in twelve weeks, and ``past`` weeks of them lie before the change. Times are log-normal, of a
median of a week, unless they come of a queue. Those after the change take ``factor`` times as long.
"""

import heapq
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Stream = tuple[Floats, Floats]
WEEKS: Final = 12
"""After the change."""
END: Final = 7.0 * WEEKS
MEDIAN: Final = 7.0
FRIDAY: Final = 4.7
PEOPLE: Final = 3
BUSY: Final = 0.8


def independent(tickets: int, rng: np.random.Generator, *, factor: float = 1.0, past: int = WEEKS) -> Stream:
    """Tickets that have nothing in common."""
    return _lognormal(tickets, rng, np.zeros(past + WEEKS), spread=1.0, factor=factor)


def released_on_fridays(
    tickets: int, rng: np.random.Generator, *, factor: float = 1.0, past: int = WEEKS
) -> Stream:
    """Independent tickets that wait for the next Friday afternoon."""
    begin, days = independent(tickets, rng, factor=factor, past=past)
    return begin, np.ceil((begin + days - FRIDAY) / 7) * 7 + FRIDAY - begin


def shared_luck(tickets: int, rng: np.random.Generator, *, factor: float = 1.0, past: int = WEEKS) -> Stream:
    """A week's tickets share luck: intraclass correlation .36."""
    return _lognormal(tickets, rng, 0.6 * rng.standard_normal(past + WEEKS), spread=0.8, factor=factor)


def drifting(tickets: int, rng: np.random.Generator, *, factor: float = 1.0, past: int = WEEKS) -> Stream:
    """The luck of a week is .7 of that of the week before, and something new."""
    luck = rng.standard_normal(past + WEEKS)
    for week in range(1, len(luck)):
        luck[week] = 0.7 * luck[week - 1] + np.sqrt(1 - 0.7**2) * luck[week]
    return _lognormal(tickets, rng, 0.6 * luck, spread=0.8, factor=factor)


def busy_queue(tickets: int, rng: np.random.Generator, *, factor: float = 1.0, past: int = WEEKS) -> Stream:
    """Three people, busy for four fifths of the time, take what came first (M/M/3, long under way)."""
    gap = 7 * WEEKS / tickets
    warm = 600
    begin = np.cumsum(rng.exponential(gap, warm + 2 * tickets * (past + WEEKS) // WEEKS + 100))
    begin -= begin[warm] + 7 * past
    work = rng.exponential(PEOPLE * BUSY * gap, len(begin)) * np.where(begin < 0, 1.0, factor)
    shown = int(np.searchsorted(begin, END))
    free, end = [float(begin[0])] * PEOPLE, []
    for came, lasts in zip(begin[:shown].tolist(), work.tolist(), strict=False):
        done = max(came, heapq.heappop(free)) + lasts
        heapq.heappush(free, done)
        end.append(done)
    return begin[warm:shown], (np.array(end) - begin[:shown])[warm:]


def _lognormal(
    tickets: int, rng: np.random.Generator, luck: Floats, *, spread: float, factor: float
) -> Stream:
    past = len(luck) - WEEKS
    begin = np.sort(rng.uniform(-7 * past, END, tickets * len(luck) // WEEKS))
    logs = luck[(begin // 7).astype(int) + past] + spread * rng.standard_normal(len(begin))
    return begin, MEDIAN * np.exp(logs) * np.where(begin < 0, 1.0, factor)


STREAMS: Final[dict[str, Callable[..., Stream]]] = {
    "independent tickets": independent,
    "releases on Fridays": released_on_fridays,
    "weeks with shared luck": shared_luck,
    "weeks that drift": drifting,
    "a busy queue": busy_queue,
}
