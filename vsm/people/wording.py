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
        starting: dict[str, dict[tuple[int, int], dict[str, str]]] = {}
        for word, instead in words.items():
            system, colon, name = word.partition(":")
            first = _TOKEN.search(word, len(system) + 1 if colon and name else 0)
            if first and word != instead:
                alike = starting.setdefault(first[0], {})
                alike.setdefault((len(word), first.start()), {})[word] = instead
        self._starting = {token: sorted(alike.items(), reverse=True) for token, alike in starting.items()}

    def of(self, text: str) -> str:
        """How does this text read?"""
        if self._starting.keys().isdisjoint(_TOKEN.findall(text)):
            return text
        parts, done = list[str](), 0
        for token in _TOKEN.finditer(text):
            for (length, ahead), alike in self._starting.get(token[0], ()):
                start = token.start() - ahead
                word = text[start : start + length] if start >= done else ""
                if word in alike and self._stands(text, start, word):
                    parts += [text[done:start], alike[word]]
                    done = start + length
                    break
        return "".join([*parts, text[done:]])

    def _stands(self, text: str, start: int, word: str) -> bool:
        before, after = text[max(start - 1, 0) : start], text[start + len(word) : start + len(word) + 1]
        if any(mark == "_" or mark.isalnum() for mark in (before, after)):
            return False
        return not word.isalpha() or word in self._alone or (bool(before) and before in _QUOTES)
