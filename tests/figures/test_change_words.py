"""What stands beside a verdict: why there is none, what speaks against it, and how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from vsm.figures.change_words import HOW_SURE, how_much, remarks
from vsm.model.change import CANNOT_SAY, NO_CHANGE, SHORTER, Comparison
from vsm.stats.week_test import MEASURED, Placebo, Spells, WeekTest

DAY = 86_400.0
WEEKS = np.arange(10)
SIDE = Spells(np.linspace(1, 10, 10), WEEKS >= 0, np.zeros(10), WEEKS)
SURE = WeekTest(statistic=4.0, freedom=20, correlation=0.0, spread=1.0)
ALIKE = WeekTest(statistic=4.0, freedom=20, correlation=0.52, spread=3.2)
HELPED = Comparison(
    SIDE, SIDE, (10 * DAY, 4 * DAY), (9 * DAY, 11 * DAY), (0.4, 0.3, 0.6), SURE, verdict=SHORTER
)


def test_a_clear_answer_needs_no_remark() -> None:
    """Its factor, its interval and its p are said."""
    assert remarks(HELPED) == []
    assert how_much(HELPED).startswith(
        "Times after are 0.40 times those before (95 % interval 0.30 to 0.60, by weeks); difference of the medians −6 d ("
    )
    assert how_much(HELPED).endswith("log-rank test by weeks: p < 0.001.")


def test_too_few_weeks_say_how_many_are_needed() -> None:
    """Of tickets there may be any number."""
    short = Spells(SIDE.seconds[:3], SIDE.ended[:3], SIDE.entry[:3], SIDE.week[:3])
    (why,) = remarks(Comparison(SIDE, short, verdict=CANNOT_SAY))
    assert why == "Work began in 10 weeks before the change and 3 after; needed: 6 on either side."


def test_weeks_that_are_too_alike_say_so_and_what_would_help() -> None:
    """With what the stream's own past shows, where it is long enough."""
    found = Comparison(SIDE, SIDE, test=ALIKE, verdict=CANNOT_SAY)
    (why,) = remarks(found)
    assert why.startswith(
        "Weeks are too alike: one correlates with the next at 0.52, and they vary 3.2 times"
    )
    assert why.endswith(
        "Needed: many more weeks on either side, or a change made by some teams earlier than by others."
    )
    (with_past,) = remarks(replace(found, past=Placebo(1.0, 3.0, 40, 11)))
    assert "On 11 of 40 earlier days the pace of work differed as much." in with_past
    assert how_much(found) == ""


def test_where_the_past_decides_it_says_so() -> None:
    """And that the test and its interval do not."""
    (past,) = remarks(Comparison(SIDE, SIDE, test=ALIKE, past=Placebo(5.0, 4.0, 40, 0), verdict=SHORTER))
    assert past.endswith("and on none of 40 earlier days did that differ as much.")


@pytest.mark.parametrize(
    ("trend", "verdict", "sentence"),
    [
        (3.0, SHORTER, "Before the change, times were already getting shorter from week to week."),
        (-3.0, SHORTER, "Before the change, times were getting longer from week to week."),
        (3.0, NO_CHANGE, "Before the change, times were getting shorter from week to week."),
    ],
)
def test_a_baseline_that_trends_is_reported(trend: float, verdict: str, sentence: str) -> None:
    """Whether it speaks for or against the answer."""
    found = replace(HELPED, trend=trend, verdict=verdict)
    assert sentence in remarks(found)


def test_a_difference_outside_of_its_interval_is_explained() -> None:
    """The medians are alike, yet all that is slow became quicker."""
    (why,) = remarks(replace(HELPED, medians=(10 * DAY, 10.5 * DAY)))
    assert why.startswith("The difference of the medians (+12 h) lies outside the interval")


def test_how_sure_it_is_comes_from_what_was_measured() -> None:
    """Every kind of stream is named with its rates."""
    for name, rates in MEASURED.items():
        assert name in HOW_SURE
        assert f"{rates.seen:.0f} %" in HOW_SURE
    assert "and gave no verdict in 3 %, 3 %, 35 %, 82 %, 92 %" in HOW_SURE
