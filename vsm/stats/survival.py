"""Survival curves (Kaplan and Meier 1958): how long something lasts when some of it is still going on.

Censored durations count as "at least so long": they are at risk up to their length, and never end::

    length      2   4   4+  7        (+ still going on)
    at risk     4   3   3   1
    ended       1   1   0   1
    S(length)  3/4 3/4·2/3  0        the share that lasts longer

scipy's curves know no late entry, and take ten milliseconds each, which is too long for hundreds of stages.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.stats.proportions import wilson_interval
from vsm.tables import DURATION

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
FEWEST_AT_RISK: Final = 4
_REACH: Final = NormalDist().inv_cdf(0.975)
"""A 95 % interval reaches so many standard errors to either side."""


def survival_quantiles(
    duration: "pd.Series[Any]",
    observed: Flags,
    *,
    quantiles: Sequence[float],
    minimum: int,
    entry: "pd.Series[Any] | None" = None,
) -> pd.DataFrame:
    """Give the times within which these shares end, by Kaplan–Meier.

    Intervals are 95 %, of the log-log kind.

    Parameters
    ----------
    duration
        Timedeltas.
    observed
        Whether each was seen to end; the others are right-censored at their duration.
    entry
        Timedeltas: how long each had lasted when it came into view, where that was later than it began.

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
    seconds = duration.dt.total_seconds().to_numpy()
    late = None if entry is None else entry.dt.total_seconds().to_numpy()
    rows = pd.DataFrame({"quantile": list(quantiles), **dict.fromkeys(("time", "low", "high"), np.nan)})
    if (observed & in_view(seconds, late)).sum() >= minimum:
        rows[["time", "low", "high"]] = quantile_times(seconds, observed, quantiles, entry=late).T
    times = {name: pd.to_timedelta(rows[name], unit="s").astype(DURATION) for name in ("time", "low", "high")}
    return rows.assign(**times)


def in_view(seconds: Floats, entry: Floats | None) -> Flags:
    """Mark what was ever in view: what ended before it came into view is known of survivors alone."""
    return np.full(len(seconds), fill_value=True) if entry is None else (entry <= 0) | (seconds > entry)


def survival_steps(
    seconds: Floats, observed: Flags, *, entry: Floats | None = None
) -> tuple[Floats, Ints, Ints]:
    """Give the times at which anything ended or was last seen, how many were at risk there, and ended.

    What came into view late is at risk only from then on (left truncation: a ticket created before the
    window is in it because it lasted until then)::

        length 3 7 9, entry 0 5 0     →     times 3 7 9, at risk 2 2 1

    Examples
    --------
    >>> ended = np.array([True, True, False])
    >>> steps = survival_steps(np.array([3.0, 7.0, 9.0]), ended, entry=np.array([0.0, 5.0, 0.0]))
    >>> [each.tolist() for each in steps]
    [[3.0, 7.0, 9.0], [2, 2, 1], [1, 1, 0]]
    """
    known = in_view(seconds, entry)
    seconds, observed = seconds[known], observed[known]
    order = np.argsort(seconds)
    # seconds  2 4 4+ 7     →  times 2 4 7, at risk 4 3 1, ended 1 1 0
    times, first = np.unique(seconds[order], return_index=True)
    at_risk = len(seconds) - first
    if entry is not None:
        late = np.sort(entry[known & (entry > 0)])
        at_risk = at_risk - (len(late) - np.searchsorted(late, times, side="left"))
    ended = np.add.reduceat(observed[order].astype(np.int64), first) if len(first) else first
    return times, at_risk, ended


def quantile_times(
    seconds: Floats, observed: Flags, quantiles: Sequence[float], *, entry: Floats | None = None
) -> Floats:
    """Give the time at which the curve reaches each quantile, and the ends of its 95 % interval.

    The interval is of the log-log kind (M. Greenwood's variance; J. D. Kalbfleisch and R. L. Prentice 1980).
    Where fewer than ``FEWEST_AT_RISK`` are at risk while others are still to come into view, one end would
    decide for all of these, or nobody is known to have passed that age: the curve is not followed beyond.

    Returns
    -------
    ndarray
        Shape (3, quantiles): time, low, high; NaN where the curve does not reach it.

    Examples
    --------
    >>> quantile_times(np.array([1.0, 2, 3, 4]), np.array([True, True, True, False]), [0.5, 0.85])[0].tolist()
    [2.0, nan]
    """
    times, at_risk, ended = survival_steps(seconds, observed, entry=entry)
    if not len(times):
        return np.full((3, len(quantiles)), np.nan)
    lasting = np.cumprod((at_risk - ended) / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):  # bounds that are not defined come out as NaN
        error = np.sqrt(np.cumsum(ended / (at_risk * (at_risk - ended)))) / np.abs(np.log(lasting))
        middle = np.log(-np.log(lasting))
        bounds = [1 - np.exp(-np.exp(middle + side * _REACH * error)) for side in (1, -1)]
    # The curve is a product of shares: 12 done of 24 may come out as a hair less than a half.
    reached = np.array([1 - lasting, *bounds])[:, np.newaxis] >= np.array(quantiles)[:, np.newaxis] - 1e-9
    if entry is not None:
        reached &= times <= _known_until(seconds, entry)
    found: Floats = np.where(reached.any(axis=2), times[reached.argmax(axis=2)], np.nan)
    return found


def _known_until(seconds: Floats, entry: Floats) -> float:
    """Give the time up to which enough are at risk, whenever others are still to come into view."""
    known = in_view(seconds, entry)
    late = np.sort(entry[known & (entry > 0)])
    if not len(late):
        return float("inf")
    # The number at risk only falls where something ends, so it is looked at just after: entry <= t < seconds.
    ends = np.unique(np.append(0.0, seconds[known]))
    coming = len(late) - np.searchsorted(late, ends, side="right")
    beyond = known.sum() - np.searchsorted(np.sort(seconds[known]), ends, side="right")
    thin = (coming > 0) & (beyond - coming < FEWEST_AT_RISK)
    return float(ends[thin.argmax()]) if thin.any() else float("inf")


def share_ended(seconds: Floats, observed: Flags, *, at: float) -> tuple[float, float, float]:
    """Give the share that has ended by a time, and its 95 % interval of the log-log kind.

    Missing where nothing is followed that far: others may have ended by then, and were not seen to.

    Examples
    --------
    >>> ended = np.array([True, True, False, True])
    >>> share_ended(np.array([1.0, 2, 3, 4]), ended, at=2.0)[0]
    0.5
    >>> share_ended(np.array([1.0, 2, 3]), ended[:3], at=9.0)[0]
    nan
    """
    times, at_risk, gone = survival_steps(seconds, observed)
    lasting = np.cumprod((at_risk - gone) / at_risk)
    last = int(np.searchsorted(times, at, side="right")) - 1
    share = 1 - float(lasting[last]) if last >= 0 else 0.0
    if not len(times) or (share < 1 and at > times[-1]):
        return float("nan"), float("nan"), float("nan")
    if share in (
        0.0,
        1.0,
    ):  # the log-log interval knows no spread there: as many independent ones as there are
        low, high = wilson_interval(round(share * len(seconds)), len(seconds))
        return share, low, high
    spread = np.sqrt(np.sum(gone[: last + 1] / (at_risk * (at_risk - gone))[: last + 1]))
    middle, error = np.log(-np.log(1 - share)), spread / abs(np.log(1 - share))
    low, high = (1 - float(np.exp(-np.exp(middle + side * _REACH * error))) for side in (-1, 1))
    return share, low, high
