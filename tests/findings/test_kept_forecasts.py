"""What reports forecast is kept, and scored once its day has come, by what was known on that day."""

import json
from typing import Any

import numpy as np
import pandas as pd

from tests.model.forecast.records import MONDAY, finishes_of
from vsm.findings.kept_forecasts import kept_forecasts, scored
from vsm.model.forecast import Finishes

DAY = pd.Timedelta(days=1)


class Reports:
    """Reports of one ticket a day, which stops on day 240, that come every so many days."""

    def __init__(self, *, taken_back: bool = False) -> None:
        rows = finishes_of(np.arange(240) + 0.5)
        if taken_back:
            rows["until"] = rows["until"].mask(rows["finished"] > MONDAY, MONDAY + 300 * DAY)
        self.finishes = Finishes(rows, since=MONDAY)
        self.kept: tuple[dict[str, Any], ...] = ({"rule": "queue", "subject": "QA"},)

    def next(self, day: int, *, answer: int | None = 28) -> str:
        """The sentence of the report of a day, which forecasts so many tickets for four weeks."""
        as_of = MONDAY + day * DAY
        row = {
            "question": "how many", "amount": 28, "level": 0.85, "answer": answer, "due": as_of + 28 * DAY,
            "verdict": "refused" if answer is None else "tested",
        }  # fmt: skip
        found = kept_forecasts(self.kept, pd.DataFrame([row]), finishes=self.finishes, as_of=as_of)
        self.kept = tuple(json.loads(json.dumps(found)))
        return scored(self.kept)


def test_a_forecast_is_scored_when_its_day_has_come_and_not_before() -> None:
    """Of day 200 on day 228, of day 207 on day 235, of day 214, which fails, on day 242."""
    reports = Reports()
    assert [reports.next(day) for day in (200, 207, 214, 221)] == [""] * 4
    assert reports.next(228).startswith("1 of 1 forecast in past reports held (85 of 100 are meant to).")
    assert reports.next(242) == (
        "2 of 3 forecasts in past reports held (85 of 100 are meant to). The latest: 28 or more tickets by "
        "2024-08-30, and 26 were finished."
    )


def test_what_was_taken_back_later_changes_no_score() -> None:
    """All tickets are reopened on day 300: on day 228 they had been finished."""
    reports = Reports(taken_back=True)
    reports.next(200)
    reports.next(310)
    assert reports.kept[0]["held"] is True


def test_a_refused_forecast_is_none_and_one_a_day_is_kept() -> None:
    """A second report of the same day forecasts nothing new; what else was kept is no forecast."""
    reports = Reports()
    reports.next(200, answer=None)
    assert not [*reports.kept]
    reports.next(201, answer=20)
    reports.next(201, answer=25)
    assert [old["answer"] for old in reports.kept] == [20]


def test_old_forecasts_are_forgotten_after_more_than_a_year() -> None:
    """They would be about another team."""
    reports = Reports()
    reports.next(10)
    assert reports.next(420, answer=None) == ""
