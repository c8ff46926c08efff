"""A calendar's week: rules by the local clock become open spans in UTC.

A local time means the first instant at which the clock shows it or has passed it. So where the clock is set
forward over a shift's beginning or end, that moves to where the clock goes on, and a shift that lies wholly
in the hour that is left out does not take place. Where the clock is set back, a shift that spans the change
is really that much longer, and one that ends in the repeated hour ends when the clock shows its end first.
A shift belongs to the day on which it begins, past midnight too: a day off takes the night that follows it.
"""

from calendar import isleap, monthrange
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
_EPOCH: Final = EPOCH.toordinal()

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
    spans = np.array([[begin, end]]) if week.always else _spans(week, zone, since, until)
    edges = spans.clip(begin, end)
    opens, closes = _merged(edges[edges[:, 0] < edges[:, 1]])
    return Calendar(week.name, opens, closes, since=begin, until=end, assumed=week.assumed)


def _spans(week: Week, zone: ZoneInfo, since: date, until: date) -> Micros:
    """Lay every shift out, also of the day before: it may last past midnight.

    ::

        day        Fri  Sat  Sun  Mon       hours differ where the clock is set until two days later
        midnight    0    1    2    3        (times 24 h)
        limit     2880 2880  720    0       minutes: a half day on Sunday, a day off on Monday
    """
    days = np.arange(since.toordinal() - 1, until.toordinal())
    years = range(date.fromordinal(int(days[0])).year, date.fromordinal(int(days[-1]) + 2).year + 1)
    ahead = np.concatenate([_ahead(zone, year) for year in years])[
        days[0] - date(years[0], 1, 1).toordinal() :
    ]
    ahead, later, last = ahead[: len(days)], ahead[1 : len(days) + 1], ahead[2 : len(days) + 2]
    steady, midnight = (ahead == later) & (later == last), (days - _EPOCH) * DAY * MINUTE - ahead
    off = set(week.days_off)
    if week.country:
        import holidays  # noqa: PLC0415 - a tenth of a second, for those who name a country

        named = range(since.year - 1, until.year + 1)
        off |= set(holidays.country_holidays(week.country, subdiv=week.subdivision, years=named))
    limit = np.full(len(days), 2 * DAY)
    for part, minutes in ((week.half_days, week.half_day_ends), (off, 0)):
        dated = np.array([each for day in part for each in _ordinals(day, years)], dtype=np.int64) - days[0]
        limit[dated[(dated >= 0) & (dated < len(days))]] = minutes
    spans = [np.empty((0, 2), dtype=np.int64)]
    for weekday, shifts in enumerate(week.shifts):
        for begins, ends in shifts:
            there = np.flatnonzero(((days - 1) % 7 == weekday) & (limit > begins))
            edges = np.column_stack([np.full(len(there), begins), np.minimum(ends, limit[there])])
            found = midnight[there, np.newaxis] + MINUTE * edges
            for row in np.flatnonzero(~steady[there]):
                day = date.fromordinal(int(days[there[row]]))
                found[row] = [instant(day, int(minutes), zone=zone) for minutes in edges[row]]
            spans.append(found)
    return np.concatenate(spans)


def _ordinals(day: Day, years: range) -> list[int]:
    """Give the ordinals of a date; of a month and its day, in each of these years that has it."""
    if isinstance(day, date):
        return [day.toordinal()]
    month, number = day
    there = (year for year in years if number <= monthrange(year, month)[1])
    return [date(year, month, number).toordinal() for year in there]


@lru_cache(maxsize=1024)
def _ahead(zone: ZoneInfo, year: int) -> Micros:
    """Give how far the clock of a zone is ahead of UTC as each day of a year begins (microseconds)."""
    first, days = datetime(year, 1, 1, tzinfo=zone), 366 if isleap(year) else 365
    ahead = [(first + timedelta(days=day)).utcoffset() or timedelta() for day in range(days)]
    return np.array(ahead, dtype="m8[us]").view(np.int64)


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
