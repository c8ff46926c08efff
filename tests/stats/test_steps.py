"""Lasting steps in weekly values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.stats.steps import Step, lasting_steps

RULE = {"error": 0.001, "least": 0.4}


def noisy(*levels: tuple[float, int], seed: int = 0) -> np.ndarray:
    means = np.concatenate([np.full(weeks, level) for level, weeks in levels])
    return means + np.random.default_rng(seed).normal(0, 0.2, len(means))


def test_a_step_is_seen_in_its_second_week_and_found_once() -> None:
    """Twelve weeks about 1 and twelve about 3."""
    assert lasting_steps(noisy((1, 12), (3, 12)), **RULE) == [Step(start=0, first=12, seen=13, up=True)]


def test_up_and_down_again_are_two_steps() -> None:
    """The second is compared with the level that the first began."""
    up, down = lasting_steps(noisy((1, 12), (3, 12), (1, 6)), **RULE)
    assert (up.first, down.start, down.first, down.up) == (12, 12, 24, False)


def test_one_odd_week_is_no_step() -> None:
    """However odd: a step lasts for two weeks at least."""
    assert lasting_steps(noisy((1, 12), (3, 1), (1, 12)), **RULE) == []


def test_small_steps_are_passed_over() -> None:
    """Half of what is asked for, however sure."""
    values = np.repeat([1.0, 1.2], 40) + np.tile([-0.01, 0.01], 40)
    assert lasting_steps(values, **RULE) == []


@pytest.mark.parametrize("weeks", range(6))
def test_four_weeks_are_needed_before(weeks: int) -> None:
    """With fewer there is no level to compare with."""
    assert lasting_steps(noisy((1, max(weeks - 2, 0)), (9, min(weeks, 2))), **RULE) == []


@given(st.lists(st.floats(-5, 5), max_size=40), st.integers(0, 40))
def test_later_weeks_change_nothing_that_was_found(values: list[float], known: int) -> None:
    """What a report said stays true for the next."""
    early = lasting_steps(np.array(values[:known]), **RULE)
    assert lasting_steps(np.array(values), **RULE)[: len(early)] == early


def test_values_without_spread_have_no_steps_but_true_ones() -> None:
    """Constant weeks are no division by nothing."""
    assert lasting_steps(np.full(30, 2.0), **RULE) == []
    assert [step.first for step in lasting_steps(np.repeat([2.0, 3.0], 15), **RULE)] == [15]
