"""Week by week: counts against a look at every instant, waiting cut where weeks end."""

import pandas as pd
import pytest
from hypothesis import given

from tests.intervals.test_against_reference import of_case, stages_of
from tests.logs import Case, cases
from vsm.model.weekly import WEEK, stage_counts, waiting_by_week
from vsm.tables import VISITS, WAITS, conform

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
DAY = 24 * HOUR
STAGES = pd.DataFrame({"stage": ["Open", "Build", "Done", "Never"], "position": [0, 1, 3, 2]})


def stayed(*rows: tuple[str, str, float, float | None]) -> pd.DataFrame:
    """Visits of (ticket, stage, day entered, day left)."""
    frame = pd.DataFrame(
        [
            {"ticket": ticket, "n": n, "stage": stage, "kind": "work", "entered": MONDAY + entered * DAY,
             "left": pd.NaT if left is None else MONDAY + left * DAY,
             "elapsed": DAY, "revisit": False, "bulk": False}
            for n, (ticket, stage, entered, left) in enumerate(rows)
        ]
    )  # fmt: skip
    return conform(frame.astype({"left": "datetime64[us, UTC]"}), VISITS)


def waited(*rows: tuple[str, str, float, float], bulk: bool = False) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {"ticket": ticket, "n": 0, "stage": stage, "start": MONDAY + start * DAY, "end": MONDAY + end * DAY,
             "elapsed": (end - start) * DAY, "bulk": bulk}
            for ticket, stage, start, end in rows
        ]
    )  # fmt: skip
    return conform(frame, WAITS)


def test_tickets_are_counted_where_they_lie_at_the_end_of_a_week() -> None:
    """Two come, one goes back and is done in the third week; the last week ends now."""
    visits = stayed(
        ("a", "Open", 0, 2), ("a", "Build", 2, 9), ("a", "Open", 9, 15), ("a", "Done", 15, None),
        ("b", "Open", 3, None),
    )  # fmt: skip
    counts = stage_counts(visits, stages=STAGES, as_of=MONDAY + 16 * DAY)
    assert list(counts.columns) == ["Open", "Build", "Done"]
    assert counts.to_numpy().tolist() == [[1, 1, 0], [2, 0, 0], [1, 0, 1]]
    assert counts.index[0] == MONDAY


def test_a_ticket_found_gone_is_counted_no_more() -> None:
    """It left, and entered nothing."""
    counts = stage_counts(stayed(("a", "Open", 0, 8)), stages=STAGES, as_of=MONDAY + 16 * DAY)
    assert counts["Open"].tolist() == [1, 0, 0]


@pytest.mark.slow
@given(case=cases())
def test_counts_are_those_of_a_look_at_each_instant(case: Case) -> None:
    """Whatever the log: a ticket lies where a visit covers the instant."""
    as_of = pd.Timestamp(case.as_of)
    visits = of_case(case).visits
    counts = stage_counts(visits, stages=stages_of(case.workflow), as_of=as_of)
    for week, row in counts.iterrows():
        end = min(week + WEEK, as_of + pd.Timedelta(microseconds=1))  # type: ignore[operator]
        for stage, number in row.items():
            there = (visits["stage"] == stage) & (visits["entered"] < end)
            assert number == int((there & ~(visits["left"] < end)).sum())


def test_waiting_is_cut_where_weeks_end() -> None:
    """From Sunday noon to Tuesday noon: half a day in one week, one and a half in the next."""
    table = waiting_by_week(waited(("a", "Open", 6.5, 8.5)), as_of=MONDAY + 21 * DAY)
    assert table["week"].tolist() == [MONDAY, MONDAY + WEEK]
    assert [time / DAY for time in table["waited"]] == [0.5, 1.5]
    assert (table["lying"] * 7).tolist() == [0.5, 1.5]


def test_a_week_that_is_not_over_is_measured_by_its_days() -> None:
    """Two tickets that wait all day on its first day are two at a time."""
    pieces = waited(("a", "Open", 0, 1), ("b", "Open", 0, 1), ("b", "Build", 1, 1))
    table = waiting_by_week(pieces, as_of=MONDAY + DAY)
    assert table[["stage", "lying", "tickets"]].to_numpy().tolist() == [["Open", 2.0, 2]]


def test_what_a_bulk_edit_moved_was_there() -> None:
    """Who moved it says nothing of whether it waited: presence is a fact."""
    found = waiting_by_week(waited(("a", "Open", 0, 9), bulk=True), as_of=MONDAY + 9 * DAY)
    assert found[["stage", "lying"]].to_numpy().tolist() == [["Open", 1.0], ["Open", 1.0]]


@pytest.mark.slow
@given(case=cases())
def test_weeks_sum_to_the_waiting_of_each_stage(case: Case) -> None:
    """Exactly, in microseconds."""
    waits = of_case(case).waits
    table = waiting_by_week(waits, as_of=pd.Timestamp(case.as_of))
    whole = waits.groupby(waits["stage"].astype("str"))["elapsed"].sum()
    assert table.groupby("stage")["waited"].sum().to_dict() == whole[whole > pd.Timedelta(0)].to_dict()
