"""Cycle times, on lifecycles laid out by hand and on random ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from tests.streams import START, Life, stream_of
from vsm.clock import Calendar, Clock
from vsm.model.lifecycle import completed, cycle_time_quantiles, cycle_times
from vsm.stream import ValueStream

DAY = pd.Timedelta(days=1)
HOUR = 3_600_000_000
BEGIN = int(START.value // 1000) - 9 * HOUR  # the midnight before
DAYS = np.arange(200, dtype=np.int64) * 24 * HOUR + BEGIN


def open_from(first: int, last: int) -> Calendar:
    """Open every day from one hour to another, UTC."""
    return Calendar(f"{first} to {last}", DAYS + first * HOUR, DAYS + last * HOUR)


ALWAYS = Calendar("always", DAYS[:1], DAYS[-1:])
OFFICE = Clock(open_from(9, 17))


def times_of(stream: ValueStream, *, clock: Clock = OFFICE) -> pd.DataFrame:
    return cycle_times(stream.lifecycles, visits=stream.visits, clock=clock)


@pytest.mark.slow
def test_a_cycle_runs_from_the_first_work_to_the_finish_for_good() -> None:
    """Two days in the queue are none of it; four in work and a night and a day back in the queue are."""
    stream = stream_of([("Ready", 2), ("Build", 3), ("Ready", 2), ("Build", 1), ("Done", 1)])
    (row,) = times_of(stream).to_dict("records")
    assert (row["started"], row["ended"]) == (START + 2 * DAY, START + 8 * DAY)
    assert (row["state"], row["elapsed"]) == ("delivered", 6 * DAY)
    assert row["working"] == pd.Timedelta(hours=6 * 8)


@pytest.mark.slow
def test_a_reopened_ticket_is_done_only_at_its_last_finish() -> None:
    """One day of work, five days that seemed done, one more day of work."""
    stream = stream_of([("Ready", 1), ("Build", 1), ("Done", 5), ("Build", 1), ("Done", 1)])
    assert times_of(stream)["elapsed"].tolist() == [7 * DAY]


@pytest.mark.slow
def test_open_work_takes_as_long_as_it_has_taken_so_far() -> None:
    """Begun on day 4 and looked at on day 100."""
    (row,) = times_of(stream_of([("Ready", 4), ("Build", 1)])).to_dict("records")
    assert (row["state"], row["elapsed"]) == ("open", 96 * DAY)
    assert row["working"] == pd.Timedelta(hours=96 * 8)


@pytest.mark.slow
def test_a_ticket_that_is_gone_ends_where_it_was_missed() -> None:
    """Begun on day 1, found deleted on day 9."""
    (row,) = times_of(stream_of([("Ready", 1), ("Build", 3)], gone={1: 9})).to_dict("records")
    assert (row["state"], row["elapsed"]) == ("gone", 8 * DAY)


@pytest.mark.slow
def test_tickets_without_work_have_no_cycle_time() -> None:
    """Straight from the queue to done, or still in the queue: no row, which is not a time of nothing."""
    assert times_of(stream_of([("Ready", 3), ("Done", 1)], [("Ready", 9)])).empty


@pytest.mark.slow
def test_what_a_bulk_edit_finished_is_set_apart() -> None:
    """Five tickets that one person moved to done at one instant: when they ended is not known."""
    lifecycles: list[Life] = [[("Ready", 1), ("Build", 2), ("Done", 1)]] * 5
    times = times_of(stream_of(*lifecycles, by="one-person"))
    assert times["state"].tolist() == ["bulk"] * 5


@pytest.mark.slow
def test_each_visit_goes_by_the_calendar_of_its_team() -> None:
    """Two days of work at eight hours each, then two days in a queue that is open for two hours each."""
    stream = stream_of([("Build", 2), ("Ready", 2), ("Done", 1)])
    visits = stream.visits.assign(team=pd.Series(["web", "night", None], dtype="str"))
    clock = Clock(ALWAYS, {"web": open_from(9, 17), "night": open_from(20, 22)})
    times = cycle_times(stream.lifecycles, visits=visits, clock=clock)
    assert times["working"].tolist() == [pd.Timedelta(hours=16 + 4)]


@pytest.mark.slow
def test_open_work_makes_the_lines_higher() -> None:
    """Twelve done in 1 to 12 days, twelve open for 90: half are done only by the twelfth."""
    done: list[Life] = [[("Build", day), ("Done", 1)] for day in range(1, 13)]
    alone = cycle_time_quantiles(times_of(stream_of(*done)), minimum=12)
    assert alone["cycle"].dt.days.tolist() == [6, 11, 12]
    told = cycle_time_quantiles(times_of(stream_of(*done, *[[("Build", 1)]] * 12)), minimum=12)
    assert told["cycle"].dt.days.fillna(-1).tolist() == [12, -1, -1]
    assert told[["delivered", "open", "gone"]].iloc[0].tolist() == [12, 12, 0]


@pytest.mark.slow
def test_lines_of_working_time_are_of_working_time() -> None:
    """Eight hours of each day."""
    done: list[Life] = [[("Build", day), ("Done", 1)] for day in range(1, 13)]
    told = cycle_time_quantiles(times_of(stream_of(*done)), time="working", minimum=12)
    assert told["cycle"].tolist() == [pd.Timedelta(hours=8 * day) for day in (6, 11, 12)]


@pytest.mark.slow
def test_too_few_finished_tickets_give_no_line() -> None:
    """Eleven of the needed twelve."""
    done: list[Life] = [[("Build", day), ("Done", 1)] for day in range(1, 12)]
    assert cycle_time_quantiles(times_of(stream_of(*done)), minimum=12)["cycle"].isna().all()


@pytest.mark.slow
def test_drawing_on_lives_and_visits_changes_neither() -> None:
    """Tables in, tables out."""
    stream = stream_of([("Ready", 2), ("Build", 3), ("Done", 1)])
    lifecycles, visits = stream.lifecycles.copy(deep=True), stream.visits.copy(deep=True)
    times_of(stream)
    pd.testing.assert_frame_equal(stream.lifecycles, lifecycles)
    pd.testing.assert_frame_equal(stream.visits, visits)


STEPS = st.lists(
    st.tuples(st.sampled_from(["Ready", "Build", "Done"]), st.integers(1, 20).map(lambda eighths: eighths / 8)),
    min_size=1, max_size=6,
)  # fmt: skip


def hours_walked(stream: ValueStream, ticket: str, *, opened: range) -> tuple[int, int] | None:
    """Walk a ticket's life hour by hour from its first work on: hours in all, and hours that were open."""
    visits = stream.visits[stream.visits["ticket"] == ticket].to_dict("records")
    work = [visit["entered"] for visit in visits if visit["kind"] == "work"]
    last = visits[-1]
    end = last["entered"] if last["kind"] == "done" else stream.as_of
    if not work or work[0] >= end:
        return None
    hours = pd.date_range(work[0], end, freq="h", inclusive="left")
    return len(hours), sum(hour.hour in opened for hour in hours)


@pytest.mark.slow
@settings(max_examples=share(6, of=120))
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_cycle_times_equal_a_walk_hour_by_hour(chains: list[list[tuple[str, float]]]) -> None:
    """Whatever ways tickets go: elapsed and working hours are those that a walk along the clock counts."""
    lifecycles: list[Life] = [
        [step for position, step in enumerate(chain) if not position or chain[position - 1][0] != step[0]]
        for chain in chains
    ]
    stream = stream_of(*lifecycles, as_of_day=30)
    times = times_of(stream).set_index("ticket")
    hour = pd.Timedelta(hours=1)
    found = {
        ticket: (row["elapsed"] / hour, row["working"] / hour)
        for ticket, row in times.to_dict("index").items()
    }
    walked = {
        ticket: hours_walked(stream, ticket, opened=range(9, 17)) for ticket in stream.lifecycles["ticket"]
    }
    assert found == {ticket: pytest.approx(hours) for ticket, hours in walked.items() if hours}
    always = times_of(stream, clock=Clock(ALWAYS))
    assert (always["working"] == always["elapsed"]).all()
    assert set(times.index[times["state"] == "delivered"]) <= set(completed(stream.lifecycles)["ticket"])
