"""Any other tracker's export: CSV or Parquet, one row a step, with a mapping of columns."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vsm.errors import ParameterError, SourceError
from vsm.sources.archive import Document, Page

if TYPE_CHECKING:
    import pandas as pd

NEEDED: Final = ("ticket", "at", "status")
STEP: Final = ("status", "holder", "team", "actor")
FIELDS: Final = (
    "type", "summary", "project", "priority", "objective", "url", "components", "labels", "value",
    "cost_of_delay",
)  # fmt: skip
WORDS: Final = (*NEEDED, "holder", "team", "actor", *FIELDS)
LISTED: Final = 10
BAD_ROWS: Final = " bad rows"
"""Id of the document that lists them; no ticket's begins with a space."""
LONGEST: Final = 2**31 - 1  # of a cell; the csv module stops at 131,072 characters, some descriptions do not
DATED: Final = r"\d{4}(?P<dash>[-/])\d{2}(?P=dash)\d{2}(?!\d)"
ZONED: Final = r":.*(?:[+-]\d{2}:?\d{2}|[+-]\d{2}|Z)$"


def parse_columns(text: str) -> dict[str, str]:
    """Read a mapping of columns, such as ``ticket=case_id,at=timestamp,status=activity``.

    Raises
    ------
    ParameterError
        A part is no ``word=column``, a word is unknown, named twice or lacking.

    Examples
    --------
    >>> parse_columns("ticket=ID,at=When,status=State,holder=Who")
    {'ticket': 'ID', 'at': 'When', 'status': 'State', 'holder': 'Who'}
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    columns = {word.strip(): column.strip() for word, _, column in pairs}
    odd = _faults(columns) + (["a word is given twice"] if len(columns) < len(pairs) else [])
    if odd:
        raise ParameterError(f"--map {text}: {'; '.join(odd)}; write ticket=COLUMN,at=COLUMN,status=COLUMN,…")
    return columns


def _faults(columns: Mapping[str, str]) -> list[str]:
    odd = [f"'{word}' is not one of {', '.join(WORDS)}" for word in columns if word not in WORDS]
    odd += [f"'{word}' names no column" for word, column in columns.items() if not column]
    return odd + [f"'{word}' is needed" for word in NEEDED if word not in columns]


def row_pages(
    path: Path,
    *,
    columns: Mapping[str, str],
    timezone: str | None,
    skip_bad: bool = False,
    page_size: int = 500,
) -> Iterator[Page]:
    """Give the tickets of an export, step by step.

    Parameters
    ----------
    path
        ``.csv`` (separated by comma, semicolon or tab, in UTF-8) or ``.parquet``; each row says that a
        ticket had a status from an instant on. Times are ISO 8601, or have slashes for dashes.
    columns
        Our word → the file's column, as ``parse_columns`` gives it.
    timezone
        IANA zone of times that carry none.
    skip_bad
        Leave out rows that cannot be used, and keep a list of them in a document.
    page_size
        Tickets a page.

    Yields
    ------
    Page
        Documents named by the ticket: ``ticket``, ``rows`` (``line, at, status, holder, team, actor``,
        sorted by instant, then line) and its latest fields.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a column, has times without a zone, or bad rows, which are listed by
        line. All of it is checked before the first page.

    Examples
    --------
    >>> next(row_pages(Path("nowhere.csv"), columns=parse_columns("ticket=a,at=b,status=c"), timezone=None))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.csv: No such file or directory
    """
    if odd := _faults(columns):
        raise SourceError(f"{path}: columns cannot be mapped: {'; '.join(odd)}")
    rows, bad = _usable(_read(path, columns), path, _zone(timezone))
    if bad and not skip_bad:
        listed = "; ".join(f"line {row['line']}: {row['reason']}" for row in bad[:LISTED])
        more = f"; and {len(bad) - LISTED} more" if len(bad) > LISTED else ""
        raise SourceError(f"{path}: {len(bad)} bad row(s): {listed}{more}; fix them, or pass --skip-bad")
    skipped = [Document(BAD_ROWS, {"bad_rows": bad})] if bad else []
    documents, done = chain(skipped, _documents(rows)), 0
    while page := tuple(islice(documents, page_size)):
        done += len(page)
        yield Page(page, cursor=str(done))


def _read(path: Path, columns: Mapping[str, str]) -> "pd.DataFrame":
    """Read the mapped columns under our words, with each row's line and what is wrong with its shape."""
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise SourceError(f"{path}: neither .csv nor .parquet; export the table as one of these")
    try:
        return readers[path.suffix.lower()](path, columns)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except (ValueError, csv.Error) as error:
        raise SourceError(f"{path}: cannot be read as a table ({error})") from error


def _read_csv(path: Path, columns: Mapping[str, str]) -> "pd.DataFrame":
    """Read CSV; a row's line is the one on which it begins: quoted texts may hold line breaks."""
    import pandas as pd  # noqa: PLC0415 - keeps a pull of other sources quick to start

    csv.field_size_limit(LONGEST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        separator = max(",;\t", key=file.readline().count)
        file.seek(0)
        reader = csv.reader(file, delimiter=separator, strict=True)
        header = next(reader, None)
        if header is None:
            raise ValueError("it is empty: not even a line with names of columns")
        positions = _positions(header, columns, path)
        rows, end = [], reader.line_num
        for cells in reader:
            begin, end = end + 1, reader.line_num
            if cells:
                odd = f"{len(cells)} cells under {len(header)} columns" if any(cells[len(header) :]) else ""
                padded = cells + [""] * (len(header) - len(cells))
                rows.append((*(padded[position] for position in positions), begin, odd))
    return pd.DataFrame(rows, columns=[*columns, "line", "odd"])


def _read_parquet(path: Path, columns: Mapping[str, str]) -> "pd.DataFrame":
    """Read Parquet; integers stay integers where some are missing, and an index is a column."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - see _read_csv

    table = pq.read_table(path)
    mapped = table.select(_positions(table.column_names, columns, path)).rename_columns(list(columns))
    rows: pd.DataFrame = mapped.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return rows.assign(line=range(2, len(rows) + 2), odd="")


def _positions(header: Sequence[str], columns: Mapping[str, str], path: Path) -> list[int]:
    names = [name.strip() for name in header]
    absent = sorted(set(columns.values()) - set(names))
    if absent:
        raise SourceError(f"{path} has no column {', '.join(absent)}; it has {', '.join(names) or 'none'}")
    twice = sorted({column for column in columns.values() if names.count(column) > 1})
    if twice:
        raise SourceError(
            f"{path} has several columns called {', '.join(twice)}; give them names of their own"
        )
    return [names.index(column) for column in columns.values()]


def _zone(timezone: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(timezone) if timezone else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SourceError(f"no time zone '{timezone}'; name one such as Europe/Berlin or UTC") from error


def _usable(
    rows: "pd.DataFrame", path: Path, zone: ZoneInfo | None
) -> tuple["pd.DataFrame", list[dict[str, Any]]]:
    """Give usable rows, and those that lack what is needed or whose time cannot be read."""
    import pandas as pd  # noqa: PLC0415 - see _read

    cells = rows.drop(columns="line").astype("object")
    texts = cells.where(cells.notna(), "").map(_text)
    at, reason = _instants(texts.pop("at"), path, zone)
    for word in ("status", "ticket"):
        reason = reason.mask(texts[word] == "", f"no {word}")
    odd = texts.pop("odd")
    reason = reason.mask(odd != "", odd)
    good = reason == ""
    bad = [
        {"line": int(line), "reason": str(why)}
        for line, why in zip(rows["line"][~good], reason[~good], strict=True)
    ]
    whole = pd.concat([texts, at.rename("at"), rows["line"]], axis=1)[good]
    return whole.sort_values(["ticket", "at", "line"], ignore_index=True), bad


def _text(value: object) -> str:
    """Give a cell's text; a ticket's number may have become a float where numbers were missing."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def _instants(
    texts: "pd.Series[str]", path: Path, zone: ZoneInfo | None
) -> tuple["pd.Series[Any]", "pd.Series[str]"]:
    """Give instants, each in its own zone or else in the named one, and why one cannot be read.

    Only years before months before days are read: 05/01/2026 is two different days.
    """
    import pandas as pd  # noqa: PLC0415 - see _read_csv

    dated = texts.where(texts.str.match(DATED)).str.replace(" UTC", "Z", regex=False)
    zoned = dated.str.contains(ZONED).fillna(value=False).astype("bool")
    own = pd.to_datetime(dated.where(zoned), format="ISO8601", utc=True, errors="coerce")
    naive = pd.to_datetime(dated.mask(zoned), format="ISO8601", errors="coerce")
    if zone is None and naive.notna().any():
        raise SourceError(f"{path}: its times carry no zone; name it with --timezone, such as Europe/Berlin")
    local = naive.dt.tz_localize(zone or "UTC", ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    at = own.astype("datetime64[us, UTC]").fillna(local.astype("datetime64[us, UTC]"))
    reason = pd.Series("", index=texts.index, dtype="object")
    reason = reason.mask(at.isna(), "no readable time '" + texts + "', write it as 2026-01-31 08:00")
    reason = reason.mask(
        naive.notna() & at.isna(), "time '" + texts + "' is twice or never on that day's clock"
    )
    return at, reason.mask(texts == "", "no time").astype("str")


def _documents(rows: "pd.DataFrame") -> Iterator[Document]:
    """Give rows, sorted by ticket, instant and line, as one document a ticket."""
    present = [word for word in STEP if word in rows]
    fields = [word for word in FIELDS if word in rows]
    for ticket, steps in groupby(rows.to_dict("records"), key=itemgetter("ticket")):
        history: list[dict[str, Any]] = []
        latest: dict[str, Any] = dict.fromkeys(fields)
        for row in steps:
            step = dict.fromkeys(STEP) | {word: row[word] or None for word in present}
            history.append(step | {"line": row["line"], "at": row["at"].isoformat()})
            latest |= {word: row[word] for word in fields if row[word]}
        yield Document(ticket, {"ticket": ticket, "rows": history} | latest)
