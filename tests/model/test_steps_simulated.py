"""How often a step is found that is none, and how soon one that is."""

import numpy as np
import pandas as pd
import pytest

from tests.share import share
from vsm.model.steps import waiting_steps

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
WEEK = pd.Timedelta(weeks=1)
RUNS = share(16, of=2000)
MEDIAN = (8.0, 24.0, 4.0, 48.0, 16.0)
SPREAD = (1.0, 1.0, 0.8, 1.2, 1.0)
HISTORY = 13
"""Weeks before the first report: the shortest window of a weekly report that was asked for."""


def stream(
    kind: str, *, weeks: int, a_week: int, rng: np.random.Generator, step: int | None = None
) -> pd.DataFrame:
    """Stays in five queues; with luck all of a week are alike; the second queue takes four times as long."""
    parts = []
    for queue, (median, spread) in enumerate(zip(MEDIAN, SPREAD, strict=True)):
        week = np.repeat(np.arange(weeks), rng.poisson(a_week, weeks))
        shared = {"independent": 0.0, "one queue": 0.9 * (queue == 3), "all queues": 0.6}[kind]
        luck = shared * rng.normal(size=weeks)[week] + np.sqrt(1 - shared**2) * rng.normal(size=len(week))
        hours = median * np.exp(spread * luck)
        if step is not None and queue == 1:
            hours = np.where(week >= step, 4 * hours, hours)
        left = MONDAY + pd.to_timedelta(7 * week + rng.uniform(0, 7, len(week)), unit="D")
        parts.append(
            pd.DataFrame({"stage": f"Q{queue}", "left": left, "elapsed": pd.to_timedelta(hours, unit="h")})
        )
    return pd.concat(parts).assign(kind="queue", bulk=False, gone=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "a_week", "most"),
    [("independent", 24, 1.0), ("independent", 5, 1.0), ("one queue", 24, 2.0), ("all queues", 24, 2.0)],
)
def test_few_steps_a_year_are_none(kind: str, a_week: int, most: float) -> None:
    """Over all five queues of a stream without any change, in a year of weekly reports."""
    rng = np.random.default_rng([a_week, len(kind)])
    false = []
    for _ in range(RUNS):
        table = stream(kind, weeks=HISTORY + 52, a_week=a_week, rng=rng)
        found = waiting_steps(table, as_of=MONDAY + (HISTORY + 52) * WEEK)
        false.append(int((found["seen"] > MONDAY + HISTORY * WEEK).sum()))
    assert np.mean(false) <= most + (0.3 if RUNS < 2000 else 0.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "a_week", "least"),
    [("independent", 24, 0.9), ("independent", 5, 0.8), ("one queue", 24, 0.9), ("all queues", 24, 0.5)],
)
def test_a_wait_four_times_as_long_is_found_within_five_weeks(kind: str, a_week: int, least: float) -> None:
    """As worse, from that week on; where all tickets of a week are alike it may take longer."""
    rng = np.random.default_rng([a_week, len(kind), 1])
    found = 0
    for _ in range(RUNS):
        table = stream(kind, weeks=HISTORY + 5, a_week=a_week, rng=rng, step=HISTORY)
        steps = waiting_steps(table, as_of=MONDAY + (HISTORY + 5) * WEEK)
        since = MONDAY + (HISTORY - 1) * WEEK
        found += bool((steps["up"] & (steps["stage"] == "Q1") & (steps["since"] >= since)).any())
    assert found >= (least - (0.1 if RUNS < 2000 else 0.0)) * RUNS
