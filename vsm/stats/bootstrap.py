"""Percentile intervals by cluster bootstrap: whole clusters (tickets, weeks, deployments) are drawn anew.

Facts of one cluster are not independent (B. Efron, "Bootstrap methods: another look at the jackknife",
Annals of Statistics 7, 1979; for clusters A. C. Davison and D. V. Hinkley, "Bootstrap methods and their
application", 1997, §3.8). ``scipy.stats.bootstrap`` draws single values, so it is not used here.

A draw can be written down in two ways, which mean the same::

    clusters   a b c d         numbers of the drawn   [2, 0, 2, 3]     cluster_bootstrap
                               times each is drawn    [1, 0, 2, 1]     drawn_counts

The second is far quicker where a statistic is made of sums, or where many clusters are alike.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

DRAWS: Final = 1000
BOUNDS: Final = (2.5, 97.5)
"""Percentiles of the draws between which a 95 % interval lies."""
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def cluster_bootstrap(
    statistic: Callable[[Ints], Any], clusters: int, *, seed: int, draws: int = DRAWS
) -> npt.NDArray[Any]:
    """Give a statistic's value for each draw of as many clusters, with replacement.

    Parameters
    ----------
    statistic
        From the numbers of the drawn clusters (0 to ``clusters`` - 1, repeated as drawn) to a number, or to
        an array of a fixed shape.
    clusters
        How many there are; at least one.

    Returns
    -------
    ndarray
        One value per draw along the first axis.

    Examples
    --------
    >>> sizes = np.array([1, 5, 9])
    >>> cluster_bootstrap(lambda drawn: sizes[drawn].sum(), 3, seed=1, draws=4).tolist()
    [19, 11, 19, 15]
    """
    rng = np.random.default_rng(seed)
    return np.array([statistic(rng.integers(0, clusters, clusters)) for _ in range(draws)])


def drawn_counts(*samples: Ints, seed: int, draws: int = DRAWS) -> list[npt.NDArray[np.int64]]:
    """Give how often each kind of cluster is in each draw.

    Parameters
    ----------
    samples
        Of each sample, how many clusters there are of each kind; samples are drawn one after another.

    Returns
    -------
    list of ndarray
        Of each sample, shape (draws, kinds); every row sums to the sample's number of clusters.

    Examples
    --------
    >>> (counts,) = drawn_counts(np.array([2, 1]), seed=1, draws=3)
    >>> counts.sum(axis=1).tolist()
    [3, 3, 3]
    """
    rng = np.random.default_rng(seed)
    return [rng.multinomial(times.sum(), times / times.sum(), size=draws) for times in samples]


def interval(drawn: npt.NDArray[Any]) -> tuple[Any, Any]:
    """Give the 95 % percentile interval of what was drawn: bounds along the first axis."""
    low, high = np.percentile(drawn, BOUNDS, axis=0)
    return low, high


def share_intervals(amounts: Floats, *, seed: int, minimum: int, draws: int = DRAWS) -> tuple[Floats, Floats]:
    """Give the 95 % interval of each column's share of the total.

    Rows (tickets) are drawn with replacement; each draw gives a ratio of sums::

        amounts      Build  Test        a draw of rows [1, 1, 0]: Build 3 + 3 + 1 = 7, Test 1 + 1 + 1 = 3,
        ticket 0       1      1         so their shares are 0.7 and 0.3
        ticket 1       3      1

    Parameters
    ----------
    amounts
        Shape (tickets, columns), not negative.

    Returns
    -------
    (low, high)
        Two arrays of shape (columns,); NaN where too few.

    Examples
    --------
    >>> low, high = share_intervals(np.array([[1.0, 1.0]] * 20), seed=1, minimum=12)
    >>> low.tolist(), high.tolist()
    ([0.5, 0.5], [0.5, 0.5])
    """
    tickets, columns = amounts.shape
    if tickets < minimum or not (amounts.sum(axis=1) > 0).sum() >= minimum:
        unknown = np.full(columns, np.nan)
        return unknown, unknown
    sums = cluster_bootstrap(lambda drawn: amounts[drawn].sum(axis=0), tickets, seed=seed, draws=draws)
    whole = sums.sum(axis=1, keepdims=True)
    return interval(sums[whole[:, 0] > 0] / whole[whole > 0][:, np.newaxis])


def share_with_interval(
    seconds: "pd.Series[Any]", *, lead: "pd.Series[Any]", seed: int, minimum: int
) -> tuple[float, float, float]:
    """Give the share that these seconds have of all lead time, and its 95 % interval.

    Parameters
    ----------
    seconds, lead
        Indexed by ticket: what is weighed, and the lead times of all completed tickets.

    Returns
    -------
    (share, low, high)
        The interval is missing under ``minimum`` tickets in ``seconds``.

    Examples
    --------
    >>> share_with_interval(pd.Series({"a": 1.0}), lead=pd.Series({"a": 2.0, "b": 2.0}), seed=0, minimum=12)
    (0.25, nan, nan)
    """
    amounts = seconds.reindex(lead.index).fillna(0.0).to_numpy()
    both = np.column_stack([amounts, lead.to_numpy() - amounts])
    low, high = share_intervals(both, seed=seed, minimum=minimum)
    share = float(amounts.sum() / lead.sum()) if lead.sum() else float("nan")
    few = len(seconds) < minimum
    return share, float("nan") if few else float(low[0]), float("nan") if few else float(high[0])
