"""The words that choose tickets, such as ``type=Bug, component=shop front``: one text of them, everywhere."""

import re
from typing import Final

from vsm.errors import ParameterError

WORDS: Final = ("component", "label", "epic", "type", "priority", "team", "stage")
"""What tickets can be chosen by."""
_NEXT: Final = re.compile(r",\s*(?=\w+\s*=)")


def words_of(text: str) -> dict[str, str]:
    """Give word → value of a text such as ``type=Bug, component=shop front``.

    Values are as the tracker writes them, with spaces and commas; a comma before ``word=`` begins the next.

    Raises
    ------
    ParameterError
        A word is unknown or comes twice, or has no value.

    Examples
    --------
    >>> words_of("type=Bug, component=search, sort")
    {'type': 'Bug', 'component': 'search, sort'}
    >>> words_of("colour=red")
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: where is 'colour=red'; write word=value, ..., with the words component, ...
    """
    words: dict[str, str] = {}
    for part in _NEXT.split(text) if text.strip() else ():
        word, _, value = (side.strip() for side in part.partition("="))
        if word not in WORDS or word in words or not value:
            known = ", ".join(WORDS)
            raise ParameterError(
                f"where is '{text}'; write word=value, word=value, with the words {known}, each once"
            )
        words[word] = value
    return words
