"""Who is who? Accounts of several systems become persons, persons belong to teams.

A person is told by the workflow file, else by a name that a Jira account and a Git author share; a name
that two accounts of the same system bear joins nobody, and is reported.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class People:
    """Which person is behind each account, and which team is each in?

    Examples
    --------
    >>> People({"git:dev-1": "dev-1"}, {"dev-1": "web"}, ()).team_of["dev-1"]
    'web'
    """

    person_of: Mapping[str, str]
    team_of: Mapping[str, str]
    ambiguous: tuple[str, ...]

    def identify(self, events: pd.DataFrame) -> pd.DataFrame:
        """Who did it, and who was assigned? EVENTS with persons in place of accounts.

        Actors everywhere, and ``before`` and ``after`` of assignee events; an unknown account stays as it is.
        """
        assigned = (events["kind"] == "assignee").to_numpy()
        sides = {side: _renamed(events[side], self.person_of, assigned) for side in ("before", "after")}
        return events.assign(
            actor=events["actor"].astype("str").replace(self.person_of).astype("category"), **sides
        )


def _renamed(values: pd.Series, person_of: Mapping[str, str], rows: object) -> pd.Series:
    plain = values.astype("str")
    return plain.where(~pd.Series(rows, index=plain.index), plain.replace(person_of)).astype("category")


def people_from_names(
    names: pd.DataFrame, *, declared: Mapping[str, str], team_of: Mapping[str, str]
) -> People:
    """Which accounts are one person?

    Parameters
    ----------
    names
        The NAMES table.
    declared
        Account → person, as the workflow file says; wins over everything found.
    team_of
        Person → team.

    Returns
    -------
    People
        Every account has a person. Undeclared accounts whose latest names are equal, apart from case,
        accents and punctuation, are one person if they are of different systems; ``ambiguous`` lists the
        names where they are not, and those accounts stay apart.

    Examples
    --------
    >>> from vsm.tables import NAMES, conform
    >>> rows = {"kind": "account", "id": ["jira:k", "git:dev-1"], "name": ["Dev 1", "dev-1"]}
    >>> names = conform(pd.DataFrame(rows), NAMES)
    >>> sorted(people_from_names(names, declared={}, team_of={}).person_of.items())
    [('git:dev-1', 'Dev 1'), ('jira:k', 'Dev 1')]
    """
    accounts = names[names["kind"] == "account"].sort_values(["last", "name"], na_position="first")
    latest = dict(zip(accounts["id"], accounts["name"], strict=True))
    open_accounts = {account: name for account, name in latest.items() if account not in declared}
    groups: dict[str, list[str]] = {}
    for account in sorted(open_accounts):
        groups.setdefault(_normal(open_accounts[account]), []).append(account)
    person_of, ambiguous = dict(declared), []
    for group in groups.values():
        apart = len({account.partition(":")[0] for account in group}) < len(group)
        if apart:
            ambiguous.append(open_accounts[group[0]])
        person_of |= dict(_persons(group, open_accounts, apart=apart))
    return People(person_of, dict(team_of), tuple(sorted(ambiguous)))


def _persons(group: list[str], names: Mapping[str, str], *, apart: bool) -> Iterator[tuple[str, str]]:
    """Name the person of each account; the tracker's spelling is taken before Git's."""
    shown = names[min(group, key=lambda account: account.startswith("git:"))]
    for account in group:
        yield account, f"{names[account]} ({account})" if apart else shown


def _normal(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain.casefold()))
