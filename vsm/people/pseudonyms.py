"""Keyed pseudonyms of persons, the same in every run."""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter is mistaken for a digit, nor for another letter."""

SHORTEST: Final = 6
LONGEST: Final = 40
PSEUDONYM: Final = re.compile(rf"(?<![\w-])P-[{ALPHABET}]{{{SHORTEST},{LONGEST}}}(?!\w)")
"""What a pseudonym looks like; whole words only, since tickets' keys may hold something like it."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonym of each person and account.

    Attributes
    ----------
    key
        Secret of the work folder; whoever has it can find out by trial who is who.
    person_of
        Account → person.
    shown
        Who keeps the own name: bots and AI agents.
    called
        Person → pseudonym, of all that were known when it was made.
    """

    key: bytes = field(repr=False)
    person_of: Mapping[str, str] = field(repr=False)
    shown: frozenset[str] = frozenset()
    called: Mapping[str, str] = field(default_factory=dict, repr=False)

    def person(self, name: str) -> str:
        """Give this person's pseudonym; an unknown one has one too."""
        if name in self.shown:
            return name
        return self.called.get(name) or pseudonym(name, key=self.key)

    def account(self, account: str) -> str:
        """Give this account's system, and its person's pseudonym."""
        person = self.person_of.get(account, account)
        system, colon, _ = account.partition(":")
        return account if person in self.shown else f"{system if colon else ''}{colon}{self.person(person)}"


def pseudonyms_of(
    persons: Iterable[str],
    *,
    person_of: Mapping[str, str],
    shown: Iterable[str],
    key: bytes,
    naming: Callable[..., str] | None = None,
) -> Pseudonyms:
    """Give these persons pseudonyms, no two of them alike.

    Parameters
    ----------
    person_of
        Account → person.
    shown
        Who keeps the own name.
    key
        Secret of the work folder.
    naming
        How a name becomes a pseudonym; ``pseudonym`` without one.

    Returns
    -------
    Pseudonyms
        Where six letters would be the same for two persons, both get longer ones.

    Examples
    --------
    >>> called = pseudonyms_of(["dev-1"], person_of={"jira:5": "dev-1"}, shown=(), key=b"secret")
    >>> called.account("jira:5") == "jira:" + called.person("dev-1")
    True
    """
    naming = naming or pseudonym
    shown = frozenset(shown)
    unnamed, called = sorted({*persons} - shown), dict[str, str]()
    for length in range(SHORTEST, LONGEST + 1, 2):
        bearers: dict[str, list[str]] = {}
        for person in unnamed:
            bearers.setdefault(naming(person, key=key, length=length), []).append(person)
        called |= {alike[0]: name for name, alike in bearers.items() if len(alike) == 1}
        unnamed = [person for alike in bearers.values() if len(alike) > 1 for person in alike]
    return Pseudonyms(key, dict(person_of), shown, called)


def pseudonym(name: str, *, key: bytes, length: int = SHORTEST) -> str:
    """Give the pseudonym that a key makes of a name.

    Examples
    --------
    >>> pseudonym("dev-1", key=b"secret")
    'P-9MNKJ0'
    """
    number = int.from_bytes(hmac.digest(key, b"person\0" + name.encode(), "sha256"))
    return "P-" + "".join(ALPHABET[(number >> 5 * digit) & 31] for digit in range(length))
