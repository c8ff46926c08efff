"""What forecasts of one stream are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from vsm.config import Outcome
from vsm.intervals.codes import Ints, micros_at
from vsm.model.forecast.blocks import USUAL_BLOCK, release_blocks
from vsm.model.forecast.finishes import DAY, Finishes, finishes_from_visits
from vsm.model.forecast.questions import FEWEST_DAYS, reach
from vsm.stats.block_paths import Courses, block_paths

WEEK: Final = 7 * DAY
MONDAY: Final = 4 * DAY
"""The first Monday of the epoch."""


@dataclass(frozen=True, eq=False)
class Record:
    """What forecasts of one stream are made from.

    Attributes
    ----------
    finishes
        Of all its units of work.
    as_of
        The instant that counts as now, in microseconds of the epoch.
    blocks
        Since when (microseconds) a block has how many days, as ``release_blocks`` gives it; in order.
    seed
        Of the courses that are drawn.
    """

    finishes: Finishes
    as_of: int
    blocks: tuple[tuple[int, int], ...]
    seed: int

    def block(self, at: int) -> int:
        """Give how many days a block has in a forecast that is made at an instant."""
        return next((days for since, days in reversed(self.blocks) if since <= at), USUAL_BLOCK)

    def counts(self, at: int) -> Ints:
        """Count what was finished by day, as known at an instant."""
        return self.finishes.by_day(at)

    def paths(self, at: int, counts: Ints) -> Courses:
        """Draw the courses of a forecast: the same for all questions, whatever comes later."""
        days = reach(len(counts))
        seed = (self.seed, at // DAY)
        return block_paths(counts, days=days, block=self.block(at), seed=seed)

    def mondays(self) -> range:
        """Give the Mondays (UTC) on which there was a record that can bear a forecast, before now."""
        first = self.finishes.since + FEWEST_DAYS * DAY
        return range(first + (MONDAY - first) % WEEK, self.as_of, WEEK)


def record_from_visits(
    visits: pd.DataFrame,
    *,
    events: pd.DataFrame,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    stage_visits: pd.DataFrame,
    settings: Outcome,
    hours: Mapping[str, float],
    as_of: pd.Timestamp,
    since: pd.Timestamp | None,
    seed: int,
) -> Record:
    """Put together what forecasts are made from.

    Parameters
    ----------
    settings, hours
        Which outcomes count as delivered, and ``working_hours`` by stage.
    since
        When a window begins: what was finished before it is not known. Without one, the record begins with
        the first creation.
    """
    finishes = finishes_from_visits(visits, events=events, tickets=tickets, stages=stages, settings=settings)
    first = tickets["created"].min() if len(tickets) else as_of
    begin = first if since is None else max(first, since)
    blocks = release_blocks(stage_visits, as_of=as_of, hours=hours)
    return Record(Finishes(finishes, since=begin), micros_at(as_of), blocks, seed)
