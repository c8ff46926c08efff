"""Survival curves (Kaplan and Meier 1958): how long something lasts when some of it is still going on.

Censored durations count as "at least so long": they are at risk up to their length, and never end::

    length      2   4   4+  7        (+ still going on)
    at risk     4   3   3   1
    ended       1   1   0   1
    S(length)  3/4 3/4·2/3  0        the share that lasts longer

A library with weights (lifelines) does not run on pandas 3; scipy's curves take no weights, and ten
milliseconds each, which is too long for hundreds of stages.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.tables import DURATION

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_REACH: Final = NormalDist().inv_cdf(0.975)
"""A 95 % interval reaches so many standard errors to either side."""


def survival_quantiles(
    duration: "pd.Series[Any]", observed: Flags, *, quantiles: Sequence[float], minimum: int
) -> pd.DataFrame:
    """Give the times within which these shares end, by Kaplan–Meier.

    Intervals are 95 %, of the log-log kind.

    Parameters
    ----------
    duration
        Timedeltas.
    observed
        Whether each was seen to end; the others are right-censored at their duration.

    Returns
    -------
    DataFrame
        One row per quantile: ``quantile, time, low, high`` (timedelta). A value is missing where the curve
        does not reach it, and everywhere under ``minimum``.

    Examples
    --------
    >>> days = pd.Series(pd.to_timedelta([1, 2, 3, 4], unit="D"))
    >>> ended = np.array([True, True, True, False])
    >>> survival_quantiles(days, ended, quantiles=(0.5, 0.85), minimum=3)["time"].dt.days.tolist()
    [2.0, nan]
    """
    rows = pd.DataFrame({"quantile": list(quantiles), **dict.fromkeys(("time", "low", "high"), np.nan)})
    if observed.sum() >= minimum:
        seconds = duration.dt.total_seconds().to_numpy()
        rows[["time", "low", "high"]] = quantile_times(seconds, observed, quantiles).T
    times = {name: pd.to_timedelta(rows[name], unit="s").astype(DURATION) for name in ("time", "low", "high")}
    return rows.assign(**times)


def quantile_times(seconds: Floats, observed: Flags, quantiles: Sequence[float]) -> Floats:
    """Give the time at which the curve reaches each quantile, and the ends of its 95 % interval.

    The interval is of the log-log kind (M. Greenwood's variance; J. D. Kalbfleisch and R. L. Prentice 1980).

    Returns
    -------
    ndarray
        Shape (3, quantiles): time, low, high; NaN where the curve does not reach it.

    Examples
    --------
    >>> quantile_times(np.array([1.0, 2, 3, 4]), np.array([True, True, True, False]), [0.5, 0.85])[0].tolist()
    [2.0, nan]
    """
    order = np.argsort(seconds)
    # seconds  2 4 4+ 7     →  times 2 4 7, at risk 4 3 1, ended 1 1 0
    times, first = np.unique(seconds[order], return_index=True)
    at_risk = len(seconds) - first
    ended = np.add.reduceat(observed[order].astype(np.int64), first)
    lasting = np.cumprod((at_risk - ended) / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):  # bounds that are not defined come out as NaN
        error = np.sqrt(np.cumsum(ended / (at_risk * (at_risk - ended)))) / np.abs(np.log(lasting))
        middle = np.log(-np.log(lasting))
        bounds = [1 - np.exp(-np.exp(middle + side * _REACH * error)) for side in (1, -1)]
    # The curve is a product of shares: 12 done of 24 may come out as a hair less than a half.
    reached = np.array([1 - lasting, *bounds])[:, np.newaxis] >= np.array(quantiles)[:, np.newaxis] - 1e-9
    found: Floats = np.where(reached.any(axis=2), times[reached.argmax(axis=2)], np.nan)
    return found


def survival_curve(length: Floats, observed: Flags, *, weights: Floats) -> Floats:
    """Give the share that lasts longer than each length, once for every row of weights.

    Parameters
    ----------
    length
        Ascending; of equal ones, those observed come first.
    observed
        Whether each was seen to end.
    weights
        Shape (draws, lengths): how often each length is in each draw.

    Returns
    -------
    ndarray
        Shape (draws, lengths).

    Examples
    --------
    >>> ended = np.array([True, True, False, True])
    >>> survival_curve(np.array([2.0, 4, 4, 7]), ended, weights=np.ones((1, 4))).round(2).tolist()
    [[0.75, 0.5, 0.5, 0.0]]
    """
    # at risk: sums from the right            weights  1 1 1 1   →   4 3 2 1
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    # Equal lengths are at risk together: each takes the risk of the first of them.
    #                                         length   2 4 4 7   →   first 0 1 1 3, times 0 1 3
    first = np.searchsorted(length, length, side="left")
    times = np.unique(first)
    #                                         ended    1 1 0 1   →   per time 1 1 1, at risk 4 3 1
    ends = np.add.reduceat(np.where(observed, weights, 0.0), times, axis=1)
    risk = at_risk[:, times]
    share = 1 - np.divide(ends, risk, out=np.zeros_like(ends), where=risk > 0)
    # One value per time is spread back to its lengths.
    curve: Floats = np.cumprod(share, axis=1)[:, np.searchsorted(times, first)]
    return curve


def median_and_restricted_mean(
    length: Floats, observed: Flags, *, weights: Floats, horizon: float
) -> tuple[Floats, Floats]:
    """Give each draw's median, and its mean up to a horizon: the area under the curve.

    Parameters
    ----------
    length, observed, weights
        As ``survival_curve`` takes them.
    horizon
        Up to when the curve is known (P. Royston and M. K. B. Parmar 2013, restricted mean survival time).

    Returns
    -------
    (median, mean)
        Two arrays of shape (draws,); a median that the curve does not reach is NaN.

    Examples
    --------
    >>> ended = np.array([True, True])
    >>> median, mean = median_and_restricted_mean(
    ...     np.array([2.0, 4.0]), ended, weights=np.ones((1, 2)), horizon=4.0
    ... )
    >>> median.tolist(), mean.tolist()
    ([2.0], [3.0])
    """
    curve = survival_curve(length, observed, weights=weights)
    reached = curve <= 0.5
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
    median: Floats = np.where(first >= 0, length[first], np.nan)
    # Area of the steps:      heights 1, S(2), S(4)   ×   widths 2 - 0, 4 - 2, horizon - 4
    widths = np.diff(np.minimum(length, horizon), prepend=0.0, append=horizon)
    heights = np.concatenate([np.ones((len(curve), 1)), curve], axis=1)
    mean: Floats = heights @ widths
    return median, mean


def log_rank(one: tuple[Floats, Flags], other: tuple[Floats, Flags]) -> float:
    """Give the p-value of the log-rank test that two survival curves are the same.

    N. Mantel, "Evaluation of survival data and two new rank order statistics", 1966, as
    ``scipy.stats.logrank`` has it. Each side is its lengths, and whether each was seen to end.
    """
    from scipy.stats import CensoredData, logrank  # noqa: PLC0415 - a second of import that few need

    sides: list[Any] = [CensoredData.right_censored(length, ~ended) for length, ended in (one, other)]
    return float(logrank(*sides).pvalue)
