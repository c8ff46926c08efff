"""Lead times, open work and weekly flow, counted by hand."""

import numpy as np
import pandas as pd

from vsm.model.lifecycle import ages, lead_time_quantiles, still_open
from vsm.model.weekly import weekly_flow

START = pd.Timestamp("2026-01-05", tz="UTC")


def lifecycles(*rows: tuple[float, float | None, float]) -> pd.DataFrame:
    """Lives from (created, finished or None, work), all in days; as of day 100."""
    frame = pd.DataFrame(rows, columns=["c", "f", "w"], dtype="float64")
    created = START + pd.to_timedelta(frame["c"], unit="D")
    finished = START + pd.to_timedelta(frame["f"], unit="D")
    lead = finished.fillna(START + pd.Timedelta(days=100)) - created
    work = pd.to_timedelta(frame["w"], unit="D")
    ticket = [f"jira:{n}" for n in range(len(frame))]
    return pd.DataFrame(
        {
            "ticket": ticket,
            "created": created,
            "finished": finished,
            "lead": lead,
            "work": work,
            "bulk": False,
        }
    )


def test_median_lead_time_without_open_work_is_the_plain_one() -> None:
    """Kaplan–Meier with nothing censored is the empirical distribution: the 10th of 20 days."""
    rows = lead_time_quantiles(lifecycles(*[(0, day, 0) for day in range(1, 21)]), minimum=12)
    assert rows["lead"].dt.days.tolist() == [10, 17]
    assert rows[["delivered", "open"]].iloc[0].tolist() == [20, 0]
    assert rows["low"][0] < rows["lead"][0] < rows["high"][0]


def test_open_tickets_push_the_median_up() -> None:
    """Twenty finished and twenty that are open for 100 days: half are done only by day 20."""
    rows = lead_time_quantiles(
        lifecycles(*[(0, day, 0) for day in range(1, 21)], *[(0, None, 0)] * 20), minimum=12
    )
    assert rows["lead"].dt.days.tolist()[0] == 20
    assert rows["lead"].isna().tolist() == [False, True]


def test_too_few_finished_tickets_give_no_number() -> None:
    """Eleven of the needed twelve: too few to say."""
    assert lead_time_quantiles(lifecycles(*[(0, 1, 0)] * 11), minimum=12)["lead"].isna().all()


def test_weekly_flow_counts_arrivals_departures_and_what_is_under_way() -> None:
    """Weeks begin on Monday; WIP is what came and has not gone."""
    flow = weekly_flow(lifecycles((0, 8, 0), (1, None, 0), (7, 7.5, 0)), as_of=START + pd.Timedelta(days=15))
    assert flow["week"].dt.day.tolist() == [5, 12, 19]
    assert flow[["arrived", "delivered", "wip"]].to_numpy().tolist() == [[2, 0, 2], [1, 2, 1], [0, 0, 1]]


def test_gone_tickets_are_neither_open_nor_finished() -> None:
    """Gone on day 9: under way until then, censored there, without an age, and not counted as open."""
    some = lifecycles((0, 8, 0), (1, None, 0), (2, None, 0))
    some["gone"] = START + pd.to_timedelta([None, 9, None], unit="D")
    assert still_open(some).tolist() == [False, False, True]
    assert ages(some)["ticket"].tolist() == ["jira:2"]
    flow = weekly_flow(some, as_of=START + pd.Timedelta(days=15))
    assert flow[["arrived", "delivered", "gone", "wip"]].to_numpy().tolist() == [
        [3, 0, 0, 3],
        [0, 1, 1, 1],
        [0, 0, 0, 1],
    ]
    quantiles = lead_time_quantiles(some, minimum=12)
    assert quantiles[["delivered", "open", "gone"]].iloc[0].tolist() == [1, 1, 1]


def test_a_gone_ticket_is_censored_where_it_was_missed() -> None:
    """Twelve done in 10 days each, four gone after 5: nobody knows how long these would have taken."""
    some = lifecycles(*[(0, 10, 0)] * 12, *[(0, None, 0)] * 4)
    five = pd.Series(pd.to_timedelta([np.nan] * 12 + [5.0] * 4, unit="D"))
    some = some.assign(gone=START + five, lead=five.fillna(some["lead"]))
    assert lead_time_quantiles(some, quantiles=(0.2, 0.85), minimum=12)["lead"].dt.days.tolist() == [10, 10]


def test_ages_list_the_oldest_open_ticket_first() -> None:
    """Delivered tickets have no age."""
    assert ages(lifecycles((50, None, 0), (0, 3, 0), (10, None, 0)))["age"].dt.days.tolist() == [90, 50]
