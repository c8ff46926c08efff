"""What has changed since the last report: steps that are reported once, claims that are new or gone."""

import json
from math import nan
from typing import Any

import pandas as pd

from vsm.findings import ClaimChange, Finding, Findings, changes_since, remembered

MONDAY = pd.Timestamp("2026-03-02T07:00", tz="UTC")
WEEK = pd.Timedelta(weeks=1)


def finding(subject: str, rule: str = "queue", claim: str = "") -> Finding:
    return Finding(
        rule=rule, subject=subject, claim=claim or f"{subject} waits.", cost=pd.Timedelta(days=1), share=0.2,
        low=nan, high=nan, n=40, tickets=("AB-1",), caveat="None.", experiment="Try.",
    )  # fmt: skip


def steps(*rows: tuple[str, str, bool]) -> pd.DataFrame:
    """Steps of these stages, since these days, up or down: from 1.2 to 4.9 days, or back."""
    short, long = pd.Timedelta(hours=29), pd.Timedelta(hours=118)
    found = [
        (stage, *[pd.Timestamp(since, tz="UTC")] * 2, up, *((short, long) if up else (long, short)))
        for stage, since, up in rows
    ]
    return pd.DataFrame(found, columns=["stage", "since", "seen", "up", "before", "after"])


NONE = steps()


class Reports:
    """Reports that come every week, each with what the one before kept."""

    def __init__(self) -> None:
        self.kept: tuple[dict[str, Any], ...] | None = None
        self.at = MONDAY

    def next(
        self, *made: Finding, steps: pd.DataFrame = NONE, hidden: frozenset[tuple[str, str]] = frozenset()
    ) -> list[ClaimChange]:
        found = Findings(made, hidden=hidden)
        about: dict[str, Any] = {"steps": steps, "as_of": self.at}
        changes = [] if self.kept is None else changes_since(self.kept, found, **about)
        self.kept = tuple(json.loads(json.dumps(remembered(found, before=self.kept or (), **about))))
        self.at += WEEK
        return changes


def test_a_step_is_reported_once_and_then_still() -> None:
    """Both times with both levels and the week; once it has lasted for a quarter nothing is said any more."""
    reports, slower = Reports(), steps(("QA", "2026-02-23", True))
    reports.next()
    assert list(map(str, reports.next(steps=slower))) == [
        "Worse: waiting in 'QA' rose from 1 d 5 h to 4 d 22 h a ticket (geometric mean), since the week of 2026-02-23."
    ]
    assert list(map(str, reports.next(steps=slower))) == [
        "Still: waiting in 'QA' rose from 1 d 5 h to 4 d 22 h a ticket (geometric mean), since the week of 2026-02-23."
    ]
    reports.at += 13 * WEEK
    assert reports.next(steps=slower) == []


def test_a_way_back_is_better() -> None:
    """Only the last step of a queue is said."""
    reports, slower = Reports(), ("QA", "2026-02-23", True)
    reports.next(steps=steps(slower))
    (change,) = reports.next(steps=steps(slower, ("QA", "2026-03-09", False)))
    assert (change.kind, change.subject) == ("better", "QA")
    assert "fell from 4 d 22 h to 1 d 5 h" in change.sentence


def test_a_step_found_a_week_earlier_is_the_same() -> None:
    """With more weeks known the best beginning may move; another one months later is another step."""
    reports = Reports()
    reports.next(steps=steps(("QA", "2026-02-23", True)))
    assert [change.kind for change in reports.next(steps=steps(("QA", "2026-02-16", True)))] == ["still"]
    reports.at += 8 * WEEK
    assert [change.kind for change in reports.next(steps=steps(("QA", "2026-05-04", True)))] == ["worse"]


def test_steps_of_before_the_first_report_are_not_news_afterwards() -> None:
    """The first report has nothing to compare itself with, and the second does not make up for it."""
    reports, slower = Reports(), steps(("QA", "2026-02-23", True))
    assert reports.next(steps=slower) == []
    assert [change.kind for change in reports.next(steps=slower)] == ["still"]


def test_a_claim_is_new_once() -> None:
    """By its rule and subject, whatever its numbers are."""
    reports = Reports()
    reports.next()
    assert list(map(str, reports.next(finding("QA")))) == ["New: QA waits."]
    assert reports.next(finding("QA", claim="QA waits longer.")) == []


def test_a_claim_that_wavers_about_the_minimum_is_neither_new_nor_gone_each_week() -> None:
    """There every second week, for two months: new once."""
    reports = Reports()
    reports.next()
    kinds = [change.kind for week in range(8) for change in reports.next(*[finding("QA")] * (week % 2 == 0))]
    assert kinds == ["new"]


def test_a_claim_is_gone_after_four_weeks_once() -> None:
    """With the words that were said last."""
    reports = Reports()
    reports.next(finding("QA"))
    said = [str(change) for _ in range(6) for change in reports.next()]
    assert said == ["No longer supported by the data: QA waits."]
    assert [change.kind for change in reports.next(finding("QA"))] == ["new"]


def test_a_queue_that_is_left_in_batches_is_the_same_queue() -> None:
    """It was claimed as a queue, and is now as a batch."""
    reports = Reports()
    reports.next(finding("QA"))
    assert reports.next(finding("QA", rule="batch")) == []


def test_what_says_itself_that_it_is_new_is_not_said_twice() -> None:
    """Neither with two openings, nor beside the step of the same queue; nor is it gone when it is no longer new."""
    reports, claim = Reports(), "New: waiting in 'QA' rose from 5 % to 20 %."
    reports.next()
    slower = steps(("QA", "2026-02-23", True))
    assert [change.kind for change in reports.next(finding("QA", "new", claim), steps=slower)] == ["worse"]
    assert list(map(str, reports.next(finding("Review", "new", claim)))) == [claim]
    assert [change for _ in range(8) for change in reports.next() if change.kind == "gone"] == []


def test_worse_comes_first() -> None:
    """Then new, better, gone, and what is still so."""
    reports = Reports()
    reports.next(finding("old"), steps=steps(("Desk", "2026-02-23", True)))
    reports.at += 3 * WEEK
    found = steps(("Desk", "2026-02-23", True), ("Shelf", "2026-03-09", False), ("QA", "2026-03-16", True))
    kinds = [change.kind for change in reports.next(finding("fresh"), steps=found)]
    assert kinds == ["worse", "new", "better", "gone", "still"]


def test_claims_that_an_earlier_version_kept_are_known() -> None:
    """It kept shares in place of a day; they were seen just now, and are not new."""
    reports = Reports()
    reports.kept = ({"rule": "queue", "subject": "QA", "claim": "QA waits.", "share": 0.4, "n": 40},)
    assert reports.next() == []
    assert reports.next(finding("QA")) == []


def test_a_claim_that_was_dismissed_is_not_gone() -> None:
    """The data support it as before; it is only not shown. What is stuck today comes and goes, and is no news."""
    reports = Reports()
    reports.next(finding("QA"), finding("QA", rule="stuck"))
    hidden = frozenset({("queue", "QA")})
    assert [change for _ in range(6) for change in reports.next(hidden=hidden)] == []
    assert reports.next(finding("Build", rule="stuck")) == []


def test_a_quarterly_report_does_not_miss_a_step_that_was_seen_late() -> None:
    """It began in the week before the last report, and was seen three weeks after that."""
    reports = Reports()
    reports.next()
    late = steps(("QA", f"{MONDAY - WEEK:%Y-%m-%d}", True)).assign(seen=MONDAY + 3 * WEEK)
    reports.at = MONDAY + 13 * WEEK
    assert [change.kind for change in reports.next(steps=late)] == ["worse"]
