"""Forecasts are drawn as they are: lines of levels, past ones held or missed, dates, hit rates, chances."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from tests.figures.small_stream import trace, traces
from tests.model.forecast.records import finishes_of, record_of
from vsm.config import Workflow, parse_workflow
from vsm.figures.forecast import chances_table, forecast_dates, forecast_fan, forecast_table, hit_rates
from vsm.model.forecast import usual_forecasts

DAYS = 400


class Tables(NamedTuple):
    """Tables of ``stream.forecasts``."""

    answers: pd.DataFrame
    hits: pd.DataFrame
    days: pd.DataFrame


@cache
def steady() -> Tables:
    """One ticket a day for 370 days, and three a week since: the last forecasts of the past were missed."""
    days = np.r_[np.arange(370), np.arange(370, DAYS, 7 / 3)] + 0.5
    record = record_of(finishes_of(days), days=DAYS)
    return Tables(*usual_forecasts(record))


def test_the_fan_begins_at_what_is_finished_and_past_forecasts_differ_in_shape() -> None:
    """Lines go up from the last step; what held is a circle, what was missed a cross."""
    figure = forecast_fan(steady().answers, steady().days, steady().hits)
    finished, sure = trace(figure, "finished"), trace(figure, "85 of 100")
    assert sure.y[0] == finished.y[-1]
    answers = steady().answers
    many = answers[(answers["question"] == "how many") & (answers["level"] == 0.85)]
    assert [y - sure.y[0] for y in sure.y[1:]] == many["answer"].tolist()
    held, missed = trace(figure, "held"), trace(figure, "missed")
    assert (held.marker.symbol, missed.marker.symbol) == ("circle", "x")
    assert len(missed.x) == 4
    assert "85 of 100" in figure.layout.meta["alt"]


def test_dates_are_marks_of_a_calendar() -> None:
    """Each row is so many more tickets, each level a shape."""
    figure = forecast_dates(steady().answers, steady().days)
    assert list(figure.layout.yaxis.ticktext) == ["5 more", "10 more", "20 more", "50 more"]
    assert len({mark.marker.symbol for mark in figure.data}) == 4
    early, late = (trace(figure, name).x[0] for name in ("50 of 100", "95 of 100"))
    assert early <= late


def test_hit_rates_stand_beside_what_they_should_be() -> None:
    """Four horizons of four levels, each with its interval."""
    figure = hit_rates(steady().answers)
    assert list(trace(figure, "to hold").x) == [50, 70, 85, 95] * 4
    assert len(traces(figure, "held, with 95 % interval")[0].error_x.array) == 16
    assert list(figure.layout.yaxis.ticktext)[:2] == ["2 weeks, 50", "2 weeks, 70"]


def test_the_table_has_a_row_for_each_horizon() -> None:
    """The surer, the fewer."""
    table = forecast_table(steady().answers).data  # type: ignore[attr-defined]
    assert table["Within"].tolist() == ["2 weeks", "4 weeks", "8 weeks", "12 weeks"]
    assert int(table["95 of 100"].iloc[1]) <= int(table["50 of 100"].iloc[1])


def test_where_all_is_refused_figures_and_table_refer_to_the_answers() -> None:
    """These say the reason, with its number, once; dates that have a reason of their own say that one."""
    record = record_of(finishes_of(np.arange(40) + 0.5), days=40)
    answers, hits, days = usual_forecasts(record)
    why = "No forecast: 40 days are on record, of the 91 needed."
    assert answers["why"].str.startswith(why).all()
    shown = [forecast_fan(answers, days, hits), forecast_dates(answers, days)]
    said = [*(figure.layout.meta["alt"] for figure in shown), forecast_table(answers).caption]  # type: ignore[attr-defined]
    assert all("the answers say why" in text and why not in text for text in said)
    other = answers.assign(why=answers["why"].mask(answers["question"] == "when", "No date."))
    assert "No date." in forecast_dates(other, days).layout.meta["alt"]
    assert "No past forecast has an outcome so far." in hit_rates(answers).layout.meta["alt"]


def test_chances_come_first_where_something_can_still_be_done() -> None:
    """Then tickets whose time is over, then those of which too little is known."""
    nan = float("nan")
    chances = pd.DataFrame(
        {
            "ticket": ["a", "b", "c"], "stage": "Build", "age": pd.to_timedelta([40, 3, 1], unit="D"),
            "n": [20, 20, 2], "chance": [0.0, 0.25, nan], "low": [0.0, 0.1, nan], "high": [0.0, 0.5, nan],
        }
    )  # fmt: skip
    tickets = pd.DataFrame(
        {"ticket": ["a", "b", "c"], "key": ["AB-1", "AB-2", "AB-3"], "summary": "x", "url": None}
    )
    workflow = parse_workflow("[service_level]\ndays = 14\n")
    table = chances_table(chances, tickets, workflow).data  # type: ignore[attr-defined]
    assert table["Ticket"].tolist() == ["AB-2", "AB-1", "AB-3"]
    assert table["Chance"].tolist() == ["25 % (10 – 50)", "over", "too few to say"]
    none = chances_table(chances.iloc[:0], tickets, Workflow())
    assert "add [service_level] with days to vsm.toml" in none.caption  # type: ignore[attr-defined]
