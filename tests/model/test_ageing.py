"""Ages and stays of open tickets against what is usual, on stays laid out by hand."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.streams import stream_of
from vsm.model.ageing import QUANTILES, open_ages, usual_pace

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2026-01-05", tz="UTC")
NOW = START + 100 * DAY
Stay = tuple[str, str, float, float | None]

# Ticket, stage, day of entry, day of leaving (None: still there).
STAYS: list[Stay] = [
    ("a", "Ready", 0, 10), ("a", "Build", 10, 12),
    ("b", "Ready", 0, 20), ("b", "Build", 20, 25),
    ("c", "Ready", 70, None),
    ("d", "Ready", 0, 40), ("d", "Build", 40, 44), ("d", "Ready", 44, 54), ("d", "Build", 54, None),
]  # fmt: skip
KINDS = {"Ready": "queue", "Build": "work", "Done": "done"}


def stage_visits(rows: list[Stay] = STAYS) -> pd.DataFrame:
    told = [
        {
            "ticket": ticket, "stage": stage, "kind": KINDS[stage], "position": list(KINDS).index(stage),
            "entered": START + entered * DAY, "left": START + left * DAY if left is not None else pd.NaT,
            "elapsed": (100 - entered if left is None else left - entered) * DAY, "bulk": False, "gone": False,
        }
        for ticket, stage, entered, left in rows
    ]  # fmt: skip
    frame = pd.DataFrame(told)
    return frame.assign(left=pd.to_datetime(frame["left"], utc=True))


def lifecycles() -> pd.DataFrame:
    """a and b are finished, c and d are open; c was created on day 70 and never begun."""
    instants = {
        "created": [START, START, START + 70 * DAY, START],
        "started": [START + 10 * DAY, START + 20 * DAY, pd.NaT, START + 40 * DAY],
        "finished": [START + 12 * DAY, START + 25 * DAY, pd.NaT, pd.NaT],
    }
    frame = pd.DataFrame({"ticket": list("abcd")} | instants)
    return frame.assign(**{name: pd.to_datetime(frame[name], utc=True) for name in instants})


def events(*bulk: tuple[str, float]) -> pd.DataFrame:
    """Events that matter here: bulk edits, by ticket and day."""
    at = pd.to_datetime([START + day * DAY for _, day in bulk], utc=True)
    return pd.DataFrame({"ticket": [ticket for ticket, _ in bulk], "at": at, "bulk": True})


def pace(measure: str, *edits: tuple[str, float], minimum: int = 1) -> pd.DataFrame:
    marked = stage_visits()
    for ticket, day in edits:
        at = START + day * DAY
        mine = (marked["ticket"] == ticket) & ((marked["entered"] == at) | (marked["left"] == at))
        marked["bulk"] |= mine
    table = usual_pace(marked, lifecycles=lifecycles(), events=events(*edits), minimum=minimum)
    return table[table["measure"] == measure].set_index("stage")


def days(values: Any) -> list[float]:
    return [value / DAY for value in values]


def test_stays_count_what_is_still_there() -> None:
    """Ready was left after 10, 10, 20 and 40 days and c is there for 30: half within 20, 85 % within 40."""
    ready = pace("stay").loc["Ready"]
    assert days(ready[["p50", "p85", "p95"]]) == [20, 40, 40]
    assert (ready["tickets"], ready["open"]) == (3, 1)


def test_an_age_is_told_at_the_last_departure() -> None:
    """a left Ready at 10 days, b at 20, d for the last time at 54 (not at 40); c is 30 days old."""
    assert days(pace("age").loc["Ready", ["p50", "p85"]]) == [20, 54]
    assert days(pace("cycle").loc["Build", ["p50"]]) == [5]


def test_where_the_open_ones_hide_the_end_it_is_not_told() -> None:
    """Build was left after 2, 4 and 5 days; d has been there for 46: 75 % within 5, of the rest nothing is known."""
    build = pace("stay").loc["Build"]
    assert days(build[["p50"]]) == [4]
    assert pd.isna(build["p85"])


def test_too_few_tickets_say_nothing_of_what_is_usual() -> None:
    """Three tickets left Ready: under a minimum of four no percentile, and nobody is beyond one."""
    table = pace("stay", minimum=4)
    assert table[["p50", "p85", "p95"]].isna().all(axis=None)
    assert (
        open_ages(stage_visits(), lifecycles=lifecycles(), events=events(), minimum=4)["stay_beyond"]
        .isna()
        .all()
    )


def test_four_stays_of_one_ticket_are_one_ticket() -> None:
    """To and fro between two stages makes no crowd."""
    rows: list[Stay] = [("a", "Ready", 2 * n, 2 * n + 1) for n in range(4)]
    rows += [("a", "Build", 2 * n + 1, 2 * n + 2) for n in range(4)]
    table = usual_pace(stage_visits(rows), lifecycles=lifecycles(), events=events(), minimum=2)
    assert table.loc[table["measure"] == "stay", "tickets"].tolist() == [1, 1]
    assert table["p50"].isna().all()


def test_what_a_bulk_edit_ended_might_have_taken_longer() -> None:
    """b's 20 days in Ready ended in a clean-up: left were 10, 10 and 40; and its stay in Build tells nothing."""
    edit = ("b", 20)
    assert days(pace("stay", edit).loc["Ready", ["p50"]]) == [40]
    assert pace("stay", edit).loc["Ready", "tickets"] == 2
    assert days(pace("stay", edit).loc["Build", ["p50"]]) == [4]


def test_a_ticket_that_was_found_gone_was_not_passed_on() -> None:
    """It counts as not yet left."""
    lost = stage_visits().assign(gone=lambda rows: (rows["ticket"] == "b") & (rows["stage"] == "Build"))
    table = usual_pace(lost, lifecycles=lifecycles(), events=events(), minimum=1)
    build = table[(table["stage"] == "Build") & (table["measure"] == "stay")].iloc[0]
    assert (build["tickets"], build["open"]) == (2, 1)


def test_open_tickets_stand_against_the_pace_of_their_stage() -> None:
    """c: 30 days in Ready, half took 20, 85 % took 40. d: Build for 46 days, half took 4, more is not known."""
    now = open_ages(stage_visits(), lifecycles=lifecycles(), events=events(), minimum=1).set_index("ticket")
    assert now.index.tolist() == ["c", "d"]
    assert days(now.loc["c", ["stay", "age", "stay_p85"]]) == [30, 30, 40]
    assert now["cycle"].isna().tolist() == [True, False]
    assert days(now.loc["d", ["stay", "age", "cycle"]]) == [46, 100, 60]
    assert now["stay_beyond"].tolist() == [0.5, 0.5]


def test_an_open_stay_that_a_bulk_edit_began_is_marked() -> None:
    """Its time there runs since the clean-up."""
    rows = stage_visits().assign(bulk=lambda rows: rows["ticket"] == "c")
    now = open_ages(rows, lifecycles=lifecycles(), events=events(("c", 70)), minimum=1).set_index("ticket")
    assert now["bulk"].to_dict() == {"c": True, "d": False}


def brute(lasted: list[tuple[int, bool]], quantile: float) -> float:
    """Kaplan–Meier in words: at each time at which some left, that share of those still there is gone."""
    there = 1.0
    for time in sorted({time for time, left in lasted if left}):
        at_risk = sum(1 for other, _ in lasted if other >= time)
        gone = sum(1 for other, left in lasted if left and other == time)
        there *= 1 - gone / at_risk
        if 1 - there >= quantile - 1e-12:
            return time
    return math.nan


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=25))
def test_percentiles_are_those_of_the_brute_force_reference(lasted: list[tuple[int, bool]]) -> None:
    """Whatever left and whatever is still there."""
    if not any(left for _, left in lasted):
        return
    rows: list[Stay] = [
        (f"t{n}", "Ready", 0 if left else 100 - time, time if left else None)
        for n, (time, left) in enumerate(lasted)
    ]
    begun = [START if left else NOW - time * DAY for time, left in lasted]
    about = pd.DataFrame({"ticket": [row[0] for row in rows], "created": begun})
    about = about.assign(started=pd.Series([None] * len(rows), dtype="datetime64[us, UTC]"))
    found = usual_pace(stage_visits(rows), lifecycles=about, events=events(), minimum=1).iloc[0]
    wanted = [brute(lasted, quantile) for quantile in QUANTILES]
    told = [found[name] / DAY for name in ("p50", "p85", "p95")]
    assert told == pytest.approx(wanted, nan_ok=True)


@pytest.mark.slow
def test_a_whole_stream_is_measured() -> None:
    """Twelve tickets were a day in Ready and two in Build; one has been in Build for 99 days."""
    done = [(("Ready", 1), ("Build", 2), ("Done", 1))] * 12
    stream = stream_of(*done, (("Ready", 1), ("Build", 9)))
    now = open_ages(stream.stage_visits, lifecycles=stream.lifecycles, events=stream.events, minimum=12)
    assert now["stage"].tolist() == ["Build"]
    assert days(now.loc[0, ["stay", "age", "stay_p85"]]) == [99, 100, 2]
    assert now["stay_beyond"].tolist() == [0.85]
