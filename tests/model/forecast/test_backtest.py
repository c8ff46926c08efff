"""Forecasts of the past: made of what was known then, reproducible, and scored when their day has come."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.forecast.records import MONDAY, answer_of, finishes_of, hits_of, record_of
from vsm.model.forecast import Question
from vsm.stats.recalibration import Recalibrated

FOUR_WEEKS = Question("how many", 28)
QUESTIONS = (FOUR_WEEKS, Question("how many", 14), Question("when", 7))


def poisson(days: int, *, a_day: float, seed: int) -> np.ndarray:
    """Finishes at random instants."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.uniform(0, days, rng.poisson(a_day * days)))


EARLY = poisson(300, a_day=0.6, seed=1)


@cache
def hits_of_early(question: Question) -> pd.DataFrame:
    """What was answered of these finishes alone."""
    return hits_of(record_of(finishes_of(EARLY), days=300), question)


def test_a_steady_stream_is_forecast_exactly() -> None:
    """One ticket every day: 28 in four weeks, seven after seven days, on every Monday of the past as well."""
    record = record_of(finishes_of(np.arange(300) + 0.5), days=300)
    many, when = (answer_of(record, question).answers for question in (FOUR_WEEKS, Question("when", 7)))
    assert many["answer"].tolist() == [28] * 4
    assert when["answer"].tolist() == [7] * 4
    assert when["due"].tolist() == [MONDAY + pd.Timedelta(days=307)] * 4
    assert many["held"].tolist() == [1.0] * 4


def test_a_forecast_is_scored_when_its_day_has_come() -> None:
    """One ticket a day for 200 days, and then none: the forecasts that reach beyond that day fail."""
    record = record_of(finishes_of(np.arange(200) + 0.5), days=240)
    hits = hits_of(record, FOUR_WEEKS)
    hits = hits[hits["level"] == 0.85]
    day = (hits["origin"] - MONDAY).dt.days
    assert day.tolist() == list(range(91, 240, 7))
    assert (hits["known"] - hits["origin"]).dt.days.tolist() == [28] * len(hits)
    assert hits["actual"].dropna().tolist() == [min(28, max(200 - start, 0)) for start in range(91, 213, 7)]
    assert hits.loc[day > 212, "held"].isna().all()
    assert hits.loc[day <= 168, "held"].all()
    assert not hits.loc[day.between(175, 196), "held"].any()


def test_a_date_is_missed_as_soon_as_it_has_passed() -> None:
    """Nothing is finished after day 200: that seven are done within seven days is refuted a week later."""
    record = record_of(finishes_of(np.arange(200) + 0.5), days=230)
    hits = hits_of(record, Question("when", 7))
    last = hits[(hits["level"] == 0.85) & (hits["origin"] == MONDAY + pd.Timedelta(days=196))].iloc[0]
    assert (last["answer"], last["held"]) == (7, False)
    assert pd.isna(last["actual"])
    assert last["known"] == MONDAY + pd.Timedelta(days=203)


@given(seed=st.integers(0, 1000), items=st.integers(1, 60))
def test_a_date_is_a_number_of_tickets_turned_round(seed: int, items: int) -> None:
    """By the day that is given so many tickets are forecast, and by each day before fewer: whatever the levels."""
    rng = np.random.default_rng(seed)
    paths = np.cumsum(rng.poisson(0.5, (200, 84)), axis=1, dtype=np.int32)
    levels = {0.85: np.repeat(rng.uniform(0.3, 1.0, 12), 7)}
    day = Question("when", items).answers(paths, levels)[0.85]
    many = [Question("how many", days).answers(paths, levels)[0.85] >= items for days in range(1, 85)]
    assert many[: day - 1] == [False] * (day - 1)
    assert many[day - 1 : day] in ([], [True])


def test_a_date_that_cannot_be_foreseen_is_no_claim() -> None:
    """Three hundred tickets at one a day take longer than twelve weeks: no date is given, none is scored."""
    record = record_of(finishes_of(np.arange(400) + 0.5), days=400)
    found = answer_of(record, Question("when", 300))
    assert found.answers["verdict"].tolist() == ["too far ahead"] * 4
    assert found.answers["answer"].isna().all()
    assert found.hits.empty


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
@given(cut=st.integers(120, 290), seed=st.integers(0, 5))
def test_the_future_moves_no_past_forecast(question: Question, cut: int, seed: int) -> None:
    """Whatever is finished, taken back or reopened after a day: what was answered until then stays the same."""
    early, late = EARLY, poisson(300, a_day=3.0, seed=2 + seed)
    edge = MONDAY + pd.Timedelta(days=cut)
    changed = finishes_of(np.concatenate([early[early <= cut], late[late > cut]]))
    # A third of what was finished before is taken back afterwards.
    taken = (np.arange(len(changed)) % 3 == 0) & (changed["finished"] <= edge).to_numpy()
    changed["until"] = changed["until"].mask(taken, edge + pd.Timedelta(hours=1))
    before, after = (
        hits.loc[hits["origin"] <= edge, ["level", "origin", "answer"]].to_csv(index=False)
        for hits in (hits_of_early(question), hits_of(record_of(changed, days=330), question))
    )
    assert before.count("\n") > 4
    assert before == after


@pytest.mark.slow
@settings(max_examples=4)
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(order: "st.randoms") -> None:  # type: ignore[valid-type]
    """Shuffled finishes give the same answers and hits."""
    rows = finishes_of(poisson(250, a_day=0.5, seed=3))
    places = list(range(len(rows)))
    order.shuffle(places)  # type: ignore[attr-defined]
    one, other = (answer_of(record_of(each, days=250), FOUR_WEEKS) for each in (rows, rows.iloc[places]))
    pd.testing.assert_frame_equal(one.answers, other.answers)
    pd.testing.assert_frame_equal(one.hits, other.hits)


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_courses() -> None:
    """Nothing but the seed is random."""
    rows = finishes_of(poisson(400, a_day=0.5, seed=4))
    one, same, other = (hits_of(record_of(rows, days=400, seed=seed), FOUR_WEEKS) for seed in (1, 1, 2))
    assert one.to_csv() == same.to_csv() != other.to_csv()


def test_a_level_learns_from_outcomes_once_twenty_are_known() -> None:
    """Until then it is what it says; each miss makes it more cautious, each hit less."""
    level = Recalibrated(0.85)
    for _ in range(19):
        level.learn(held=False)
    assert level.used == 0.85
    level.learn(held=True)
    assert level.used == 1.0
    for _ in range(200):
        level.learn(held=True)
    assert level.used == pytest.approx(0.85 + 0.02 * (19 * 0.85 - 201 * 0.15))
