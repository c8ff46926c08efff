"""Ticket keys: the ticket that each means, and those that a text names."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

import pandas as pd

Aliases = Mapping[str, str] | None
"""Former keys of renamed projects with today's."""


def ticket_keys(tickets: pd.DataFrame, events: pd.DataFrame, *, aliases: Aliases = None) -> dict[str, str]:
    """Give the ticket of each key: today's keys, and those that it had before.

    A ticket that was moved has had other keys, and so have all of a project that was renamed, by ``aliases``:
    former project → project. A key that several tickets bear today, such as those of two trackers, means none
    of them: it is known, and its ticket is empty.
    """
    moves = events[events["kind"] == "move"].dropna(subset=["before"])
    former = dict(zip(moves["before"].astype("str"), moves["ticket"].astype("str"), strict=True))
    today = dict(zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True))
    known = former | today | dict.fromkeys(keys_of_several_tickets(tickets), "")
    renamed = {old.upper(): new.upper() for old, new in (aliases or {}).items()}
    for _ in renamed:  # a project may have been renamed several times
        again = {
            f"{old}-{key.rpartition('-')[2]}": ticket
            for old, new in renamed.items()
            for key, ticket in known.items()
            if key.rpartition("-")[0] == new
        }
        known = again | known
    return known


def keys_of_several_tickets(tickets: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Give the keys that several tickets bear, each with the sources of those tickets."""
    keys = tickets["key"].str.upper()
    several = keys.duplicated(keep=False)
    bearers: dict[str, list[str]] = {}
    for key, ticket in zip(keys[several], tickets.loc[several, "ticket"].astype("str"), strict=True):
        bearers.setdefault(key, []).append(ticket)
    return {
        key: tuple(sorted({ticket.rpartition(":")[0] for ticket in several}))
        for key, several in bearers.items()
    }


_PACKAGES: Final = (
    "tar|tgz|gz|bz2|xz|zst|zip|7z|rar|jar|war|ear|aar|whl|egg|gem|nupkg|crate|deb|rpm|apk|ipa|dmg|pkg|exe|msi|"
    "msix|iso|img|vsix|appimage|snap"
)
_STAGES: Final = (
    "alpha|beta|rc|cr|pre|preview|snapshot|nightly|canary|eap|ga|dev(?=[-_.]?[0-9])|m(?=[0-9])|"
    "sp(?=[0-9])|amd64|arm64|aarch64|x86_64|x86|x64|noarch"
)
_VERSION: Final = (
    rf"\.[0-9x]|-[0-9]+-[0-9]|(?:[-_.~+][a-z0-9]+)*\.(?:{_PACKAGES})(?![a-z0-9])"
    rf"|[-_.~](?:{_STAGES})[-_.0-9]*(?![a-z0-9_-])|\+(?:build|git|sha)?[.-]?[0-9]"
)
"""What goes on after a number that is a version's, as in shop-4.0.0, shop-4-beta2 and shop-4-src.tar.gz.

A word more, as in SHOP-4-beta-programme, is a branch's. SHOP-4.patch is a ticket's.
"""


class KeyFinder:
    """Finds the tickets that texts name.

    Only keys of known projects are found, in any case: a loose pattern would find UTF-8, SHA-1 and CVE-2021
    in real messages. A version such as shop-4.0.0 and a package such as shop-4.tar.gz
    are none. Keys that no ticket has are counted in
    ``unknown``; a key of several tickets is neither.

    Parameters
    ----------
    keys
        As ``ticket_keys`` gives them.

    Examples
    --------
    >>> finder = KeyFinder({"AB-1": "jira:7"})
    >>> finder.tickets("ab-1 and AB-1, UTF-8, XAB-3, AB-4x, AB-9"), finder.unknown
    (['jira:7'], Counter({'AB-9': 1}))
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.unknown = Counter[str]()
        self._keys = keys
        projects = sorted({key.rpartition("-")[0].upper() for key in keys if "-" in key})
        names = "|".join(re.escape(project) for project in projects)
        pattern = rf"(?<![A-Za-z0-9])(?:{names})-[0-9]+(?![A-Za-z0-9])(?!{_VERSION})"
        self._pattern = re.compile(pattern, re.IGNORECASE) if projects else None

    def tickets(self, text: str) -> list[str]:
        """Give the tickets that a text names, each once, in its order; count unknown keys."""
        tickets, unknown = self._find(text)
        self.unknown.update(unknown)
        return tickets

    def only_ticket(self, text: str | None) -> str | None:
        """Give the ticket of a text that names a single key."""
        tickets, unknown = self._find(text or "")
        return tickets[0] if len(tickets) == 1 and not unknown else None

    def _find(self, text: str) -> tuple[list[str], list[str]]:
        named = dict.fromkeys(key.upper() for key in self._pattern.findall(text)) if self._pattern else {}
        tickets = dict.fromkeys(self._keys[key] for key in named if self._keys.get(key))
        return list(tickets), [key for key in named if key not in self._keys]
