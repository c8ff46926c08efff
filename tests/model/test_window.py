"""With a window, what is older than it is at risk only from its beginning on: in every measure of how long."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.streams import stream_of
from vsm.errors import ParameterError
from vsm.figures import before_and_after, xmr_chart
from vsm.model.ageing import usual_pace
from vsm.model.change import spells_of
from vsm.model.lifecycle import cycle_time_quantiles, lead_time_quantiles
from vsm.model.window import seen_since, window_start
from vsm.stream import ValueStream

START = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)
SINCE = START + 100 * DAY
NOW = START + 140 * DAY


def lives(*rows: tuple[float, float]) -> pd.DataFrame:
    """Units of (day created, days taken), as a window from day 100 to 140 keeps them."""
    days = pd.DataFrame(rows, columns=["created", "taken"], dtype="float64")
    created = START + pd.to_timedelta(days["created"], unit="D")
    end = created + pd.to_timedelta(days["taken"], unit="D")
    frame = pd.DataFrame({"ticket": [f"t{n:03}" for n in range(len(rows))], "created": created})
    frame = frame.assign(finished=end.where(end <= NOW), started=created, bulk=False)
    frame["gone"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    frame["lead"] = frame["cycle"] = frame["finished"].fillna(NOW) - created
    frame["seen_since"] = created.where(created > SINCE, SINCE)
    return frame[end >= SINCE].reset_index(drop=True)


def every_day(seed: int = 1, tickets: int = 600) -> pd.DataFrame:
    """Tickets that come all the time: half within ten days, one in six takes longer than 47."""
    rng = np.random.default_rng(seed)
    begun = rng.uniform(-800, 140, tickets * 3)
    return lives(*zip(begun, 10 * np.exp(1.5 * rng.standard_normal(len(begun))), strict=True))


def without_a_window(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns="seen_since")


def test_lead_times_are_those_of_all_that_began() -> None:
    """A median of ten days; the survivors of the window seemed to take four times as long."""
    rows = every_day()
    (median,) = lead_time_quantiles(rows, quantiles=[0.5], minimum=12)["lead"]
    (before,) = lead_time_quantiles(without_a_window(rows), quantiles=[0.5], minimum=12)["lead"]
    assert median / DAY == pytest.approx(10, abs=3)
    assert before / DAY > 25


def test_the_lines_of_cycle_times_are_those_of_all_that_began() -> None:
    """By hand: ten in view from their first work on, and six that had been worked on for 29 days by then."""
    times = pd.DataFrame(
        {"state": "delivered", "elapsed": pd.to_timedelta([*range(1, 11), *range(30, 36)], unit="D"),
         "elapsed_before": pd.to_timedelta([0] * 10 + [3] * 6, unit="D")}
    )  # fmt: skip
    found = cycle_time_quantiles(times, quantiles=[0.1, 0.5], minimum=3)["cycle"].dt.days
    assert found.tolist() == [1, 7]
    plain = cycle_time_quantiles(times.drop(columns="elapsed_before"), quantiles=[0.1, 0.5], minimum=3)
    assert plain["cycle"].dt.days.tolist() == [2, 8]


def pace_of(rows: pd.DataFrame, *, measure: str) -> dict[str, Any]:
    """The usual pace of one stage in which each ticket is for its whole life."""
    stays = pd.DataFrame(
        {"ticket": rows["ticket"], "stage": "QA", "kind": "queue", "position": 0, "entered": rows["created"],
         "left": rows["finished"], "elapsed": rows["lead"], "bulk": False, "gone": False}
    )  # fmt: skip
    none = pd.DataFrame({"ticket": [], "at": pd.to_datetime([], utc=True), "bulk": []})
    pace = usual_pace(stays, lifecycles=rows, events=none, minimum=12)
    (row,) = pace[pace["measure"] == measure].to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("measure", ["stay", "age", "cycle"])
def test_the_usual_pace_of_a_stage_is_that_of_all_that_entered_it(measure: str) -> None:
    """How long tickets stay, and how old they are, when they leave."""
    rows = every_day(2)
    assert pace_of(rows, measure=measure)["p50"] / DAY == pytest.approx(10, abs=3)
    assert pace_of(without_a_window(rows), measure=measure)["p50"] / DAY > 25


def test_a_stay_that_ended_before_the_window_is_no_sample() -> None:
    """It is known only because its ticket lived on; it is in no number, and not in n."""
    rows = lives(*[(day, 20) for day in range(101, 115)], *[(60, 60)] * 5)
    early = rows[rows["created"] < SINCE].assign(lead=2 * DAY)
    early["finished"] = early["created"] + 2 * DAY
    both = pd.concat([rows[rows["created"] >= SINCE], early], ignore_index=True)
    assert pace_of(both, measure="stay")["tickets"] == 14
    spells = spells_of(
        pd.DataFrame({"ticket": both["ticket"], "stage": "QA", "entered": both["created"],
                      "left": both["finished"], "bulk": False, "gone": False}), both, stage="QA",
    )  # fmt: skip
    assert len(spells) == 14


def test_where_nobody_is_in_view_early_nothing_is_said_of_it() -> None:
    """No ticket came since the window began: those that had lasted until then are survivors, all of them."""
    rows = lives(*[(60 + day, 45 + day) for day in range(30)])
    assert lead_time_quantiles(rows, minimum=12)["lead"].isna().all()


def test_a_change_soon_after_the_window_began_is_no_change() -> None:
    """Nothing changed on day 120; the survivors before it seemed to take far longer than what came after."""
    rows = every_day(3, tickets=2000)
    spells = spells_of(pd.DataFrame(), rows)
    assert (spells["seen"] >= SINCE).all()
    empty = pd.DataFrame({"ticket": [], "stage": [], "kind": []})
    figure = before_and_after(empty, rows, as_of=NOW, changed=f"{SINCE + 20 * DAY:%Y-%m-%d}", minimum=12)
    assert "shorter" not in figure.layout.title.text


@pytest.mark.slow
def test_a_stream_says_since_when_each_ticket_is_in_view() -> None:
    """Its creation without a window; with one, the beginning of that. A life is the same in both."""
    whole = stream_of([("Ready", 3), ("Build", 4), ("Done", 9)], [("Ready", 30), ("Build", 4), ("Done", 9)])
    since = whole.lifecycles["created"][0].normalize() + 20 * DAY
    part: ValueStream = whole.where(since=f"{since:%Y-%m-%d}")
    assert seen_since(whole.lifecycles).tolist() == whole.lifecycles["created"].tolist()
    assert (part.since, part.lifecycles["seen_since"].tolist()) == (since, [since])
    assert window_start(part.lifecycles) == since
    old, new = (each.lifecycles.drop(columns="seen_since").tail(1) for each in (whole, part))
    pd.testing.assert_frame_equal(old.reset_index(drop=True), new.reset_index(drop=True))
    with pytest.raises(ParameterError, match="stage is 'QA', which no ticket was in"):
        xmr_chart(part.stage_visits, part.lifecycles, as_of=part.as_of, stage="QA")
