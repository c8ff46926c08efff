"""Working time: Monday to Friday, by the local clock; instants are whole seconds of the epoch."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from vsm.sample.plan import AS_OF, FIRST_DAY, ZONE


def instant(day: date, hour: float = 0.0) -> int:
    """The second of the epoch of this hour of a local day.

    Examples
    --------
    >>> instant(date(2025, 1, 6), 9.5)
    1736152200
    """
    clock = time(int(hour), round(hour % 1 * 60))
    return int(datetime.combine(day, clock, ZONE).timestamp())


def local(at: int) -> datetime:
    """The local time of an instant."""
    return datetime.fromtimestamp(at, ZONE)


def working_days() -> list[date]:
    """The working days, with a margin after the sample's end."""
    span = (AS_OF.date() - FIRST_DAY).days + 120
    days = [FIRST_DAY + timedelta(days=n) for n in range(span)]
    return [day for day in days if day.weekday() < 5]


@dataclass(frozen=True)
class Hours:
    """The working time from one hour of each working day to another.

    Examples
    --------
    >>> friday_late = instant(date(2025, 1, 10), 16.5)
    >>> local(Hours(9, 17).after(friday_late, seconds=3600)).isoformat()
    '2025-01-13T09:30:00+01:00'
    """

    opens: int
    closes: int
    starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", [instant(day, self.opens) for day in working_days()])

    def open_from(self, at: int) -> int:
        """The next working instant, this one included."""
        position = bisect_right(self.starts, at) - 1
        return at if position >= 0 and at < self._end(position) else self.starts[position + 1]

    def after(self, at: int, *, seconds: int) -> int:
        """The instant at which so many working seconds have passed."""
        now = self.open_from(at)
        position = bisect_right(self.starts, now) - 1
        while now + seconds > self._end(position):
            seconds -= self._end(position) - now
            position += 1
            now = self.starts[position]
        return now + seconds

    def _end(self, position: int) -> int:
        return self.starts[position] + (self.closes - self.opens) * 3600


@cache
def hours(opens: int, closes: int) -> Hours:
    """These hours, laid out once for each pair."""
    return Hours(opens, closes)
