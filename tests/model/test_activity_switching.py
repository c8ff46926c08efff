"""How many tickets people have in work at once, and how often they switch: counted by hand."""

from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from vsm.model.activity import acts_of_teams, switches_by_day, switching
from vsm.people import Teams
from vsm.tables import EVENTS, VISITS, empty

START = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
NOW = START + 200 * HOUR
Held = tuple[str, str, int, int]
Act = tuple[str, str, int]


def visits_of(*held: Held) -> pd.DataFrame:
    """Work visits of (person, ticket, first hour, hours); a person's team is the first letter."""
    return pd.DataFrame(
        {
            "ticket": [ticket for _, ticket, _, _ in held],
            "kind": "work",
            "holder": [person for person, _, _, _ in held],
            "team": [person[0] for person, _, _, _ in held],
            "entered": pd.DatetimeIndex([START + first * HOUR for _, _, first, _ in held]).as_unit("us"),
            "left": pd.DatetimeIndex([START + (first + n) * HOUR for _, _, first, n in held]).as_unit("us"),
        }
    )


def events_of(*acts: Act, bulk: bool = False) -> pd.DataFrame:
    """Acts of (person, ticket, hour)."""
    return pd.DataFrame(
        {
            "actor": pd.Series([person for person, _, _ in acts], dtype="str"),
            "ticket": pd.Series([ticket for _, ticket, _ in acts], dtype="str"),
            "at": pd.DatetimeIndex([START + hour * HOUR for _, _, hour in acts], tz="UTC").as_unit("us"),
            "bulk": bulk,
        }
    )


def row(*held: Held, acts: tuple[Act, ...] = (), minimum: int = 1) -> dict[str, Any]:
    """Tell of the only team."""
    table = switching(visits_of(*held), events_of(*acts), as_of=NOW, minimum=minimum)
    (only,) = table.to_dict("records")
    return {str(name): value for name, value in only.items()}


def test_time_is_shared_out_by_tickets_at_once() -> None:
    """w1: 2 hours with one, 1 with two, 1 with three; w2: 4 hours with one. Of 8 hours 6, 1 and 1."""
    told = row(("w1", "a", 0, 4), ("w1", "b", 1, 2), ("w1", "c", 2, 1), ("w2", "d", 0, 4))
    assert (told["people"], told["tickets"], told["time"]) == (2, 4, 8 * HOUR)
    assert (told["one"], told["two"], told["more"]) == (0.75, 0.125, 0.125)


def test_tickets_of_two_people_are_not_at_once() -> None:
    """Each has one."""
    assert row(("w1", "a", 0, 4), ("w2", "b", 0, 4))["one"] == 1.0


def test_open_visits_count_until_now() -> None:
    """Of 200 hours."""
    visits = visits_of(("w1", "a", 0, 1))
    visits["left"] = visits["left"].mask(visits["left"] < NOW)
    told = switching(visits, events_of(), as_of=NOW, minimum=1)
    assert told[["time", "one"]].to_numpy().tolist() == [[200 * HOUR, 1.0]]


def test_switches_are_counted_within_a_day() -> None:
    """Monday a b b a: two switches; Tuesday begins with another ticket: none."""
    acts = (("w1", "a", 9), ("w1", "b", 10), ("w1", "b", 11), ("w1", "a", 12), ("w1", "b", 33))
    told = row(("w1", "a", 0, 40), acts=acts)
    assert (told["days"], told["median"]) == (2, 1.0)
    assert told["p85"] == pytest.approx(1.7)


def test_too_few_tickets_and_days_are_counted_and_no_more() -> None:
    """Two tickets and one day, where twelve are asked for."""
    told = row(("w1", "a", 0, 4), ("w1", "b", 0, 4), acts=(("w1", "a", 1),), minimum=12)
    assert (told["tickets"], told["days"], told["time"]) == (2, 1, 4 * HOUR)
    assert pd.isna([told[name] for name in ("one", "two", "more", "median", "p85")]).all()


def test_a_person_acts_for_the_team_they_last_worked_in() -> None:
    """Not before their first work, nor in a bulk edit, nor later than now."""
    visits = visits_of(("w1", "a", 5, 4))
    acts = acts_of_teams(visits, events_of(("w1", "a", 4), ("w1", "a", 6), ("w1", "a", 201)), as_of=NOW)
    assert acts[["team", "at"]].to_numpy().tolist() == [["w", START + 6 * HOUR]]
    assert acts_of_teams(visits, events_of(("w1", "a", 6), bulk=True), as_of=NOW).empty


def test_known_teams_win() -> None:
    """A person in a team that never held anything."""
    known = Teams({"x": "ops"})
    acts = acts_of_teams(visits_of(("w1", "a", 5, 4)), events_of(("x", "a", 1)), as_of=NOW, teams=known)
    assert acts["team"].tolist() == ["ops"]


def test_nothing_at_all_is_an_empty_table() -> None:
    """Empty in, empty out."""
    assert switching(empty(VISITS), empty(EVENTS), as_of=NOW, minimum=12).empty
    assert switches_by_day(acts_of_teams(empty(VISITS), empty(EVENTS), as_of=NOW)).empty


HELD = st.lists(
    st.tuples(
        st.sampled_from(["w1", "w2", "v1"]), st.sampled_from("abcd"), st.integers(0, 60), st.integers(0, 40)
    ),
    min_size=1,
)
ACTS = st.lists(st.tuples(st.sampled_from(["w1", "w2", "v1"]), st.sampled_from("abcd"), st.integers(0, 100)))


@given(HELD)
def test_time_equals_a_walk_hour_by_hour(held: list[Held]) -> None:
    """Every hour of every person, by how many tickets they held."""
    for told in switching(visits_of(*held), events_of(), as_of=NOW, minimum=0).to_dict("records"):
        mine = [visit for visit in held if visit[0][0] == told["team"]]
        depths = [
            sum(p == person and first <= hour < first + n for p, _, first, n in mine)
            for person in sorted({visit[0] for visit in mine})
            for hour in range(100)
        ]
        busy = [min(depth, 3) for depth in depths if depth]
        assert told["time"] == len(busy) * HOUR
        expected = [busy.count(n) / len(busy) if busy else float("nan") for n in (1, 2, 3)]
        assert [told[name] for name in ("one", "two", "more")] == pytest.approx(expected, nan_ok=True)


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(HELD, ACTS, st.randoms())
def test_the_order_of_rows_changes_nothing(held: list[Held], acts: list[Act], random: Random) -> None:
    """Shuffled visits and events give the same table."""
    visits, events = visits_of(*held), events_of(*acts)
    mixed = [frame.iloc[random.sample(range(len(frame)), len(frame))] for frame in (visits, events)]
    told = switching(mixed[0], mixed[1], as_of=NOW, minimum=1)
    pd.testing.assert_frame_equal(told, switching(visits, events, as_of=NOW, minimum=1))
