"""From rules by the local clock to open spans."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from vsm.clock import DEFAULT, Week, calendar_from_week

OFFICE = (((540, 1020),),) * 5 + ((), ())
BERLIN = Week("office", "Europe/Berlin", OFFICE)


def spans(week: Week, since: str, until: str) -> list[str]:
    """Open spans as texts in UTC."""
    calendar = calendar_from_week(week, since=date.fromisoformat(since), until=date.fromisoformat(until))
    texts = [
        np.datetime_as_string(edges.view("M8[us]"), unit="m") for edges in (calendar.opens, calendar.closes)
    ]
    return [f"{opens[5:]} to {closes[5:]}" for opens, closes in zip(*texts, strict=True)]


def test_an_office_keeps_its_local_hours_when_the_clock_changes() -> None:
    """Friday in winter time, Monday in summer time."""
    assert spans(BERLIN, "2026-03-27", "2026-03-31") == [
        "03-27T08:00 to 03-27T16:00",
        "03-30T07:00 to 03-30T15:00",
    ]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """The night before a day off is worked to its end, the night after is not; the layout cuts at its ends."""
    nights = Week("nights", "UTC", (((1320, 1800),),) * 7, days_off=(date(2026, 5, 1),))
    assert spans(nights, "2026-04-30", "2026-05-03") == [
        "04-30T00:00 to 04-30T06:00",
        "04-30T22:00 to 05-01T06:00",
        "05-02T22:00 to 05-03T00:00",
    ]


def test_of_a_half_day_only_its_first_part_counts() -> None:
    """By the date or in every year; a shift that begins later is left out."""
    week = Week(
        "two shifts", "UTC", (((480, 780), (840, 1020)),) * 7, half_days=((12, 24), date(2026, 12, 25))
    )
    assert spans(replace(week, half_day_ends=660), "2026-12-24", "2026-12-27") == [
        "12-24T08:00 to 12-24T11:00",
        "12-25T08:00 to 12-25T11:00",
        "12-26T08:00 to 12-26T13:00",
        "12-26T14:00 to 12-26T17:00",
    ]


def test_public_holidays_are_those_of_country_and_subdivision() -> None:
    """Women's day is free in Berlin, not in Bavaria; the first of May is in both."""
    berlin = replace(BERLIN, country="DE", subdivision="BE")
    bavaria = replace(BERLIN, country="DE", subdivision="BY")
    assert spans(berlin, "2027-03-08", "2027-03-09") == []
    assert len(spans(bavaria, "2027-03-08", "2027-03-09")) == 1
    assert spans(bavaria, "2026-05-01", "2026-05-02") == []


def test_round_the_clock_working_time_is_elapsed_time() -> None:
    """Whatever the clocks do."""
    calendar = calendar_from_week(
        Week("always", "Europe/Berlin", always=True), since=date(2026, 1, 1), until=date(2027, 1, 1)
    )
    start = np.linspace(calendar.since, calendar.until, 999).astype(np.int64)
    assert (calendar.working(start[:-1], start[1:]) == np.diff(start)).all()


def test_shifts_that_touch_or_overlap_are_one_span() -> None:
    """No time is counted twice, nor is there a seam at midnight."""
    week = Week("seams", "UTC", (((0, 600), (600, 1440), (300, 900)),) * 7)
    assert spans(week, "2026-01-01", "2026-01-04") == ["01-01T00:00 to 01-04T00:00"]


@pytest.mark.parametrize(
    ("shift", "day", "expected"),
    [
        ((90, 150), "2026-03-29", ["03-29T00:30 to 03-29T01:00"]),
        ((120, 180), "2026-03-29", []),
        ((150, 300), "2026-03-29", ["03-29T01:00 to 03-29T03:00"]),
        ((90, 150), "2026-10-25", ["10-24T23:30 to 10-25T00:30"]),
        ((60, 240), "2026-10-25", ["10-24T23:00 to 10-25T03:00"]),
        ((150, 240), "2026-10-25", ["10-25T00:30 to 10-25T03:00"]),
    ],
)
def test_edges_in_the_changed_hour_are_at_the_first_instant_that_shows_or_passes_them(
    shift: tuple[int, int], day: str, expected: list[str]
) -> None:
    """In the hour that is left out, and in the one that comes twice."""
    until = day[:-2] + str(int(day[-2:]) + 1)
    assert spans(Week("small", "Europe/Berlin", ((shift,),) * 7), day, until) == expected


def test_a_day_that_a_zone_left_out_is_not_worked() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    samoa = Week("samoa", "Pacific/Apia", OFFICE)
    assert spans(samoa, "2011-12-29", "2012-01-03") == [
        "12-29T19:00 to 12-30T03:00",
        "01-01T19:00 to 01-02T03:00",
    ]


def test_the_default_says_that_nobody_chose_it() -> None:
    """By its name and by a mark; a calendar of vsm.toml bears none."""
    calendar = calendar_from_week(DEFAULT, since=date(2026, 1, 1), until=date(2026, 1, 9))
    assert (calendar.name, calendar.assumed) == ("default (Mon-Fri 09:00-17:00 UTC)", True)
    assert not calendar_from_week(BERLIN, since=date(2026, 1, 1), until=date(2026, 1, 9)).assumed
