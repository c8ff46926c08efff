"""Teams: which one each person is in and when, and which one each ticket belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

import pandas as pd


class Spell(NamedTuple):
    """When somebody was in a team: half-open, days in UTC; None where it has no such end."""

    person: str
    team: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Teams:
    """The team of each person at any time, and of each ticket.

    Attributes
    ----------
    team_of
        Person → team, at any time that no spell covers.
    spells
        One row per dated membership, ``person, team, since, until`` (instants, missing where open), sorted by
        ``since``; those of one person do not overlap. They win over ``team_of``.
    of_ticket
        Ticket → team, by its components or by the repositories that its commits lie in.

    Examples
    --------
    >>> Teams({"dev-1": "web"}).team_of["dev-1"]
    'web'
    """

    team_of: Mapping[str, str] = field(default_factory=dict)
    spells: pd.DataFrame = field(default_factory=lambda: spells_table(()))
    of_ticket: Mapping[str, str] = field(default_factory=dict)

    def at(self, persons: "pd.Series[Any]", instants: "pd.Series[Any]") -> "pd.Series[Any]":
        """Give the team of each person at each instant, missing where in none.

        Persons are missing where nobody is meant; instants have a zone and the same index.
        """
        always = persons.astype("str").map(self.team_of).astype("str")
        if self.spells.empty or persons.empty:
            return always
        asked = pd.DataFrame({"person": persons.astype("str"), "at": instants}).reset_index(drop=True)
        whole = asked[asked["person"].notna() & asked["at"].notna()].reset_index().sort_values("at")
        # The latest spell that began by then is the only one that can hold the instant: they do not overlap.
        latest = pd.merge_asof(whole, self.spells, left_on="at", right_on="since", by="person")
        during = latest[latest["until"].isna() | (latest["at"] < latest["until"])].set_index("index")["team"]
        dated = during.reindex(asked.index).set_axis(persons.index)
        return dated.fillna(always)


def spells_table(spells: Iterable[Spell]) -> pd.DataFrame:
    """Give dated memberships as a table like ``Teams.spells``; an open beginning is the year 1.

    Examples
    --------
    >>> spells_table([Spell("dev-1", "web", date(2026, 1, 1))])["since"].dt.year.tolist()
    [2026]
    """
    known = [spell._replace(since=spell.since or date.min) for spell in spells]
    return _spells_table(known) if known else _no_spells().copy(deep=False)


@cache
def _no_spells() -> pd.DataFrame:
    return _spells_table([])


def _spells_table(spells: list[Spell]) -> pd.DataFrame:
    rows = pd.DataFrame(spells, columns=list(Spell._fields))
    days = {
        side: pd.Series(rows[side].to_list(), dtype="datetime64[us]").dt.tz_localize("UTC")
        for side in ("since", "until")
    }
    return (
        rows.astype({"person": "str", "team": "str"}).assign(**days).sort_values("since", ignore_index=True)
    )


def team_by_pattern(
    persons: Iterable[str], *, patterns: Iterable[tuple[str, str]]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Give the team of each person by the patterns that match the name, and those whom several teams match.

    Parameters
    ----------
    patterns
        (pattern, team): ``*`` and ``?`` as in file names, case does not matter.

    Returns
    -------
    tuple
        Person → team where one team matches, and person → teams where several do.

    Examples
    --------
    >>> team_by_pattern(["QA 1", "Dev 1"], patterns=[("qa*", "quality"), ("*1", "first")])
    ({'Dev 1': 'first'}, {'QA 1': ('first', 'quality')})
    """
    rules = [(pattern.casefold(), team) for pattern, team in patterns]
    matched = {
        person: tuple(sorted({team for pattern, team in rules if fnmatchcase(person.casefold(), pattern)}))
        for person in persons
    }
    one = {person: teams[0] for person, teams in matched.items() if len(teams) == 1}
    return one, {person: teams for person, teams in matched.items() if len(teams) > 1}


def teams_with_tickets(
    teams: Teams,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    *,
    components: Mapping[str, str],
    repositories: Mapping[str, str],
) -> Teams:
    """Give teams with those of tickets, by their components or their commits' repositories.

    Parameters
    ----------
    events
        EVENTS: those of commits and merges bear the repository in their ``source``.
    components, repositories
        Name → team.

    Returns
    -------
    Teams
        With ``of_ticket``. A ticket of components (or repositories) of several teams belongs to none of
        them; its components win over its repositories, also where they are of several teams.
    """
    if not components and not repositories:
        return replace(teams, of_ticket={})
    having = tickets.dropna(subset=["components"]) if components else tickets.iloc[:0]
    parts = having["components"].str.split("; ").explode()
    by_component = _only_team(having["ticket"].astype("str").reindex(parts.index), parts, components)
    commits = events[events["kind"].isin(["commit", "merge"])] if repositories else events.iloc[:0]
    names = commits["source"].astype("str").str.removeprefix("git:")
    by_repository = _only_team(commits["ticket"].astype("str"), names, repositories)
    of_ticket = {ticket: team for ticket, team in (by_repository | by_component).items() if team}
    return replace(teams, of_ticket=of_ticket)


def _only_team(
    tickets: "pd.Series[Any]", words: "pd.Series[Any]", team_of: Mapping[str, str]
) -> dict[str, str]:
    """Give the one team of each ticket's words; empty where they are of several."""
    rows = pd.DataFrame({"ticket": tickets.to_numpy(), "team": words.map(team_of).astype("str").to_numpy()})
    grouped = rows.dropna().groupby("ticket")["team"].agg(["nunique", "first"])
    return {str(ticket): str(team) if count == 1 else "" for ticket, count, team in grouped.itertuples()}
