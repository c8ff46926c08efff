"""What vsm.toml may say of calendars, and what it is told when it may not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.cli.init import TEMPLATE
from vsm.config import Workflow, parse_workflow
from vsm.config.calendars import shift_of
from vsm.errors import ConfigError

OFFICE = '[[calendar]]\nname = "office"\nzone = "Europe/Berlin"\n'


def test_a_calendar_has_office_hours_unless_it_says_otherwise() -> None:
    """Monday to Friday from nine to five, and no holidays."""
    (office,) = parse_workflow(OFFICE).calendars
    assert office.shifts == (((540, 1020),),) * 5 + ((), ())
    assert (office.country, office.days_off, office.half_days, office.always) == (None, (), (), False)


def test_a_weekday_may_have_hours_of_its_own() -> None:
    """They replace the common ones, also with none, and need not stand in ``days``."""
    text = 'hours = ["08:00-12:00", "13:00-17:30"]\ndays = ["mon", "fri"]\nfri = []\nsat = ["22:00-06:00"]'
    (office,) = parse_workflow(OFFICE + text).calendars
    assert office.shifts == (((480, 720), (780, 1050)), (), (), (), (), ((1320, 1800),), ())


def test_days_are_dates_or_come_every_year() -> None:
    """As TOML's own date, or as month and day."""
    (office,) = parse_workflow(OFFICE + 'days_off = [2026-05-15]\nhalf_days = ["12-24", "02-29"]').calendars
    assert (office.days_off, office.half_days) == ((date(2026, 5, 15),), ("12-24", "02-29"))


def test_a_team_goes_by_its_own_calendar_else_by_the_streams() -> None:
    """Everybody else too; without either, by none that was chosen."""
    named = '[stream]\ncalendar = "ops"\n[[team]]\nname = "web"\ncalendar = "office"\n[[team]]\nname = "qa"\n'
    workflow = parse_workflow(named + OFFICE + '[[calendar]]\nname = "ops"\nalways = true')
    found = [workflow.calendar_of(team) for team in ("web", "qa", "unknown", None)]
    assert [week.name for week in found if week] == ["office", "ops", "ops", "ops"]
    assert parse_workflow(OFFICE).calendar_of("web") is None


def test_calendars_belong_to_what_the_workflow_says() -> None:
    """Another calendar is another workflow."""
    assert parse_workflow(OFFICE).digest != Workflow().digest


@given(st.integers(0, 1439), st.integers(0, 1440))
def test_every_shift_lasts_until_its_end_on_this_day_or_the_next(begins: int, ends: int) -> None:
    """Written and read again."""
    text = f"{begins // 60:02}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"
    if begins == ends:
        with pytest.raises(ValueError, match="has no length"):
            shift_of(text)
        return
    assert shift_of(text) == (begins, ends if ends > begins else ends + 1440)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[calendar]]\nname = "a"', r"calendar 'a' lacks 'zone': whose clock do its hours go by\?"),
        (
            '[[calendar]]\nname = "a"\nzone = "Berlin"',
            r"'Berlin' in \[\[calendar\]\] is no time zone; write an IANA",
        ),
        ('[[calendar]]\nname = "a"\nzone = "../a"', r"'../a' in \[\[calendar\]\] is no time zone"),
        ('[[calendar]]\nname = "a"\nzone = "Europe"', r"'Europe' in \[\[calendar\]\] is no time zone"),
        ('[[calendar]]\nzone = "UTC"', r"\[\[calendar\]\] number 1 lacks 'name'"),
        (
            OFFICE + "hour = 1",
            r"unknown key 'hour' in \[\[calendar\]\] 'office'; known: always, country, days",
        ),
        (OFFICE + 'hours = ["nine to five"]', r"'nine to five' in \[\[calendar\]\] is no shift; write it as"),
        (OFFICE + 'hours = ["9-17"]', r"'9' in \[\[calendar\]\] is no time of day"),
        (OFFICE + 'hours = ["09:00-25:00"]', r"'25:00' in \[\[calendar\]\] is no time of day"),
        (OFFICE + 'hours = ["09:00-09:00"]', r"shift '09:00-09:00' in \[\[calendar\]\] has no length"),
        (OFFICE + 'hours = ["24:00-09:00"]', r"shift '24:00-09:00' in \[\[calendar\]\] has no length"),
        (
            OFFICE + 'days = ["monday"]',
            r"'calendar.0.days.0' in \[\[calendar\]\] 'office': Input should be 'mon'",
        ),
        (
            OFFICE + 'hours = ["09:00-13:00", "12:00-17:00"]',
            "calendar 'office' has shifts that overlap: mon 09:00-13:00 and mon 12:00-17:00",
        ),
        (
            OFFICE + 'thu = ["22:00-09:30"]',
            "calendar 'office' has shifts that overlap: thu 22:00-09:30 and fri 09:00-17:00",
        ),
        (
            OFFICE + 'sun = ["22:00-09:30"]',
            "calendar 'office' has shifts that overlap: sun 22:00-09:30 and mon 09:00-17:00",
        ),
        (
            OFFICE + "days = []",
            "calendar 'office' has no hours on any day; give it hours, or say always = true",
        ),
        (
            OFFICE + "always = true\nhours = []",
            "calendar 'office' is always open, so hours would mean nothing",
        ),
        (
            OFFICE + 'country = "Atlantis"',
            "names country 'Atlantis', whose holidays are unknown; write its two",
        ),
        (
            OFFICE + 'country = "DE"\nsubdivision = "XX"',
            "names subdivision 'XX', which DE does not have; known: BB",
        ),
        (OFFICE + 'subdivision = "BE"', "calendar 'office' names a subdivision, but no country"),
        (
            OFFICE + 'days_off = ["02-30"]',
            r"'02-30' in \[\[calendar\]\] is no day; write 2026-12-24, or \"12-24\"",
        ),
        (OFFICE + 'half_days = ["W01-1"]', r"'W01-1' in \[\[calendar\]\] is no day"),
        (
            OFFICE + "half_days = [2026-12-24T12:00:00]",
            r"'2026-12-24 12:00:00' in \[\[calendar\]\] is no day",
        ),
        (
            OFFICE + 'half_day_ends = "noon"',
            r"'noon' in \[\[calendar\]\] is no time of day; write it as \"09:30\"",
        ),
        (OFFICE + OFFICE, "calendar 'office' is defined 2 times; keep one"),
        ('[stream]\ncalendar = "ops"', r"\[stream\] names calendar 'ops', which no \[\[calendar\]\] defines"),
        (
            OFFICE + '[[team]]\nname = "web"\ncalendar = "ops"',
            r"team 'web' names calendar 'ops', which no \[\[calendar\]\] defines",
        ),
    ],
)
def test_faults_are_told_in_the_files_own_words(text: str, sentence: str) -> None:
    """Each fault names its place and what to do."""
    with pytest.raises(ConfigError, match=sentence):
        parse_workflow(text)


def test_all_faults_of_a_calendar_are_told_at_once() -> None:
    """No second run for the second fault."""
    text = '[[calendar]]\nname = "a"\nsubdivision = "BE"\nhours = ["09:00-13:00", "12:00-17:00"]'
    with pytest.raises(ConfigError, match=r"lacks 'zone'.*overlap.*names a subdivision"):
        parse_workflow(text)


def test_the_example_that_init_writes_can_be_used_as_it_stands() -> None:
    """Without its comment signs, and without the line that says it is instead of the others."""
    lines = TEMPLATE.splitlines()
    begin = next(position for position, line in enumerate(lines) if line.startswith("# [[calendar]]"))
    block = [line[2:] for line in lines[begin : lines.index("#", begin)]]
    assert block[-1].startswith("always = true")
    (office,) = parse_workflow("\n".join(block[:-1])).calendars
    assert office.shifts[3:] == (((540, 750), (780, 1020)), ((540, 840),), (), ())
    assert (office.country, office.subdivision, office.half_days) == ("DE", "BE", ("12-31",))
