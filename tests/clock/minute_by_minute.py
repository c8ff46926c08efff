"""When is a week open? A walk over every minute of two years, or of five where thorough, written for clarity.

The walk knows nothing of instants that a local time could mean. It looks at the clock on the wall once a minute
and remembers the latest time that it has seen there: a shift has begun once its beginning has been seen, or
passed, and has ended once its end has.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt

from tests.share import share
from vsm.clock import Week

FIRST = date(2023, 1, 1)
LAST = date(FIRST.year + share(2, of=5), 1, 1)
MINUTE, STEP = 60_000_000, 15


@dataclass(frozen=True)
class Minutes:
    """Whether each minute of UTC is open, from ``begin`` (in minutes of the epoch) on."""

    begin: int
    open: npt.NDArray[np.bool_]
    before: npt.NDArray[np.int64]

    def passed(self, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Working microseconds from the beginning to each instant."""
        minute, rest = np.divmod(at, MINUTE)
        position = minute - self.begin
        passed: npt.NDArray[np.int64] = self.before[position] * MINUTE + np.where(
            self.open[position], rest, 0
        )
        return passed


def walk(week: Week) -> Minutes:
    """Look at the wall once a minute, from a day before FIRST to a day after LAST."""
    wall = _wall(ZoneInfo(week.zone))
    painted, base = _painted(week)
    seen = np.maximum.accumulate(wall[1])
    is_open = painted[seen - base]
    return Minutes(wall[0], is_open, np.concatenate([[0], np.cumsum(is_open)[:-1]]))


def _wall(zone: ZoneInfo) -> tuple[int, npt.NDArray[np.int64]]:
    """What the clock on the wall shows in each minute of UTC, as minutes since 1970; it changes at quarters."""
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) - timedelta(days=3)
    steps = ((LAST - FIRST).days + 6) * 24 * 60 // STEP
    offsets = []
    for number in range(steps):
        offset = (begin + timedelta(minutes=number * STEP)).astimezone(zone).utcoffset()
        assert offset is not None
        offsets.append(int(offset.total_seconds()) // 60)
    first = int(begin.timestamp()) // 60
    return first, first + np.arange(steps * STEP) + np.repeat(offsets, STEP)


def _painted(week: Week) -> tuple[npt.NDArray[np.bool_], int]:
    """Which minutes of the wall's clock lie in a shift? A long strip of minutes, painted day by day."""
    epoch, base = date(1970, 1, 1), FIRST - timedelta(days=9)
    public = holidays.country_holidays(week.country, subdiv=week.subdivision) if week.country else {}
    strip = np.zeros(((LAST - FIRST).days + 20) * 1440, dtype=bool)
    for number in range((LAST - FIRST).days + 16):
        day = base + timedelta(days=number)
        if day in public or day in week.days_off or (day.month, day.day) in week.days_off:
            continue
        halved = day in week.half_days or (day.month, day.day) in week.half_days
        for begins, ends in week.shifts[day.weekday()]:
            last = min(ends, week.half_day_ends) if halved else ends
            strip[number * 1440 + begins : number * 1440 + max(begins, last)] = True
    return strip, (base - epoch).days * 1440
