"""Streams whose law is known: what is said to hold in 85 of 100 cases does."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.model.forecast.records import finishes_of, hits_of, record_of
from tests.share import share
from vsm.model.forecast import Question

pytestmark = pytest.mark.slow
DAYS = 700
Drawn = Callable[[np.random.Generator], np.ndarray]


def poisson(rng: np.random.Generator) -> np.ndarray:
    """Three tickets a week, at random."""
    return rng.uniform(0, DAYS, rng.poisson(DAYS * 3 / 7))


def batches(rng: np.random.Generator) -> np.ndarray:
    """Everything leaves every second Thursday; about six tickets at a time."""
    return np.repeat(np.arange(3.6, DAYS, 14), rng.poisson(6, len(np.arange(3.6, DAYS, 14))))


def drifting(rng: np.random.Generator) -> np.ndarray:
    """The rate of a week is like that of the week before, times e to the power of a tenth of a normal."""
    rates = 4 * np.exp(np.cumsum(0.1 * rng.standard_normal(DAYS // 7)))
    count = rng.poisson(np.clip(rates, 0.5, 40))
    days: np.ndarray = np.repeat(np.arange(DAYS // 7), count) * 7 + rng.uniform(0, 7, count.sum())
    return days


def held(drawn: Drawn, question: Question, runs: int) -> "pd.Series[float]":
    """The share of past forecasts that held, by level, over several made-up streams."""
    hits = [
        hits_of(record_of(finishes_of(drawn(np.random.default_rng([seed, 7]))), days=DAYS), question)
        for seed in range(runs)
    ]
    known = pd.concat(hits).dropna(subset="held")
    return known["held"].astype("float64").groupby(known["level"]).mean()


@pytest.mark.parametrize("drawn", [poisson, batches, drifting])
@pytest.mark.parametrize("weeks", [2, 4])
def test_how_many_holds_what_it_says(drawn: Drawn, weeks: int) -> None:
    """At least 80 of 100 of what is said with 85; counts are whole, so more may hold, not fewer."""
    found = held(drawn, Question("how many", 7 * weeks), share(4, of=40))
    assert found[0.85] >= 0.80, found
    assert found[0.95] >= 0.89, found


@pytest.mark.parametrize("drawn", [poisson, batches])
def test_when_holds_what_it_says(drawn: Drawn) -> None:
    """Twelve tickets are four weeks of work."""
    found = held(drawn, Question("when", 12), share(4, of=40))
    assert found[0.85] >= 0.80, found


def test_a_release_every_second_week_is_forecast_as_such() -> None:
    """Drawing single days would promise next to nothing for two weeks; blocks of two weeks hold a release."""
    record = record_of(finishes_of(batches(np.random.default_rng(1))), days=DAYS)
    hits = hits_of(record, Question("how many", 14))
    assert hits.loc[hits["level"] == 0.85, "answer"].mean() >= 3
