"""How long the blocks of days are that forecasts draw: two weeks, or from one release to the next."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

import pandas as pd

from vsm.intervals.codes import micros_at
from vsm.model.batches import departures_from_stage_visits
from vsm.model.forecast.questions import LONGEST

USUAL_BLOCK: Final = 14
"""Days of a block, unless releases are further apart."""
EVERY: Final = pd.Timedelta(weeks=13)
"""After so long the cadence of releases is looked at anew."""
FIRST: Final = pd.Timestamp("1970-01-05", tz="UTC")


def release_blocks(
    stage_visits: pd.DataFrame, *, as_of: pd.Timestamp, hours: Mapping[str, float] | None = None
) -> tuple[tuple[int, int], ...]:
    """Give since when (microseconds of the epoch) a block has how many days: by what was known then.

    Where tickets leave a queue in batches (``batches_from_stage_visits``) further apart than two weeks, a
    block is as long as the median time from batch to batch, rounded to weeks. It is looked at on every
    thirteenth Monday, of the stays that had ended by then, and now; of several queues that one counts which
    most departures left in batches.
    """
    if stage_visits.empty:
        return ()
    departures = departures_from_stage_visits(stage_visits)
    first = stage_visits["entered"].min()
    begin = FIRST + EVERY * ((first - FIRST) // EVERY + 1)
    looks = [*pd.date_range(begin, as_of, freq=EVERY), as_of]
    found: list[tuple[int, int]] = []
    for at in looks:
        days = _days(departures.batches(hours=hours, until=micros_at(at)))
        if days != (found[-1][1] if found else USUAL_BLOCK):
            found.append((micros_at(at), days))
    return tuple(found)


def _days(batches: list[dict[str, Any]]) -> int:
    known = [row for row in batches if row["beyond_chance"] and pd.notna(row["every"])]
    if not known:
        return USUAL_BLOCK
    every = max(known, key=itemgetter("batched"))["every"]
    weeks = round(pd.Timedelta(every) / pd.Timedelta(weeks=1))
    return min(max(7 * weeks, USUAL_BLOCK), LONGEST)
