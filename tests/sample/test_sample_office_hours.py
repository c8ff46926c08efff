"""Does the office's clock know evenings, weekends and daylight saving?"""

from datetime import date

import pytest

from vsm.sample.office_hours import hours, instant, local


@pytest.mark.parametrize(
    ("start", "opened"),
    [
        (("2025-01-08", 12.0), "2025-01-08T12:00:00+01:00"),
        (("2025-01-08", 8.0), "2025-01-08T09:00:00+01:00"),
        (("2025-01-08", 17.0), "2025-01-09T09:00:00+01:00"),
        (("2025-01-11", 12.0), "2025-01-13T09:00:00+01:00"),
    ],
)
def test_work_begins_when_the_office_opens(start: tuple[str, float], opened: str) -> None:
    """Inside the hours at once, else at the next opening."""
    day, hour = start
    assert local(hours(9, 17).open_from(instant(date.fromisoformat(day), hour))).isoformat() == opened


def test_work_goes_on_after_the_weekend_and_the_change_to_summer_time() -> None:
    """Two hours from Friday 16:00 end on Monday at 10:00 by the clock, though the weekend had 47 hours."""
    friday = instant(date(2025, 3, 28), 16)
    assert local(hours(9, 17).after(friday, seconds=7200)).isoformat() == "2025-03-31T10:00:00+02:00"


def test_work_that_fills_the_day_ends_at_closing_time() -> None:
    """Eight hours from nine end at five of the same day."""
    monday = instant(date(2025, 1, 6), 9)
    assert local(hours(9, 17).after(monday, seconds=8 * 3600)).isoformat() == "2025-01-06T17:00:00+01:00"
