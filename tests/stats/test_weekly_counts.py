"""Counts a week before and after: what the test claims of streams whose law is known."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from tests.share import share
from vsm.stats.weekly_counts import counts_test

WEEKS = (48, 13)


Counts = npt.NDArray[np.float64]
Means = Callable[[np.random.Generator, int, int], Counts]


def rate_of_claims(means: Means, *, seed: int, runs: int) -> float:
    """In which share of streams a change is claimed; means are by weeks and side, 0 before and 1 after."""
    rng = np.random.default_rng(seed)
    claims = 0
    for _ in range(runs):
        before, after = (rng.poisson(means(rng, n, side)).astype(float) for side, n in enumerate(WEEKS))
        claims += counts_test(before, after)[1] < 0.05
    return claims / runs


def test_independent_weeks_without_a_change_are_rarely_called_changed() -> None:
    """Of 100 streams with 8 a week before and after, at most 5 are called changed."""
    runs = share(400, of=2000)
    assert rate_of_claims(lambda _, weeks, __: np.full(weeks, 8.0), seed=1, runs=runs) <= 0.05


def test_weeks_that_share_luck_are_rarely_called_changed() -> None:
    """Weeks in which twice or half as much gets done, one by one, give no more claims."""
    runs = share(400, of=2000)
    claims = rate_of_claims(lambda rng, weeks, _: 8 * rng.choice([0.5, 2.0], weeks), seed=2, runs=runs)
    assert claims <= 0.05


def test_twice_as_much_is_seen() -> None:
    """Eight a week that become sixteen are seen in at least 95 of 100 streams."""
    runs = share(200, of=2000)
    claims = rate_of_claims(lambda _, weeks, side: np.full(weeks, 8.0 * (1 + side)), seed=3, runs=runs)
    assert claims >= 0.95


@pytest.mark.parametrize("weeks", [0, 2])
def test_of_two_weeks_nothing_is_claimed(weeks: int) -> None:
    """How two weeks vary is not known."""
    assert counts_test(np.ones(weeks), np.arange(10.0)) == (0.0, 1.0)
