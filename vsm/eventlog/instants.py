"""When was it? Sources write instants in several ways; here they become UTC."""

from collections.abc import Sequence
from typing import Final, cast

import pandas as pd

from vsm.tables import INSTANT

FAR_MS: Final = 253_402_300_800_000
"""The year 10000 in epoch milliseconds: no instant, and more than pandas can hold."""

_ZONED: Final = "Z$|^.{10}.*[+-]"


def instants(values: Sequence[object]) -> pd.DatetimeIndex:
    """Which instants do these texts and epoch milliseconds name? Missing where one cannot be read.

    Jira writes ``2014-08-18T20:45:29.815+0000`` in most places and epoch milliseconds in its bulk
    changelog (measured on real answers), Git ISO 8601. A text without a zone is not an instant.

    Examples
    --------
    >>> instants(["2026-08-24T11:11:52.944+0200", 1492070429000, "soon"])
    DatetimeIndex(['2026-08-24 09:11:52.944000+00:00', '2017-04-13 08:00:29+00:00', 'NaT'],
                  dtype='datetime64[us, UTC]', freq=None)
    """
    plain = all(type(value) is str for value in values)
    told = values if plain else [_iso(value) for value in values]
    texts = pd.Series(cast("list[str]", told), dtype="str")
    zoned = texts.str.contains(_ZONED, na=False)
    found = pd.to_datetime(texts.where(zoned), format="ISO8601", utc=True, errors="coerce")
    return pd.DatetimeIndex(found.astype(INSTANT))


def _iso(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < FAR_MS:
        return pd.Timestamp(value, unit="ms", tz="UTC").isoformat()
    return None
