"""Steady queues are seldom said to grow or shrink; most of those that fill are said to grow after two months."""

import numpy as np
import pandas as pd
import pytest

from tests.share import share
from vsm.model.queues import queue_growth

NOW = pd.Timestamp("2026-01-05T09:00", tz="UTC")
WEEKS = 26
STEPS = 70
"""Parts of a week in which arrivals and departures are drawn."""


def stays_of_queue(
    rng: np.random.Generator, *, a_week: float, busy: float, extra: float = 0.0
) -> pd.DataFrame:
    """Stays in one queue, first in first out, served at random; in the last 8 weeks ``extra`` more arrive a week."""
    before = 40 * STEPS  # long enough to be steady
    steps = before + WEEKS * STEPS
    rate = np.full(steps, a_week / STEPS)
    rate[-8 * STEPS :] += extra / STEPS
    arrivals, served = rng.poisson(rate), rng.poisson(a_week / busy / STEPS, steps)
    waiting: list[int] = []
    entered, left = [], []
    for step in range(steps):
        waiting += [step] * arrivals[step]
        for _ in range(min(served[step], len(waiting))):
            entered.append(waiting.pop(0))
            left.append(float(step))
    entered += waiting
    left += [np.nan] * len(waiting)
    ago = [pd.to_timedelta((np.array(side) + 0.5 - steps) * 7 / STEPS, unit="D") for side in (entered, left)]
    return pd.DataFrame(
        {
            "ticket": [f"t{number}" for number in range(len(entered))],
            "stage": "Ready", "kind": "queue", "position": 0, "bulk": False,
            "entered": NOW + ago[0], "left": NOW + ago[1],
        }
    )  # fmt: skip


def verdicts(runs: int, **queue: float) -> "pd.Series[float]":
    """The share of each verdict among simulated queues."""
    said = []
    for seed in range(runs):
        stays = stays_of_queue(np.random.default_rng([seed, 15]), **queue)
        said.append(queue_growth(stays, as_of=NOW, minimum=12)["verdict"].item())
    return pd.Series(said).value_counts(normalize=True)


@pytest.mark.slow
@pytest.mark.parametrize("busy", [0.8, 0.95])
def test_a_steady_queue_seldom_grows_or_shrinks(busy: float) -> None:
    """Each of the two verdicts is wrong in 3 % of steady queues at most (with room for chance in few runs)."""
    runs = share(12, of=2000)
    found = verdicts(runs, a_week=12, busy=busy)
    room = 2.5 * np.sqrt(0.03 * 0.97 / runs)
    assert max(found.get("grows", 0.0), found.get("shrinks", 0.0)) <= 0.03 + room, found


@pytest.mark.slow
def test_a_queue_that_has_filled_for_two_months_grows() -> None:
    """Six more a week than before: seen in 61 of 100 queues (2,000 runs), most of the others stay without a verdict."""
    runs = share(12, of=2000)
    found = verdicts(runs, a_week=10, busy=0.9, extra=6)
    assert found["grows"] >= 0.58, found
