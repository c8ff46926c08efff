"""Made-up streams whose law is known: tickets that depend on nothing, on their week, or on each other.

A stream is when each ticket began, in days, and how many days it took, in order of beginning. Times are
log-normal, of a median of a week, unless they come of a queue.
"""

import heapq
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Stream = tuple[Floats, Floats]
WEEKS: Final = 12
"""On either side of the change."""
CHANGE: Final = 7.0 * WEEKS
END: Final = 2 * CHANGE
MEDIAN: Final = 7.0
FRIDAY: Final = 4.7
PEOPLE: Final = 3
BUSY: Final = 0.8


def independent(tickets: int, rng: np.random.Generator, *, factor: float = 1.0) -> Stream:
    """As many tickets on either side, on average; those after the change take so many times as long."""
    return _lognormal(tickets, rng, np.zeros(2 * WEEKS), spread=1.0, factor=factor)


def released_on_fridays(tickets: int, rng: np.random.Generator, *, factor: float = 1.0) -> Stream:
    """Independent tickets that wait for the next Friday afternoon."""
    begin, days = independent(tickets, rng, factor=factor)
    return begin, np.ceil((begin + days - FRIDAY) / 7) * 7 + FRIDAY - begin


def shared_luck(tickets: int, rng: np.random.Generator, *, factor: float = 1.0) -> Stream:
    """A week's tickets share luck: intraclass correlation .36."""
    return _lognormal(tickets, rng, 0.6 * rng.standard_normal(2 * WEEKS), spread=0.8, factor=factor)


def drifting(tickets: int, rng: np.random.Generator, *, factor: float = 1.0) -> Stream:
    """The luck of a week is .7 of that of the week before, and something new."""
    luck = rng.standard_normal(2 * WEEKS)
    for week in range(1, 2 * WEEKS):
        luck[week] = 0.7 * luck[week - 1] + np.sqrt(1 - 0.7**2) * luck[week]
    return _lognormal(tickets, rng, 0.6 * luck, spread=0.8, factor=factor)


def busy_queue(tickets: int, rng: np.random.Generator, *, factor: float = 1.0) -> Stream:
    """Three people, busy for four fifths of the time, take what came first (M/M/3, long under way)."""
    gap = CHANGE / tickets
    warm = 600
    begin = np.cumsum(rng.exponential(gap, warm + 4 * tickets + 100))
    begin -= begin[warm]
    work = rng.exponential(PEOPLE * BUSY * gap, len(begin)) * np.where(begin < CHANGE, 1.0, factor)
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
    begin = np.sort(rng.uniform(0, END, 2 * tickets))
    logs = luck[(begin // 7).astype(int)] + spread * rng.standard_normal(2 * tickets)
    return begin, MEDIAN * np.exp(logs) * np.where(begin < CHANGE, 1.0, factor)


STREAMS: Final[dict[str, Callable[..., Stream]]] = {
    "independent tickets": independent,
    "releases on Fridays": released_on_fridays,
    "weeks with shared luck": shared_luck,
    "weeks that drift": drifting,
    "a busy queue": busy_queue,
}
