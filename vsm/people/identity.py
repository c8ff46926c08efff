"""Who is who? Accounts of several systems become persons; what cannot be told is reported, never guessed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from vsm.people.addresses import masked
from vsm.people.bots import is_bot
from vsm.people.groups import Claims, groups_of
from vsm.people.teams import Spell, Teams, spells_table, team_by_pattern

GIT: Final = "git"
NO_BOTS: Final[Mapping[str, bool]] = {}


class Unclear(NamedTuple):
    """What about persons could not be told? ``word`` is the name or the teams it is about."""

    about: Literal["name", "mailbox", "team"]
    accounts: tuple[str, ...]
    word: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Which person is behind each account, which team is each in, and who is a bot?

    Attributes
    ----------
    person_of
        Account → person; bots have one too.
    teams
        Which team each person is in, and when; bots are in none.
    bots
        Persons that are programs.
    unclear
        What could not be told.

    Examples
    --------
    >>> People({"git:dev-1": "dev-1"}, Teams({"dev-1": "web"})).teams.team_of["dev-1"]
    'web'
    """

    person_of: Mapping[str, str]
    teams: Teams = field(default_factory=Teams)
    bots: frozenset[str] = frozenset()
    unclear: tuple[Unclear, ...] = ()

    @property
    def persons(self) -> list[str]:
        """Who is there, bots left out? In the order of their names."""
        return sorted({*self.person_of.values()} - self.bots)

    def identify(self, events: pd.DataFrame) -> pd.DataFrame:
        """Who did it, and who was assigned? EVENTS with persons in place of accounts.

        Actors everywhere, and ``before`` and ``after`` of assignee events; an unknown account stays as it is.
        """
        return with_renamed(events, self.person_of)

    def of_humans(self, events: pd.DataFrame) -> pd.DataFrame:
        """What did people do? Identified EVENTS in which a bot is nobody, as actor and as assignee."""
        if not self.bots:
            return events
        assigned = events["kind"] == "assignee"
        bots = list(self.bots)
        sides = {side: events[side].mask(assigned & events[side].isin(bots)) for side in ("before", "after")}
        return events.assign(actor=events["actor"].mask(events["actor"].isin(bots)), **sides)


def with_renamed(events: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """How do EVENTS look with other names of those who did and were assigned? Unknown ones stay."""
    assigned = (events["kind"] == "assignee").to_numpy()
    sides = {side: _renamed(events[side], names, assigned) for side in ("before", "after")}
    actor = events["actor"].astype("str").replace(names).astype("category")
    return events.assign(actor=actor, **sides)


def _renamed(values: pd.Series, names: Mapping[str, str], rows: object) -> pd.Series:
    plain = values.astype("str")
    return plain.where(~pd.Series(rows, index=plain.index), plain.replace(names)).astype("category")


def people_from_names(
    names: pd.DataFrame,
    *,
    declared: Mapping[str, str],
    team_of: Mapping[str, str],
    bots: Mapping[str, bool] = NO_BOTS,
    patterns: Iterable[tuple[str, str]] = (),
    spells: Iterable[Spell] = (),
) -> People:
    """Which accounts are one person, which team is each person in, and who is a bot?

    Parameters
    ----------
    names
        The NAMES table.
    declared
        Account → person, as the workflow file says; wins over everything found.
    team_of
        Person → team; wins over patterns.
    bots
        Person → whether it is a bot, as the workflow file says; wins over what the names suggest.
    patterns
        (pattern of persons' names, team).
    spells
        Memberships with dates; they win over ``team_of`` while they last.

    Returns
    -------
    People
        Every account has a person. Undeclared accounts are one person if they share a mailbox, or if their
        latest names are equal, apart from case, accents and punctuation, and they are of different systems.
        What would join two declared persons, and a name that several accounts of one system bear without
        sharing a mailbox, joins nobody and is told in ``unclear``; so is a person whom patterns would put
        into several teams. A person is a bot if every account of it is called like one.

    Examples
    --------
    >>> from vsm.tables import NAMES, conform
    >>> rows = {"kind": "account", "id": ["jira:k", "git:dev-1"], "name": ["Dev 1", "dev-1"]}
    >>> names = conform(pd.DataFrame(rows), NAMES)
    >>> sorted(people_from_names(names, declared={}, team_of={}).person_of.items())
    [('git:dev-1', 'Dev 1'), ('jira:k', 'Dev 1')]
    """
    told = {masked(account): person for account, person in declared.items()}
    accounts = names[names["kind"] == "account"].sort_values(["last", "name"], na_position="first")
    latest = {str(a): str(n) for a, n in zip(accounts["id"], accounts["name"], strict=True)}
    programs = {account for account, name in latest.items() if _of_bot(account, name)}
    mailboxes = _mailboxes(accounts)
    claims = Claims(told, {a: _normal(n) for a, n in latest.items()}, mailboxes, frozenset(programs), _normal)
    groups, unclear = groups_of(claims)
    person_of = told | _named(groups, latest, told)
    by_person: dict[str, list[str]] = {}
    for account, person in person_of.items():
        by_person.setdefault(person, []).append(account)
    found = {p: all(_of_bot(a, latest.get(a, "")) for a in several) for p, several in by_person.items()}
    machines = frozenset(person for person, bot in (found | dict(bots)).items() if bot)
    humans = sorted({*by_person} - machines)
    matched, several_teams = team_by_pattern((p for p in humans if p not in team_of), patterns=patterns)
    members = {p: team for p, team in (matched | dict(team_of)).items() if p not in machines}
    table = spells_table(spell for spell in spells if spell.person not in machines)
    doubts = [Unclear("name" if c.by_name else "mailbox", c.accounts, c.word) for c in unclear]
    doubts += [
        Unclear("team", tuple(sorted(by_person[person])), " and ".join(several))
        for person, several in several_teams.items()
    ]
    return People(person_of, Teams(members, table), machines, tuple(doubts))


def _of_bot(account: str, name: str) -> bool:
    """An account's id tells it only in Git, where it is a name."""
    return is_bot(name) or (account.startswith(f"{GIT}:") and is_bot(account.partition(":")[2]))


def _mailboxes(accounts: pd.DataFrame) -> dict[str, set[str]]:
    """Name the mailboxes of each account; a Git author may have many."""
    known = accounts.dropna(subset=["mailbox"]) if "mailbox" in accounts else accounts.iloc[:0]
    found: dict[str, set[str]] = {}
    for account, digests in zip(known["id"], known.get("mailbox", ()), strict=True):
        found.setdefault(str(account), set()).update(str(digests).split())
    return found


def _named(
    groups: Iterable[tuple[tuple[str, ...], bool]], latest: Mapping[str, str], declared: Mapping[str, str]
) -> dict[str, str]:
    """Name each group: as declared, else by its tracker's spelling; an account tells namesakes apart."""
    person_of: dict[str, str] = {}
    taken: dict[str, Any] = dict.fromkeys(declared.values(), None)
    for accounts, namesake in groups:
        said = next((declared[account] for account in accounts if account in declared), None)
        first = min(accounts, key=lambda account: (account.startswith(f"{GIT}:"), account))
        shown = said or latest[first]
        if said is None and (namesake or shown in taken):
            shown = f"{shown} ({first})"
        taken[shown] = None
        person_of |= dict.fromkeys(accounts, shown)
    return person_of


def _normal(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain.casefold()))
