"""Percentile intervals by cluster bootstrap: whole clusters (tickets, weeks, deployments) are drawn anew.

Facts of one cluster are not independent (B. Efron, "Bootstrap methods: another look at the jackknife",
Annals of Statistics 7, 1979; for clusters A. C. Davison and D. V. Hinkley, "Bootstrap methods and their
application", 1997, §3.8). ``scipy.stats.bootstrap`` draws single values, so it is not used here.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

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


def interval(drawn: npt.NDArray[Any]) -> tuple[Any, Any]:
    """Give the 95 % percentile interval of what was drawn: bounds along the first axis."""
    low, high = np.percentile(drawn, BOUNDS, axis=0)
    return low, high
