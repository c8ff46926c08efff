"""What the cells of a table mean: instants and amounts, never by a guess between two readings."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vsm.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd

DATED: Final = r"\d{4}(?P<dash>[-/])\d{2}(?P=dash)\d{2}(?!\d)"
ZONED: Final = r"\d{2}[T ]+\d.*(?:[+-]\d[\d:]*|Z)\s*$"
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,'’\s]*")
_PLAIN: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
_BY_MARK: Final = {
    mark: re.compile(rf"([+-]?(?:\d{{1,3}}(?:[{groups}'’\s]\d{{3}})+|\d+))(?:{re.escape(mark)}(\d+))?")
    for mark, groups in ((",", "."), (".", ","))
}


def text_of(value: object) -> str:
    """Give a cell's text; a ticket's number may have become a float where numbers were missing.

    Examples
    --------
    >>> text_of(7.0), text_of(" New "), text_of(1200.5)
    ('7', 'New', '1200.5')
    """
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def zone_of(timezone: str | None) -> ZoneInfo | None:
    """Give the zone of an IANA name; SourceError where there is none of this name."""
    try:
        return ZoneInfo(timezone) if timezone else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SourceError(f"no time zone '{timezone}'; name one such as Europe/Berlin or UTC") from error


def instants_of(
    values: "pd.Series[Any]", *, zone: ZoneInfo | None = None, date_format: str = ""
) -> tuple["pd.Series[Any]", "pd.Series[str]", "pd.Series[Any]"]:
    """Give instants, each in its own zone or else in the named one (UTC), and why one cannot be read.

    Without a format only years before months before days are read: 05/01/2026 is two different days. Dates
    of Excel and Parquet need none. The third part holds those
    without a zone, as they are written.
    """
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    texts = values.map(text_of).astype("str")
    iso = values.map(lambda value: isinstance(value, date)).astype("bool") | (not date_format)
    dated = texts.where(iso & texts.str.match(DATED)).str.replace(" UTC", "Z", regex=False)
    zoned = dated.str.contains(ZONED).fillna(value=False).astype("bool")
    own = pd.to_datetime(dated.where(zoned), format="ISO8601", utc=True, errors="coerce")
    naive = pd.to_datetime(dated.mask(zoned), format="ISO8601", errors="coerce")
    if date_format:
        with_zone = "%z" in date_format.lower()  # an offset, or a zone by its name
        spelled = pd.to_datetime(texts.mask(iso), format=date_format, errors="coerce", utc=with_zone)
        own, naive = (own.fillna(spelled), naive) if with_zone else (own, naive.fillna(spelled))
    local = naive.dt.tz_localize(zone or "UTC", ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    at = own.astype("datetime64[us, UTC]").fillna(local.astype("datetime64[us, UTC]"))
    reason = pd.Series("", index=texts.index, dtype="object")
    how = f"by the format {date_format}" if date_format else "write it as 2026-01-31 08:00"
    reason = reason.mask(at.isna(), "no readable time '" + texts + f"', {how}")
    reason = reason.mask(
        naive.notna() & at.isna(), "time '" + texts + "' is twice or never on that day's clock"
    )
    return at, reason.mask(texts == "", "no time").astype("str"), naive


def amounts_of(values: "pd.Series[Any]", where: str, *, decimal: str = "") -> "pd.Series[str]":
    """Give amounts as plain texts (``1200.5``), by one decimal mark for all of a column.

    What is no number stays as it is. Numbers of Excel and Parquet have no mark. Without ``decimal`` a text
    with a comma, or one such as 1.200 in a column in which no other shows what the dot means, could be two
    numbers.

    Raises
    ------
    SourceError
        A number could be two, or does not fit the named mark. ``where`` names the column in the message.

    Examples
    --------
    >>> import pandas as pd
    >>> amounts_of(pd.Series(["1.200,50", "3,5", "1.200"]), "column 'cod'", decimal=",").tolist()
    ['1200.50', '3.5', '1200']
    """
    texts = values.map(text_of)
    written = texts[values.map(lambda value: isinstance(value, str)) & texts.map(_is_number)]
    if decimal:
        found = {text: _BY_MARK[decimal].fullmatch(text) for text in set(written)}
        if odd := sorted(text for text, match in found.items() if match is None):
            raise SourceError(f"{where}: '{odd[0]}' is no number with the decimal mark '{decimal}'")
        plain = {
            text: re.sub(r"[^\d+-]", "", match[1]) + (f".{match[2]}" if match[2] else "")
            for text, match in found.items()
            if match
        }
        return texts.where(~texts.index.isin(written.index), texts.map(plain))
    shown = any("." in text and _PLAIN.fullmatch(text) and not _GROUPED.fullmatch(text) for text in written)
    unclear = [t for t in written if not _PLAIN.fullmatch(t) or (_GROUPED.fullmatch(t) and not shown)]
    if unclear:
        raise SourceError(
            f"{where}: '{unclear[0]}' could be two numbers; name its mark, --decimal , or --decimal ."
        )
    return texts


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
