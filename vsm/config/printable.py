"""Text from outside, without what steers a terminal or breaks a document."""

import re
from typing import Final

_SEQUENCE: Final = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, the cursor, clearing
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x1b[ -/]*[0-~]?"
)
_MARKS: Final = (
    "\x0b-\x1f\x00-\x08\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff"
)
_TERMINAL: Final = re.compile(f"{_SEQUENCE}|[{_MARKS}]")
_LINE: Final = re.compile(f"(?:{_SEQUENCE}|[{_MARKS}\t\n])+")


def printable(text: str) -> str:
    r"""Give a text without escape sequences, control characters and marks that turn its direction.

    Line feeds and tabs stay. A carriage return goes, since it would hide what stands before it.

    Examples
    --------
    >>> printable("In \x1b[31mReview\x1b[0m\r\x07\u202e")
    'In Review'
    """
    return _TERMINAL.sub("", text)


def one_line(text: str) -> str:
    r"""Give a text as one printable line; whatever controls a terminal becomes a blank.

    Examples
    --------
    >>> one_line("In\x1b[31m Review\r\nnow ")
    'In Review now'
    """
    return " ".join(_LINE.sub(" ", text).split())
