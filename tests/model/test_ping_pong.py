"""Where work goes to and fro: turns counted by hand, and against a reference written for clarity."""

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from vsm.model.ping_pong import ping_pong
from vsm.tables import VISITS, conform

START = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)
Step = tuple[str, str | None, int, int]


def visits_of(*lifecycles: list[Step]) -> pd.DataFrame:
    """Lives of (kind, team, hours, hours until the first touch); the last visit of each is in ``done``."""
    rows: list[dict[str, Any]] = []
    for number, life in enumerate(lifecycles):
        at = START
        for n, (kind, team, hours, until) in enumerate([*life, ("done", None, 1, 0)]):
            visit = {"ticket": f"t{number:02}", "n": n, "stage": f"{kind} {team}", "kind": kind, "team": team}
            times = {"entered": at, "left": at + hours * HOUR, "elapsed": hours * HOUR}
            rows.append(visit | times | {"first_touch": at + min(until, hours) * HOUR, "holder": team})
            at += hours * HOUR
        rows[-1]["left"] = None
    frame = pd.DataFrame(rows, columns=VISITS.names).assign(revisit=False, bulk=False)
    instants = {name: pd.to_datetime(frame[name], utc=True) for name in ("entered", "left", "first_touch")}
    return conform(frame.assign(**instants), VISITS)


def lives_of(visits: pd.DataFrame, *, bulk: tuple[str, ...] = ()) -> pd.DataFrame:
    """All finished by their last visit."""
    by_ticket = visits.astype({"ticket": "str"}).groupby("ticket")["entered"]
    lifecycles = pd.DataFrame({"created": by_ticket.min(), "finished": by_ticket.max()}).reset_index()
    lifecycles["lead"] = lifecycles["finished"] - lifecycles["created"]
    return lifecycles.assign(bulk=lifecycles["ticket"].isin(bulk))


def work(*teams: str | None) -> list[Step]:
    """Work of one hour by each of these teams, begun at once, with a queue of two hours between."""
    steps: list[Step] = []
    for team in teams:
        steps += [("work", team, 1, 0), ("queue", None, 2, 0)]
    return steps


def told(visits: pd.DataFrame, **options: Any) -> list[list[Any]]:
    found = ping_pong(visits, lives_of(visits), **({"minimum": 12} | options))
    return found[["a", "b", "tickets", "rounds", "cost"]].to_numpy().tolist()


def test_a_way_back_is_one_return_and_costs_what_lay_before_it() -> None:
    """web, qa, web: two hours between qa's end and web's new beginning."""
    assert told(visits_of(work("web", "qa", "web"))) == [["qa", "web", 1, 1, 2 * HOUR]]


def test_to_and_fro_counts_all_between_the_first_return_and_the_last_taking_up() -> None:
    """web, qa, web, qa, web: three returns, three queues of two hours, two hours of work between."""
    assert told(visits_of(work("web", "qa", "web", "qa", "web"))) == [["qa", "web", 1, 3, 8 * HOUR]]


def test_a_third_team_ends_the_row_and_may_begin_the_next() -> None:
    """web, qa, web, ops, web: qa and web, then ops and web, a return each; round trips by way of two are none."""
    assert sorted(told(visits_of(work("web", "qa", "web", "ops", "web")))) == [
        ["ops", "web", 1, 1, 2 * HOUR],
        ["qa", "web", 1, 1, 2 * HOUR],
    ]
    assert told(visits_of(work("web", "qa", "ops", "web"))) == []


def test_a_team_that_takes_two_turns_in_a_row_takes_one() -> None:
    """web, web, qa, qa, web is web, qa, web."""
    assert told(visits_of(work("web", "web", "qa", "qa", "web"))) == [["qa", "web", 1, 1, 2 * HOUR]]


def test_nothing_is_claimed_across_an_unknown_team() -> None:
    """web, unknown, web might be anything."""
    assert told(visits_of(work("web", None, "web"))) == []
    assert told(visits_of(work("web", "qa", None, "web"))) == []


def test_time_in_done_is_no_cost() -> None:
    """Reopened after nine hours in done: nobody waited; three hours lie around it."""
    life: list[Step] = [*work("web", "qa"), ("done", None, 9, 0), ("queue", None, 1, 0), *work("web")]
    assert told(visits_of(life)) == [["qa", "web", 1, 1, 3 * HOUR]]


def test_a_return_is_taken_up_when_somebody_is_known_to_work() -> None:
    """Assigned after two hours, first touched after five more."""
    life: list[Step] = [*work("web", "qa"), ("work", "web", 8, 5)]
    assert told(visits_of(life)) == [["qa", "web", 1, 1, 7 * HOUR]]


def test_tickets_that_a_bulk_edit_closed_and_open_ones_are_not_weighed() -> None:
    """Of four alike two count; both share a lead time of nine hours."""
    visits = visits_of(*[work("web", "qa", "web")] * 4)
    lifecycles = lives_of(visits, bulk=("t01",))
    lifecycles["finished"] += pd.to_timedelta(range(4), unit="W")
    lifecycles["finished"] = lifecycles["finished"].mask(lifecycles["ticket"] == "t02")
    (row,) = ping_pong(visits, lifecycles, minimum=2).to_dict("records")
    assert (row["tickets"], row["rounds"], row["evidence"]) == (2, 2, ("t00", "t03"))
    assert row["share"] == pytest.approx(4 / 18)
    assert row["low"] <= row["share"] <= row["high"]


def test_too_few_tickets_have_no_interval() -> None:
    """Eleven are under the minimum of twelve."""
    (row,) = ping_pong(
        visits := visits_of(*[work("a", "b", "a")] * 11), lives_of(visits), minimum=12
    ).to_dict("records")
    assert pd.isna(row["low"])
    assert pd.isna(row["high"])


def test_persons_are_counted_and_never_named() -> None:
    """Two pairs of persons make one row without names and without tickets."""
    visits = visits_of(work("ann", "bob", "ann"), work("eve", "bob", "eve", "bob"))
    found = ping_pong(visits, lives_of(visits), level="person", minimum=12)
    assert found[["tickets", "rounds"]].to_numpy().tolist() == [[2, 3]]
    assert found[["a", "b"]].isna().all(axis=None)
    assert found["evidence"].tolist() == [()]


def reference(life: list[Step]) -> Counter[tuple[str, str]]:
    """Returns by pair: every turn that equals the last but one, counted turn by turn."""
    turns: list[str | None] = []
    for kind, team, *_ in life:
        if kind == "work" and (team is None or not turns or turns[-1] != team):
            turns.append(team)
    found: Counter[tuple[str, str]] = Counter()
    for one, two, three in zip(turns, turns[1:], turns[2:], strict=False):
        if one is not None and two is not None and one == three:
            found[min(one, two), max(one, two)] += 1
    return found


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["work", "work", "queue", "done"]),
        st.sampled_from(["a", "b", "c", None]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_returns_are_those_of_the_reference_and_never_cost_more_than_the_life(
    lifecycles: list[list[Step]],
) -> None:
    """Whatever tickets do; costs of one ticket's rows lie in different hours, so their sum fits its lead time."""
    visits = visits_of(*lifecycles)
    found = ping_pong(visits, lives_of(visits), minimum=12)
    expected: Counter[tuple[str, str]] = Counter()
    for life in lifecycles:
        expected += reference(life)
    assert dict(zip(zip(found["a"], found["b"], strict=True), found["rounds"], strict=True)) == expected
    assert (found["cost"] >= pd.Timedelta(0)).all()
    assert found["cost"].sum() <= lives_of(visits)["lead"].sum()
    persons = ping_pong(visits, lives_of(visits), level="person", minimum=12)
    assert persons["rounds"].sum() == found["rounds"].sum()


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(st.lists(STEPS, min_size=1, max_size=3))
def test_cost_is_that_of_the_reference_hour_by_hour(lifecycles: list[list[Step]]) -> None:
    """Each hour from the end of a row's second turn to its last beginning, but those in done, counts once."""
    visits = visits_of(*lifecycles)
    assert (
        ping_pong(visits, lives_of(visits), minimum=12)["cost"].sum() == sum(map(_hours, lifecycles)) * HOUR
    )


def _hours(life: list[Step]) -> int:
    """Walk through a life hour by hour: costs of all rows together."""
    turns: list[tuple[str | None, int, int]] = []
    at, idle = 0, []
    for kind, team, hours, until in life:
        if kind == "work" and turns and team is not None and turns[-1][0] == team:
            turns[-1] = (team, turns[-1][1], at + hours)
        elif kind == "work":
            turns.append((team, at + min(until, hours), at + hours))
        idle += list(range(at, at + hours)) if kind == "done" else []
        at += hours
    counted: set[int] = set()
    for position in range(2, len(turns)):
        (one, *_), (two, _, given), (three, taken, _) = turns[position - 2 : position + 1]
        if one is None or two is None or one != three:
            continue
        first = position
        while first > 2 and turns[first - 1][0] == turns[first - 3][0] and turns[first - 3][0] is not None:
            first -= 1
        counted |= set(range(turns[first - 1][2], taken)) if first < position else set(range(given, taken))
    return len(counted - set(idle))


def test_an_empty_stream_has_no_ping_pong() -> None:
    """No rows, with the columns and types of others."""
    visits = visits_of(work("web"))
    for level in ("team", "stage", "person"):
        found = ping_pong(visits.iloc[:0], lives_of(visits).iloc[:0], level=level, minimum=12)
        assert found.empty
        assert found["cost"].dtype == "timedelta64[us]"
