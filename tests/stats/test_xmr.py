"""Limits and signals of an XmR chart, worked out by hand."""

import pandas as pd
import pytest

from tests.model.test_change import DAY, START, spells
from vsm.model.weekly import weekly_medians
from vsm.stats.xmr import xmr_limits, xmr_signals

STEADY = pd.Series([10.0, 12, 11, 9, 10, 12, 11, 9])


def test_limits_are_the_mean_and_266_moving_ranges() -> None:
    """Ranges 2, 1, 2, 1, 2, 1, 2: on average 11/7; the mean is 10.5."""
    limits = xmr_limits(STEADY, baseline=STEADY > 0)
    assert limits == pytest.approx({"mean": 10.5, "low": 10.5 - 2.66 * 11 / 7, "high": 10.5 + 2.66 * 11 / 7})


def test_limits_are_those_of_the_baseline() -> None:
    """What came after the change does not move them, and gaps are passed over."""
    values = pd.concat([STEADY, pd.Series([float("nan"), 90.0, 90.0])], ignore_index=True)
    assert xmr_limits(values, baseline=pd.Series(values.index < 8)) == xmr_limits(STEADY, baseline=STEADY > 0)


def test_a_time_is_never_under_nothing() -> None:
    """A limit below zero is zero."""
    values = pd.Series([1.0, 9, 1, 9, 1, 9])
    assert xmr_limits(values, baseline=values > 0)["low"] == 0.0


def test_few_values_give_no_limits_and_no_signals() -> None:
    """Five are not six."""
    limits = xmr_limits(STEADY[:5], baseline=STEADY[:5] > 0)
    assert limits == {}
    assert not xmr_signals(STEADY, limits=limits).any()


def test_a_value_beyond_a_limit_is_a_signal() -> None:
    """On either side; a missing one is none."""
    values = pd.Series([10.0, 30.0, float("nan"), 1.0])
    signals = xmr_signals(values, limits={"mean": 10.0, "low": 5.0, "high": 17.0})
    assert signals.tolist() == [False, True, False, True]


@pytest.mark.parametrize(("length", "told"), [(7, 0), (8, 8)])
def test_eight_in_a_row_on_one_side_are_a_signal(length: int, told: int) -> None:
    """Seven are not; all of the run is marked."""
    values = pd.Series([9.0, *[11.0] * length, 9.0])
    assert xmr_signals(values, limits={"mean": 10.0, "low": 5.0, "high": 17.0}).sum() == told


def test_weeks_are_told_by_what_ended_in_them() -> None:
    """Three in the first, none in the second, two in the third, which is too few; the fourth is not over."""
    ended = spells((0, 1), (0, 2), (0, 6), (0, 15), (0, 16), (0, 22), (0, None))
    table = weekly_medians(ended, as_of=START + 23 * DAY)
    assert table["n"].tolist() == [3, 0, 2]
    assert table["value"][0] == 2.0
    assert table["value"][1:].isna().all()
    assert table["week"][0] == START
