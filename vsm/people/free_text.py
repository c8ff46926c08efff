"""How does free text read that people wrote, when no address and nobody's name shall be seen in it?"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from vsm.people.wording import Wording

HIDDEN: Final = "[address]"
LEAST: Final = 5
"""Single words shorter than this are too often something else to be taken for a login."""

_ADDRESS: Final = re.compile(r"""[^\s@<>()\[\]{},;:"'|=/\\]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}""")
_DIGEST: Final = re.compile("~[0-9a-f]{6}$")
_ROLES: Final = re.compile(
    "admin(?:istrator)?|agents?|analyst|anonymous|automation|build(?:er)?|client|contact|customers?|"
    "deploy(?:er)?|designer|developers?|editor|guest|jenkins|manager|nobody|owner|release|reporter|robot|service|support|"
    "system|testers?|unassigned|unknown"
)


class FreeText:
    """How does free text read without addresses and names? The longest name first, whole words, case kept.

    A name is looked for if it has two words or more, or if it is a single one of five letters or more that
    is no ordinary word of the project and no role: shorter ones, first names alone, and names that are
    written otherwise than they are known stay.

    Parameters
    ----------
    names
        Name or login → what to say instead.
    ordinary
        Words of the project that name nobody, such as stages and components, in any case.

    Examples
    --------
    >>> names = {"Ann Lee": "P-1", "annlee": "P-1", "tester": "P-2", "storage": "P-3"}
    >>> free = FreeText(names, ordinary=["Storage"])
    >>> free.of("annlee and Ann Lee ask ann@example.org: does the tester know of storage?")
    'P-1 and P-1 ask [address]: does the tester know of storage?'
    """

    def __init__(self, names: Mapping[str, str], *, ordinary: Collection[str] = ()) -> None:
        plain = {_DIGEST.sub("", name).strip(): instead for name, instead in names.items()}
        common = {word.casefold() for word in ordinary}
        told = {name: instead for name, instead in plain.items() if _tells(name, common)}
        self._wording = Wording(told, alone=told)

    def of(self, text: str) -> str:
        """How does this text read?"""
        return self._wording.of(without_addresses(text))


def without_addresses(text: str) -> str:
    """How does a text read without mail addresses?

    Examples
    --------
    >>> without_addresses("Mail from <ann.lee@mail.example.org>, not @Override or web@1.2")
    'Mail from <[address]>, not @Override or web@1.2'
    """
    return _ADDRESS.sub(HIDDEN, text) if "@" in text or "%40" in text else text


def _tells(name: str, common: set[str]) -> bool:
    if name.casefold() in common or _ROLES.fullmatch(name.casefold()):
        return False
    if len(name.split()) > 1:
        return True
    return sum(mark.isalnum() for mark in name) >= LEAST and any(mark.isalpha() for mark in name)
