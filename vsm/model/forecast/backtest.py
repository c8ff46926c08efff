"""Forecasts of the past: what would have been answered every Monday, and whether it held.

Each is made of what was known on its Monday alone (``Finishes.by_day``), by levels that had learnt from the
outcomes that were known by then. A question that the record could not bear then is not asked::

    Monday       1    2    3    4    5    6             forecasts for two weeks
    known at     3    4    5    6                       the level of the 3rd Monday has learnt from the 1st
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
import pandas as pd

from vsm.intervals.codes import Ints
from vsm.model.forecast.finishes import DAY
from vsm.model.forecast.questions import LEVELS, Question, reach, refusal
from vsm.model.forecast.record import Record
from vsm.stats.recalibration import Recalibrated, covering
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
        Level → as recalibrated by what is known now.
    """

    hits: pd.DataFrame
    levels: dict[float, Recalibrated]


def back_tests(record: Record, questions: Sequence[Question]) -> list[BackTest]:
    """Ask questions on every Monday of the past, as if nothing were known of what came later.

    A forecast that something takes longer than can be foreseen claims nothing, so it is not among the hits;
    the levels learn from it as from one that held, as conformal inference has it: a set that holds
    everything holds the truth.
    """
    tests = [_Test(question) for question in questions]
    for at in record.mondays():
        counts = record.counts(at)
        asked = [test for test in tests if not refusal(test.question, counts)]
        if not asked:
            continue
        days, paths = reach(len(counts)), record.paths(at, counts)
        gone = min((record.as_of - at) // DAY, days)
        after = record.finishes.after(at, days=gone)
        for test in asked:
            test.ask(at, test.question.of_paths(paths), after=after, days=days)
    return [test.result(record.as_of) for test in tests]


class _Test:
    """One question on its way through the Mondays."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.levels = {level: Recalibrated(level) for level in LEVELS}
        self.waiting: dict[float, list[tuple[int, bool]]] = {level: [] for level in LEVELS}
        self.rows: list[_Row] = []

    def ask(self, at: int, drawn: Ints, *, after: Ints, days: int) -> None:
        """Answer as of an instant, and put down what became of it: ``after`` are the finishes since then."""
        for level, learnt in self.levels.items():
            self._learn(level, at)
            answer = covering(drawn, learnt.used)
            known, actual, held = _outcome(self.question, answer, after, days)
            there = known <= len(after)
            if there:
                heappush(self.waiting[level], (at + known * DAY, held))
            if self.question.kind == "how many" or answer <= days:
                shown, last = self.question.shown(answer), at + known * DAY
                self.rows.append(
                    (level, at, last, shown, actual, held) if there else (level, at, last, shown, None, None)
                )

    def result(self, as_of: int) -> BackTest:
        """Give all rows, and the levels as of now."""
        for level in self.levels:
            self._learn(level, as_of)
        return BackTest(_hits(self.rows, self.question), self.levels)

    def _learn(self, level: float, at: int) -> None:
        """Learn from the outcomes that are known at an instant."""
        waiting = self.waiting[level]
        while waiting and waiting[0][0] <= at:
            self.levels[level].learn(held=heappop(waiting)[1])


def _outcome(question: Question, answer: int, after: Ints, days: int) -> tuple[int, int | None, bool]:
    """Give after how many days the outcome of an answer is known, what it was, and whether the answer held.

    A date is missed as soon as it has passed; what it took in truth is missing then until it is there.
    """
    if question.kind == "how many":
        due = question.amount
        actual = int(after[due - 1]) if len(after) >= due else None
        return due, actual, actual is not None and actual >= -answer
    reached = np.flatnonzero(after >= question.amount)
    took = int(reached[0]) + 1 if len(reached) else None
    if answer > days:
        return days, took, True
    return (took, took, True) if took is not None and took <= answer else (answer, took, False)


def _hits(rows: list[_Row], question: Question) -> pd.DataFrame:
    hits = pd.DataFrame(rows, columns=["level", "origin", "known", "answer", "actual", "held"])
    instants = {
        name: pd.to_datetime(hits[name], unit="us", utc=True).astype(INSTANT) for name in ("origin", "known")
    }
    hits = hits.assign(question=question.kind, amount=question.amount, **instants)
    hits = hits.astype(
        {"level": "float64", "answer": "int64", "actual": "Int64", "held": "boolean", "question": "str"}
    )
    return hits.sort_values(["level", "origin"], ignore_index=True)[
        ["question", "amount", "level", "origin", "known", "answer", "actual", "held"]
    ]
