"""Is working time what a look at the wall clock in every minute of some years says?"""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from tests.clock.minute_by_minute import FIRST, LAST, MINUTE, Minutes, walk
from vsm.clock import DEFAULT, Calendar, Week, calendar_from_week

pytestmark = pytest.mark.slow

OFFICE = (((540, 1020),),) * 5 + ((), ())
LUNCH = (((480, 720), (765, 1050)),) * 4 + (((480, 810),), (), ())
NIGHTS = (((1320, 1800),),) * 6 + (((60, 150), (1200, 1440)),)
ROUND = (((0, 120), (120, 150), (150, 1440)),) * 7
YEARLY, ONCE = ((12, 24), (2, 29)), (date(2023, 5, 19), date(2024, 2, 29))
WEEKS = {
    "Berlin": Week("b", "Europe/Berlin", OFFICE, "DE", "BE", (), (*YEARLY, (12, 31)), 720),
    "Berlin, nights": Week("n", "Europe/Berlin", NIGHTS, "DE", "BY", ONCE, YEARLY, 1380),
    "New York": Week("y", "America/New_York", LUNCH, "US", None, ONCE, ((12, 24),), 700),
    "New York, nights": Week("m", "America/New_York", NIGHTS, "US", "CA"),
    "Lord Howe": Week("l", "Australia/Lord_Howe", NIGHTS, "AU", "NSW", YEARLY),
    "Kolkata": Week("k", "Asia/Kolkata", LUNCH, "IN", None, ONCE),
    "St John's": Week("s", "America/St_Johns", OFFICE, "CA", "NL", half_days=((12, 24),)),
    "Chatham": Week("c", "Pacific/Chatham", ROUND, "NZ", None, YEARLY),
    "Casablanca": Week("a", "Africa/Casablanca", NIGHTS, "MA"),
    "Santiago, where midnight is left out": Week("t", "America/Santiago", ROUND, "CL"),
    "default": DEFAULT,
}  # fmt: skip


@cache
def both(name: str) -> tuple[Calendar, Minutes]:
    """The calendar that is judged, and the walk."""
    return calendar_from_week(WEEKS[name], since=FIRST, until=LAST), walk(WEEKS[name])


@pytest.mark.parametrize("name", WEEKS)
def test_a_week_is_open_in_the_minutes_in_which_the_walk_finds_it_open(name: str) -> None:
    """Every span begins and ends in the minute in which the walk saw it begin and end."""
    calendar, minutes = both(name)
    at = np.arange(calendar.since, calendar.until, MINUTE)
    assert (calendar.is_open(at) == minutes.open[at // MINUTE - minutes.begin]).all()
    assert len(calendar.opens) > 200 * (LAST.year - FIRST.year) or WEEKS[name].shifts == ROUND


@pytest.mark.parametrize("name", WEEKS)
def test_working_time_is_that_of_the_walk(name: str) -> None:
    """To the microsecond, for intervals of all lengths."""
    calendar, minutes = both(name)
    draw = np.random.default_rng(5)
    start = draw.integers(calendar.since, calendar.until, 20_000)
    length = (10 ** draw.uniform(0, 14, len(start))).astype(np.int64)
    end = np.minimum(start + length, calendar.until)
    assert (calendar.working(start, end) == minutes.passed(end) - minutes.passed(start)).all()


@pytest.mark.parametrize("name", WEEKS)
def test_after_so_many_working_minutes_the_walk_has_seen_them(name: str) -> None:
    """The first minute before which so many were open."""
    calendar, minutes = both(name)
    draw = np.random.default_rng(6)
    middle = (calendar.since + calendar.until) // 2
    start = draw.integers(calendar.since // MINUTE, middle // MINUTE, 5_000)
    asked = draw.integers(1, 50_000, len(start))
    reached = minutes.before[start - minutes.begin] + asked
    expected = np.searchsorted(minutes.before, reached, side="left") + minutes.begin
    assert (calendar.after(start * MINUTE, asked * MINUTE) == expected * MINUTE).all()


def test_the_walk_itself_knows_the_long_night() -> None:
    """A night shift of eight hours has nine when the clock is set back and seven when it is set forward."""
    minutes = walk(
        replace(WEEKS["Berlin, nights"], country=None, subdivision=None, shifts=(((1320, 1800),),) * 7)
    )
    evening = {"back": "2024-10-26T20:00", "forward": "2024-03-30T21:00", "other": "2024-06-08T20:00"}
    hours = {}
    for change, text in evening.items():
        begin = int(np.datetime64(text, "m").astype(np.int64)) - minutes.begin
        hours[change] = int(minutes.open[begin - 60 : begin + 660].sum()) / 60
    assert hours == {"back": 9, "forward": 7, "other": 8}
