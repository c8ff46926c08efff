"""How often the test by weeks errs, and what it sees: streams whose law is known, by the thousand.

``VSM_THOROUGH=1 pytest tests/stats/test_week_test_rates.py -s`` prints the tables.
"""

from typing import Final

import numpy as np
import pytest

from tests.share import THOROUGH, share
from tests.simulated import END, MEDIAN, STREAMS, Stream, independent
from vsm.model.change import Comparison
from vsm.stats.survival import quantile_times
from vsm.stats.week_test import (
    FEWEST_WEEKS,
    MEASURED,
    Spells,
    change_test,
    placebo_test,
    times_as_long,
    trend,
)

pytestmark = pytest.mark.slow
SIZES: Final = (20, 50, 100, 300) if THOROUGH else (50, 100)
RUNS: Final = share(60, of=2000)
LIMITS: Final = {
    "independent tickets": 6, "releases on Fridays": 6, "weeks with shared luck": 7, "weeks that drift": 10,
    "a busy queue": 12,
}  # fmt: skip
LEEWAY: Final = 0 if THOROUGH else 4
"""Of sixty streams three more or less are chance."""


def sides(stream: Stream) -> tuple[Spells, Spells]:
    """What began before the change, followed up to it, and what began after it, followed to the end."""
    begin, days = stream
    late = begin >= 0
    horizon = np.where(late, END, 0.0)
    seconds, ended = 86_400 * np.minimum(days, horizon - begin), begin + days <= horizon
    week = (begin // 7).astype(np.int64)
    before, after = (
        Spells(seconds[side], ended[side], np.zeros(int(side.sum())), week[side]) for side in (~late, late)
    )
    return before, after


def verdicts(kind: str, tickets: int, *, factor: float = 1.0) -> tuple[float, float]:
    """Of 100 streams: in how many a change is seen, and of how many nothing is said."""
    rng = np.random.default_rng([tickets, round(100 * factor), *kind.encode()])
    seen = refused = 0
    for _ in range(RUNS):
        before, after = sides(STREAMS[kind](tickets, rng, factor=factor))
        few = min(before.finished, after.finished) < 12 or min(before.weeks, after.weeks) < FEWEST_WEEKS
        found = None if few else change_test(before, after)
        refused += found is None or found.alike
        seen += found is not None and found.significant
    return 100 * seen / RUNS, 100 * refused / RUNS


def test_where_nothing_changed_alarms_are_rare() -> None:
    """At any size, in streams of each kind; independent ones are seldom refused, and the report says so."""
    for kind, limit in LIMITS.items():
        rates = {tickets: verdicts(kind, tickets) for tickets in SIZES}
        shown = (f"n {n}: {a:.1f} % seen, {b:.1f} % refused" for n, (a, b) in rates.items())
        print(f"\n{kind}: {'; '.join(shown)}")
        worst = max(seen for seen, _ in rates.values())
        assert worst <= limit + LEEWAY
        if kind == "independent tickets":
            assert max(refused for tickets, (_, refused) in rates.items() if tickets >= 50) <= 20
        if THOROUGH:
            assert MEASURED[kind].seen == pytest.approx(worst, abs=1.5)
            assert MEASURED[kind].refused == pytest.approx(rates[100][1], abs=3)


@pytest.mark.parametrize(("factor", "least"), [(0.7, 35), (0.5, 85)])
def test_what_was_planted_is_seen(factor: float, least: float) -> None:
    """Times 30 and 50 % shorter, with 100 tickets on either side, and what is said of it in the report."""
    seen, refused = verdicts("independent tickets", 100, factor=factor)
    print(f"\n{factor:.0%} as long: {seen:.1f} % seen, {refused:.1f} % refused")
    assert seen >= least - 2 * LEEWAY
    if THOROUGH:
        assert MEASURED[f"{1 - factor:.0%} shorter".replace("%", " %")].seen == pytest.approx(seen, abs=2.5)


@pytest.mark.parametrize("kind", ["weeks with shared luck", "weeks that drift", "a busy queue"])
def test_a_streams_own_past_claims_no_more_than_it_should(kind: str) -> None:
    """Where weeks are alike, of a year before the change: in streams that hold none."""
    for tickets in SIZES:
        rng = np.random.default_rng([tickets, *kind.encode()])
        claimed = 0
        for _ in range(RUNS):
            before, after = sides(STREAMS[kind](tickets, rng, past=52))
            if min(before.finished, after.finished) >= 12 and change_test(before, after).alike:
                past = placebo_test(before, after)
                claimed += past is not None and past.significant
        print(f"\nown past, {kind}, n {tickets}: {100 * claimed / RUNS:.1f} % seen")
        assert 100 * claimed / RUNS <= 6 + LEEWAY


@pytest.mark.parametrize("kind", ["independent tickets", "releases on Fridays", "weeks with shared luck"])
def test_a_trend_is_claimed_no_more_often_than_it_should(kind: str) -> None:
    """Before a change, in streams that hold none."""
    for tickets in SIZES:
        rng = np.random.default_rng([tickets, *kind.encode()])
        found = [abs(trend(sides(STREAMS[kind](tickets, rng))[0])) > 1.96 for _ in range(RUNS)]
        print(f"\ntrend, {kind}, n {tickets}: {np.mean(found):.1%}")
        assert 100 * np.mean(found) <= 6 + 2 * LEEWAY


@pytest.mark.parametrize("factor", [1.0, 0.7, 0.5])
def test_the_interval_covers_the_truth(factor: float) -> None:
    """Of the factor, and of the difference of medians; of 100 tickets on either side."""
    rng = np.random.default_rng(round(100 * factor))
    runs, covered, differences = share(12, of=2000), 0, 0
    for _ in range(runs):
        before, after = sides(independent(100, rng, factor=factor))
        factors = times_as_long(before, after)
        covered += factors[1] <= factor <= factors[2]
        median, *ends = quantile_times(before.seconds, before.ended, [0.5])[:, 0]
        found = Comparison(before, after, (median, np.nan), (ends[0], ends[1]), factors)
        low, high = found.interval
        differences += low <= 86_400 * MEDIAN * (factor - 1) <= high
    print(f"\n{factor:.0%}: {covered / runs:.1%} of intervals cover, {differences / runs:.1%} of differences")
    assert covered >= (0.93 if THOROUGH else 0.8) * runs
    assert differences >= (0.9 if THOROUGH else 0.8) * runs
