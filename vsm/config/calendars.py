"""Calendars: the sections of vsm.toml on hours, zones and days off."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, model_validator

from vsm.config.people import Team
from vsm.config.toml import Section, Word, duplicates, parsable

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
DAY: Final = 24 * 60
CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
LONGEST: Final = {month: monthrange(2024, month)[1] for month in range(1, 13)}


def minutes_of(clock: str) -> int:
    """Give a time of day such as ``09:30`` in minutes after midnight; ``24:00`` is the day's end."""
    if not CLOCK.fullmatch(clock):
        raise ValueError(f"'{clock}' in [[calendar]] is no time of day; write it as \"09:30\"")
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def shift_of(text: str) -> tuple[int, int]:
    """Give a shift such as ``09:00-17:00`` in minutes after midnight; past midnight it ends beyond 1440.

    Examples
    --------
    >>> shift_of("09:00-17:00"), shift_of("22:00-06:00"), shift_of("00:00-24:00")
    ((540, 1020), (1320, 1800), (0, 1440))
    """
    begins, dash, ends = (part.strip() for part in text.partition("-"))
    if not dash:
        raise ValueError(f"'{text}' in [[calendar]] is no shift; write it as \"09:00-17:00\"")
    first, last = minutes_of(begins), minutes_of(ends)
    if first in (last, DAY):
        raise ValueError(f"shift '{text}' in [[calendar]] has no length; all day long is \"00:00-24:00\"")
    return first, last if last > first else last + DAY


def hours_of_day(text: str) -> tuple[float, float]:
    """Give a shift that ends on the day on which it begins, in hours after midnight.

    Examples
    --------
    >>> hours_of_day("09:00-13:30")
    (9.0, 13.5)
    """
    try:
        begins, ends = shift_of(text)
    except ValueError:
        ends = DAY + 1
    if ends > DAY:
        raise ValueError(f"hours are '{text}'; write them as 09:00-13:00")
    return begins / 60, ends / 60


def check_zone(name: str, *, fault: str) -> str:
    """Give the name of a time zone back, or raise ValueError with the fault."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # which one depends on how the name is wrong
        raise ValueError(fault) from error
    return name


def _zone(name: str) -> str:
    hint = 'write an IANA name such as "Europe/Berlin", or "UTC"'
    return check_zone(name, fault=f"'{name}' in [[calendar]] is no time zone; {hint}")


def _day(value: object) -> object:
    """Take a date, or the month and day of every year as ``"12-24"``."""
    if type(value) is date:
        return value
    month, _, day = str(value).partition("-")
    if not re.fullmatch(r"\d\d-\d\d", str(value)) or not 1 <= int(day) <= LONGEST.get(int(month), 0):
        raise ValueError(
            f"'{value}' in [[calendar]] is no day; write 2026-12-24, or \"12-24\" for every year"
        )
    return value


Shifts = tuple[Annotated[str, parsable(shift_of)], ...]
Days = tuple[Annotated[date | str, BeforeValidator(_day)], ...]


class WorkingWeek(Section):
    """A ``[[calendar]]``: when somebody works.

    ``hours`` are the shifts of each of the ``days``, by the clock of ``zone``; a weekday with its own key
    (``fri = ["09:00-14:00"]``) has those. A shift may last past midnight and belongs to the day on which it
    begins. Days off are the public holidays of ``country`` and ``subdivision``, and ``days_off``; of
    ``half_days`` only the part before ``half_day_ends`` counts. ``always`` means that nights, weekends and
    holidays count in full.
    """

    name: Word
    zone: Annotated[Word, AfterValidator(_zone)] | None = None
    hours: Shifts = ("09:00-17:00",)
    days: tuple[Weekday, ...] = WEEKDAYS[:5]
    mon: Shifts | None = None
    tue: Shifts | None = None
    wed: Shifts | None = None
    thu: Shifts | None = None
    fri: Shifts | None = None
    sat: Shifts | None = None
    sun: Shifts | None = None
    country: Word | None = None
    subdivision: Word | None = None
    days_off: Days = ()
    half_days: Days = ()
    half_day_ends: Annotated[str, parsable(minutes_of)] = "12:00"
    always: bool = False

    @property
    def shifts(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The shifts of each weekday, Monday first, in minutes after midnight.

        Examples
        --------
        >>> WorkingWeek(name="short", zone="UTC", days=["mon"], sat=["10:00-12:00"]).shifts
        (((540, 1020),), (), (), (), (), ((600, 720),), ())
        """
        return tuple(tuple(shift_of(text) for text in self.hours_of(day)) for day in WEEKDAYS)

    def hours_of(self, day: Weekday) -> Shifts:
        """Give the shifts of one weekday as they are written."""
        own: Shifts | None = getattr(self, day)
        return own if own is not None else self.hours if day in self.days else ()

    @model_validator(mode="after")
    def _makes_sense(self) -> "WorkingWeek":
        if faults := list(_faults_of_week(self)):
            raise ValueError("\n".join(f"calendar '{self.name}' {fault}" for fault in faults))
        return self


def _faults_of_week(week: WorkingWeek) -> Iterator[str]:
    if week.always:
        if others := sorted(week.model_fields_set - {"name", "zone", "always"}):
            yield f"is always open, so {', '.join(others)} would mean nothing; keep one"
        return
    if week.zone is None:
        yield 'lacks \'zone\': whose clock do its hours go by? Such as "Europe/Berlin", or "UTC"'
    if not any(week.shifts):
        yield "has no hours on any day; give it hours, or say always = true"
    yield from _overlaps(week)
    if week.subdivision and not week.country:
        yield "names a subdivision, but no country"
    if week.country:
        yield from _unknown_holidays(week.country, week.subdivision)


def _overlaps(week: WorkingWeek) -> Iterator[str]:
    """Find shifts that share time, also past midnight and from Sunday into Monday."""
    spans = sorted(
        (number * DAY + begins, number * DAY + ends, f"{day} {text}")
        for number, day in enumerate(WEEKDAYS)
        for text, (begins, ends) in zip(week.hours_of(day), week.shifts[number], strict=True)
    )
    if len(spans) > 1:
        begins, ends, text = spans[0]
        spans.append((begins + 7 * DAY, ends + 7 * DAY, text))
    for (_, ends, former), (begins, _, latter) in pairwise(spans):
        if begins < ends:
            yield f"has shifts that overlap: {former} and {latter}"
            return


def _unknown_holidays(country: str, subdivision: str | None) -> Iterator[str]:
    import holidays  # noqa: PLC0415 - a tenth of a second, for those who name a country

    known: dict[str, Any] = holidays.list_supported_countries()
    if country not in known:
        yield f"names country '{country}', whose holidays are unknown; write its two letters, such as \"DE\""
    elif subdivision and subdivision not in known[country]:
        parts = ", ".join(known[country]) or "none"
        yield f"names subdivision '{subdivision}', which {country} does not have; known: {parts}"


def faults_of_calendars(
    calendars: Sequence[WorkingWeek], teams: Sequence[Team], *, stream: str | None
) -> Iterator[str]:
    """Give faults of calendars, and of teams and the stream that name one, one sentence each."""
    names = [week.name for week in calendars]
    yield from duplicates(names, "calendar '{}' is defined {} times; keep one")
    for who, name in [("[stream]", stream), *((f"team '{team.name}'", team.calendar) for team in teams)]:
        if name and name not in names:
            yield f"{who} names calendar '{name}', which no [[calendar]] defines"
