"""Forecasts of the past: what would have been answered every Monday, and whether it held.

Each is made of what was known on its Monday alone (``Finishes.by_day``), by levels that had learnt from the
outcomes that were known by then. A question that the record could not bear then is not asked::

    Monday       1    2    3    4    5    6             forecasts for two weeks
    known at     3    4    5    6                       the level of the 3rd Monday has learnt from the 1st
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.intervals.codes import Ints
from vsm.model.forecast.finishes import DAY, Finishes
from vsm.model.forecast.questions import LEVELS, Question, reach, refusal
from vsm.stats.block_paths import block_paths
from vsm.stats.recalibration import Recalibrated, covering
from vsm.tables import INSTANT

WEEK: Final = 7 * DAY
MONDAY: Final = 4 * DAY
"""The first Monday of the epoch."""
USUAL_BLOCK: Final = 14
"""Days of a block, unless releases are further apart."""


@dataclass(frozen=True, eq=False)
class Record:
    """What forecasts of one stream are made from.

    Attributes
    ----------
    finishes
        Of all its units of work.
    as_of
        The instant that counts as now, in microseconds of the epoch.
    blocks
        Since when (microseconds) a block has how many days, as ``release_blocks`` gives it; in order.
    seed
        Of the courses that are drawn.
    """

    finishes: Finishes
    as_of: int
    blocks: tuple[tuple[int, int], ...]
    seed: int

    def block(self, at: int) -> int:
        """Give how many days a block has in a forecast that is made at an instant."""
        return next((days for since, days in reversed(self.blocks) if since <= at), USUAL_BLOCK)

    def counts(self, at: int) -> Ints:
        """Count what was finished by day, as known at an instant."""
        return self.finishes.by_day(at)

    def paths(self, at: int, counts: Ints) -> Ints:
        """Draw the courses of a forecast: the same for all questions, whatever comes later."""
        days = reach(len(counts))
        seed = (self.seed, at // DAY)
        return block_paths(counts, days=days, block=self.block(at), seed=seed)

    def mondays(self) -> range:
        """Give the Mondays (UTC) on which there was a record that can bear a forecast, before now."""
        first = self.finishes.since + 13 * WEEK
        return range(first + (MONDAY - first) % WEEK, self.as_of, WEEK)


class _Outcome(NamedTuple):
    known: int
    held: bool


def recalibrated(outcomes: list[_Outcome], at: int, level: float) -> Recalibrated:
    """Give a level that has learnt from the outcomes that were known at an instant, in their order."""
    learnt = Recalibrated(level)
    for outcome in sorted(known for known in outcomes if known.known <= at):
        learnt.learn(held=outcome.held)
    return learnt


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


def back_test(record: Record, question: Question) -> BackTest:
    """Ask a question on every Monday of the past, as if nothing were known of what came later.

    A forecast that something takes longer than can be foreseen claims nothing, so it is not among the hits;
    the levels learn from it as from one that held, as conformal inference has it: a set that holds
    everything holds the truth.
    """
    outcomes: dict[float, list[_Outcome]] = {level: [] for level in LEVELS}
    rows = []
    for at in record.mondays():
        counts = record.counts(at)
        if refusal(question, counts):
            continue
        days = reach(len(counts))
        drawn = question.of_paths(record.paths(at, counts))
        gone = min((record.as_of - at) // DAY, days)
        after = record.finishes.after(at, days=gone) if gone else np.zeros(0, dtype=np.int64)
        for level in LEVELS:
            answer = covering(drawn, recalibrated(outcomes[level], at, level).used)
            known, actual, held = _outcome(question, answer, after, days)
            there = known <= gone
            if there:
                outcomes[level].append(_Outcome(at + known * DAY, held))
            if question.kind == "when" and answer > days:
                continue
            rows.append(
                (level, at, at + known * DAY, question.shown(answer), actual if there else None,
                 held if there else None)
            )  # fmt: skip
    levels = {level: recalibrated(outcomes[level], record.as_of, level) for level in LEVELS}
    return BackTest(_hits(rows, question), levels)


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


def _hits(
    rows: list[tuple[float, int, int, int, int | None, bool | None]], question: Question
) -> pd.DataFrame:
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
