"""Memberships with dates, patterns, components and repositories."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.config import parse_workflow
from vsm.errors import ConfigError
from vsm.people import Spell, Teams, Unclear, people_from_names, teams_with_tickets
from vsm.people.teams import spells_table
from vsm.tables import EVENTS, NAMES, TICKETS, conform

DAY = date(2026, 1, 1)


def test_a_membership_counts_from_its_first_day_until_its_last() -> None:
    """Half-open in UTC; members outside of it."""
    teams = Teams({"dev-1": "web"}, spells_table([Spell("dev-1", "ops", DAY, date(2026, 2, 1))]))
    at = pd.Series(pd.to_datetime(
        ["2025-12-31T23:59:59", "2026-01-01", "2026-01-31T23:59:59", "2026-02-01"], utc=True, format="ISO8601"
    ))  # fmt: skip
    found = teams.at(pd.Series(["dev-1"] * 4, index=[9, 8, 7, 6]), at.set_axis([9, 8, 7, 6]))
    assert found.tolist() == ["web", "ops", "ops", "web"]
    assert found.index.tolist() == [9, 8, 7, 6]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(1, 4)), max_size=6),
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(-2, 16)), min_size=1, max_size=8),
)
def test_teams_equal_those_looked_up_one_by_one(
    drawn: list[tuple[str, int, int]], asked: list[tuple[str | None, int]]
) -> None:
    """Brute force: the spell that holds the day, else the team without dates."""
    spells: list[Spell] = []
    for person, begin, length in drawn:
        since, until = DAY + timedelta(begin), DAY + timedelta(begin + length)
        apart = all(
            s.person != person or until <= (s.since or DAY) or (s.until or DAY) <= since for s in spells
        )
        spells += [Spell(person, f"team {len(spells)}", since, until)] if apart else []
    expected = [
        next((s.team for s in spells if s.person == who and s.since <= DAY + timedelta(day) < s.until),  # type: ignore[operator]
             {"a": "always"}.get(who or ""))
        for who, day in asked
    ]  # fmt: skip
    at = pd.Series([pd.Timestamp(DAY, tz="UTC") + pd.Timedelta(days=day) for _, day in asked]).dt.as_unit(
        "us"
    )
    found = Teams({"a": "always"}, spells_table(spells)).at(
        pd.Series([who for who, _ in asked], dtype="str"), at
    )
    assert [None if pd.isna(team) else team for team in found] == expected


def test_a_person_whom_two_teams_match_is_in_none_and_told() -> None:
    """A member's own line wins over patterns."""
    rows = {"kind": "account", "id": ["git:qa-1", "git:qa-2"], "name": ["qa-1", "qa-2"]}
    patterns = [("QA*", "quality"), ("*1", "first"), ("*2", "second")]
    people = people_from_names(
        conform(pd.DataFrame(rows), NAMES), declared={}, team_of={"qa-2": "web"}, patterns=patterns
    )
    assert people.teams.team_of == {"qa-2": "web"}
    assert people.unclear == (Unclear("team", ("git:qa-1",), "first and quality"),)


def test_components_win_over_repositories_and_several_teams_are_none() -> None:
    """t1: one component's team; t2: components of two teams, so none; t3: its commit's repository."""
    at = pd.Timestamp("2026-01-05", tz="UTC")
    tickets = conform(pd.DataFrame({
        "ticket": ["t1", "t2", "t3"], "key": ["A-1", "A-2", "A-3"], "created": at,
        "components": ["Shop; Other", "Shop; Pay", None],
    }), TICKETS)  # fmt: skip
    events = conform(pd.DataFrame({
        "ticket": ["t1", "t2", "t3"], "at": at, "kind": "commit", "source": "git:pay", "ref": ["1", "2", "3"],
        "seq": 0, "bulk": False,
    }), EVENTS)  # fmt: skip
    teams = teams_with_tickets(
        Teams(), tickets, events, components={"Shop": "web", "Pay": "money"}, repositories={"pay": "money"}
    )
    assert teams.of_ticket == {"t1": "web", "t3": "money"}


def test_all_faults_of_memberships_are_told_at_once() -> None:
    """An unknown team, an end before its beginning, two teams at once."""
    text = """
[[team]]
name = "web"
[[membership]]
person = "dev-1"
team = "ops"
[[membership]]
person = "dev-2"
team = "web"
since = 2026-02-01
until = 2026-01-01
[[membership]]
person = "dev-3"
team = "web"
since = 2026-01-01
[[membership]]
person = "dev-3"
team = "web"
since = 2026-03-01
"""
    with pytest.raises(ConfigError, match=r"names team 'ops'.*ends 2026-01-01.*'dev-3' is in web and in web"):
        parse_workflow(text)
