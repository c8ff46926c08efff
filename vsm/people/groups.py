"""Which accounts belong together? Joined by what is declared, by mailboxes, then by names; no guesses."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Groups = list[tuple[tuple[str, ...], bool]]


@dataclass(frozen=True, slots=True)
class Claims:
    """What is known of accounts?

    Attributes
    ----------
    declared
        Account → person.
    names
        Account → its latest name, made comparable; empty where nothing is left of it.
    mailboxes
        Account → its mailboxes.
    bots
        Accounts of programs: they share mailboxes with those who run them.
    normal
        What makes a name comparable.
    """

    declared: Mapping[str, str]
    names: Mapping[str, str]
    mailboxes: Mapping[str, set[str]]
    bots: frozenset[str]
    normal: Callable[[str], str]


class Conflict(NamedTuple):
    """Which accounts were not joined, by a name that they share or else by a mailbox?"""

    by_name: bool
    accounts: tuple[str, ...]
    word: str = ""


def groups_of(claims: Claims) -> tuple[Groups, list[Conflict]]:
    """Which accounts are one person, and which could be?

    Parameters
    ----------
    claims
        What is known of the accounts.

    Returns
    -------
    tuple
        Groups of accounts in the order of their first account, each with whether somebody else is called
        alike; and what was left apart. Accounts of two declared persons are never in one group, and what
        would join them joins nobody.

    Examples
    --------
    >>> names = {"jira:5": "dev 1", "git:dev-1": "dev 1", "git:dev-2": "dev 2"}
    >>> groups_of(Claims({}, names, {}, frozenset(), str.casefold))[0]
    [(('git:dev-1', 'jira:5'), False), (('git:dev-2',), False)]
    """
    accounts = sorted({*claims.names, *claims.declared})
    declared: dict[str, list[str]] = {}
    for account, person in claims.declared.items():
        declared.setdefault(person, []).append(account)
    known = [sorted(several) for several in declared.values()]
    by_mailbox, torn = _without_conflicts(accounts, known, _of_one_mailbox(accounts, claims), claims)
    links, namesakes = _of_one_name(_components(accounts, by_mailbox), claims)
    by_name, parted = _without_conflicts(accounts, by_mailbox, links, claims)
    conflicts = [Conflict(by_name=False, accounts=several) for several in torn]
    conflicts += [Conflict(by_name=True, accounts=several, word=word) for word, several in namesakes.items()]
    conflicts += [Conflict(by_name=True, accounts=several) for several in parted]
    alike = {account for several in (*namesakes.values(), *parted) for account in several}
    groups = _components(accounts, by_name)
    return [(group, not alike.isdisjoint(group)) for group in groups if {*group} & {*claims.names}], conflicts


def _of_one_mailbox(accounts: Iterable[str], claims: Claims) -> list[list[str]]:
    found: dict[tuple[str, bool], list[str]] = {}
    for account in accounts:
        for box in claims.mailboxes.get(account, ()):
            found.setdefault((box, account in claims.bots), []).append(account)
    return [several for several in found.values() if len(several) > 1]


def _of_one_name(
    units: Iterable[tuple[str, ...]], claims: Claims
) -> tuple[list[list[str]], dict[str, tuple[str, ...]]]:
    """Link units that bear one name in different systems; list the names that several of one system bear.

    A declared person bears the declared name, and is of all the systems of its accounts.
    """
    bearers: dict[str, list[tuple[str, set[str], list[str]]]] = {}
    for unit in units:
        for name, systems, here in _borne(unit, claims):
            bearers.setdefault(name, []).append((unit[0], systems, here))
    links, namesakes = list[list[str]](), dict[str, tuple[str, ...]]()
    for name, several in bearers.items():
        count = sum(len(systems) for _, systems, _ in several)
        if len(several) < 2:
            continue
        if count == len(set().union(*(systems for _, systems, _ in several))):
            links.append([first for first, _, _ in several])
        else:
            namesakes[name] = tuple(sorted(account for _, _, here in several for account in here))
    return links, namesakes


def _borne(unit: tuple[str, ...], claims: Claims) -> Iterator[tuple[str, set[str], list[str]]]:
    """Tell each name of a unit, the systems in which it counts, and the accounts that bear it."""
    person = next((claims.declared[account] for account in unit if account in claims.declared), None)
    if person is not None:
        if name := claims.normal(person):
            yield name, {_system(account) for account in unit}, list(unit)
        return
    names: dict[str, list[str]] = {}
    for account in unit:
        names.setdefault(claims.names[account], []).append(account)
    for name, here in names.items():
        if name:
            yield name, {_system(account) for account in here}, here


def _system(account: str) -> str:
    return account.partition(":")[0]


def _without_conflicts(
    accounts: Iterable[str], known: list[list[str]], links: list[list[str]], claims: Claims
) -> tuple[list[list[str]], list[tuple[str, ...]]]:
    """Add links to those known, but none in a group that would then hold two declared persons."""
    all_of = {account: group for group in _components(accounts, [*known, *links]) for account in group}
    torn = {group for group in all_of.values() if len(_persons(group, claims)) > 1}
    sound = [link for link in links if all_of[link[0]] not in torn]
    dropped = [link for link in links if all_of[link[0]] in torn]
    return [*known, *sound], [tuple(sorted(link)) for link in dropped]


def _persons(group: Iterable[str], claims: Claims) -> set[str]:
    return {claims.declared[account] for account in group if account in claims.declared}


def _components(accounts: Iterable[str], links: Iterable[list[str]]) -> list[tuple[str, ...]]:
    """Put together what is linked, however far."""
    root = {account: account for account in accounts}

    def find(account: str) -> str:
        while root[account] != account:
            root[account] = root[root[account]]
            account = root[account]
        return account

    for first, *others in links:
        for other in others:
            one, two = sorted((find(first), find(other)))
            root[two] = one
    groups: dict[str, list[str]] = {}
    for account in sorted(root):
        groups.setdefault(find(account), []).append(account)
    return [tuple(group) for group in groups.values()]
