"""Which team was active without a break: by hand, and hour by hour."""

from itertools import pairwise
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.test_activity_switching import ACTS, HELD, HOUR, START, Act, Held, events_of, visits_of
from tests.share import share
from vsm.model.activity import active_periods, active_spells
from vsm.tables import EVENTS, VISITS, empty

NOW = START + 14 * 24 * HOUR


def test_a_team_with_as_many_tickets_as_members_is_active() -> None:
    """w1 holds one ticket from hour 0 to 9 and is the only member."""
    table = active_spells(visits_of(("w1", "a", 0, 9)), events_of(), as_of=NOW)
    assert table.to_numpy().tolist() == [["w", START, START + 9 * HOUR, 9 * HOUR]]


def test_a_member_who_acts_but_holds_nothing_breaks_the_period() -> None:
    """w2 finishes b at hour 2, comments at hour 2 and is active for a day after: one ticket, two members."""
    visits = visits_of(("w1", "a", 0, 72), ("w2", "b", 0, 2))
    table = active_spells(visits, events_of(("w2", "b", 2)), as_of=NOW, active_days=1)
    spans = table[["since", "until"]].to_numpy().tolist()
    assert spans == [[START, START + 2 * HOUR], [START + 26 * HOUR, START + 72 * HOUR]]


def test_each_week_tells_of_the_team_whose_period_is_longest() -> None:
    """In the first week v (100 hours) and w (60), then only w (10)."""
    visits = visits_of(("w1", "a", 0, 60), ("v1", "b", 0, 100), ("w1", "c", 200, 10))
    table = active_periods(visits, events_of(), as_of=NOW)
    assert table[["week", "team", "length", "teams"]].to_numpy().tolist() == [
        [START + 168 * HOUR, "v", 100 * HOUR, 2],
        [NOW, "w", 10 * HOUR, 1],
    ]
    assert table["share"].tolist() == [100 / 168, 10 / 168]


def test_a_period_over_two_weeks_is_told_whole_in_both() -> None:
    """From hour 100 on, still lasting: cut at now, 236 hours."""
    visits = visits_of(("w1", "a", 100, 900))
    table = active_periods(visits, events_of(), as_of=NOW)
    assert table["length"].tolist() == [236 * HOUR] * 2
    assert table["share"].tolist() == [68 / 168, 1.0]


def test_nothing_at_all_is_an_empty_table() -> None:
    """Empty in, empty out; so where no team is known."""
    assert active_periods(empty(VISITS), empty(EVENTS), as_of=NOW).empty
    unknown = visits_of(("w1", "a", 0, 9)).assign(team=pd.Series([None], dtype="str"))
    assert active_periods(unknown, events_of(), as_of=NOW).empty


def active_hours(held: list[Held], acts: list[Act], team: str) -> list[int]:
    """Walk through the hours: as many tickets in work as active members, two days after an act."""
    mine = [visit for visit in held if visit[0][0] == team]
    begun = {p: min(first for q, _, first, _ in mine if q == p) for p, *_ in mine}
    found = []
    for hour in range(14 * 24):
        holding = [p for p, _, first, n in mine if first <= hour < first + n]
        acting = {p for p, _, at in acts if p in begun and begun[p] <= at <= hour < at + 48}
        if holding and len(holding) >= len({*holding, *acting}):
            found.append(hour)
    return found


@given(HELD, ACTS)
def test_periods_equal_a_walk_hour_by_hour(held: list[Held], acts: list[Act]) -> None:
    """The hours covered are the same, and two periods of a team never touch."""
    spells = active_spells(visits_of(*held), events_of(*acts), as_of=NOW, active_days=2)
    for team in "vw":
        mine = spells[spells["team"] == team]
        edges = [
            (int((a - START) / HOUR), int((b - START) / HOUR))
            for a, b in zip(mine["since"], mine["until"], strict=True)
        ]
        assert [hour for a, b in edges for hour in range(a, b)] == active_hours(held, acts, team)
        assert all(b < a for (_, b), (a, _) in pairwise(edges))


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(HELD, ACTS, st.randoms())
def test_the_order_of_rows_changes_nothing(held: list[Held], acts: list[Act], random: Random) -> None:
    """Shuffled visits and events give the same table."""
    visits, events = visits_of(*held), events_of(*acts)
    mixed = [frame.iloc[random.sample(range(len(frame)), len(frame))] for frame in (visits, events)]
    told = active_periods(mixed[0], mixed[1], as_of=NOW)
    pd.testing.assert_frame_equal(told, active_periods(visits, events, as_of=NOW))
