"""What a limit of work in progress can and cannot show in a replay.

People who always pull what they can lose nothing to a queue, nor gain anything by a limit: tickets then
wait before the limit instead of behind it. What teams hope for is that work gets quicker with fewer tickets
in progress, and whether it does is seen in the past, or not.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np

from vsm.errors import ParameterError
from vsm.model.replay.changes import Change, line_of
from vsm.model.replay.fitted import WEEK, Replay, Steps
from vsm.model.replay.past import Past, stays_of
from vsm.model.replay.routes import ways_of
from vsm.model.replay.stations import People
from vsm.model.replay.steps import WORK
from vsm.stats.bootstrap import cluster_bootstrap, interval

_LEAST_SECONDS = 60.0


class Slower(NamedTuple):
    """By which share work takes longer with one more ticket in progress; its 95 % interval, and n."""

    more: float
    low: float
    high: float
    n: int


def slower_with_more(past: Past, *, people: People, stage: int, seed: int) -> Slower:
    """Give how much longer the work of a stage takes for each further ticket that its person has in progress.

    The slope of the logarithm of working time over tickets in progress when it began, within each person; its
    interval by bootstrap of weeks. NaN where nobody ever had different numbers in progress.
    """
    stays = stays_of(past)
    ways = ways_of(past, stays, people=people, gates=())
    holder = past.holder[stays.last]
    begun = past.begun[stays.first]
    ended = np.where(np.isnan(stays.left), np.inf, stays.left)
    rows = np.flatnonzero((stays.stage == stage) & (ways.kind == WORK) & ~np.isnan(stays.left) & ~stays.bulk)
    rows = rows[np.isin(holder[rows], list(people.numbers))]
    in_hand, seconds = np.zeros(len(rows)), np.log(np.maximum(ways.seconds[rows], _LEAST_SECONDS))
    for one in np.unique(holder[rows]):
        own = np.flatnonzero((holder == one) & (ways.kind == WORK))
        mine = np.flatnonzero(holder[rows] == one)
        at = begun[rows[mine]]
        in_hand[mine] = ((begun[own] <= at[:, None]) & (ended[own] > at[:, None])).sum(axis=1)
        in_hand[mine] -= in_hand[mine].mean()
        seconds[mine] -= seconds[mine].mean()
    if not (in_hand**2).sum():
        return Slower(np.nan, np.nan, np.nan, len(rows))
    week = np.unique(begun[rows] // WEEK, return_inverse=True)[1]
    product, square = np.bincount(week, in_hand * seconds), np.bincount(week, in_hand**2)

    def slope(drawn: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
        return float(product[drawn].sum() / max(square[drawn].sum(), 1e-9))

    bounds = interval(cluster_bootstrap(slope, len(product), seed=seed))
    more, low, high = (float(np.expm1(one)) for one in (product.sum() / square.sum(), *bounds))
    return Slower(more, low, high, len(rows))


@dataclass(frozen=True, slots=True)
class Limit(Change):
    """At most so many tickets in work at a stage at a time: people there have fewer in progress.

    It can only be replayed where work is seen to get quicker with fewer of them, by ``slower``; else it only
    moves waiting to before the limit.
    """

    stage: str
    wip: int
    slower: Slower | None = None
    everywhere: ClassVar[bool] = False

    @property
    def scenario(self) -> str:
        """What it is called."""
        return f"at most {self.wip} in '{self.stage}' at a time"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the line."""
        return (line_of(replay, self.stage),)

    @property
    def shows(self) -> bool:
        """Whether work is seen to take longer with more in progress."""
        return self.slower is not None and self.slower.low > 0

    def applied(self, replay: Replay) -> Replay:
        """Give everybody fewer slots, and let work be as much quicker as it is seen to be."""
        if not isinstance(self.wip, int) or self.wip < 1:
            raise ParameterError(f"wip is {self.wip}; name a whole number from 1 on")
        line, slower = line_of(replay, self.stage), self.slower
        at = [number for number, one in enumerate(replay.servers) if line in one.lines]
        slots = [replay.servers[number].slots for number in at]
        left = [self.wip // len(at) + (place < self.wip % len(at)) for place in range(len(at))]
        servers = list(replay.servers)
        for number, have, may in zip(at, slots, left, strict=True):
            servers[number] = replace(servers[number], slots=min(have, may))
        fewer = (sum(slots) - sum(min(pair) for pair in zip(slots, left, strict=True))) / len(at)
        pace = (1 + (slower.more if slower else 0.0)) ** -fewer

        def quicker(steps: Steps, number: int) -> Steps:  # noqa: ARG001 - every ticket is treated alike
            return tuple(
                step._replace(seconds=step.seconds * pace) if step.line == line else step for step in steps
            )

        return replace(replay, servers=tuple(servers), rewrite=(*replay.rewrite, quicker))
