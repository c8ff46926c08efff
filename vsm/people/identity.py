"""Accounts of several systems become persons; what is ambiguous is reported, never guessed.

Accounts are joined by what vsm.toml declares, then by mailboxes, then by names.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.people.accounts import is_agent, is_agent_app, is_bot, mask_addresses
from vsm.people.teams import Spell, Teams, spells_table, team_by_pattern
from vsm.tables import PERSON_KINDS

Accounts = tuple[str, ...]
GIT: Final = "git"
NONE_SAID: Final[Mapping[str, bool]] = {}


class Unclear(NamedTuple):
    """What about persons could not be decided; ``word`` is the name or the teams in question."""

    about: Literal["name", "mailbox", "team", "agent"]
    accounts: tuple[str, ...]
    word: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The person behind each account, the teams of persons, and who is a bot.

    Attributes
    ----------
    person_of
        Account → person; bots have one too.
    teams
        Which team each person is in, and when; bots are in none.
    bots
        Persons that are programs.
    unclear
        What could not be decided.
    agents
        Persons that are AI agents.
    """

    person_of: Mapping[str, str]
    teams: Teams = field(default_factory=Teams)
    bots: frozenset[str] = frozenset()
    unclear: tuple[Unclear, ...] = ()
    agents: frozenset[str] = frozenset()

    @property
    def programs(self) -> frozenset[str]:
        """Bots and AI agents: who is no person."""
        return self.bots | self.agents

    @property
    def persons(self) -> list[str]:
        """All persons but bots, in the order of their names."""
        return sorted({*self.person_of.values()} - self.bots)

    def identify(self, events: pd.DataFrame) -> pd.DataFrame:
        """Give EVENTS with persons in place of accounts.

        Actors everywhere, and ``before`` and ``after`` of events that name a holder; an unknown account stays
        as it is.
        """
        return with_renamed(events, self.person_of)

    def of_humans(self, events: pd.DataFrame) -> pd.DataFrame:
        """Give identified EVENTS in which a bot is nobody, as actor and as holder."""
        if not self.bots:
            return events
        assigned = events["kind"].isin(PERSON_KINDS)
        bots = list(self.bots)
        sides = {side: events[side].mask(assigned & events[side].isin(bots)) for side in ("before", "after")}
        return events.assign(actor=events["actor"].mask(events["actor"].isin(bots)), **sides)


def with_renamed(events: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Give EVENTS with other names for actors and holders; unknown ones stay."""
    kind = events["kind"].astype("category").cat
    assigned = np.append(kind.categories.isin(PERSON_KINDS), False)[kind.codes]  # −1 is the last
    sides = {side: _renamed(events[side], names, rows=assigned) for side in ("before", "after")}
    return events.assign(actor=_renamed(events["actor"], names), **sides)


def _renamed(
    values: "pd.Series[Any]", names: Mapping[str, str], *, rows: "npt.NDArray[np.bool_] | bool" = True
) -> pd.Categorical:
    """Give words in which these rows have other names, as a category of the words that occur, sorted.

    Each word is looked up once, not each row::

        number  0    1     2    3        ann and Open, then what they are renamed to
        word    ann  Open  P-1  Open
        row     ann  ann   Open
        number  2    0     1             the first of them says who is assigned
    """
    coded = values.astype("category").cat
    plain, codes = coded.categories.tolist(), coded.codes.to_numpy().astype(np.intp)
    number = codes + len(plain) * (rows & (codes >= 0))
    occurs = np.zeros(2 * len(plain) + 1, dtype=bool)  # the last place is that of −1
    occurs[number] = True
    used = np.flatnonzero(occurs[:-1])
    both = [*plain, *(names.get(word, word) for word in plain)]
    words = [both[place] for place in used.tolist()]
    place_of = {word: place for place, word in enumerate(sorted({*words}))}  # several may be one person
    code = np.full(2 * len(plain) + 1, -1, dtype=np.int32)
    code[used] = [place_of[word] for word in words]
    categories = pd.Index(list(place_of), dtype="str")
    return pd.Categorical.from_codes(code[number], categories=categories, validate=False)


def people_from_names(
    names: pd.DataFrame,
    *,
    declared: Mapping[str, str],
    team_of: Mapping[str, str],
    bots: Mapping[str, bool] = NONE_SAID,
    agents: Mapping[str, bool] = NONE_SAID,
    patterns: Iterable[tuple[str, str]] = (),
    spells: Iterable[Spell] = (),
) -> People:
    """Give the persons behind accounts, their teams, and which of them are bots.

    Parameters
    ----------
    names
        The NAMES table.
    declared
        Account → person, as the workflow file says; wins over everything else.
    team_of
        Person → team; wins over patterns.
    bots
        Person → whether it is a bot, as the workflow file says; wins over what the names suggest.
    agents
        Person → whether it is an AI agent, as the workflow file says; wins over what its accounts suggest.
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
        sharing a mailbox, joins nobody and stands in ``unclear``; so does a person whom patterns would put
        into several teams. A person is a bot if every account of it is called like one, or is a program's by
        what the tracker says of it; an AI agent if every account of it is a known agent's (``is_agent_app``),
        and then no bot.

    Examples
    --------
    >>> from vsm.tables import NAMES, conform
    >>> rows = {"kind": "account", "id": ["jira:k", "git:dev-1"], "name": ["Dev 1", "dev-1"]}
    >>> names = conform(pd.DataFrame(rows), NAMES)
    >>> sorted(people_from_names(names, declared={}, team_of={}).person_of.items())
    [('git:dev-1', 'Dev 1'), ('jira:k', 'Dev 1')]
    """
    declared = {mask_addresses(account): person for account, person in declared.items()}
    accounts = names[names["kind"] == "account"].sort_values(["last", "name"], na_position="first")
    latest: dict[str, str] = dict(zip(accounts["id"].tolist(), accounts["name"].tolist(), strict=True))
    programs = set(accounts.loc[accounts["category"] == "app", "id"]) if "category" in accounts else set()
    programs |= {account for account, name in latest.items() if _is_bots(account, name)}
    groups = _Groups(
        declared=declared,
        names={account: _comparable(name) for account, name in latest.items()},
        mailboxes=_mailboxes(accounts),
        bots=frozenset(programs),
    )
    joined, unclear = groups.joined()
    person_of = declared | _named(joined, latest, declared)
    accounts_of: dict[str, list[str]] = {}
    for account, person in person_of.items():
        accounts_of.setdefault(person, []).append(account)
    called_like_bots = {
        person: all(account in programs or _is_bots(account, "") for account in several)
        for person, several in accounts_of.items()
    }
    known = {
        person: all(is_agent_app(account, program=account in programs) for account in several)
        for person, several in accounts_of.items()
        if person not in bots
    }
    working = frozenset(person for person, agent in (known | dict(agents)).items() if agent)
    machines = frozenset(person for person, bot in (called_like_bots | dict(bots)).items() if bot) - working
    humans = sorted(accounts_of.keys() - machines)
    matched, ambiguous = team_by_pattern((p for p in humans if p not in team_of), patterns=patterns)
    members = {p: team for p, team in (matched | dict(team_of)).items() if p not in machines}
    dated = spells_table(spell for spell in spells if spell.person not in machines)
    unclear += [
        Unclear("team", tuple(sorted(accounts_of[person])), " and ".join(several))
        for person, several in ambiguous.items()
    ]
    unclear += [
        Unclear("agent", tuple(sorted(accounts_of[person])), person)
        for person in sorted(accounts_of.keys() - working - agents.keys() - bots.keys())
        if is_agent(person)
    ]
    return People(
        person_of, Teams(members, dated), machines, tuple(unclear), working.intersection(accounts_of)
    )


def _is_bots(account: str, name: str) -> bool:
    """Whether the name is a bot's, or in Git, where it is a name too, the account's id."""
    return is_bot(name) or (account.startswith(f"{GIT}:") and is_bot(account.partition(":")[2]))


def _mailboxes(accounts: pd.DataFrame) -> dict[str, set[str]]:
    """Give the mailboxes of each account; a Git author may have many."""
    rows = accounts.dropna(subset=["mailbox"]) if "mailbox" in accounts else accounts.iloc[:0]
    mailboxes: dict[str, set[str]] = {}
    for account, digests in zip(rows["id"], rows.get("mailbox", ()), strict=True):
        mailboxes.setdefault(str(account), set()).update(str(digests).split())
    return mailboxes


def _named(
    groups: Iterable[tuple[Accounts, bool]], latest: Mapping[str, str], declared: Mapping[str, str]
) -> dict[str, str]:
    """Name each group: as declared, else by its tracker's spelling; an account tells namesakes apart."""
    person_of: dict[str, str] = {}
    taken = set(declared.values())
    for accounts, has_namesake in groups:
        person = next((declared[account] for account in accounts if account in declared), None)
        if person is None:
            first = min(accounts, key=lambda account: (account.startswith(f"{GIT}:"), account))
            person = latest[first]
            if has_namesake or person in taken:
                person = f"{person} ({first})"
        taken.add(person)
        person_of |= dict.fromkeys(accounts, person)
    return person_of


def _comparable(name: str) -> str:
    """Give a name without case, accents and punctuation; empty where nothing is left of it."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain.casefold()))


@dataclass(frozen=True, slots=True)
class _Groups:
    """What is known of accounts, and what joins them.

    Attributes
    ----------
    declared
        Account → person.
    names
        Account → its latest name, made comparable.
    mailboxes
        Account → its mailboxes.
    bots
        Accounts of programs: they share mailboxes with those who run them.
    """

    declared: Mapping[str, str]
    names: Mapping[str, str]
    mailboxes: Mapping[str, set[str]]
    bots: frozenset[str]

    def joined(self) -> tuple[list[tuple[Accounts, bool]], list[Unclear]]:
        """Give the accounts of each person, and what was left apart.

        Groups are in the order of their first account, each with whether somebody else is called alike.
        Accounts of two declared persons are never in one group, and a link that would join them joins nobody.
        """
        accounts_of: dict[str, list[str]] = {}
        for account, person in self.declared.items():
            accounts_of.setdefault(person, []).append(account)
        by_mailbox, shared_mailboxes = self._without_conflicts(
            [sorted(several) for several in accounts_of.values()], self._links_by_mailbox()
        )
        links, namesakes = self._links_by_name(self._components(by_mailbox))
        by_name, contested = self._without_conflicts(by_mailbox, links)
        unclear = [Unclear("mailbox", several) for several in shared_mailboxes]
        unclear += [Unclear("name", several, word) for word, several in namesakes.items()]
        unclear += [Unclear("name", several) for several in contested]
        alike = {account for several in (*namesakes.values(), *contested) for account in several}
        groups = [group for group in self._components(by_name) if not self.names.keys().isdisjoint(group)]
        return [(group, not alike.isdisjoint(group)) for group in groups], unclear

    def _links_by_mailbox(self) -> list[list[str]]:
        users: dict[tuple[str, bool], list[str]] = {}
        for account in sorted(self.names.keys() | self.declared.keys()):
            for box in sorted(self.mailboxes.get(account, ())):
                users.setdefault((box, account in self.bots), []).append(account)
        return [several for several in users.values() if len(several) > 1]

    def _links_by_name(self, groups: Iterable[Accounts]) -> tuple[list[list[str]], dict[str, Accounts]]:
        """Link groups of one name in different systems; list the names that several of one system bear.

        A declared person bears the declared name, and is of all the systems of its accounts.
        """
        bearers: dict[str, list[list[str]]] = {}
        firsts: dict[str, list[str]] = {}
        for group in groups:
            for name, accounts in self._names_of(group):
                bearers.setdefault(name, []).append(accounts)
                firsts.setdefault(name, []).append(group[0])
        links, namesakes = list[list[str]](), dict[str, Accounts]()
        for name, several in bearers.items():
            systems = [system for accounts in several for system in {a.partition(":")[0] for a in accounts}]
            if len(systems) > len(set(systems)):
                namesakes[name] = tuple(sorted(account for accounts in several for account in accounts))
            elif len(several) > 1:
                links.append(firsts[name])
        return links, namesakes

    def _names_of(self, group: Accounts) -> Iterator[tuple[str, list[str]]]:
        """Give each name of a group and the accounts that have it."""
        person = next((self.declared[account] for account in group if account in self.declared), None)
        names: dict[str, list[str]] = {}
        for account in group:
            name = self.names[account] if person is None else _comparable(person)
            names.setdefault(name, []).append(account)
        return ((name, accounts) for name, accounts in names.items() if name)

    def _without_conflicts(
        self, known: list[list[str]], links: list[list[str]]
    ) -> tuple[list[list[str]], list[Accounts]]:
        """Add links to those known, but none in a group that would then hold two declared persons."""
        if not links:
            return known, []
        mixed = {
            account
            for group in self._components([*known, *links])
            if len({self.declared[account] for account in group if account in self.declared}) > 1
            for account in group
        }
        added = [link for link in links if link[0] not in mixed]
        dropped = [tuple(sorted(link)) for link in links if link[0] in mixed]
        return [*known, *added], dropped

    def _components(self, links: Iterable[list[str]]) -> list[Accounts]:
        """Give all accounts in groups of those that links join, however far."""
        joining = [link for link in links if len(link) > 1]
        alone = (self.names.keys() | self.declared.keys()).difference(*joining)
        groups: list[Accounts] = [(account,) for account in alone]
        if joining:
            from networkx.utils import UnionFind  # noqa: PLC0415 - a tenth of a second of import

            joined: UnionFind[str] = UnionFind()
            for link in joining:
                joined.union(*link)
            groups += [tuple(sorted(group)) for group in joined.to_sets()]
        return sorted(groups)
