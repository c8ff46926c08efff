"""Late entry: what a window kept because it lasted until then is no sample of all that began."""

from typing import Final

import numpy as np
import pytest

from tests.share import share
from vsm.stats.survival import quantile_times, survival_steps

DAYS: Final = 1500
LAWS: Final = [(10, 47, 28), (10, 28, 28), (10, 28, 90), (30, 85, 90)]
"""Median and 85th percentile of a log-normal law, and how long the window is; days."""
Z85: Final = 1.0364


def seen_in_window(
    rng: np.random.Generator, *, law: tuple[int, int], window: int, a_day: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds, whether ended, and entry of what ended in the window or is open, as ``since`` keeps it."""
    median, late = law
    begun = rng.uniform(0, DAYS, rng.poisson(DAYS * a_day))
    end = begun + median * np.exp(np.log(late / median) / Z85 * rng.standard_normal(len(begun)))
    kept = end >= DAYS - window
    begun, end = begun[kept], end[kept]
    return np.minimum(end, DAYS) - begun, end <= DAYS, np.maximum(DAYS - window - begun, 0)


@pytest.mark.slow  # a sixth of its runs, as in the quick loop, is too few for its bounds
@pytest.mark.parametrize(("median", "late", "window"), LAWS)
def test_a_window_shows_the_law_of_all_that_began(median: int, late: int, window: int) -> None:
    """The median within a tenth, its interval covers in nine of ten; without entry it is up to seven times it."""
    rng = np.random.default_rng([median, late, window])
    found = []
    for _ in range(share(60, of=2000)):
        seconds, ended, entry = seen_in_window(rng, law=(median, late), window=window, a_day=2)
        found.append(quantile_times(seconds, ended, [0.5], entry=entry)[:, 0])
    middle, low, high = np.array(found).T
    covers = (low <= median) & ~(high < median)
    print(f"\n{median}/{late}, {window} d: median {np.mean(middle):.1f}, covers {covers.mean():.1%}")
    assert np.mean(middle) == pytest.approx(median, rel=0.1)
    assert covers.mean() >= 0.9


def test_survivors_alone_would_take_seven_times_as_long() -> None:
    """The same tickets, taken for a sample."""
    seconds, ended, entry = seen_in_window(np.random.default_rng(1), law=(10, 47), window=28, a_day=20)
    assert quantile_times(seconds, ended, [0.5])[0, 0] > 50
    assert quantile_times(seconds, ended, [0.5], entry=entry)[0, 0] == pytest.approx(10, rel=0.1)


def test_without_a_window_nothing_changes() -> None:
    """Entry at 0, or none: the same numbers, to the last digit."""
    rng = np.random.default_rng(1)
    seconds, ended = rng.exponential(10, 200), rng.random(200) < 0.8
    plain = quantile_times(seconds, ended, [0.5, 0.85])
    assert (plain == quantile_times(seconds, ended, [0.5, 0.85], entry=np.zeros(200))).all()


def test_what_came_into_view_late_is_at_risk_only_from_then_on() -> None:
    """Of lengths 3, 7 and 9, the second in view from 5 on: two at risk at 3, and two at 7."""
    steps = survival_steps(
        np.array([3.0, 7.0, 9.0]), np.array([True, True, False]), entry=np.array([0.0, 5.0, 0.0])
    )
    assert [each.tolist() for each in steps] == [[3, 7, 9], [2, 2, 1], [1, 1, 0]]


def test_what_ended_before_it_came_into_view_is_left_out() -> None:
    """A stay of 3 days of a ticket that came into view at 5 is known only because the ticket lived on."""
    times, at_risk, _ = survival_steps(
        np.array([3.0, 7.0]), np.array([True, True]), entry=np.array([5.0, 5.0])
    )
    assert (times.tolist(), at_risk.tolist()) == ([7], [1])


def test_where_too_few_are_at_risk_early_no_quantile_is_given() -> None:
    """One of two ends on the first day, before fifty others come into view: that half is no median."""
    seconds = np.array([1.0, 4.0, *np.linspace(10, 60, 50)])
    entry = np.array([0.0, 0.0, *[9.0] * 50])
    ended = np.ones(52, dtype=bool)
    assert np.isnan(quantile_times(seconds, ended, [0.25, 0.5, 0.85], entry=entry)).all()
    assert np.isnan(quantile_times(seconds[2:], ended[2:], [0.5], entry=entry[2:])).all()
    many = np.array([0.0, 0.0, *[0.0] * 50])
    assert quantile_times(seconds, ended, [0.5], entry=many)[0, 0] == pytest.approx(33, abs=2)
