"""Weekly back-tests on two real trackers and the sample: the hit rate is what it says, and never vaguer.

The method was chosen on these three (``vsm/model/forecast``); no further trackers were at hand to confirm it on.
Measured of 85 of 100: DuraCloud 84 % of 202 weeks (75 to 90 %) at 4 weeks, 82 % (60 to 93 %) at 8; Islandora 85 %
of 194 (73 to 92 %) and 83 % (60 to 94 %); losses 1.09 and 1.78, 1.64 and 2.77 tickets, of independent days 1.30
and 2.34, 1.76 and 2.96; the sample 87 % of 45 (56 to 97 %) at 2 weeks, 13.8 of 18.0 tickets.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.model.forecast.records import hits_of, record_of_stream
from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.streams import sample_stream
from vsm.from_log import stream_from_log
from vsm.model.forecast import Question, Record, hit_rate
from vsm.model.lifecycle import completed
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow


@cache
def real_record(folder: Path, tracker: str) -> Record:
    """The record of one tracker."""
    return record_of_stream(real_stream(folder, tracker))


@cache
def real_stream(folder: Path, tracker: str) -> ValueStream:
    """One tracker as of its last event."""
    log = real_log(folder, tracker)
    return stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())


def known(record: Record, question: Question) -> pd.DataFrame:
    """The hits at 85 of 100 whose outcome is known."""
    hits = hits_of(record, question)
    return hits[(hits["level"] == 0.85) & hits["held"].notna()]


def pinball(answer: np.ndarray, actual: np.ndarray) -> float:
    """The loss of a quantile that 85 of 100 outcomes reach, in tickets."""
    off = actual - answer
    return float(np.maximum(0.15 * off, -0.85 * off).mean())


def independent_days(record: Record, hits: pd.DataFrame, days: int) -> np.ndarray:
    """What the industry answers: each day to come is one of the last 90, drawn at random."""
    answers = []
    for at in hits["origin"]:
        counts = record.counts(int(at.value) // 1000)[-90:]
        rng = np.random.default_rng([1, int(at.value) // 10**12])
        answers.append(np.quantile(rng.choice(counts, (4000, days)).sum(axis=1), 0.15, method="lower"))
    return np.array(answers)


@pytest.mark.parametrize("tracker", TRACKERS)
@pytest.mark.parametrize(("weeks", "room"), [(4, 0.05), (8, 0.09)])
def test_how_many_holds_what_it_says_on_real_trackers(
    tracker: str, weeks: int, room: float, real_data: Path
) -> None:
    """The interval of the hit rate has 85 %; and the loss is no larger than that of independent days."""
    record = real_record(real_data, tracker)
    hits = known(record, Question("how many", 7 * weeks))
    rate: dict[str, Any] = hit_rate(hits)
    actual = hits["actual"].to_numpy(dtype=float)
    loss = pinball(hits["answer"].to_numpy(dtype=float), actual)
    theirs = pinball(independent_days(record, hits, 7 * weeks), actual)
    assert rate["held_low"] <= 0.85 <= rate["held_high"]
    assert abs(rate["held"] - 0.85) <= room
    assert loss <= theirs


def test_fortnightly_releases_are_forecast(sample_folder: Path) -> None:
    """The sample's two weeks hold a release: 0.7 of the mean at least, and 80 of 100 hold."""
    hits = known(record_of_stream(sample_stream(sample_folder)), Question("how many", 14))
    assert hits["answer"].mean() >= 0.7 * hits["actual"].mean()
    assert hits["held"].mean() >= 0.8


@pytest.mark.parametrize(("tracker", "held"), [("duracloud", 0.75), ("islandora", 0.73)])
def test_dates_hold_less_often_than_numbers_and_that_is_measured(
    tracker: str, held: float, real_data: Path
) -> None:
    """Dates for 20 more tickets are given where they are near enough, which are the hopeful ones."""
    rate: dict[str, Any] = hit_rate(known(real_record(real_data, tracker), Question("when", 20)))
    assert rate["held"] == pytest.approx(held, abs=0.005)
    assert rate["held_low"] <= 0.85 <= rate["held_high"]


@pytest.mark.parametrize("tracker", [*TRACKERS, "sample"])
def test_what_is_known_now_is_what_lifecycles_say(tracker: str, real_data: Path, sample_folder: Path) -> None:
    """As many finishes count today as tickets are completed."""
    stream = sample_stream(sample_folder) if tracker == "sample" else real_stream(real_data, tracker)
    record = record_of_stream(stream)
    assert record.counts(record.as_of).sum() == len(completed(stream.lifecycles))
