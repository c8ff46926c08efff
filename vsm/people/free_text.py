"""Names, mail addresses and telephone numbers in sentences, replaced."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from vsm.people.contacts import without_addresses, without_numbers
from vsm.people.spellings import DENSE, Spelling, Words, folded, is_role, spellings, word_pattern, words_of

SOMEBODY: Final = "[name]"
"""In place of a spelling that several people share."""

_TOKEN: Final = re.compile(r"\w+")
_QUOTES: Final = "'\"‘’“”"
_DIGEST: Final = re.compile("~[0-9a-f]{6}$")
_APOSTROPHES: Final = "'’‘ʼ`´"
_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
_GAP: Final = re.compile(
    rf"(?=.)[\s{_UNSEEN}]*(?:[-‐-―−_.,，、·・+{_APOSTROPHES}][\s{_UNSEEN}]*){{0,2}}", re.DOTALL
)
"""What may stand between two words of a name."""


class Wording:
    """A sentence with other words for some: whole words only, the longest first.

    An account's id is replaced wherever it stands; a name where it cannot be an ordinary word: in quotes, or
    if more than letters are in it.

    Parameters
    ----------
    words
        Word → what to say instead.

    Examples
    --------
    >>> Wording({"git:dev": "git:P-1", "Dev 10": "P-2", "dev": "P-3"}).of("git:dev, Dev 10, 'dev' or dev")
    "git:P-1, P-2, 'P-3' or dev"
    """

    def __init__(self, words: Mapping[str, str]) -> None:
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
        return not word.isalpha() or (bool(before) and before in _QUOTES)


class _Known(NamedTuple):
    instead: str
    spelling: Spelling


class _Node:
    """Words that begin a spelling, by the words that may follow."""

    __slots__ = ("known", "then")

    def __init__(self) -> None:
        self.then: dict[str, _Node] = {}
        self.known: _Known | None = None


class SpellingTree:
    """Spellings, looked for in a text from its first word to its last.

    Parameters
    ----------
    looked_up
        How a folded word of a text is looked up; as it is by default.

    Examples
    --------
    >>> tree = SpellingTree()
    >>> tree.add(Spelling(("ann", "lee"), 0), "P-1")
    >>> tree.replaced("Ask Ann  Lee")
    'Ask P-1'
    """

    def __init__(self, looked_up: Callable[[str], str] | None = None) -> None:
        self._root = _Node()
        self._key = lru_cache(1 << 18)(lambda word: looked_up(folded(word))) if looked_up else folded

    def add(self, spelling: Spelling, instead: str) -> None:
        """Add what to say instead of a spelling; the lower rank wins, and a tie becomes ``[name]``."""
        node = self._root
        for word in spelling.words:
            node = node.then.setdefault(word, _Node())
        before = node.known
        if before is None or spelling.rank < before.spelling.rank:
            node.known = _Known(instead, spelling)
        elif spelling.rank == before.spelling.rank and instead != before.instead:
            node.known = before._replace(instead=SOMEBODY)

    def replaced(self, text: str, *, ordinary: Collection[Words] = ()) -> str:
        """Give this text with other words for its spellings, the longest first.

        What is ``ordinary`` stays, but a whole name of several words.
        """
        plain = text if text.isascii() else unicodedata.normalize("NFC", text)
        if self._root.then.keys().isdisjoint(map(self._key, word_pattern().findall(plain))):
            return text
        found = [(match.start(), match.end(), match[0]) for match in word_pattern().finditer(plain)]
        parts, done, at = list[str](), 0, 0
        while at < len(found):
            instead, beyond = self._longest(plain, found, at, ordinary)
            if beyond > at:
                parts += [plain[done : found[at][0]], instead]
                done = found[beyond - 1][1]
                done += (
                    len(folded(found[beyond - 1][2])) == 1 and plain[done : done + 1] == "."
                )  # that of an initial
            at = max(beyond, at + 1)
        return "".join([*parts, plain[done:]]) if parts else text

    def _longest(
        self, text: str, found: list[tuple[int, int, str]], at: int, ordinary: Collection[Words]
    ) -> tuple[str, int]:
        """Give what to say instead of the longest spelling that begins here, and the word after it."""
        node, best = self._root, ("", at)
        for place in range(at, len(found)):
            start, _, word = found[place]
            if place > at and not _joins(text, found[place - 1][1], start):
                break
            following = node.then.get(self._key(word))
            if following is None:
                break
            node = following
            known = node.known
            if known is None or (known.spelling.words in ordinary and (known.spelling.rank or place == at)):
                continue
            if _is_meant(text, found[at : place + 1], known.spelling):
                best = (known.instead, place + 1)
        return best


class FreeText:
    """Free text that people wrote, without addresses, telephone numbers and names.

    A name is found in the spellings of ``vsm.people.spellings``: in any case, with or without accents, with
    any blanks, hyphens and apostrophes, surname first, without a middle name, with initials, as
    ``first.last`` or ``flast``, and by its surname alone. The longest spelling is replaced first, and what
    several people share becomes ``[name]``. The time is linear in the length of the text.

    What stays: first names alone; single words of less than five letters, or two of a surname; surnames that
    are words of everyday language (``ordinary_words.txt``), a role, or a word of the project, where they
    stand alone; inflected names, and those transliterated into another script.

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
    >>> free.of("annlee and Lee, Ann ask ann@example.org: does the tester know of storage?")
    'P-1 and P-1 ask [address]: does the tester know of storage?'
    """

    def __init__(self, names: Mapping[str, str], *, ordinary: Collection[str] = ()) -> None:
        self._names = SpellingTree()
        self._ordinary = frozenset(map(words_of, ordinary))
        plain = {_DIGEST.sub("", name).strip(): instead for name, instead in names.items()}
        given: dict[str, set[str]] = {}
        for name, instead in plain.items():
            if len(words := words_of(name)) > 1:
                given.setdefault(words[0], set()).add(instead)
        for name, instead in plain.items():
            for words, rank, capitals, initials in spellings(name):
                if len(words) == 1 and is_role(words[0]):
                    continue
                shared = rank == 2 and given.get(words[0], {instead}) != {instead}
                self._names.add(Spelling(words, rank, capitals, initials), SOMEBODY if shared else instead)

    def of(self, text: str) -> str:
        """Give this text without addresses, telephone numbers and names."""
        return self._names.replaced(without_numbers(without_addresses(text)), ordinary=self._ordinary)

    def of_ordinary(self, word: str) -> str:
        """Give a word of the project without the same, and without names that are such words as well."""
        return self._names.replaced(without_numbers(without_addresses(word)))


def _joins(text: str, end: int, start: int) -> bool:
    """Whether what stands between two words may stand within a name."""
    if end == start:
        return bool(DENSE.match(text[end - 1]) and DENSE.match(text[start]))
    return bool(_GAP.fullmatch(text, end, start))


def _is_meant(text: str, words: list[tuple[int, int, str]], known: Spelling) -> bool:
    """Whether words are written like a name: initials as such, and capitals where they are asked for."""
    for place, (start, end, word) in enumerate(words):
        first, after = text[start], text[end : end + 1]
        if first.upper() == first.lower():  # a script without cases
            continue
        if len(folded(word)) == 1 and known.initials:
            if after and after in _APOSTROPHES:  # O'Neill
                continue
            before = text[start - 1 : start] if place else ""
            written = first.isupper() and (after == "." or first not in "AI")
            written = written and not (before and before in _APOSTROPHES)
            joined = (before or after) in ("_", "-", ".")
            if not (written or joined) or (known.capitals and place and after != "."):
                return False
        elif known.capitals and not first.isupper():
            return False
    return True
