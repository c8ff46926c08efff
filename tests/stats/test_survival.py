"""Quantiles of Kaplan and Meier's curve, as scipy gives them."""

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from vsm.stats.survival import quantile_times

QUANTILES = (0.1, 0.5, 0.85, 0.95)


def reached(probabilities: np.ndarray, times: np.ndarray) -> list[float]:
    """When a step curve first reaches each quantile."""
    steps = [np.flatnonzero(probabilities >= quantile - 1e-9) for quantile in QUANTILES]
    return [float(times[step[0]]) if len(step) else float("nan") for step in steps]


@pytest.mark.parametrize("seed", range(12))
def test_quantiles_and_their_intervals_are_scipys(seed: int) -> None:
    """Of random times with ties, from none to most of them censored."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 120))
    seconds = rng.integers(1, 40, n).astype(float)
    observed = rng.random(n) >= rng.choice([0.0, 0.3, 0.8])
    observed[0] = True
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        curve = ecdf(CensoredData.right_censored(seconds, ~observed)).cdf
        interval: Any = curve.confidence_interval(method="log-log")
    wanted = [reached(one.probabilities, curve.quantiles) for one in (curve, interval.high, interval.low)]
    assert np.allclose(quantile_times(seconds, observed, QUANTILES), wanted, equal_nan=True)
