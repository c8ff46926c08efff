"""Intervals of shares, with weeks as units, hold what they say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.share import share
from tests.simulated_shares import DEPENDENCE, simulated
from vsm.stats.shares import share_intervals, share_with_interval, shares_with_intervals

RUNS = share(150, of=2000)
WEEKS = np.arange(1000) // 5


def test_an_interval_holds_the_share_and_shrinks_with_more_weeks() -> None:
    """A share of one half, with spread: the bounds lie around it, and ten times the weeks narrow them."""
    rng = np.random.default_rng(3)
    few, many = (rng.exponential(1.0, (n, 2)) for n in (40, 400))
    (low, *_), (high, *_) = share_intervals(few, minimum=12, weeks=WEEKS[:40])
    (low_many, *_), (high_many, *_) = share_intervals(many, minimum=12, weeks=WEEKS[:400])
    assert low < few[:, 0].sum() / few.sum() < high
    assert high_many - low_many < (high - low) / 2


def test_two_unequal_weeks_by_hand() -> None:
    """Shares without each week are 1/4 and 3/4, that of both 1/2: 2 effective weeks, t of one degree 12.7.

    The standard error on the logit scale is √(1/2 · 2 · (ln 3)²) = ln 3, so the bounds are expit(±12.706 ln 3).
    """
    amounts = np.array([[1.0, 3.0], [3.0, 1.0]] * 10)
    low, high = share_intervals(amounts, weeks=np.arange(20) % 2, minimum=12)
    assert low == pytest.approx(1 / (1 + 3**12.7062), rel=1e-3)
    assert high == pytest.approx(1 - low)


def test_a_single_week_has_no_interval() -> None:
    """Forty tickets of one week may share all their luck: nothing says by how much another would differ."""
    amounts = np.random.default_rng(3).exponential(1.0, (40, 2))
    low, high = share_intervals(amounts, weeks=np.zeros(40), minimum=12)
    assert np.isnan([low, high]).all()


def test_what_happened_in_one_week_alone_has_no_interval() -> None:
    """One week of twenty had blocked tickets: how often such a week comes is not known from one."""
    amounts = np.random.default_rng(3).exponential(1.0, (100, 3))
    amounts[:, 2] = np.where(WEEKS[:100] == 4, 1.0, 0.0)
    low, _ = share_intervals(amounts, weeks=WEEKS[:100], minimum=12)
    assert np.isnan(low).tolist() == [False, False, True]


def test_one_huge_week_leaves_few_effective_weeks() -> None:
    """Nineteen quiet weeks beside one that holds nearly all time: the interval knows how little that is."""
    rng = np.random.default_rng(8)
    amounts = rng.exponential(1.0, (100, 2))
    usual = share_intervals(amounts, weeks=WEEKS[:100], minimum=12)
    amounts[:5] *= 200
    huge = share_intervals(amounts, weeks=WEEKS[:100], minimum=12)
    assert huge[1][0] - huge[0][0] > 3 * (usual[1][0] - usual[0][0])


def test_too_few_tickets_of_a_group_have_a_share_without_an_interval() -> None:
    """Of twenty tickets one was in QA; its share is known, and how sure that is, is not."""
    whole = pd.DataFrame({"seconds": 10.0, "week": WEEKS[:20]}, index=[f"t{n}" for n in range(20)])
    seconds = pd.concat({"Build": whole["seconds"] / 2 + WEEKS[:20], "QA": whole["seconds"].iloc[:1] / 2})
    found = shares_with_intervals(seconds, whole=whole, minimum=12)
    assert found["low"].notna().to_dict() == {"Build": True, "QA": False}
    assert found.loc["QA", "share"] == pytest.approx(5 / 200)


def test_tickets_that_are_not_completed_count_nowhere() -> None:
    """Their seconds are no part of what lead time is made of."""
    whole = pd.DataFrame({"seconds": 4.0, "week": [1, 2]}, index=["a", "b"])
    (part, *_) = share_with_interval(pd.Series({"a": 2.0, "open": 9.0}), whole=whole, minimum=12)
    assert part == pytest.approx(0.25)


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=12, max_size=30))
def test_bounds_are_shares(rows: list[tuple[float, float]]) -> None:
    """Between 0 and 1, low before high, the same in any order of tickets; nothing to share gives nothing."""
    amounts, weeks = np.array(rows), WEEKS[: len(rows)]
    low, high = share_intervals(amounts, weeks=weeks, minimum=12)
    turned = share_intervals(amounts[::-1], weeks=weeks[::-1], minimum=12)
    np.testing.assert_allclose((low, high), turned, rtol=1e-6, atol=1e-9)
    known = ~np.isnan(low)
    assert ((low >= 0) & (low <= high) & (high <= 1))[known].all()
    if (amounts.sum(axis=1) > 0).sum() < 12:
        assert not known.any()


def coverage(dependence: str, *, tickets: int, a_week: float) -> tuple[float, float]:
    """Give how many intervals hold the true share, of those given, and how many are given at all."""
    rng = np.random.default_rng([tickets, int(a_week), DEPENDENCE.index(dependence)])
    held, given_ = 0, 0
    for _ in range(RUNS):
        days, weeks, truth = simulated(dependence, tickets=tickets, a_week=a_week, rng=rng)
        low, high = share_intervals(days, weeks=weeks, minimum=12)
        held += int(((low <= truth) & (truth <= high)).sum())
        given_ += int((~np.isnan(low)).sum())
    return held / given_, given_ / RUNS / 5


@pytest.mark.slow
@pytest.mark.parametrize(("tickets", "a_week"), [(30, 3), (30, 5), (30, 12), (100, 5), (100, 12), (500, 12)])
@pytest.mark.parametrize(
    ("dependence", "least"), [*zip(DEPENDENCE, (0.92, 0.92, 0.88), strict=True)], ids=DEPENDENCE
)
def test_intervals_cover_the_truth_as_often_as_they_say(
    dependence: str, least: float, tickets: int, a_week: float
) -> None:
    """95 % intervals from 30 tickets on hold the true share, also where the tickets of a week are alike."""
    covered, known = coverage(dependence, tickets=tickets, a_week=a_week)
    assert covered >= least - (0.02 if RUNS < 2000 else 0.0)
    assert known >= 0.9
