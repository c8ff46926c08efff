"""Fields of documents as our tables hold them: instants in UTC, lists of names, amounts."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import pandas as pd

from vsm.eventlog.log import QualityNote
from vsm.tables import INSTANT

JOINT: Final = "; "
AMOUNTS: Final = ("value", "cost_of_delay")
UNRESOLVED: Final = frozenset(
    ("", "-", "–", "none", "unresolved", "not resolved", "unerledigt", "nicht erledigt", "offen",
     "non résolu", "non résolue", "sin resolver", "no resuelto", "não resolvido", "non risolto", "onopgelost",
     "nierozwiązane", "olöst", "не решено", "未解決", "未解决", "미해결")
)  # fmt: skip
"""What stands for a resolution where there is none."""
FAR_MS: Final = 253_402_300_800_000
"""The year 10000 in epoch milliseconds: no instant, and more than pandas can hold."""

_ZONED: Final = "Z$|^.{10}.*[+-]"
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)


def instants(values: Sequence[object]) -> pd.DatetimeIndex:
    """Give the instants that texts and epoch milliseconds mean; missing where one cannot be read.

    Jira writes ``2014-08-18T20:45:29.815+0000`` in most places and epoch milliseconds in its bulk
    changelog (measured on real answers), Git ISO 8601. A text without a zone is not an instant.

    Examples
    --------
    >>> instants(["2026-08-24T11:11:52.944+0200", 1492070429000, "soon"])
    DatetimeIndex(['2026-08-24 09:11:52.944000+00:00', '2017-04-13 08:00:29+00:00', 'NaT'],
                  dtype='datetime64[us, UTC]', freq=None)
    """
    if all(value is None for value in values):
        return pd.DatetimeIndex([pd.NaT] * len(values), dtype=INSTANT)
    only_texts = all(type(value) is str for value in values)
    texts = pd.Series(
        cast("list[str]", values if only_texts else [_iso(value) for value in values]), dtype="str"
    )
    zoned = texts.where(texts.str.contains(_ZONED, na=False))
    return pd.DatetimeIndex(
        pd.to_datetime(zoned, format="ISO8601", utc=True, errors="coerce").astype(INSTANT)
    )


def _iso(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < FAR_MS:
        return pd.Timestamp(value, unit="ms", tz="UTC").isoformat()
    return None


def joined(names: Iterable[object]) -> str | None:
    """Give several names as one cell: each once, in the order given; None where there are none.

    A semicolon within a name becomes a comma: it would end the name.

    Examples
    --------
    >>> joined(["web", "search; index", "web"])
    'web; search, index'
    """
    words = [" ".join(str(name).replace(";", ",").split()) for name in names if name is not None]
    return JOINT.join(dict.fromkeys(word for word in words if word)) or None


def amount(text: str | None) -> float | None:
    """Give the number; None for nothing, and for what is no plain decimal number.

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
    rows: Iterable[tuple[str, str, Mapping[str, Any]]], *, source: str
) -> Iterator[QualityNote]:
    """Note values and costs of delay that are no numbers, so that they count as missing.

    ``rows`` are, for each ticket, its id, its key, and the texts of its fields by our words.
    """
    for ticket, key, texts in rows:
        for word in AMOUNTS:
            text = texts.get(word)
            if text and amount(text) is None:
                detail = f"{key}: its {word.replace('_', ' ')} is '{text}', no number; taken as missing"
                yield QualityNote("amount is no number", "note", detail, source, ticket)


def resolution(name: object) -> str | None:
    """Give the name of a resolution; None where it says that there is none, as exports and some Jiras do.

    Examples
    --------
    >>> [resolution(name) for name in ("Fixed", "Unresolved", "Nicht erledigt", "", None)]
    ['Fixed', None, None, None, None]
    """
    return None if str(name or "").strip().casefold() in UNRESOLVED else str(name)
