"""Before and after a change: curves by hand, false alarms counted, planted effects found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.errors import ParameterError
from vsm.model.change import compared, spells_of, still_going
from vsm.stats.week_test import Spells

START = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)
CHANGED = START + 100 * DAY
NOW = START + 200 * DAY


def spells(*rows: tuple[float, float | None]) -> pd.DataFrame:
    """Spells of (day begun, days taken); None is still open."""
    begin = [START + first * DAY for first, _ in rows]
    end = [pd.NaT if days is None else START + (first + days) * DAY for first, days in rows]
    frame = pd.DataFrame({"ticket": [f"t{n}" for n in range(len(rows))], "begin": begin, "end": end})
    frame["end"] = pd.to_datetime(frame["end"], utc=True)
    return frame.assign(ended=frame["end"].notna())


def drawn(seed: int, *, factor: float, tickets: int = 60) -> pd.DataFrame:
    """As many before as after, exponential of ten days, times a factor after the change."""
    rng = np.random.default_rng(seed)
    begin = np.concatenate([rng.uniform(0, 60, tickets), rng.uniform(100, 160, tickets)])
    days = rng.exponential(10, 2 * tickets) * np.where(begin < 100, 1.0, factor)
    return spells(*zip(begin.tolist(), days.tolist(), strict=True))


def side(seconds: list[float], ended: list[bool]) -> Spells:
    """Spells in view from their beginning, all of one week."""
    none = np.zeros(len(seconds))
    return Spells(np.array(seconds), np.array(ended, dtype=bool), none, none.astype(np.int64))


def test_a_curve_by_hand() -> None:
    """Four spells of 1, 2 (open), 3 and 3 days: 3/4 after one, then both of the rest end together."""
    times, share = still_going(side([1.0, 2.0, 3.0, 3.0], [True, False, True, True]))
    assert times.tolist() == [0, 1, 2, 3]
    assert share.tolist() == [1, 0.75, 0.75, 0]


def brute_force(lengths: list[tuple[int, bool]]) -> dict[int, float]:
    """The product over times of what share of those still going went on."""
    share, told = 1.0, {}
    for time in sorted({length for length, _ in lengths}):
        at_risk = sum(length >= time for length, _ in lengths)
        share *= 1 - sum(length == time and ended for length, ended in lengths) / at_risk
        told[time] = share
    return told


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=12))
def test_a_curve_is_the_product_over_times(lengths: list[tuple[int, bool]]) -> None:
    """Whatever ends together, and whatever is open."""
    seconds, ended = (list(column) for column in zip(*lengths, strict=True))
    found = dict(zip(*(part.tolist()[1:] for part in still_going(side(seconds, ended))), strict=True))
    assert found == pytest.approx(brute_force(lengths))


def test_what_spans_the_change_is_followed_up_to_it() -> None:
    """Begun ten days before, ended later: open on the side before, not on the side after at all."""
    found = compared(spells((90, 30), (120, 5)), changed=CHANGED, as_of=NOW, minimum=12)
    assert (found.before.seconds.tolist(), found.before.ended.tolist()) == ([10 * 86400.0], [False])
    assert (found.after.seconds.tolist(), found.after.ended.tolist()) == ([5 * 86400.0], [True])


def test_what_is_open_counts_until_now() -> None:
    """Or until the change was undone; what began after that belongs to neither side."""
    rows = spells((110, None), (150, None))
    assert compared(rows, changed=CHANGED, as_of=NOW, minimum=12).after.seconds.tolist() == [
        90 * 86400,
        50 * 86400,
    ]
    undone = compared(rows, changed=CHANGED, as_of=NOW, until=START + 140 * DAY, minimum=12)
    assert undone.after.seconds.tolist() == [30 * 86400]


WEEKLY = [7 * week for week in range(8)]


def test_medians_and_their_difference_by_hand() -> None:
    """Ten days or a little more, week after week, then four: six days less, surely."""
    before = [(day, 10 + day % 3) for day in WEEKLY for _ in range(2)]
    after = [(101 + day, 4 + day % 3) for day in WEEKLY for _ in range(2)]
    found = compared(spells(*before, *after), changed=CHANGED, as_of=NOW, minimum=12)
    assert [median / 86400 for median in found.medians] == [11, 5]
    assert found.difference / 86400 == -6
    assert found.verdict == "shorter"
    factor, low, high = found.factor
    assert low <= factor < high < 1
    assert found.interval[0] < found.difference < found.interval[1] < 0


def test_too_few_on_either_side_say_nothing() -> None:
    """Eleven of them are not twelve."""
    found = compared(spells(*[(0, 10)] * 50, *[(110, 4)] * 11), changed=CHANGED, as_of=NOW, minimum=12)
    assert found.verdict == "too few to say"
    assert np.isnan([found.difference, *found.interval, *found.factor]).all()


@pytest.mark.parametrize("weeks", [1, 3, 5])
def test_too_few_weeks_say_nothing_however_many_tickets(weeks: int) -> None:
    """A hundred that began in a week or three share the luck of these."""
    after = [(101 + 7 * (n % weeks), 4) for n in range(100)]
    found = compared(
        spells(*((day, 10 + day % 3) for day in WEEKLY * 3), *after), changed=CHANGED, as_of=NOW, minimum=12
    )
    assert found.verdict == "cannot be said from these data"
    assert np.isnan(found.factor).all()
    assert found.difference / 86400 == -7


def test_weeks_that_rise_and_fall_slowly_say_nothing() -> None:
    """Each week is like the one before it: three times as long in the middle as at either end."""
    swell = [(7 * week, days + n) for week, days in enumerate((2, 4, 8, 12, 8, 4, 2)) for n in range(4)]
    later = [(101 + day, 2 * days) for day, days in swell]
    found = compared(spells(*swell, *later), changed=CHANGED, as_of=NOW, minimum=12)
    assert found.verdict == "cannot be said from these data"
    assert found.test is not None
    assert found.test.correlation > 0.3


@pytest.mark.parametrize("quicker", [3.0, 1.0])
def test_where_weeks_are_alike_the_streams_own_past_decides(quicker: float) -> None:
    """Slow waves for three years, and then a third of the time at once, or another wave."""
    rng = np.random.default_rng(1)
    waves = [(day, (12 + 6 * np.sin(day / 60)) * rng.uniform(0.5, 1.5)) for day in range(-1000, 180)]
    rows = [(day, days / (quicker if day >= 100 else 1)) for day, days in waves]
    found = compared(spells(*rows), changed=CHANGED, as_of=NOW, minimum=12)
    assert found.test is not None
    assert found.test.alike
    assert found.past is not None
    assert found.past.days > 100
    assert found.verdict == ("shorter" if quicker == 3 else "cannot be said from these data")
    assert np.isnan(found.factor).all()


def test_a_baseline_that_was_getting_shorter_is_reported() -> None:
    """Each week a day less than the one before, and on after the change."""
    falling = [(7 * week, 40 - 3 * week + n) for week in range(10) for n in range(3)]
    later = [(101 + 7 * week, 8 + n) for week in range(10) for n in range(3)]
    assert compared(spells(*falling, *later), changed=CHANGED, as_of=NOW, minimum=12).baseline == "shorter"
    level = [(7 * week, 20 + (week * 5) % 7 + n) for week in range(10) for n in range(3)]
    assert compared(spells(*level, *later), changed=CHANGED, as_of=NOW, minimum=12).baseline == ""


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.0, 1.4])
def test_verdict_and_interval_agree(factor: float) -> None:
    """The interval holds 1 where no change is seen, and lies on one side of it where one is."""
    for seed in range(8):
        found = compared(drawn(seed, factor=factor), changed=CHANGED, as_of=NOW, minimum=12)
        _, low, high = found.factor
        side_of = {"no clear change": not low > 1 and not high < 1, "shorter": high < 1, "longer": low > 1}
        assert side_of.get(found.verdict, np.isnan(low))


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "verdict"), [(0.4, "shorter"), (2.5, "longer")])
def test_what_was_planted_is_found(factor: float, verdict: str) -> None:
    """In most streams of 60 tickets on either side."""
    found = [
        compared(drawn(seed, factor=factor), changed=CHANGED, as_of=NOW, minimum=12) for seed in range(50)
    ]
    assert np.mean([each.verdict == verdict for each in found]) >= 0.8
    truth = 10 * np.log(2) * (factor - 1)
    known = [each.interval for each in found if np.isfinite(each.interval).all()]
    assert np.mean([low <= truth * 86400 <= high for low, high in known]) >= 0.85


def test_the_order_of_rows_changes_nothing() -> None:
    """Not even an interval."""
    rows = drawn(3, factor=0.7)
    one, other = (
        compared(each, changed=CHANGED, as_of=NOW, minimum=12)
        for each in (rows, rows.sample(frac=1, random_state=1))
    )
    assert (one.medians, one.verdict) == (other.medians, other.verdict)
    assert one.factor == pytest.approx(other.factor)


def test_spells_of_a_stage_leave_clean_up_open() -> None:
    """A stay that a bulk edit ended, or at whose end the ticket was gone, is not seen to end."""
    stage_visits = pd.DataFrame(
        {"ticket": ["a", "b", "c", "d"], "stage": ["QA", "QA", "QA", "Build"], "entered": START,
         "left": [START + DAY] * 4, "bulk": [False, True, False, False], "gone": [False, False, True, False]}
    )  # fmt: skip
    found = spells_of(stage_visits, pd.DataFrame(), stage="QA")
    assert found["ended"].tolist() == [True, False, False]
    with pytest.raises(ParameterError, match="stage is 'Qa', which no ticket was in; known: Build, QA"):
        spells_of(stage_visits, pd.DataFrame(), stage="Qa")
    with pytest.raises(ParameterError, match="measure is 'time'; known: lead time, cycle time"):
        spells_of(stage_visits, pd.DataFrame(), measure="time")
