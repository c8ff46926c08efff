"""What is planted in the sample, and who works there.

Every number that shapes the small business is here, once; ``truth`` lists them with their results, and
``build`` writes the same stages and people into vsm.toml.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Berlin")
PROJECT: Final = "SHOP"
FIRST_DAY: Final = date(2025, 1, 6)
AS_OF: Final = datetime(2026, 3, 6, 20, tzinfo=ZONE)
WEEKS: Final = 61

TICKETS: Final = 600
BUG_SHARE: Final = 0.45
STORY_SHARE: Final = 0.35
RUSH_WEEKS: Final = 4
RUSH: Final = 1.6
"""The first weeks bring more tickets than usual, by this factor: the QA queue exists from the beginning."""

FRIDAY_SHARE: Final = 0.65
"""Share of bugs that customers report on Friday between 15:00 and 19:00."""

CUSTOMER_SHARE: Final = 0.12
"""Share of bugs on which support has to ask the customer back."""

BOUNCE_SHARE: Final = 0.4
BOUNCES: Final = {1: 0.6, 2: 0.3, 3: 0.1}
"""Share of bugs that development returns to support, and how often."""

CANCEL_SHARE: Final = 0.03
RAISE_SHARE: Final = 0.06
"""Shares of all tickets that triage closes, and whose priority it raises."""

LEAD_SHARE: Final = 0.06
ASSIGN_AHEAD_SHARE: Final = 0.25
COMMENT_SHARE: Final = 0.45
EPIC_SHARE: Final = 0.3
MERGE_SHARE: Final = 0.4

IMPROVED: Final = date(2025, 9, 8)
"""From this day, in month 9, a second tester works."""

FIRST_RELEASE: Final = date(2025, 1, 16)
RELEASE_EVERY: Final = timedelta(days=14)
RELEASE_HOUR: Final = 14
RELEASE_SPACING: Final = (185, 300)
"""Seconds between two moves of a release: at most four fall in ten minutes; five would be a bulk edit."""

STALE: Final = 12
BULK_AT: Final = datetime(2025, 11, 14, 11, 20, tzinfo=ZONE)
STALE_DAYS: Final = (20, 90)
PARKED: Final = 42
PARKED_DAYS: Final = (3, 60)
"""Tickets that nobody starts: the stale ones are closed in one bulk edit, the parked ones stay open."""

BAD_RELEASES: Final = range(2, 30, 6)
"""After each of these releases, counted from 0, the next bug that comes in is an incident."""
INCIDENT: Final = "incident"

COMPONENTS: Final = {
    "shop front": ("basket", "search box", "product filter", "wish list", "start page", "voucher form"),
    "orders": ("order mail", "invoice", "delivery note", "return label", "tax table"),
    "accounts": ("login page", "address book"),
    "back office": ("price list", "stock report"),
}
"""The part of the shop that each thing belongs to."""

REOPENED: Final = 2
FORMER_KEY: Final = "HELP-41"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of work. ``queue`` leads to ``work``; effort is lognormal, in working hours."""

    queue: str
    work: str
    median_hours: float
    spread: float


TRIAGE: Final = Step("Reported", "In triage", 0.9, 0.6)
DEVELOPMENT: Final = Step("Ready for development", "In development", 26.0, 0.6)
APPROVAL: Final = Step("Waiting for approval", "In approval", 1.0, 0.4)
QA: Final = Step("Waiting for QA", "In QA", 4.6, 0.45)
STEPS: Final = (TRIAGE, DEVELOPMENT, APPROVAL, QA)
SHELF: Final = "Waiting for release"
OUTSIDE: Final = "Waiting for customer"
DONE: Final = "Done"

STATUSES: Final = {
    "Reported": ("1", "new"),
    "In triage": ("2", "indeterminate"),
    "Ready for development": ("3", "new"),
    "In development": ("4", "indeterminate"),
    "Waiting for approval": ("5", "indeterminate"),
    "In approval": ("6", "indeterminate"),
    "Waiting for QA": ("7", "indeterminate"),
    "In QA": ("8", "indeterminate"),
    "Waiting for release": ("9", "indeterminate"),
    "Done": ("10", "done"),
    "Waiting for customer": ("11", "indeterminate"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person and their step. Hours are of the day, local; nothing new is started after ``intake``."""

    name: str
    team: str
    step: Step
    hands: int = 1
    opens: int = 9
    intake: float = 16.75
    closes: int = 17
    since: date = FIRST_DAY


PEOPLE: Final = (
    *(Person(f"support-{n}", "support", TRIAGE, intake=15.0) for n in (1, 2, 3)),
    *(Person(f"dev-{n}", "development", DEVELOPMENT, hands=2) for n in (1, 2, 3, 4, 5)),
    Person("approver-1", "development", APPROVAL, opens=13, intake=15.75, closes=16),
    Person("qa-1", "quality", QA),
    Person("qa-2", "quality", QA, intake=12.75, closes=13, since=IMPROVED),
)
LEAD: Final = "dev-1"
DEPUTY: Final = "support-1"
PORTAL: Final = "customer-portal"
BOT: Final = "release-bot"
APPS: Final = (PORTAL, BOT)
TEAMS: Final = ("support", "development", "quality")

REPOSITORY: Final = "example/shop"
"""On GitHub; the repository that Git has is called ``shop`` too."""
REVIEWER: Final = "dev-2"
REVIEWER_SHARE: Final = 0.6
"""Share of reviews that one developer is asked for, who comes late."""
CHANGES_SHARE: Final = 0.35
DRAFT_SHARE: Final = 0.15
"""Shares of pull requests for which changes are asked, and which are opened as drafts."""
AGENT: Final = "code-agent"
AGENT_SHARE: Final = 0.6
UNSEEN_SHARE: Final = 0.25
"""Share of days on which an AI agent opens a small pull request, and of those that nobody reviews."""
CHECK_BOT: Final = "check-bot"
FLAKY: Final = "browser tests"
FLAKY_SHARE: Final = 0.3
"""A pipeline that fails at random, and is run again on the same commit."""
