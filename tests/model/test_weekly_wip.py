"""How much is in work at once: counted by hand, and hour by hour."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from vsm.model.weekly import weekly_wip, wip_steps
from vsm.tables import VISITS, empty

START = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
Span = tuple[str, int, int]


def visits_of(*spans: Span) -> pd.DataFrame:
    """Work visits of (team, first hour, hours)."""
    entered = pd.DatetimeIndex([START + first * HOUR for _, first, _ in spans]).as_unit("us")
    left = pd.DatetimeIndex([START + (first + hours) * HOUR for _, first, hours in spans]).as_unit("us")
    teams = [team for team, _, _ in spans]
    return pd.DataFrame({"kind": "work", "team": teams, "entered": entered, "left": left})


def test_a_week_has_its_mean_and_its_most() -> None:
    """84 of 168 hours with one ticket, of which 42 with two."""
    table = weekly_wip(visits_of(("web", 0, 84), ("web", 0, 42)), as_of=START + 168 * HOUR)
    assert table.to_numpy().tolist() == [["web", START, 0.75, 2]]


def test_queues_and_unknown_teams_are_not_in_work() -> None:
    """Only work visits of a known team count."""
    visits = visits_of(("web", 0, 2), ("web", 0, 2))
    queued = visits.assign(kind=["queue", "work"], team=visits["team"].where(visits.index == 0))
    assert wip_steps(queued, as_of=START + 9 * HOUR).empty


def test_nothing_at_all_is_an_empty_table() -> None:
    """Empty in, empty out."""
    assert weekly_wip(empty(VISITS), as_of=START).empty


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 400), st.integers(1, 300)), min_size=1))
def test_weeks_equal_a_walk_hour_by_hour(spans: list[Span]) -> None:
    """Three weeks, of which the last is cut: sums over hours give the same means and maxima."""
    as_of = START + 450 * HOUR
    table = weekly_wip(visits_of(*spans), as_of=as_of)
    for row in table.to_dict("records"):
        first = int((row["week"] - START) / HOUR)
        there = range(first, min(first + 168, 450))
        wip = [sum(t == row["team"] and a <= h < a + n for t, a, n in spans) for h in there]
        assert abs(row["mean"] - sum(wip) / len(wip)) < 1e-9
        assert row["most"] == max(wip)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 30)), min_size=1))
def test_work_in_progress_is_never_negative_and_ends_at_nothing(spans: list[Span]) -> None:
    """All visits end by the as-of instant."""
    steps = wip_steps(visits_of(*spans), as_of=START + 99 * HOUR)
    assert (steps["wip"] >= 0).all()
    assert (steps.groupby("team")["wip"].last() == 0).all()
