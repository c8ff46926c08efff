"""When does a team work? The parts of vsm.toml that speak of hours, zones and days off."""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, model_validator

from vsm.config.stages import Section, Word

if TYPE_CHECKING:
    from vsm.config.belonging import Team

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
DAY: Final = 24 * 60
CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
LONGEST: Final = {month: monthrange(2024, month)[1] for month in range(1, 13)}


def minutes_of(clock: str) -> int:
    """How many minutes after midnight is this?

    Raises
    ------
    ValueError
        It is no time of day such as ``09:30``; ``24:00`` is the day's end.

    Examples
    --------
    >>> minutes_of("09:30"), minutes_of("24:00")
    (570, 1440)
    """
    if not CLOCK.fullmatch(clock):
        raise ValueError(f"'{clock}' in [[calendar]] is no time of day; write it as \"09:30\"")
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def shift_of(text: str) -> tuple[int, int]:
    """From which minute after midnight to which does this shift last? Past midnight, beyond 1440.

    Raises
    ------
    ValueError
        It is no shift such as ``09:00-17:00``, or has no length.

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


def _shift(text: str) -> str:
    shift_of(text)
    return text


def _clock(text: str) -> str:
    minutes_of(text)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # which one depends on how the name is wrong
        hint = 'write an IANA name such as "Europe/Berlin", or "UTC"'
        raise ValueError(f"'{name}' in [[calendar]] is no time zone; {hint}") from error
    return name


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


Shifts = tuple[Annotated[str, AfterValidator(_shift)], ...]
Days = tuple[Annotated[date | str, BeforeValidator(_day)], ...]


class WorkingWeek(Section):
    """When does somebody work? A ``[[calendar]]``.

    ``hours`` are the shifts of each of the ``days``, by the clock of ``zone``; a weekday that is named itself
    (``fri = ["09:00-14:00"]``) has its own. A shift may last past midnight and belongs to the day on which it
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
    half_day_ends: Annotated[str, AfterValidator(_clock)] = "12:00"
    always: bool = False

    @property
    def shifts(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """From which minute to which does each shift of each weekday last? Monday first.

        Examples
        --------
        >>> WorkingWeek(name="short", zone="UTC", days=["mon"], sat=["10:00-12:00"]).shifts
        (((540, 1020),), (), (), (), (), ((600, 720),), ())
        """
        return tuple(tuple(shift_of(text) for text in self._texts(day)) for day in WEEKDAYS)

    def _texts(self, day: Weekday) -> Shifts:
        own: Shifts | None = getattr(self, day)
        return own if own is not None else self.hours if day in self.days else ()

    @model_validator(mode="after")
    def _makes_sense(self) -> "WorkingWeek":
        faults = list(_faults_of_always(self) if self.always else _faults_of_hours(self))
        if faults:
            raise ValueError("\n".join(f"calendar '{self.name}' {fault}" for fault in faults))
        return self


def _faults_of_always(week: WorkingWeek) -> Iterator[str]:
    beside = sorted(week.model_fields_set - {"name", "zone", "always"})
    if beside:
        yield f"is always open, so {', '.join(beside)} would mean nothing; keep one"


def _faults_of_hours(week: WorkingWeek) -> Iterator[str]:
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
        (place * DAY + begins, place * DAY + ends, f"{day} {text}")
        for place, day in enumerate(WEEKDAYS)
        for text, (begins, ends) in zip(week._texts(day), week.shifts[place], strict=True)  # noqa: SLF001
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
    calendars: Sequence[WorkingWeek], teams: "Sequence[Team]", *, stream: str | None
) -> list[str]:
    """What do calendars, and those who name one, say that cannot be?

    Parameters
    ----------
    calendars
        All of the file.
    teams
        Who may name one.
    stream
        The calendar that ``[stream]`` names.

    Examples
    --------
    >>> faults_of_calendars([], [], stream="office")
    ["[stream] names calendar 'office', which no [[calendar]] defines"]
    """
    times = Counter(week.name for week in calendars)
    named = [("[stream]", stream), *((f"team '{team.name}'", team.calendar) for team in teams)]
    return [
        *(
            f"calendar '{name}' is defined {count} times; keep one"
            for name, count in times.items()
            if count > 1
        ),
        *(
            f"{who} names calendar '{name}', which no [[calendar]] defines"
            for who, name in named
            if name and name not in times
        ),
    ]
