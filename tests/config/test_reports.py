"""[[report]] in vsm.toml: what it may say, when it is due, and which days its windows mean."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.config import Report, Workflow, parse_workflow
from vsm.config.reports import resolved_day
from vsm.errors import ConfigError, ParameterError

WEEKLY = """
[[report]]
name = "weekly"
notebooks = ["01_where_does_time_go"]
cron = "0 7 * * MON"
zone = "Europe/Berlin"
formats = ["html", "pdf"]
keep = 4
[report.parameters]
since = "last 90 days"
where = "team=web"
[[report.tell]]
on = "failure"
webhook = "env:VSM_WEBHOOK"
"""


def parsed(text: str) -> tuple[Report, ...]:
    return parse_workflow(text).reports


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_report_says_when_of_what_and_for_whom() -> None:
    """All that was written, and the defaults of what was not."""
    (report,) = parsed(WEEKLY)
    assert (report.name, report.formats, report.keep, report.minutes) == ("weekly", ("html", "pdf"), 4, 10)
    assert report.tell[0].on == "failure"
    assert parsed('[[report]]\nname = "r"')[0].formats == ("html",)


def test_reports_change_no_number_so_the_digest_stays() -> None:
    """A report that is planned leaves everything that was derived as it is."""
    assert parse_workflow(WEEKLY).digest == Workflow().digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "a b"', "'report.0.name' in .* should match pattern"),
        ('name = "r"\ncron = "7 * *"', r"cron '7 \* \*' of a .* it needs five fields"),
        ('name = "r"\ncron = "0 7 30 2 *"', r"cron '0 7 30 2 \*' of a .* Bad day-of-month"),
        ('name = "r"\nzone = "Mars"', "zone 'Mars' of a .* is no IANA zone"),
        ('name = "r"\nformats = ["docx"]', "'report.0.formats.0' in .*'html', 'slides' or 'pdf'"),
        ('name = "r"\nkeep = 0', "'report.0.keep'"),
        ('name = "r"\ncorn = "x"', r"unknown key 'corn' in \[\[report\]\] 'r'; known: cron, formats"),
        ('name = "r"\nparameters = {names = true}', "shows no names"),
        ('name = "r"\nparameters = {data_dir = "x"}', "leave data_dir out"),
        ('name = "r"\nparameters = {since = "lately"}', "'lately' is no day and no window"),
        ('name = "r"\n[[report.tell]]\non = "always"', "exactly one of webhook, email and command"),
        ('name = "r"\n[[report.tell]]\nwebhook = "https://x.example/secret"', "is a secret"),
        (
            'name = "r"\n[[report.tell]]\non = "threshold"\nemail = ["a@b.c"]',
            "needs a measure: over_age, wip",
        ),
        (
            'name = "r"\n[[report.tell]]\nabove = 3\nemail = ["a@b.c"]',
            'above of a .* goes with on = "threshold"',
        ),
        (
            'name = "r"\n[[report.tell]]\non = "threshold"\nmeasure = "blocked"\nemail = ["a@b.c"]',
            "blocked of a .* needs above",
        ),
        ('name = "r"\n[[report.tell]]\nemail = ["me"]', "'me' of a .* is no e-mail address"),
        (
            'name = "r"\n[[report.tell]]\nto = "me"',
            r"unknown key 'to' in \[\[report.tell\]\] number 1 of \[\[report\]\] 'r'; known: above, command",
        ),
        ('name = "r"\n[[report]]\nname = "R"', "report 'r' is named 2 times"),
    ],
)
def test_what_a_report_cannot_say_is_told(text: str, said: str) -> None:
    """In the words of the file, with what would do."""
    with pytest.raises(ConfigError, match=said):
        parsed("[[report]]\n" + text)


def test_words_that_choose_no_tickets_are_refused_when_the_file_is_read() -> None:
    """Not in the night in which the report is due."""
    with pytest.raises(ConfigError, match=r"parameter where of a .* where is 'colour=red'; write word=value"):
        parsed('[[report]]\nname = "weekly"\n[report.parameters]\nwhere = "colour=red"')


def test_windows_end_on_the_day_of_the_reports_own_zone() -> None:
    """At 23:30 in UTC it is the next day in Berlin."""
    (report,) = parsed(WEEKLY)
    assert report.resolved(at("2026-11-22T23:30")) == {"since": "2026-08-25", "where": "team=web"}
    assert report.resolved(at("2026-11-22T22:30"))["since"] == "2026-08-24"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", ""),
        ("2026-05-01", "2026-05-01"),
        ("last day", "2026-05-30"),
        ("Last 8 Weeks", "2026-04-05"),
        ("last month", "2026-04-30"),
        ("last 3 months", "2026-02-28"),
        ("last quarter", "2026-02-28"),
        ("last 2 years", "2024-05-31"),
        ("this week", "2026-05-25"),
        ("this month", "2026-05-01"),
        ("this quarter", "2026-04-01"),
        ("this year", "2026-01-01"),
    ],
)
def test_windows_mean_days(text: str, day: str) -> None:
    """Seen from Sunday, the 31st of May 2026."""
    assert resolved_day(text, today=date(2026, 5, 31)) == day


@pytest.mark.parametrize("text", ["90 days", "last 0.5 days", "last 9999 years", "2026-13-01", "this day"])
def test_no_window_is_made_of_anything_else(text: str) -> None:
    """Nor of what lies before the calendar begins."""
    with pytest.raises(ParameterError, match="is no day and no window; say such as"):
        resolved_day(text, today=date(2026, 5, 31))


def walked(report: Report, now: datetime) -> datetime:
    """Go back minute by minute to one that fits minute, hour and weekday of a cron such as '30 2 * * 1'."""
    minute, hour, _, _, weekday = str(report.cron).split()
    moment = now.replace(second=0, microsecond=0)
    while True:
        fits = (moment.minute, moment.hour) == (int(minute), int(hour))
        if fits and weekday in ("*", str(moment.isoweekday() % 7)):
            return moment
        moment -= timedelta(minutes=1)


@given(
    st.integers(0, 59),
    st.integers(0, 23),
    st.sampled_from(["*", "0", "1", "4"]),
    st.datetimes(datetime(2026, 1, 10), datetime(2026, 12, 20), timezones=st.just(UTC)),
)
def test_the_last_due_time_equals_a_walk_back(minute: int, hour: int, weekday: str, now: datetime) -> None:
    """By the minute, the instant itself included."""
    report = Report(name="r", cron=f"{minute} {hour} * * {weekday}")
    assert report.last_due(now) == walked(report, now)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-28T12:00", "2026-03-28T01:30"),  # 02:30 of Berlin's winter
        ("2026-03-29T00:59", "2026-03-28T01:30"),  # the clock goes from 02:00 to 03:00 at 01:00 UTC
        ("2026-03-29T12:00", "2026-03-29T01:00"),  # 02:30 is left out: the first minute after it
        ("2026-10-25T00:30", "2026-10-25T00:30"),  # the first 02:30 of two
        ("2026-10-25T12:00", "2026-10-25T00:30"),  # and the second does not count again
    ],
)
def test_a_clock_that_is_changed_neither_skips_nor_doubles(now: str, due: str) -> None:
    """A time that is left out falls on the first after it; one that comes twice counts once."""
    report = Report(name="r", cron="30 2 * * *", zone="Europe/Berlin")
    assert report.last_due(at(now)) == at(due)


def test_without_a_cron_it_is_never_due() -> None:
    """It is made when it is named."""
    known: dict[str, Any] = {"name": "r"}
    assert Report(**known).last_due(at("2026-05-31T12:00")) is None
