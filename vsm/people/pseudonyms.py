"""What are persons called where their names shall not be seen? Keyed pseudonyms, the same in every run."""

import hashlib
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
    """What is each person, and each account, called?

    Attributes
    ----------
    key
        Secret of the work folder; whoever has it can find out by trial who is who.
    person_of
        Account → person.
    shown
        Who keeps the own name: bots.
    called
        Person → pseudonym, of all that were known when it was made.
    """

    key: bytes = field(repr=False)
    person_of: Mapping[str, str] = field(repr=False)
    shown: frozenset[str] = frozenset()
    called: Mapping[str, str] = field(default_factory=dict, repr=False)

    def person(self, name: str) -> str:
        """What is this person called? An unknown one has a pseudonym too."""
        if name in self.shown:
            return name
        return self.called.get(name) or pseudonym(name, key=self.key)

    def account(self, account: str) -> str:
        """What is this account called? Its system, and its person's pseudonym."""
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
    """What are these persons called?

    Parameters
    ----------
    persons
        All who are known.
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
        No two persons are called alike: where six letters would be the same, both get longer ones.

    Examples
    --------
    >>> called = pseudonyms_of(["dev-1"], person_of={"jira:5": "dev-1"}, shown=(), key=b"secret")
    >>> called.account("jira:5") == "jira:" + called.person("dev-1")
    True
    """
    naming = naming or pseudonym
    kept = frozenset(shown)
    open_, called, length = sorted({*persons} - kept), dict[str, str](), SHORTEST
    while open_ and length <= LONGEST:
        tried: dict[str, list[str]] = {}
        for person in open_:
            tried.setdefault(naming(person, key=key, length=length), []).append(person)
        called |= {alike[0]: name for name, alike in tried.items() if len(alike) == 1}
        open_ = [person for alike in tried.values() if len(alike) > 1 for person in alike]
        length += 2
    return Pseudonyms(key, dict(person_of), kept, called)


def pseudonym(name: str, *, key: bytes, length: int = SHORTEST) -> str:
    """What is a person of this name called?

    Examples
    --------
    >>> pseudonym("dev-1", key=b"secret")
    'P-9MNKJ0'
    """
    number = int.from_bytes(hmac.new(key, b"person\0" + name.encode(), hashlib.sha256).digest())
    letters = (ALPHABET[(number >> 5 * place) & 31] for place in range(length))
    return "P-" + "".join(letters)
