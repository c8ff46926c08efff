"""Which queues grow: counted by hand, and instant by instant."""

from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from vsm.model.queues import queue_growth, queue_weeks

NOW = pd.Timestamp("2026-06-01", tz="UTC")
DAY = pd.Timedelta(days=1)
Span = tuple[int, int | None]
SPANS = st.lists(
    st.tuples(st.integers(0, 140), st.integers(0, 140) | st.none()).filter(
        lambda span: span[1] is None or span[1] <= span[0]
    ),
    min_size=1,
)


def stays_of(*spans: Span, kind: str = "queue", bulk: bool = False) -> pd.DataFrame:
    """Stays in Ready of (days ago entered, days ago left or none)."""
    rows = [
        {
            "ticket": f"t{n}", "stage": "Ready", "kind": kind, "position": 0, "entered": NOW - entered * DAY,
            "left": pd.NaT if left is None else NOW - left * DAY, "bulk": bulk,
        }
        for n, (entered, left) in enumerate(spans)
    ]  # fmt: skip
    stage_visits = pd.DataFrame(rows)
    return stage_visits.assign(
        **{name: pd.to_datetime(stage_visits[name], utc=True) for name in ("entered", "left")}
    )


def test_weeks_count_arrivals_departures_and_what_lies_there() -> None:
    """Three weeks back from now: two arrive 20 days ago, one arrives and one leaves 3 days ago."""
    table = queue_weeks(stays_of((21, None), (20, None), (20, 3), (3, None)), as_of=NOW)
    counts = table[["arrivals", "departures", "length"]].to_numpy().tolist()
    assert counts == [[2, 0, 3], [0, 0, 3], [1, 1, 3]]
    assert table["until"].tolist() == [NOW - 14 * DAY, NOW - 7 * DAY, NOW]


def test_what_lay_there_before_the_weeks_is_in_the_length() -> None:
    """Looked at are two weeks; the ticket came ten weeks ago."""
    table = queue_growth(stays_of((70, None), (3, None)), as_of=NOW, weeks=2, minimum=12)
    columns = ["weeks", "arrivals", "departures", "length"]
    assert table[columns].to_numpy().tolist() == [[2, 1, 0, 2]]


def test_a_queue_that_fills_every_week_grows() -> None:
    """Two arrive and one leaves in each of twelve weeks, but in the first, where one more leaves."""
    spans: list[Span] = [(7 * n - 1, None) for n in range(1, 13)]
    spans += [(7 * n - 1, 7 * n - 3) for n in range(1, 13)]
    table = queue_growth(stays_of((84, 83), *spans), as_of=NOW, weeks=12, minimum=12)
    assert table[["growth", "recent", "verdict"]].to_numpy().tolist() == [[11 / 12, 1.0, "grows"]]
    assert table[["low", "high"]].round(2).to_numpy().tolist() == [[0.7, 1.13]]


def test_a_queue_that_is_worked_off_shrinks() -> None:
    """Thirty came long ago; one leaves every week."""
    spans: list[Span] = [(400, 7 * n - 1 if n < 27 else None) for n in range(1, 31)]
    table = queue_growth(stays_of(*spans), as_of=NOW, minimum=12)
    columns = ["weeks", "arrivals", "departures", "length", "growth", "low", "high", "verdict"]
    assert table[columns].to_numpy().tolist() == [[26, 0, 26, 4, -1.0, -1.0, -1.0, "shrinks"]]


def test_a_queue_that_comes_and_goes_has_no_clear_change() -> None:
    """Each ticket leaves a day after it came."""
    spans: list[Span] = [(n, n - 1) for n in range(2, 100, 5)]
    table = queue_growth(stays_of(*spans), as_of=NOW, minimum=12)
    assert table["verdict"].tolist() == ["no clear change"]


def test_few_weeks_and_few_moves_are_too_few_to_say() -> None:
    """Seven weeks with many arrivals; then 21 weeks with eleven moves."""
    young: list[Span] = [(n, None) for n in range(49)]
    rare: list[Span] = [(7 * n, None) for n in range(11)]
    for spans in (young, [(150, 149), *rare[:9]]):
        table = queue_growth(stays_of(*spans), as_of=NOW, minimum=12)
        assert table["verdict"].tolist() == ["too few to say"]
        assert table[["growth", "low", "high"]].isna().all(axis=None)


def test_moves_of_bulk_edits_are_counted_apart_as_well() -> None:
    """One that a bulk edit took away: arrived and left, both marked."""
    table = queue_growth(stays_of((20, 3), (20, None), bulk=True), as_of=NOW, minimum=12)
    assert table[["arrivals", "departures", "bulk"]].to_numpy().tolist() == [[0, 1, 1]]


def test_only_queues_are_told_of() -> None:
    """Work is no queue, and nothing is an empty table."""
    assert queue_growth(stays_of((20, None), kind="work"), as_of=NOW, minimum=12).empty
    assert queue_growth(stays_of((20, None)).iloc[:0], as_of=NOW, minimum=12).empty


@given(SPANS)
def test_arrivals_less_departures_are_the_queue(spans: list[Span]) -> None:
    """Of every week; and the length is what a count at its end gives."""
    table = queue_weeks(stays_of(*spans), as_of=NOW)
    for row in table.to_dict("records"):
        end = int((NOW - row["until"]) / DAY)
        there = [sum(a >= day and (b is None or b < day) for a, b in spans) for day in (end + 7, end)]
        assert [row["length"], row["arrivals"] - row["departures"]] == [there[1], there[1] - there[0]]


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(SPANS, st.randoms())
def test_the_order_of_rows_changes_nothing(spans: list[Span], random: Random) -> None:
    """Shuffled stays give the same table."""
    stage_visits = stays_of(*spans)
    order = list(range(len(stage_visits)))
    random.shuffle(order)
    mixed = queue_growth(stage_visits.iloc[order], as_of=NOW, minimum=1)
    pd.testing.assert_frame_equal(mixed, queue_growth(stage_visits, as_of=NOW, minimum=1))
