"""Whether times depend on something, tested with weeks as units: tickets of one week share luck.

Each spell has a score: by how much more of it ended than was to be expected of all spells at risk with it (D.
R. Cox 1972; with two groups the log-rank test of N. Mantel 1966). Tickets of one week are not independent, so
scores are summed by the week in which a spell began, and the sums vary as they do from week to week (E. W.
Lee, L. J. Wei and D. A. Amato 1992, "Cox-type regression analysis for large numbers of small groups of
correlated failure time observations"). Where consecutive weeks are alike, there are fewer independent ones
than there seem: the variance grows by (1 + r) / (1 - r), with r the correlation of a week with the next, its
bias and a standard error added. Where weeks are so alike that no such number helps, nothing is claimed.

Its numbers were chosen by simulation (``tests/stats/test_week_test_rates.py``): the plain log-rank test sees
a change in up to three of four streams that hold none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from vsm.stats.survival import survival_steps

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
ERROR_RATE: Final = 0.05
FEWEST_WEEKS: Final = 6
"""On either side of a change; under it the spread from week to week is not known."""
_MOST_ALIKE: Final = 0.27
_STEP: Final = 0.5
_STEPS: Final = 12
_HALVINGS: Final = 10
"""Factors up to 2 ** 6 are looked for, in steps of half a power."""
_EXPECTED: Final = 2.0
_PASTS: Final = 4
_WEEK: Final = 7 * 86_400.0


class Rates(NamedTuple):
    """Of 100 simulated streams: in how many a change was seen, and in how many nothing could be said."""

    seen: float
    refused: float


MEASURED: Final[dict[str, Rates]] = {
    "independent tickets": Rates(2.3, 3.0),
    "releases on Fridays": Rates(2.5, 3.4),
    "weeks with shared luck": Rates(2.3, 34.8),
    "weeks that drift": Rates(8.1, 82.0),
    "a busy queue": Rates(7.9, 91.7),
    "30 % shorter": Rates(39.0, 3.4),
    "50 % shorter": Rates(90.2, 3.3),
}
"""With 12 weeks on each side, 2,000 streams each; the first five hold no change, the others are independent.

``seen`` without a change is the worst of 20, 50, 100 and 300 completed on each side, all else of 100.
``VSM_THOROUGH=1 pytest tests/stats/test_week_test_rates.py -s`` measures them anew.
"""


@dataclass(frozen=True, slots=True)
class Spells:
    """Times of tickets, or of visits, in seconds.

    Attributes
    ----------
    seconds, ended
        How long each lasted, and whether it was seen to end.
    entry
        How long each had lasted when it came into view; 0 where it was in view from its beginning.
    week
        In which week each began; weeks from 0 on are those after a change.
    """

    seconds: Floats
    ended: Flags
    entry: Floats
    week: Ints

    @property
    def finished(self) -> int:
        """How many were seen to end."""
        return int(self.ended.sum())

    @property
    def open(self) -> int:
        """How many were still going on at the last look."""
        return len(self.ended) - self.finished

    @property
    def weeks(self) -> int:
        """In how many different weeks they began."""
        return len(np.unique(self.week))

    def in_view(self) -> "Spells":
        """Give those that were in view from their beginning."""
        seen = self.entry <= 0
        return Spells(self.seconds[seen], self.ended[seen], self.entry[seen], self.week[seen])

    def together(self, other: "Spells") -> "Spells":
        """Give these and others."""
        joined = ((getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__)
        return Spells(*(np.concatenate(pair) for pair in joined))

    def scaled(self, factor: float) -> "Spells":
        """Give them as if each had taken so many times as long."""
        return Spells(self.seconds * factor, self.ended, self.entry * factor, self.week)


def _p_value(statistic: float, freedom: float) -> float:
    """Give the two-sided p-value of Student's t."""
    from scipy.special import stdtr  # noqa: PLC0415 - a tenth of a second of import that few need

    return float(2 * stdtr(freedom, -abs(statistic)))


@dataclass(frozen=True, slots=True)
class WeekTest:
    """What the test found.

    Attributes
    ----------
    statistic
        Student's t; positive where more ended, and times were shorter, the larger the covariate.
    freedom
        Its degrees of freedom: how many weeks carry information, less one.
    correlation
        Of a week with the next one.
    spread
        How many times as much weeks vary as they would if tickets were independent.
    """

    statistic: float
    freedom: float
    correlation: float
    spread: float

    @property
    def p(self) -> float:
        """Its p-value, two-sided."""
        return _p_value(self.statistic, self.freedom)

    @property
    def alike(self) -> bool:
        """Whether weeks are too alike for any claim."""
        return bool(self.correlation + 0.3 * min(np.log(self.spread), 1.0) > _MOST_ALIKE)

    @property
    def significant(self) -> bool:
        """Whether it would be claimed, at an error rate of 5 %."""
        return not self.alike and self.p < ERROR_RATE


def change_test(before: Spells, after: Spells) -> WeekTest:
    """Test whether the second are shorter, or longer, than the first: the log-rank test, by weeks.

    Examples
    --------
    >>> week = np.arange(30) // 3
    >>> seconds, none = 9.0 + np.arange(30) % 7, np.zeros(30)
    >>> slow, quick = (Spells(times, times > 0, none, week) for times in (seconds, seconds / 3))
    >>> found = change_test(slow, quick)
    >>> found.statistic > 0, found.significant
    (True, True)
    """
    times = np.unique(np.concatenate([side.seconds[side.ended] for side in (before, after)]))
    at_risk = [_at_risk(side, times) for side in (before, after)]
    share = np.divide(at_risk[1], sum(at_risk), out=np.zeros(len(times)), where=sum(at_risk) > 0)
    first, second = _Sums.of(before, times, at_risk[0], share), _Sums.of(after, times, at_risk[1], 1 - share)
    rest = np.concatenate([first.rest, second.rest])
    information = np.concatenate([first.information, second.information])
    total, known = information.sum(), information > 1e-9 * information.sum()
    weeks = int(known.sum())
    if weeks < 3:  # of two nobody knows how they vary
        return WeekTest(0.0, 1.0, 0.0, 1.0)
    variance = float((rest**2).sum()) * weeks / (weeks - 2)
    even = np.divide(rest, np.sqrt(information), out=np.zeros_like(rest), where=known)
    correlation = _correlation(np.split(even, [len(first.rest)]))
    cautious = min(max(correlation + 2 / weeks + 1 / np.sqrt(weeks), 0.0), 0.8)
    error = np.sqrt(variance * (1 + cautious) / (1 - cautious))
    freedom = max(float(total**2 / (information**2).sum()) - 1, 1.0)
    statistic = (second.ends - first.ends) / max(error, 1e-12)
    return WeekTest(float(statistic), freedom, correlation, max(variance / total, 1e-9))


class _Sums(NamedTuple):
    """Of one side: weighted ends, and by week how far they are from what the side itself makes expected."""

    ends: float
    rest: Floats
    information: Floats

    @classmethod
    def of(cls, side: Spells, times: Floats, at_risk: Floats, weight: Floats) -> "_Sums":
        """Weigh each end by the share that the other side has of all at risk then.

        rest = weight (where it ended) - Σ weight · ended / at risk, while it was at risk; 0 over all weeks
        """
        place = np.searchsorted(times, side.seconds[side.ended])
        ended = np.bincount(place, minlength=len(times))
        hazard = np.divide(ended, at_risk, out=np.zeros(len(times)), where=at_risk > 0)
        sums = np.zeros((2, len(times) + 1))
        np.cumsum([weight * hazard, weight**2 * hazard], axis=1, out=sums[:, 1:])
        until, since = (np.searchsorted(times, at, side="right") for at in (side.seconds, side.entry))
        expected, information = sums[:, until] - sums[:, np.where(side.entry > 0, since, 0)]
        rest = -expected
        rest[side.ended] += weight[place]
        week = side.week - side.week.min()
        by_week = [np.bincount(week, of).astype(np.float64) for of in (rest, information)]
        return cls(float(ended @ weight), *by_week)


def _at_risk(side: Spells, times: Floats) -> Floats:
    """Count what is at risk at each of these times."""
    late = np.sort(side.entry[side.entry > 0])
    seen = len(side.seconds) - np.searchsorted(np.sort(side.seconds), times, side="left")
    return (seen - (len(late) - np.searchsorted(late, times, side="left"))).astype(np.float64)


def _correlation(runs: list[Floats]) -> float:
    """Correlate each week with the next one, within runs of weeks."""
    centred = [run - run.mean() for run in runs if len(run)]
    square = sum(float((run**2).sum()) for run in centred)
    return sum(float((run[1:] * run[:-1]).sum()) for run in centred) / square if square else 0.0


def trend(spells: Spells) -> float:
    """Give by how many standard errors times got shorter from week to week; negative: longer.

    M. G. Kendall's rank correlation (1938, with correction for continuity) of the weeks with how many spells
    ended in each, for each that was to be expected of all spells at risk; of weeks so long before the change
    that half of all spells, and two of theirs, would have ended by then. 0 where fewer than ``FEWEST_WEEKS``
    are left. It takes weeks as independent.
    """
    ended, expected = _pace(spells)
    times, at_risk, ends = survival_steps(spells.seconds, spells.ended, entry=spells.entry)
    lasting = np.append(1.0, np.cumprod(1 - ends / at_risk))
    followed = -_WEEK * (np.arange(len(expected)) + spells.week.min())
    share = 1 - lasting[np.searchsorted(times, followed, side="right")]
    begun = np.bincount(spells.week - spells.week.min())
    known = (share >= 0.5) & (begun * share >= _EXPECTED) & (expected > 0)
    pace, weeks = ended[known] / expected[known], int(known.sum())
    if weeks < FEWEST_WEEKS:
        return 0.0
    pairs = float(np.sign(np.subtract.outer(pace, pace))[np.tril_indices(weeks)].sum())
    error = np.sqrt(weeks * (weeks - 1) * (2 * weeks + 5) / 18)
    return float(np.sign(pairs) * max(abs(pairs) - 1, 0) / error)


def times_as_long(before: Spells, after: Spells) -> tuple[float, float, float]:
    """Give how many times as long the second last, with the 95 % interval: every factor not rejected.

    The factor is one where, divided by it, the second are no different from the first (L. J. Wei, Z. Ying and
    D. Y. Lin 1990, on linear regression by rank tests); so interval and test agree by construction. A
    factor beyond 64, or a 64th, is NaN.
    """

    def beyond(bound: int) -> Callable[[float], bool]:
        def tested(power: float) -> bool:
            found = change_test(before, after.scaled(2.0**-power))
            return found.statistic > 0 if not bound else bound * found.statistic > 0 and found.p < ERROR_RATE

        return tested

    longer = _turn(beyond(1))
    shorter = _turn(lambda power: not beyond(-1)(power))
    return _turn(beyond(0)), shorter, longer


def _turn(holds: Callable[[float], bool]) -> float:
    """Find the factor from which on something holds: the next to 1 by half powers of two, then by halving."""
    step = -_STEP if holds(0.0) else _STEP
    found = next((n for n in range(1, _STEPS + 1) if holds(n * step) != (step < 0)), None)
    if found is None:
        return float("nan")
    low, high = sorted([found * step, (found - 1) * step])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return float(2 ** ((low + high) / 2))


def _pace(spells: Spells) -> tuple[Floats, Floats]:
    """Count by week, from the first to the last, what ended, and what was to be expected of all at risk."""
    times, at_risk, ended = survival_steps(spells.seconds, spells.ended, entry=spells.entry)
    hazard = np.append(0.0, np.cumsum(ended / at_risk))
    until, since = (np.searchsorted(times, at, side="right") for at in (spells.seconds, spells.entry))
    place = spells.week - spells.week.min()
    expected = hazard[until] - hazard[np.where(spells.entry > 0, since, 0)]
    found = [np.bincount(place, of).astype(np.float64) for of in (spells.ended, expected)]
    return found[0], found[1]


@dataclass(frozen=True, slots=True)
class Placebo:
    """The weeks after a change against those before it, and the same on every earlier day.

    Attributes
    ----------
    statistic
        The logarithm of the ratio of what ended to what was to be expected, after less before; in terms of
        how much it differed on earlier days.
    freedom
        Of Student's t: how often the weeks looked at fit into the past.
    days, beyond
        How many earlier days there are, a week apart; and on how many of them it differed at least as much.
    """

    statistic: float
    freedom: float
    days: int
    beyond: int

    @property
    def significant(self) -> bool:
        """Whether the change would be claimed, at an error rate of 5 %."""
        return not self.beyond and _p_value(self.statistic, self.freedom) < ERROR_RATE


def placebo_test(before: Spells, after: Spells) -> Placebo | None:
    """Compare the six weeks after a change with the six before it, and the same on each earlier day.

    Where weeks are alike, a stream's own past shows how much it rises and falls by itself. Earlier days are
    those with two spells a week, in view from their beginning, before and after; None where they span less
    than four times six weeks, or fewer than six have passed since the change.
    """
    weeks, together = FEWEST_WEEKS, before.in_view().together(after)
    past = -int(together.week.min())
    if past < _PASTS * weeks or after.week.max() + 1 < weeks:
        return None
    begun = np.bincount(together.week + past)
    sums = [np.append(0.0, np.cumsum(of)) for of in (*_pace(together), begun)]
    ended, expected, enough = (of[weeks:] - of[:-weeks] for of in sums)
    level, enough = np.log((ended + 0.5) / (expected + 0.5)), enough >= _EXPECTED * weeks
    contrast = (level[weeks:] - level[:-weeks])[: past - weeks + 1]
    both = (enough[weeks:] & enough[:-weeks])[: past - weeks + 1]
    earlier, now = contrast[:-weeks][both[:-weeks]], contrast[-1]
    if len(earlier) <= (_PASTS - 2) * weeks or not both[-1]:
        return None
    freedom = (len(earlier) - 1) / (2 * weeks) + 1
    beyond = int((np.abs(earlier) >= abs(now)).sum())
    return Placebo(float(now / np.sqrt((earlier**2).mean())), freedom, len(earlier), beyond)
