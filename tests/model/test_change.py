"""Before and after a change: curves by hand, false alarms counted, planted effects found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.errors import ParameterError
from vsm.model.change import Side, compared, spells_of, still_going

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


def test_a_curve_by_hand() -> None:
    """Four spells of 1, 2 (open), 3 and 3 days: 3/4 after one, then both of the rest end together."""
    side = Side(np.array([1.0, 2.0, 3.0, 3.0]), np.array([True, False, True, True]), np.arange(4))
    times, share = still_going(side)
    assert times.tolist() == [0, 1, 2, 3, 3]
    assert share.tolist() == [1, 0.75, 0.75, 0, 0]


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
    ordered = sorted(lengths, key=lambda pair: (pair[0], not pair[1]))
    seconds, ended = (np.array(column) for column in zip(*ordered, strict=True))
    side = Side(seconds.astype(float), ended.astype(bool), np.arange(len(ordered)))
    found = dict(zip(*(part.tolist()[1:] for part in still_going(side)), strict=True))
    assert found == pytest.approx(brute_force(lengths))


def test_what_spans_the_change_is_followed_up_to_it() -> None:
    """Begun ten days before, ended later: open on the side before, not on the side after at all."""
    found = compared(spells((90, 30), (120, 5)), changed=CHANGED, as_of=NOW, minimum=12, seed=0)
    assert (found.before.seconds.tolist(), found.before.ended.tolist()) == ([10 * 86400.0], [False])
    assert (found.after.seconds.tolist(), found.after.ended.tolist()) == ([5 * 86400.0], [True])


def test_what_is_open_counts_until_now() -> None:
    """Or until the change was undone; what began after that belongs to neither side."""
    rows = spells((110, None), (150, None))
    assert compared(rows, changed=CHANGED, as_of=NOW, minimum=12, seed=0).after.seconds.tolist() == [
        50 * 86400,
        90 * 86400,
    ]
    undone = compared(rows, changed=CHANGED, as_of=NOW, until=START + 140 * DAY, minimum=12, seed=0)
    assert undone.after.seconds.tolist() == [30 * 86400]


def test_medians_and_their_difference_by_hand() -> None:
    """Twelve of ten days, twelve of four: six days less, surely."""
    found = compared(
        spells(*[(0, 10)] * 12, *[(110, 4)] * 12), changed=CHANGED, as_of=NOW, minimum=12, seed=0
    )
    assert [median / 86400 for median in found.medians] == [10, 4]
    assert (found.difference / 86400, found.low / 86400, found.high / 86400) == (-6, -6, -6)
    assert found.verdict == "shorter"
    assert found.mean_difference / 86400 == pytest.approx(-6)


def test_too_few_on_either_side_say_nothing() -> None:
    """Eleven of them are not twelve."""
    found = compared(
        spells(*[(0, 10)] * 50, *[(110, 4)] * 11), changed=CHANGED, as_of=NOW, minimum=12, seed=0
    )
    assert found.verdict == "too few to say"
    assert np.isnan([found.difference, found.low, found.p]).all()


@pytest.mark.slow
def test_where_nothing_changed_alarms_are_rare() -> None:
    """Of 300 streams without any effect, about one in twenty: at most 8 %."""
    verdicts = [
        compared(drawn(seed, factor=1.0), changed=CHANGED, as_of=NOW, seed=seed, minimum=12).verdict
        for seed in range(300)
    ]
    assert 0.02 <= np.mean([verdict != "no change seen" for verdict in verdicts]) <= 0.08


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "verdict"), [(0.5, "shorter"), (2.0, "longer")])
def test_what_was_planted_is_found(factor: float, verdict: str) -> None:
    """Half, or twice the time: in at least nine of ten streams of 60 tickets on either side."""
    found = [
        compared(drawn(seed, factor=factor), changed=CHANGED, as_of=NOW, seed=seed, minimum=12)
        for seed in range(50)
    ]
    assert np.mean([each.verdict == verdict for each in found]) >= 0.9
    truth = 10 * np.log(2) * (factor - 1)
    assert np.mean([each.low <= truth * 86400 <= each.high for each in found]) >= 0.85


def test_the_order_of_rows_changes_nothing() -> None:
    """Not even the bootstrap, whose tickets are numbered as they come."""
    rows = drawn(3, factor=0.7)
    one, other = (
        compared(each, changed=CHANGED, as_of=NOW, minimum=12, seed=0)
        for each in (rows, rows.sample(frac=1, random_state=1))
    )
    assert (one.medians, one.p, one.verdict) == (other.medians, other.p, other.verdict)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=0.2)


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
