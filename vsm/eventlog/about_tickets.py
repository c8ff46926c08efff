"""How are lists and amounts of a ticket's fields written into TICKETS?"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from vsm.eventlog.quality import QualityNote

JOINT: Final = "; "
AMOUNTS: Final = ("value", "cost_of_delay")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)


def joined(names: Iterable[object]) -> str | None:
    """How do several names stand in one cell? Each once, in the order given; None where there are none.

    A semicolon within a name becomes a comma: it would end the name.

    Examples
    --------
    >>> joined(["web", "search; index", "web"])
    'web; search, index'
    """
    words = [" ".join(str(name).replace(";", ",").split()) for name in names if name is not None]
    return JOINT.join(dict.fromkeys(word for word in words if word)) or None


def amount(text: str | None) -> float | None:
    """Which number is it? None for nothing, and for what is no plain decimal number.

    Examples
    --------
    >>> amount("1200.5"), amount("high"), amount("1,200"), amount(None)
    (1200.5, None, None, None)
    """
    if text is None or not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def check_amounts(
    told: Iterable[tuple[str, str, Mapping[str, Any]]], *, source: str
) -> Iterator[QualityNote]:
    """Which values and costs of delay are no numbers, so that they count as missing?

    Parameters
    ----------
    told
        Of each ticket its id, its key, and the texts of its fields by our words.

    Examples
    --------
    >>> told = [("jira:7", "AB-1", {"value": "high"})]
    >>> [doubt.detail for doubt in check_amounts(told, source="jira")]
    ["AB-1: its value is 'high', no number; taken as missing"]
    """
    for ticket, key, texts in told:
        for word in AMOUNTS:
            text = texts.get(word)
            if text and amount(text) is None:
                detail = f"{key}: its {word.replace('_', ' ')} is '{text}', no number; taken as missing"
                yield QualityNote("amount is no number", "note", detail, source, ticket)
