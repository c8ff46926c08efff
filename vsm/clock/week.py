"""A calendar's week: rules by the local clock become open spans in UTC.

A local time means the first instant at which the clock shows it or has passed it. So where the clock is set
forward over a shift's beginning or end, that moves to where the clock goes on, and a shift that lies wholly
in the hour that is left out does not take place. Where the clock is set back, a shift that spans the change
is really that much longer, and one that ends in the repeated hour ends when the clock shows its end first.
A shift belongs to the day on which it begins, past midnight too: a day off takes the night that follows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from vsm.clock.calendar import Calendar, Micros

DAY: Final = 1440
MINUTE: Final = 60_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH: Final = EPOCH.replace(tzinfo=None)

Shift = tuple[int, int]
"""Minutes after local midnight at which it begins and ends; past midnight the end is more than 1440."""

Day = date | tuple[int, int]
"""One date, or the month and day of every year."""


@dataclass(frozen=True)
class Week:
    """The working hours of a calendar.

    Attributes
    ----------
    zone
        IANA name of the zone whose clock the hours go by.
    shifts
        The shifts of each weekday, Monday first.
    country, subdivision
        Their public holidays are days off, by the names of the ``holidays`` library, which knows most
        countries for some decades around today.
    days_off
        Further days on which no shift begins.
    half_days, half_day_ends
        Days of whose shifts only the part before so many minutes after midnight counts.
    always
        Nights and weekends count too, and nothing of the above matters.
    assumed
        Nobody chose it.

    Examples
    --------
    >>> Week("office", zone="Europe/Berlin", shifts=(((540, 1020),),) * 5 + ((),) * 2).zone
    'Europe/Berlin'
    """

    name: str
    zone: str = "UTC"
    shifts: tuple[tuple[Shift, ...], ...] = ((),) * 7
    country: str | None = None
    subdivision: str | None = None
    days_off: tuple[Day, ...] = ()
    half_days: tuple[Day, ...] = ()
    half_day_ends: int = 12 * 60
    always: bool = False
    assumed: bool = False


DEFAULT: Final = Week(
    "default (Mon-Fri 09:00-17:00 UTC)", shifts=(((9 * 60, 17 * 60),),) * 5 + ((),) * 2, assumed=True
)
"""The week of teams for which vsm.toml names none. Nobody chose it, and it has no holidays."""


@lru_cache(maxsize=8)
def calendar_from_week(week: Week, *, since: date, until: date) -> Calendar:
    """The calendar of this week from one local day to another, which is not included.

    It is known only between their midnights. Shifts that overlap or touch are one span.

    Examples
    --------
    >>> nights = Week("nights", zone="Europe/Berlin", shifts=(((1320, 1800),),) * 7)
    >>> calendar = calendar_from_week(nights, since=date(2026, 3, 28), until=date(2026, 3, 30))
    >>> [str(length) for length in (calendar.closes - calendar.opens).astype("m8[us]").astype("m8[h]")]
    ['6 hours', '7 hours', '2 hours']
    """
    zone = ZoneInfo(week.zone)
    begin, end = (instant(day, 0, zone=zone) for day in (since, until))
    spans = [(begin, end)] if week.always else list(_spans(week, zone, since, until))
    edges = np.array(spans, dtype=np.int64).reshape(-1, 2).clip(begin, end)
    opens, closes = _merged(edges[edges[:, 0] < edges[:, 1]])
    return Calendar(week.name, opens, closes, since=begin, until=end, assumed=week.assumed)


def _spans(week: Week, zone: ZoneInfo, since: date, until: date) -> Iterator[tuple[int, int]]:
    """Lay every shift out, also of the day before: it may last past midnight."""
    off, half = set(week.days_off), set(week.half_days)
    if week.country:
        import holidays  # noqa: PLC0415 - a tenth of a second, for those who name a country

        years = range(since.year - 1, until.year + 1)
        off |= set(holidays.country_holidays(week.country, subdiv=week.subdivision, years=years))
    days = range(since.toordinal() - 1, until.toordinal())
    for number, midnight in zip(days, _midnights(days, zone), strict=True):
        day = date.fromordinal(number)
        anywhere = (day.month, day.day)
        if day in off or anywhere in off:
            continue
        limit = week.half_day_ends if day in half or anywhere in half else 2 * DAY
        for begins, ends in week.shifts[day.weekday()]:
            if begins >= limit:
                continue
            edges = begins, min(ends, limit)
            if midnight is None:
                begin, end = (instant(day, minutes, zone=zone) for minutes in edges)
            else:
                begin, end = (midnight + MINUTE * minutes for minutes in edges)
            yield begin, end


def _midnights(days: range, zone: ZoneInfo) -> Iterator[int | None]:
    """Give when each day begins, None where the clock is set until two days later: then its hours differ."""
    walls = (datetime.fromordinal(number) for number in range(days.start, days.stop + 2))
    begins = [(wall - _EPOCH, wall.replace(tzinfo=zone).utcoffset() or timedelta()) for wall in walls]
    for (wall, offset), (_, one_later), (_, two_later) in zip(begins, begins[1:], begins[2:], strict=False):
        steady = offset == one_later == two_later
        yield (wall - offset) // timedelta(microseconds=1) if steady else None


def instant(day: date, minutes: int, *, zone: ZoneInfo) -> int:
    """The instant (µs of the epoch) at which a zone's clock first shows or passes this minute of a day.

    Examples
    --------
    >>> forward = date(2026, 3, 29)  # at 2:00 the clock is set to 3:00
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> for minutes in (90, 120, 150, 210):
    ...     print(np.datetime64(instant(forward, minutes, zone=berlin), "us").item().time())
    00:30:00
    01:00:00
    01:00:00
    01:30:00
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(first, zone) != wall:
        first = _where_the_clock_jumps(wall, zone)
    return (first - EPOCH) // timedelta(microseconds=1)


def _where_the_clock_jumps(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the first second at which the clock has passed a time that it never shows."""
    late, early = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    low, high = 0, int((late - early).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        passed = _wall(early + timedelta(seconds=middle), zone) >= wall
        low, high = (low, middle) if passed else (middle, high)
    return early + timedelta(seconds=high)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _merged(edges: Micros) -> tuple[Micros, Micros]:
    """Join spans that overlap or touch."""
    opens, order = np.sort(edges[:, 0]), np.argsort(edges[:, 0], kind="stable")
    closes = np.maximum.accumulate(edges[order, 1])
    begins = np.append(True, opens[1:] > closes[:-1])[: len(opens)]
    return opens[begins], closes[np.append(begins[1:], True)[: len(opens)]]
