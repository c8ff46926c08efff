"""Which teams are proposed from who starts work where, and where none is."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vsm.eventlog.infer_teams import ProposedTeam, propose_teams
from vsm.people import People

STAGES = pd.DataFrame(
    {
        "status": ["1", "2", "3", "4"],
        "stage": ["Open", "Build", "Test", "Done"],
        "kind": ["queue", "work", "work", "done"],
    }
)
Started = Mapping[tuple[str, str], int]


def proposed(started: Started, *, components: str = "", **more: Any) -> list[ProposedTeam]:
    """Teams proposed where (actor, status) were entered so often; ``components`` are the tickets'."""
    rows = [
        {"ticket": f"{actor}-{n}", "actor": actor, "after": status, "kind": "status", "bulk": False} | more
        for (actor, status), times in started.items()
        for n in range(times)
    ]
    events = pd.DataFrame(rows, columns=["ticket", "actor", "before", "after", "kind", "bulk"])
    tickets = pd.DataFrame({"ticket": sorted(set(events["ticket"])), "components": components})
    people = People({"jira:d1": "dee"}, bots=frozenset({"robot"}))
    return propose_teams(events, stages=STAGES, tickets=tickets, people=people)


APART: Started = {("jira:d1", "2"): 20, ("d2", "2"): 15, ("d2", "3"): 5, ("q1", "3"): 30, ("q2", "3"): 12}


def test_those_who_start_work_in_the_same_stage_are_a_team() -> None:
    """By the names of persons, with how much of their work is there; moves into a queue count nothing."""
    assert proposed({**APART, ("q1", "1"): 90, ("d2", "4"): 50}) == [
        ProposedTeam("Build", ("d2", "dee"), "88% of the work that they started was in 'Build'"),
        ProposedTeam("Test", ("q1", "q2"), "100% of the work that they started was in 'Test'"),
    ]


def test_one_person_alone_is_no_team() -> None:
    """Two in Build and one in Test: nothing is separated."""
    assert proposed({("d1", "2"): 20, ("d2", "2"): 20, ("q1", "3"): 30}) == []


def test_where_everybody_does_everything_no_team_is_proposed() -> None:
    """Each a little more in one stage than in the other."""
    assert proposed({(who, "2"): 11 for who in "ab"} | {(who, "3"): 9 for who in "ab"}
                    | {(who, "3"): 11 for who in "cd"}) == []  # fmt: skip
    mixed = {(who, "2"): 11 for who in "ab"} | {(who, "3"): 11 for who in "cd"}
    both = {(who, "3"): 9 for who in "ab"} | {(who, "2"): 9 for who in "cd"}
    assert proposed({**{(w, s): n for (w, s), n in mixed.items()}, **both}) == []


def test_who_started_little_is_in_no_team() -> None:
    """Eleven starts are too few to say."""
    (build, _) = proposed({**APART, ("d3", "2"): 11})
    assert build.members == ("d2", "dee")


def test_what_programs_and_clean_ups_did_counts_nothing() -> None:
    """A robot that starts everything is nobody; a bulk edit is no work."""
    assert len(proposed({**APART, ("robot", "2"): 900})) == 2
    assert proposed(APART, bulk=True) == []


def test_where_few_are_apart_the_rest_is_not_left_without_a_word() -> None:
    """Teams that made less than half of all starts say too little of the whole."""
    many = {(f"x{n}", "2"): 11 for n in range(20)}
    assert proposed({**APART, **many}) == []


def test_components_separate_where_stages_do_not() -> None:
    """All work in one stage, two on each of two components; a ticket of both says nothing."""
    events = [
        ("a", "Shop", 20),
        ("b", "Shop", 20),
        ("c", "App", 20),
        ("d", "App", 20),
        ("a", "App, Shop", 90),
    ]
    rows = [
        {"ticket": f"{who}-{component}-{n}", "actor": who, "before": None, "after": "2", "kind": "status",
         "bulk": False, "components": component}
        for who, component, times in events
        for n in range(times)
    ]  # fmt: skip
    log = pd.DataFrame(rows)
    found = propose_teams(log, stages=STAGES, tickets=log[["ticket", "components"]], people=People({}))
    assert found == [
        ProposedTeam("App", ("c", "d"), "100% of the work that they started was on 'App'", "App"),
        ProposedTeam("Shop", ("a", "b"), "100% of the work that they started was on 'Shop'", "Shop"),
    ]


def test_a_log_without_moves_proposes_nothing() -> None:
    """And makes no error."""
    assert proposed({}) == []
