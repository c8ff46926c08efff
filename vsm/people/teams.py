"""Which team is each person in, and when?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pandas as pd


class Spell(NamedTuple):
    """From when to when was somebody in a team? Half-open, days in UTC; None where it has no such end."""

    person: str
    team: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Teams:
    """Which team is each person in, and when?

    Attributes
    ----------
    team_of
        Person → team, at any time that no spell is about.
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
        """Which team was each person in at each instant? Texts, missing where in none.

        Parameters
        ----------
        persons
            Names, missing where nobody.
        instants
            With zone, of the same index.
        """
        always = persons.astype("str").map(self.team_of).astype("str")
        if self.spells.empty or persons.empty:
            return always
        asked = pd.DataFrame({"person": persons.astype("str"), "at": instants}).reset_index(drop=True)
        known = asked[asked["person"].notna() & asked["at"].notna()].reset_index().sort_values("at")
        found = pd.merge_asof(known, self.spells, left_on="at", right_on="since", by="person")
        during = found[found["until"].isna() | (found["at"] < found["until"])].set_index("index")["team"]
        dated = during.reindex(asked.index).set_axis(persons.index)
        return dated.fillna(always)


def spells_table(spells: Iterable[Spell]) -> pd.DataFrame:
    """How do dated memberships look as a table? As ``Teams.spells``; an open beginning is the year 1.

    Examples
    --------
    >>> spells_table([Spell("dev-1", "web", date(2026, 1, 1))])["since"].dt.year.tolist()
    [2026]
    """
    rows = pd.DataFrame(
        [spell._replace(since=spell.since or date.min) for spell in spells], columns=list(Spell._fields)
    )
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
    """Which team does each person belong to by the patterns that match the name, and who to several?

    Parameters
    ----------
    persons
        Names.
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
    """Which team does each ticket belong to, by its components or its commits' repositories?

    Parameters
    ----------
    teams
        Of the persons; given back with ``of_ticket``.
    tickets
        TICKETS.
    events
        EVENTS: those of commits and merges bear the repository in their ``source``.
    components, repositories
        Name → team.

    Returns
    -------
    Teams
        A ticket of components (or repositories) of several teams belongs to none of them; its components
        win over its repositories, also where they are of several teams.
    """
    known = tickets.dropna(subset=["components"]) if components else tickets.iloc[:0]
    parts = known["components"].str.split("; ").explode()
    by_component = _told(known["ticket"].astype("str").reindex(parts.index), parts, components)
    commits = events[events["kind"].isin(["commit", "merge"])] if repositories else events.iloc[:0]
    names = commits["source"].astype("str").str.removeprefix("git:")
    by_repository = _told(commits["ticket"].astype("str"), names, repositories)
    found = {ticket: team for ticket, team in (by_repository | by_component).items() if team}
    return replace(teams, of_ticket=found)


def _told(tickets: "pd.Series[Any]", words: "pd.Series[Any]", team_of: Mapping[str, str]) -> dict[str, str]:
    """Name the one team that a ticket's words speak of; empty where they speak of several."""
    rows = pd.DataFrame({"ticket": tickets.to_numpy(), "team": words.map(team_of).astype("str").to_numpy()})
    grouped = rows.dropna().groupby("ticket")["team"].agg(["nunique", "first"])
    return {str(t): str(team) if n == 1 else "" for t, n, team in grouped.itertuples()}
