"""Texts in scripts that run from right to left, within pages that run from left to right.

A stage called in Hebrew or Arabic would draw the numbers and signs beside it to its other side. So each
run of such letters stands between two invisible characters (U+2068 and U+2069) that isolate it, as HTML's
``bdi`` does; they work in figures, slides and PowerPoint as well.
"""

import re
from typing import Any, Final

_LETTERS: Final = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RUN: Final = re.compile(rf"\u2068[^\u2069]*\u2069|[{_LETTERS}]+(?:[ \u00a0'’./–-]{{1,2}}[{_LETTERS}]+)*")
_PART: Final = re.compile(r"(<script.*?</script>|<style.*?</style>|<[^>]*>)", re.DOTALL)


def isolated(text: str) -> str:
    """The text with each run from right to left isolated, once; others are as they were.

    Examples
    --------
    >>> isolated("12 in 'אבג דה' now") == "12 in '\u2068אבג דה\u2069' now"
    True
    >>> isolated("12 in 'Review' now")
    "12 in 'Review' now"
    """
    return _RUN.sub(lambda run: run[0] if run[0][0] == "\u2068" else f"\u2068{run[0]}\u2069", text)


def isolated_html(page: str) -> str:
    """HTML with the runs in its texts isolated, and its tags, scripts and styles as they were.

    Examples
    --------
    >>> isolated_html('<td id="אב">אב</td>') == '<td id="אב">\u2068אב\u2069</td>'
    True
    """
    if not _RUN.search(page):
        return page
    return "".join(part if part.startswith("<") else isolated(part) for part in _PART.split(page))


def isolated_texts(value: Any) -> Any:
    """A figure's JSON with the runs in its texts isolated, wherever they stand.

    Examples
    --------
    >>> isolated_texts({"text": ["אב", 1]}) == {"text": ["\u2068אב\u2069", 1]}
    True
    """
    if isinstance(value, str):
        return isolated(value)
    if isinstance(value, dict):
        return {key: isolated_texts(inner) for key, inner in value.items()}
    return [isolated_texts(each) for each in value] if isinstance(value, list) else value
