"""What can be asked of a forecast; and, before it is answered, whether the data suffice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from vsm.counts import counted
from vsm.intervals.codes import Ints
from vsm.stats.block_paths import Courses
from vsm.stats.recalibration import Floats, covering

LEVELS: Final = (0.5, 0.7, 0.85, 0.95)
"""Of 100 forecasts, so many are to hold."""
LONGEST: Final = 84
"""Days. Beyond twelve weeks nothing that was tried held what it said where the rate of work drifts."""
ACTIVE_IN: Final = 90
FEWEST_ACTIVE: Final = 5
FEWEST_DAYS: Final = 91
PART_OF_PAST: Final = 3
"""A horizon is at most a third of the record."""


@dataclass(frozen=True, slots=True)
class Question:
    """How many tickets will be finished within so many days, or within how many days so many will be.

    Examples
    --------
    >>> Question("how many", 28), Question("when", 20)
    (Question(kind='how many', amount=28), Question(kind='when', amount=20))
    """

    kind: Literal["how many", "when"]
    amount: int

    def answers(self, paths: Courses, levels: Mapping[float, Floats]) -> dict[float, int]:
        """Give so many tickets or more; or so many days at most, one more than drawn where it takes longer.

        ``levels``: for each level and day ahead, how many of the courses an answer has to cover.

        Examples
        --------
        >>> paths, levels = np.array([[0, 1, 3], [1, 1, 2]]), {0.5: np.array([0.5, 1, 1])}
        >>> [Question("how many", days).answers(paths, levels)[0.5] for days in (1, 2, 3)]
        [1, 1, 2]
        >>> [Question("when", items).answers(paths, levels)[0.5] for items in (1, 2, 3)]
        [1, 3, 4]
        """
        if self.kind == "how many":
            drawn = np.sort(-paths[:, self.amount - 1])
            return {level: -covering(drawn, float(of[self.amount - 1])) for level, of in levels.items()}
        courses, days = paths.shape
        reach_it = (paths >= self.amount).sum(axis=0)
        first = {}
        for level, of in levels.items():
            enough = np.flatnonzero(reach_it >= np.maximum(np.ceil(of[:days] * courses - 1e-9), 1))
            first[level] = int(enough[0]) + 1 if len(enough) else days + 1
        return first


def reach(days: int) -> int:
    """Give how many days ahead may be asked of a record of so many.

    Examples
    --------
    >>> [reach(days) for days in (84, 91, 200, 400)]
    [0, 30, 66, 84]
    """
    return min(LONGEST, days // PART_OF_PAST) if days >= FEWEST_DAYS else 0


def active_days(counts: Ints) -> int:
    """Give on how many of the last 90 days anything was finished."""
    return int((counts[-ACTIVE_IN:] > 0).sum())


def refusal(question: Question, counts: Ints) -> str:
    """Say why a record of counts by day cannot bear a question, and what would help; empty where it can.

    Examples
    --------
    >>> import numpy as np
    >>> print(refusal(Question("how many", 28), np.ones(60, dtype=int)))
    No forecast: 60 days are on record, of the 91 needed. It can be made once 13 weeks are recorded.
    """
    days, active = len(counts), active_days(counts)
    if days < FEWEST_DAYS:
        return (
            f"No forecast: {counted(days, 'day is', 'days are')} on record, of the {FEWEST_DAYS} "
            f"needed. It can be made once {FEWEST_DAYS // 7} weeks are recorded."
        )
    if active < FEWEST_ACTIVE:
        return (
            f"No forecast: tickets were finished on {f'only {active}' if active else 'none'} of the last "
            f"{ACTIVE_IN} days; {FEWEST_ACTIVE} are needed. Record when each ticket is done, and "
            "ask about more tickets at once, such as those of all teams."
        )
    if question.kind == "how many" and question.amount > LONGEST:
        return (
            f"No forecast for {question.amount // 7} weeks: how fast work is done drifts, and beyond "
            f"{LONGEST // 7} weeks no forecast that was tried held what it said. Ask for less, and ask again."
        )
    if question.kind == "how many" and question.amount > reach(days):
        return (
            f"No forecast for {question.amount // 7} weeks: {days // 7} weeks are on record, and "
            f"{PART_OF_PAST * question.amount // 7} are needed, three times as many. Ask for "
            f"{reach(days) // 7} weeks."
        )
    return ""
