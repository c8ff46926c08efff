"""How does a sentence read when the names in it shall not be seen?"""

import re
from collections.abc import Collection, Mapping
from typing import Final

_TOKEN: Final = re.compile(r"\w+")
_QUOTES: Final = "'\"‘’“”"


class Wording:
    """How does a sentence read with other words for some? Whole words only, the longest first.

    An account's id is replaced wherever it stands; a name where it cannot be an ordinary word: in quotes, or
    if more than letters are in it.

    Parameters
    ----------
    words
        Word → what to say instead.
    alone
        Words that are replaced wherever they stand, though they be of letters alone.

    Examples
    --------
    >>> Wording({"git:dev": "git:P-1", "Dev 10": "P-2", "dev": "P-3"}).of("git:dev, Dev 10, 'dev' or dev")
    "git:P-1, P-2, 'P-3' or dev"
    """

    def __init__(self, words: Mapping[str, str], *, alone: Collection[str] = ()) -> None:
        self._alone = frozenset(alone)
        self._starting: dict[str, list[tuple[int, str, str]]] = {}
        for word, instead in words.items():
            system, colon, name = word.partition(":")
            first = _TOKEN.search(word, len(system) + 1 if colon and name else 0)
            if first and word != instead:
                self._starting.setdefault(first[0], []).append((first.start(), word, instead))
        for several in self._starting.values():
            several.sort(key=lambda known: len(known[1]), reverse=True)

    def of(self, text: str) -> str:
        """How does this text read?"""
        parts, done = [], 0
        for token in _TOKEN.finditer(text):
            for ahead, word, instead in self._starting.get(token[0], ()):
                start = token.start() - ahead
                if start >= done and self._stands(text, start, word):
                    parts += [text[done:start], instead]
                    done = start + len(word)
                    break
        return "".join([*parts, text[done:]]) if parts else text

    def _stands(self, text: str, start: int, word: str) -> bool:
        if not text.startswith(word, start):
            return False
        before, after = text[max(start - 1, 0) : start], text[start + len(word) : start + len(word) + 1]
        if any(mark == "_" or mark.isalnum() for mark in (before, after)):
            return False
        return not word.isalpha() or word in self._alone or (bool(before) and before in _QUOTES)
