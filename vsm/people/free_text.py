"""Names and mail addresses in sentences, replaced."""

import re
from collections.abc import Collection, Mapping
from typing import Final

HIDDEN: Final = "[address]"
SHORTEST_LOGIN: Final = 5
"""Single words shorter than this are too often something else to be taken for a login."""

_ADDRESS: Final = re.compile(r"""[^\s@<>()\[\]{},;:"'|=/\\]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}""")
_TOKEN: Final = re.compile(r"\w+")
_QUOTES: Final = "'\"‘’“”"
_DIGEST: Final = re.compile("~[0-9a-f]{6}$")
_ROLES: Final = re.compile(
    "admin(?:istrator)?|agents?|analyst|anonymous|automation|build(?:er)?|client|contact|customers?|"
    "deploy(?:er)?|designer|developers?|editor|guest|jenkins|manager|nobody|owner|release|reporter|robot|service|"
    "support|system|testers?|unassigned|unknown"
)


class Wording:
    """A sentence with other words for some: whole words only, the longest first.

    An account's id is replaced wherever it stands; a name where it cannot be an ordinary word: in quotes, or
    if more than letters are in it.

    Parameters
    ----------
    words
        Word → what to say instead.
    alone
        Words that are replaced wherever they stand, even if they have only letters.

    Examples
    --------
    >>> Wording({"git:dev": "git:P-1", "Dev 10": "P-2", "dev": "P-3"}).of("git:dev, Dev 10, 'dev' or dev")
    "git:P-1, P-2, 'P-3' or dev"
    """

    def __init__(self, words: Mapping[str, str], *, alone: Collection[str] = ()) -> None:
        self._alone = frozenset(alone)
        starting: dict[str, dict[tuple[int, int], dict[str, str]]] = {}
        for word, instead in words.items():
            system, colon, name = word.partition(":")
            # Words are looked up by their first token (that of an account by the first after its system):
            # token → [((length of the word, the token's place in it), {word: instead}), …], longest first.
            first = _TOKEN.search(word, len(system) + 1 if colon and name else 0)
            if first and word != instead:
                alike = starting.setdefault(first[0], {})
                alike.setdefault((len(word), first.start()), {})[word] = instead
        self._starting = {token: sorted(alike.items(), reverse=True) for token, alike in starting.items()}

    def of(self, text: str) -> str:
        """Give this text with its words replaced."""
        if self._starting.keys().isdisjoint(_TOKEN.findall(text)):
            return text
        parts, done = list[str](), 0
        for token in _TOKEN.finditer(text):
            for (length, ahead), alike in self._starting.get(token[0], ()):
                start = token.start() - ahead
                word = text[start : start + length] if start >= done else ""
                if word in alike and self._is_whole(text, start, word):
                    parts += [text[done:start], alike[word]]
                    done = start + length
                    break
        return "".join([*parts, text[done:]])

    def _is_whole(self, text: str, start: int, word: str) -> bool:
        before, after = text[max(start - 1, 0) : start], text[start + len(word) : start + len(word) + 1]
        if any(mark == "_" or mark.isalnum() for mark in (before, after)):
            return False
        return not word.isalpha() or word in self._alone or (bool(before) and before in _QUOTES)


class FreeText:
    """Free text that people wrote, without addresses and names.

    The longest name is replaced first; whole words, with their case.

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
        telling = {name: instead for name, instead in plain.items() if _is_telling(name, common)}
        self._wording = Wording(telling, alone=telling)

    def of(self, text: str) -> str:
        """Give this text without addresses and names."""
        return self._wording.of(without_addresses(text))


def without_addresses(text: str) -> str:
    """Give a text with ``[address]`` in place of each mail address.

    Examples
    --------
    >>> without_addresses("Mail from <ann.lee@mail.example.org>, not @Override or web@1.2")
    'Mail from <[address]>, not @Override or web@1.2'
    """
    return _ADDRESS.sub(HIDDEN, text) if "@" in text or "%40" in text else text


def _is_telling(name: str, common: set[str]) -> bool:
    if name.casefold() in common or _ROLES.fullmatch(name.casefold()):
        return False
    if len(name.split()) > 1:
        return True
    return sum(mark.isalnum() for mark in name) >= SHORTEST_LOGIN and any(mark.isalpha() for mark in name)
