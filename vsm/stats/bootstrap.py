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
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from scipy.sparse import csr_array

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
    from scipy.sparse import csr_array  # noqa: PLC0415 - a third of a second of import that few need

    parts = csr_array(amounts.T)
    return _ratio_intervals(parts, amounts.sum(axis=1), seed=seed, minimum=minimum, draws=draws)


def _ratio_intervals(
    parts: "csr_array", whole: Floats, *, seed: int, minimum: int, draws: int = DRAWS
) -> tuple[Floats, Floats]:
    """Give the 95 % interval of each part's ratio to the whole; shapes (parts, tickets) and (tickets,).

    Sums of a draw are a product with how often each ticket was drawn, in which nothing but the amounts that
    are not 0 takes time::

        parts    Build 1 3 0       times drawn 1 2 0: Build 1 + 2 · 3 = 7, Test 1 + 2 · 1 = 3
                 Test  1 1 4
    """
    if len(whole) < minimum or (whole > 0).sum() < minimum or not parts.shape[0]:
        unknown = np.full(parts.shape[0], np.nan)
        return unknown, unknown

    def sums(drawn: Ints) -> Floats:
        times = np.bincount(drawn, minlength=len(whole))
        return np.append(parts @ times, whole @ times)

    found = cluster_bootstrap(sums, len(whole), seed=seed, draws=draws)
    found = found[found[:, -1] > 0]
    return interval(found[:, :-1] / found[:, -1:])


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
    one = pd.concat({"": seconds}) if len(seconds) else seconds.set_axis(pd.MultiIndex.from_arrays([[], []]))
    found = shares_with_intervals(one, lead=lead, seed=seed, minimum=minimum)
    share, low, high = found.iloc[0] if len(found) else (0.0, np.nan, np.nan)
    return float(share), float(low), float(high)


def shares_with_intervals(
    seconds: "pd.Series[Any]", *, lead: "pd.Series[Any]", seed: int, minimum: int
) -> pd.DataFrame:
    """Give the share that the seconds of each group have of all lead time, and its 95 % interval.

    All groups are weighed by the same draws of tickets.

    Parameters
    ----------
    seconds
        Indexed by the names of a group, one level or several, and last by ticket; each of them once.
    lead
        Indexed by ticket: the lead times of all completed tickets.

    Returns
    -------
    DataFrame
        ``share, low, high``, indexed by group, sorted. The interval is missing under ``minimum`` tickets.

    Examples
    --------
    >>> seconds = pd.Series({("QA", "a"): 1.0, ("Build", "a"): 0.5, ("Build", "b"): 0.5})
    >>> lead = pd.Series({"a": 2.0, "b": 2.0})
    >>> shares_with_intervals(seconds, lead=lead, seed=0, minimum=12)["share"].to_dict()
    {'Build': 0.25, 'QA': 0.25}
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - a third of a second of import that few need

    groups = seconds.groupby(level=list(range(seconds.index.nlevels - 1)), dropna=False)
    tickets, number = groups.size(), groups.ngroup().to_numpy()
    row = lead.index.get_indexer(seconds.index.get_level_values(-1))
    known = row >= 0
    amounts = csr_array(
        (seconds.to_numpy()[known], (number[known], row[known])), shape=(len(tickets), len(lead))
    )
    enough, whole = (tickets >= minimum).to_numpy(), lead.to_numpy()
    share = amounts.sum(axis=1) / whole.sum() if whole.sum() else np.nan
    found = pd.DataFrame({"share": share, "low": np.nan, "high": np.nan}, index=tickets.index)
    low, high = _ratio_intervals(amounts[enough], whole, seed=seed, minimum=minimum)
    found.loc[enough, "low"], found.loc[enough, "high"] = low, high
    return found
