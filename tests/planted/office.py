"""When is the office open? Seconds since the epoch, told day by day: plain, and not by ``vsm.clock``."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

HOUR: Final = 3600
OPENS, CLOSES = 9, 17
CLOSED_SHARE: Final = 1 - 5 * (CLOSES - OPENS) / (7 * 24)
"""How much of a week the office is closed."""


class Office:
    """Open Monday to Friday from 9 to 17 by the clock of one zone, for so many days from the first one."""

    def __init__(self, zone: str, first: date, days: int = 500) -> None:
        self.zone = ZoneInfo(zone)
        weekdays = [day for day in (first + timedelta(n) for n in range(days)) if day.weekday() < 5]
        self.opens = [self.instant(day, OPENS) for day in weekdays]
        self.closes = [self.instant(day, CLOSES) for day in weekdays]

    def instant(self, day: date, hour: int) -> int:
        """Say when the clock shows this hour of this day."""
        return int(datetime.combine(day, time(hour), self.zone).timestamp())

    def is_open(self, at: float) -> bool:
        position = bisect_right(self.opens, at) - 1
        return position >= 0 and at < self.closes[position]

    def open_from(self, at: int) -> int:
        """Say when it is open next: now, or when it opens."""
        return at if self.is_open(at) else self.opens[bisect_right(self.opens, at)]

    def close_of(self, at: int) -> int:
        """Say when the working day ends that this open instant lies in."""
        return self.closes[bisect_right(self.opens, at) - 1]

    def friday(self, at: int) -> int:
        """Say when the week ends that this instant lies in, or the one that begins next."""
        position = bisect_right(self.closes, at)
        return next(close for close in self.closes[position:] if self.is_last(close))

    def is_last(self, close: int) -> bool:
        return self.open_from(close) - close > 24 * HOUR

    def after(self, at: int, seconds: int) -> int:
        """Say by when so many open seconds have passed."""
        at = self.open_from(at)
        while (left := self.close_of(at) - at) < seconds:
            seconds -= left
            at = self.open_from(self.close_of(at))
        return at + seconds

    def edges(self, start: int, end: int) -> Iterator[int]:
        """Give the instants between two others at which it opens or closes."""
        for edges in (self.opens, self.closes):
            yield from edges[bisect_right(edges, start) : bisect_right(edges, end - 1)]
