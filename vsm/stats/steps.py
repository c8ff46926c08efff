"""Lasting steps in weekly values: a run rule that is applied week after week, as they come.

Every week, each of the last 2 to 8 weeks is tried as the beginning of another level: the mean from there on
against that of the weeks before, back to the last step found or a year, by Student's t with weeks as units.
So what the tickets of one week share is in the spread, and the values before and after never overlap. A step
is found once; the weeks from there on are the level that the next ones are compared with.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SHORTEST: Final = 2
LONGEST: Final = 8
"""Weeks at the end that are compared with those before."""
LEAST_BEFORE: Final = 4
MOST_BEFORE: Final = 52


class Step(NamedTuple):
    """A lasting change of level.

    Attributes
    ----------
    start, first, seen
        Places of values: the first of the level before, the first of the new level, and the last one known
        when it was seen.
    up
        Whether values are larger since.
    """

    start: int
    first: int
    seen: int
    up: bool


def lasting_steps(values: Floats, *, error: float, least: float) -> list[Step]:
    """Give the steps that were seen, in order.

    Parameters
    ----------
    values
        In order of time, one a week, none missing.
    error
        Error rate of each test. Two or three times as many alarms come by chance, since up to seven
        beginnings are tried every week: of 0.0008, about 0.15 a year.
    least
        Smaller differences are passed over.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> lasting_steps(np.repeat([1.0, 3.0], [12, 6]) + rng.normal(0, 0.2, 18), error=0.001, least=0.4)
    [Step(start=0, first=12, seen=13, up=True)]
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - a fifth of a second that few need

    found: list[Step] = []
    begin = 0
    for last in range(len(values)):
        start = max(begin, last + SHORTEST - MOST_BEFORE)
        level = values[start : last + 1]
        n = len(level)
        if n < LEAST_BEFORE + SHORTEST:
            continue
        # Sums of the last 2, 3, … weeks and of those before, from the end:
        #     level  1 1 2 1 … 3 3     after 3+3, 1+3+3, …     before all − after
        late = np.arange(SHORTEST, min(LONGEST, n - LEAST_BEFORE) + 1)
        after, early = np.cumsum(level[::-1])[late - 1], n - late
        mean, usual = after / late, (level.sum() - after) / early
        spread = np.maximum((level**2).sum() - late * mean**2 - early * usual**2, 1e-12) / (n - 2)
        t = np.abs(mean - usual) / np.sqrt(spread * (1 / late + 1 / early))
        t[(t < stdtrit(n - 2, 1 - error / 2)) | (np.abs(mean - usual) < least)] = 0.0
        best = int(np.argmax(t))
        if t[best]:
            begin = last + 1 - int(late[best])
            found.append(Step(start, begin, last, bool(mean[best] > usual[best])))
    return found
