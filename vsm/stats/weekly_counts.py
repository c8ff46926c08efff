"""Whether something happens more or less often than before, with weeks as units."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def counts_test(before: Floats, after: Floats) -> tuple[float, float]:
    """Compare how much there was a week before and after: B. L. Welch's t-test (1947) of weekly counts.

    Where a week is like the next, there are fewer independent weeks than there seem: the variance grows by
    (1 + r) / (1 - r), with r the correlation of a week with the next and a standard error added, as in
    ``vsm.stats.week_test``. Measured by ``tests/stats/test_weekly_counts.py``.

    Parameters
    ----------
    before, after
        Counts of whole weeks, one after the other; shapes (weeks,).

    Returns
    -------
    (statistic, p)
        Student's t, positive where there was more after; and its two-sided p-value, 1 where either side has
        fewer than three weeks.

    Examples
    --------
    >>> statistic, p = counts_test(np.array([2.0, 3, 2, 1, 2, 3]), np.array([9.0, 8, 9, 7, 8, 9]))
    >>> statistic > 0, p < 0.05
    (True, True)
    """
    from scipy.special import stdtr  # noqa: PLC0415 - a tenth of a second of import that few need

    sides = (before, after)
    if min(map(len, sides)) < 3:
        return 0.0, 1.0
    centred = [side - side.mean() for side in sides]
    square = sum(float((side**2).sum()) for side in centred)
    pairs = sum(float((side[1:] * side[:-1]).sum()) for side in centred)
    weeks = sum(map(len, sides))
    alike = min(max((pairs / square if square else 0.0) + 1 / np.sqrt(weeks), 0.0), 0.8)
    parts = [max(float(side.var(ddof=1)), 1e-12) / len(side) for side in sides]
    error = np.sqrt(sum(parts) * (1 + alike) / (1 - alike))
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(side) - 1) for part, side in zip(parts, sides, strict=True)
    )
    statistic = (after.mean() - before.mean()) / error
    return float(statistic), float(2 * stdtr(max(freedom, 1.0), -abs(statistic)))
