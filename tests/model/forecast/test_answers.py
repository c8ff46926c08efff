"""What a record cannot bear is refused with its number, and each answer bears its measured hit rate."""

import numpy as np
import pandas as pd
import pytest

from tests.model.forecast.records import MONDAY, answer_of, finishes_of, record_of
from vsm.model.forecast import Question, hit_rate, refusal

FOUR_WEEKS = Question("how many", 28)


@pytest.mark.parametrize(
    ("counts", "weeks", "words"),
    [
        (np.ones(90, dtype=int), 2, "90 days are on record, of the 91 needed"),
        (
            np.r_[np.ones(300, dtype=int), np.zeros(86, dtype=int)],
            4,
            "finished on only 4 of the last 90 days; 5 are needed",
        ),
        (np.ones(400, dtype=int), 13, "beyond 12 weeks no forecast"),
        (np.ones(140, dtype=int), 8, "20 weeks are on record, and 24 are needed"),
    ],
)
def test_what_the_record_cannot_bear_is_refused_with_its_number(
    counts: np.ndarray, weeks: int, words: str
) -> None:
    """Too short, too idle, too far ahead, and longer than a third of the record."""
    assert words in refusal(Question("how many", 7 * weeks), counts)


@pytest.mark.parametrize(
    "counts", [np.ones(91, dtype=int), np.r_[np.ones(300, dtype=int), np.zeros(85, dtype=int)]]
)
def test_what_just_suffices_is_answered(counts: np.ndarray) -> None:
    """Thirteen weeks, or five days with a finish."""
    assert refusal(FOUR_WEEKS, counts) == ""


def test_a_refused_question_has_no_numbers() -> None:
    """The verdict says so, and the sentence why."""
    found = answer_of(record_of(finishes_of(np.arange(60) + 0.5), days=60), FOUR_WEEKS)
    assert found.answers["verdict"].tolist() == ["refused"] * 4
    assert found.answers["answer"].isna().all()
    assert found.refusal.startswith("No forecast: 60 days are on record")


def test_without_twenty_outcomes_an_answer_is_not_yet_tested() -> None:
    """30 weeks: 13 Mondays have an outcome after four weeks."""
    found = answer_of(record_of(finishes_of(np.arange(210) + 0.5), days=210), FOUR_WEEKS).answers
    assert found["verdict"].tolist() == ["not yet tested"] * 4
    assert found["outcomes"].tolist() == [14] * 4
    assert found["answer"].tolist() == [28] * 4


def test_an_answer_is_withheld_where_its_hit_rate_is_clearly_too_low() -> None:
    """From sixteen a day on, the rate of work halves every sixty days: no forecast of it ever held."""
    days = -60 * np.log2(1 - np.arange(1300) / 1385)
    found = answer_of(record_of(finishes_of(days[days < 240]), days=240), Question("how many", 14)).answers
    assert found["held"].tolist() == [0.0] * 4
    assert found["verdict"].tolist() == ["withheld"] * 4
    assert found["answer"].isna().all()


def hits(held: list[bool | None], *, weeks: int = 4) -> pd.DataFrame:
    """Outcomes of forecasts made Monday after Monday."""
    origin = pd.Series(pd.date_range(MONDAY, periods=len(held), freq="7D")).astype("datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "origin": origin,
            "known": origin + pd.Timedelta(weeks=weeks),
            "held": pd.array(held, dtype="boolean"),
        }
    )


def test_the_hit_rate_counts_what_is_known_and_has_quarters_as_units() -> None:
    """Of each 13 weeks 11 held; of the last 4 nothing is known."""
    found = hit_rate(hits([*([True] * 11 + [False] * 2) * 6, *[None] * 4]))
    assert (found["held"], found["outcomes"]) == (pytest.approx(11 / 13), 78)
    assert found["held_low"] <= 11 / 13 <= found["held_high"]


def test_where_all_held_the_interval_is_of_forecasts_that_do_not_overlap() -> None:
    """Twenty weeks of four-week forecasts are five that tell anything of their own: 57 % to 100 %."""
    found = hit_rate(hits([True] * 20))
    assert (found["held"], round(found["held_low"], 2), found["held_high"]) == (1.0, 0.57, 1.0)
