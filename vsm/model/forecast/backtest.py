"""Forecasts of the past: what would have been answered every Monday, and whether it held.

Each is made of what was known on its Monday alone (``Finishes.by_day``), by levels that had learnt from the
outcomes that were known by then. A question that the record could not bear then is not asked::

    Monday       1    2    3    4    5    6             forecasts for two weeks
    known at     3    4    5    6                       the level of the 3rd Monday has learnt from the 1st

Twenty tickets are done within 17 days where 20 or more are done in 17 days: a date is a count turned round.
So only counts have levels that learn, one for each number of weeks ahead. A date is the first day by whose
count so many are done; a day has the level of its week.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.intervals.codes import Ints
from vsm.model.forecast.finishes import DAY
from vsm.model.forecast.questions import LEVELS, LONGEST, Question, reach, refusal
from vsm.model.forecast.record import Record
from vsm.stats.block_paths import Courses
from vsm.stats.recalibration import Floats, Recalibrated, covering
from vsm.tables import INSTANT

_Row = tuple[float, int, int, int, int | None, bool | None]


class BackTest(NamedTuple):
    """Forecasts of the past, and the levels for the next one.

    Attributes
    ----------
    hits
        FORECAST_HITS: one row per Monday and level, sorted: ``question, amount, level, origin, known`` (when
        its outcome was or will be known), ``answer, actual`` (missing while not known), ``held``.
    levels
        Level → the share of courses that an answer has to cover by what is known now, by day ahead.
    """

    hits: pd.DataFrame
    levels: dict[float, Floats]


def back_tests(record: Record, questions: Sequence[Question]) -> list[BackTest]:
    """Ask questions on every Monday of the past, as if nothing were known of what came later.

    A forecast that something takes longer than can be foreseen claims nothing, so it is not among the hits.
    """
    rows: list[list[_Row]] = [[] for _ in questions]
    levels = _Levels()
    for at in record.mondays():
        counts = record.counts(at)
        asked = [number for number, one in enumerate(questions) if not refusal(one, counts)]
        if refusal(_ANY, counts):
            continue
        days, paths = reach(len(counts)), record.paths(at, counts)
        after = record.finishes.after(at, days=min((record.as_of - at) // DAY, days))
        levels.learn(at)
        used = levels.by_day()
        for number in asked:
            rows[number] += _asked(questions[number], paths, used, at=at, after=after)
        levels.claim(at, paths, after=after)
    levels.learn(record.as_of)
    used = levels.by_day()
    return [BackTest(hits, used) for hits in _hits(rows, questions)]


_ANY: Final = Question("how many", 7)


class _Levels:
    """The levels of counts by weeks ahead, moved by their outcomes as these become known."""

    def __init__(self) -> None:
        weeks = range(1, LONGEST // 7 + 1)
        self._moved = {level: [Recalibrated(level) for _ in weeks] for level in LEVELS}
        self._waiting: list[tuple[int, float, int, bool]] = []

    def by_day(self) -> dict[float, Floats]:
        """Give the share of courses that an answer has to cover, by level: one for each day ahead."""
        return {level: np.repeat([one.used for one in weeks], 7) for level, weeks in self._moved.items()}

    def claim(self, at: int, paths: Courses, *, after: Ints) -> None:
        """Answer for each number of weeks, and put down what became of it; ``after``: finishes since then."""
        known = min(paths.shape[1], len(after)) // 7
        for week, drawn in enumerate(np.sort(-paths[:, 6::7].T, axis=1)[:known]):
            days = 7 * week + 7
            for level, weeks in self._moved.items():
                held = bool(after[days - 1] >= -covering(drawn, weeks[week].used))
                heappush(self._waiting, (at + days * DAY, level, week, held))

    def learn(self, at: int) -> None:
        """Learn from the outcomes that are known at an instant."""
        while self._waiting and self._waiting[0][0] <= at:
            _, level, week, held = heappop(self._waiting)
            self._moved[level][week].learn(held=held)


def _asked(
    question: Question, paths: Courses, used: Mapping[float, Floats], *, at: int, after: Ints
) -> Iterator[_Row]:
    """Answer as of an instant, with every level, and say what became of it, as far as it is known."""
    days = paths.shape[1]
    for level, answer in question.answers(paths, used).items():
        if question.kind == "when" and answer > days:
            continue
        known, actual, held = _outcome(question, answer, after)
        there = known <= len(after)
        last = at + known * DAY
        yield (level, at, last, answer, actual, held) if there else (level, at, last, answer, None, None)


def _outcome(question: Question, answer: int, after: Ints) -> tuple[int, int | None, bool]:
    """Give after how many days the outcome of an answer is known, what it was, and whether the answer held.

    A date is missed as soon as it has passed; what it took in truth is missing then until it is there.
    """
    if question.kind == "how many":
        due = question.amount
        actual = int(after[due - 1]) if len(after) >= due else None
        return due, actual, actual is not None and actual >= answer
    reached = np.flatnonzero(after >= question.amount)
    took = int(reached[0]) + 1 if len(reached) else None
    return (took, took, True) if took is not None and took <= answer else (answer, took, False)


def _hits(rows: Sequence[Sequence[_Row]], questions: Sequence[Question]) -> list[pd.DataFrame]:
    """Give the hits of each question: one frame is made of all rows, and cut."""
    ordered = [row for found in rows for row in sorted(found, key=itemgetter(0, 1))]
    hits = pd.DataFrame(ordered, columns=["level", "origin", "known", "answer", "actual", "held"])
    instants = {
        name: pd.to_datetime(hits[name], unit="us", utc=True).astype(INSTANT) for name in ("origin", "known")
    }
    count = [len(found) for found in rows]
    asked = {name: np.repeat([getattr(one, of) for one in questions], count) for name, of in _ASKED.items()}
    hits = hits.assign(**asked, **instants)[list(_TYPES)].astype(_TYPES)
    ends = [0, *accumulate(count)]
    return [hits.iloc[begin:end].reset_index(drop=True) for begin, end in pairwise(ends)]


_ASKED: Final = {"question": "kind", "amount": "amount"}
_TYPES: Final = {
    "question": "str", "amount": "int64", "level": "float64", "origin": INSTANT, "known": INSTANT,
    "answer": "int64", "actual": "Int64", "held": "boolean",
}  # fmt: skip
