"""The answers to a question, each with the hit rate of the same question over the stream's own past."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.forecast.backtest import back_tests
from vsm.model.forecast.finishes import DAY, finished_by_day
from vsm.model.forecast.questions import LEVELS, LONGEST, Question, active_days, reach, refusal
from vsm.model.forecast.record import WEEK, Record
from vsm.stats.proportions import wilson_interval
from vsm.stats.recalibration import FEWEST_OUTCOMES
from vsm.stats.shares import LEAST_WEEKS, share_intervals
from vsm.tables import INSTANT

QUARTER: Final = 13 * WEEK
TOLERANCE: Final = 0.1
"""An answer is withheld where its hit rate is clearly lower than its level less this."""
TESTED: Final = "tested"
UNTESTED: Final = "not yet tested"
WITHHELD: Final = "withheld"
TOO_FAR: Final = "too far ahead"
REFUSED: Final = "refused"
HORIZONS: Final = (14, 28, 56, 84)
QUESTIONS: Final = (
    *(Question("how many", days) for days in HORIZONS),
    *(Question("when", items) for items in (5, 10, 20, 50)),
)
"""What every stream is asked."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is answered to one question.

    Attributes
    ----------
    answers
        FORECASTS: one row per level.
    hits
        FORECAST_HITS: the same question on every Monday of the past.
    refusal
        Why the record cannot bear the question; empty where it can.
    """

    question: Question
    answers: pd.DataFrame
    hits: pd.DataFrame
    refusal: str = ""


def forecasts(record: Record, questions: Sequence[Question]) -> list[Forecast]:
    """Answer questions as of now, and on every Monday of the past.

    Returns
    -------
    list of Forecast
        Their ``answers`` have one row per level: ``question`` ("how many" or "when"), ``amount`` (days ahead,
        or tickets), ``level``, ``answer`` (so many tickets or more; or finished after so many days at the
        latest; missing unless ``verdict`` is "tested" or "not yet tested"), ``due`` (the last day of it),
        ``verdict``, ``why`` (a sentence where there is no answer), ``block_days``, ``active_days`` (of the
        last 90, with a finish), ``held, held_low, held_high`` (share of past forecasts that held, with its
        95 % interval by quarters of a year) and ``outcomes`` (how many are known).
    """
    counts = record.counts(record.as_of)
    whys = [refusal(question, counts) for question in questions]
    paths = None if all(whys) else record.paths(record.as_of, counts)
    about = {"block_days": record.block(record.as_of), "active_days": active_days(counts)}
    tests = back_tests(record, questions)
    rows = []
    for question, why, tested in zip(questions, whys, tests, strict=True):
        for level in LEVELS:
            row: dict[str, Any] = {"question": question.kind, "amount": question.amount, "level": level}
            row |= hit_rate(tested.hits[tested.hits["level"] == level])
            if why or paths is None:
                row |= {"verdict": REFUSED, "why": why}
            else:
                answer = question.answers(paths, tested.levels)[level]
                row |= _answer(question, answer, row, days=reach(len(counts)), as_of=record.as_of)
            rows.append(row)
    answers = _conformed(pd.DataFrame(rows).assign(**about))
    of, each = len(LEVELS), range(len(questions))
    own = [answers.iloc[of * number : of * (number + 1)].reset_index(drop=True) for number in each]
    return [Forecast(questions[number], own[number], tests[number].hits, whys[number]) for number in each]


def usual_forecasts(record: Record) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Answer what every stream is asked (``QUESTIONS``): answers, hits, and what was finished by day."""
    found = forecasts(record, QUESTIONS)
    answers = pd.concat([each.answers for each in found], ignore_index=True)
    hits = pd.concat([each.hits for each in found], ignore_index=True)
    return answers, hits, finished_by_day(record.finishes, as_of=record.as_of)


def _answer(question: Question, answer: int, row: dict[str, Any], *, days: int, as_of: int) -> dict[str, Any]:
    """Give the answer of one level, or why there is none; ``row`` has the level and its hit rate."""
    sure = f"{100 * row['level']:.0f} of 100"
    if question.kind == "when" and answer > days:
        why = (
            f"No date for {question.amount:,} more tickets with {sure}: it would be too far ahead. How fast "
            f"work is done drifts, so no date is given beyond {LONGEST // 7} weeks, nor beyond a third of "
            "the record. Ask for fewer tickets."
        )
        return {"verdict": TOO_FAR, "why": why}
    if row["outcomes"] >= FEWEST_OUTCOMES and row["held_high"] < row["level"] - TOLERANCE:
        unit = (
            f"{question.amount // 7} weeks"
            if question.kind == "how many"
            else f"{question.amount:,} more tickets"
        )
        held, low, high = (f"{100 * row[name]:.0f} %" for name in ("held", "held_low", "held_high"))
        why = (
            f"No forecast for {unit} with {sure}: those made this way held in {held} of {row['outcomes']:,} "
            f"weeks ({low} to {high}). How fast work is done has changed too much; ask for fewer weeks, or "
            "fewer tickets."
        )
        return {"verdict": WITHHELD, "why": why}
    length = answer if question.kind == "when" else question.amount
    verdict = UNTESTED if row["outcomes"] < FEWEST_OUTCOMES else TESTED
    return {"verdict": verdict, "answer": answer, "due": as_of + length * DAY}


def hit_rate(hits: pd.DataFrame) -> dict[str, Any]:
    """Give the share of past forecasts of one question and level that held, and its 95 % interval.

    Forecasts of one week and the next are about mostly the same days, so quarters of a year are the units
    (``vsm.stats.shares``). Where all or none held, or there is one quarter alone, the interval is that of as
    many independent forecasts as lie one after the other without overlapping.
    """
    known = hits[hits["held"].notna()]
    held, outcomes = known["held"].astype("int64").to_numpy(), len(known)
    rate: dict[str, Any] = {"held": nan, "held_low": nan, "held_high": nan, "outcomes": outcomes}
    if not outcomes:
        return rate
    rate["held"] = float(held.mean())
    origin = known["origin"].astype("int64").to_numpy()
    quarter = origin // QUARTER
    low, high = share_intervals(
        np.column_stack([held, 1 - held]).astype(np.float64), weeks=quarter, minimum=1
    )
    rate |= {"held_low": float(low[0]), "held_high": float(high[0])}
    if rate["held"] in (0, 1) or len(np.unique(quarter)) < LEAST_WEEKS or isnan(rate["held_low"]):
        ahead = (known["known"] - known["origin"]).dt.total_seconds().median() / (7 * 86_400)
        apart = max(round(outcomes / max(ahead, 1.0)), 1)
        rate["held_low"], rate["held_high"] = wilson_interval(round(rate["held"] * apart), apart)
    return rate


def _conformed(answers: pd.DataFrame) -> pd.DataFrame:
    answers = answers.reindex(columns=list(_TYPES))
    due = pd.to_datetime(answers["due"].astype("Int64").astype("object"), unit="us", utc=True)
    return answers.assign(due=due).astype(_TYPES)


_TYPES: Final = {
    "question": "str", "amount": "int64", "level": "float64", "answer": "Int64", "due": INSTANT,
    "verdict": "str", "why": "str", "block_days": "int64", "active_days": "int64", "held": "float64",
    "held_low": "float64", "held_high": "float64", "outcomes": "int64",
}  # fmt: skip
