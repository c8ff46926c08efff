"""Records of made-up finishes, and of whole streams, for tests of forecasts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vsm.intervals.codes import micros_at
from vsm.model.forecast import (
    Finishes,
    Forecast,
    Question,
    Record,
    back_tests,
    finishes_from_visits,
    forecasts,
)
from vsm.stream import ValueStream

MONDAY = pd.Timestamp("2024-01-01", tz="UTC")


def finishes_of(days: Sequence[float] | np.ndarray) -> pd.DataFrame:
    """Finishes so many days after ``MONDAY``, none of which was ever taken back."""
    at = pd.Series(MONDAY + pd.to_timedelta(np.sort(np.asarray(days, dtype=float)), unit="D"))
    at = at.astype("datetime64[us, UTC]")
    return pd.DataFrame({"ticket": "t", "finished": at, "known": at, "until": at.mask(at.notna())})


def record_of(finishes: pd.DataFrame, *, days: float, block: int = 14, seed: int = 0) -> Record:
    """The record that begins on ``MONDAY`` and is so many days long."""
    end = micros_at(MONDAY + pd.Timedelta(days=days))
    return Record(Finishes(finishes, since=MONDAY), end, ((0, block),), seed)


def record_of_stream(stream: ValueStream, *, seed: int = 0) -> Record:
    """The record of a stream, with blocks of two weeks."""
    about = {name: getattr(stream, name) for name in ("events", "tickets", "stages")}
    finishes = finishes_from_visits(stream.visits, **about, settings=stream.workflow.outcome)
    since = stream.tickets["created"].min()
    return Record(Finishes(finishes, since=since), micros_at(stream.as_of), ((0, 14),), seed)


def hits_of(record: Record, question: Question) -> pd.DataFrame:
    """What one question would have been answered on every Monday of the past, and what became of it."""
    return back_tests(record, [question])[0].hits


def answer_of(record: Record, question: Question) -> Forecast:
    """What is answered to one question."""
    return forecasts(record, [question])[0]
