"""What does any other tracker's export say? CSV or Parquet, one row a step, with a mapping of columns."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vsm.errors import ParameterError, SourceError
from vsm.sources.archive import Document, Page

if TYPE_CHECKING:
    import pandas as pd

NEEDED: Final = ("ticket", "at", "status")
STEP: Final = ("status", "holder", "team", "actor")
ABOUT: Final = ("type", "summary", "project", "priority", "objective", "url")
WORDS: Final = (*NEEDED, "holder", "team", "actor", *ABOUT)
TOLD: Final = 10


def parse_columns(text: str) -> dict[str, str]:
    """Which column holds what? Reads ``ticket=case_id,at=timestamp,status=activity``.

    Raises
    ------
    ParameterError
        A part is no ``word=column``, a word is unknown, told twice or lacking.

    Examples
    --------
    >>> parse_columns("ticket=ID,at=When,status=State,holder=Who")
    {'ticket': 'ID', 'at': 'When', 'status': 'State', 'holder': 'Who'}
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    columns = {word.strip(): column.strip() for word, _, column in pairs}
    odd = [
        f"'{word.strip()}' is not one of {', '.join(WORDS)}"
        for word, *_ in pairs
        if word.strip() not in WORDS
    ]
    odd += [f"'{word.strip()}' names no column" for word, _, column in pairs if not column.strip()]
    odd += ["a word is told twice"] if len(columns) < len(pairs) else []
    odd += [f"'{word}' is needed" for word in NEEDED if word not in columns]
    if odd:
        raise ParameterError(f"--map {text}: {'; '.join(odd)}; write ticket=COLUMN,at=COLUMN,status=COLUMN,…")
    return columns


def row_pages(
    path: Path,
    *,
    columns: Mapping[str, str],
    timezone: str | None,
    skip_bad: bool = False,
    page_size: int = 500,
) -> Iterator[Page]:
    """Which tickets does this export hold, step by step?

    Parameters
    ----------
    path
        ``.csv`` or ``.parquet``; each row says that a ticket had a status from an instant on.
    columns
        Our word → the file's column, as ``parse_columns`` gives it.
    timezone
        IANA zone of times that carry none.
    skip_bad
        Leave out rows that cannot be used, and keep them in a document ``bad rows``.
    page_size
        Tickets a page.

    Yields
    ------
    Page
        Documents named by the ticket: ``ticket``, ``rows`` (``line, at, status, holder, team, actor``,
        sorted by instant, then line) and what is known about it.

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
    rows = _read(path, columns)
    rows, bad = _usable(rows, path, _zone(timezone))
    if bad and not skip_bad:
        listed = "; ".join(f"line {row['line']}: {row['reason']}" for row in bad[:TOLD])
        more = f"; and {len(bad) - TOLD} more" if len(bad) > TOLD else ""
        raise SourceError(f"{path}: {len(bad)} bad row(s): {listed}{more}; mend them, or pass --skip-bad")
    documents = iter([*([Document("bad rows", {"bad_rows": bad})] if bad else []), *_documents(rows)])
    done = 0
    while page := tuple(islice(documents, page_size)):
        done += len(page)
        yield Page(page, cursor=str(done))


def _read(path: Path, columns: Mapping[str, str]) -> "pd.DataFrame":
    """Read the mapped columns as texts, under our words, with their line in the file."""
    import pandas as pd  # noqa: PLC0415 - keeps a pull of other sources quick to start

    try:
        match path.suffix:
            case ".csv":
                rows = pd.read_csv(path, dtype="str", keep_default_na=False, skip_blank_lines=False)
                lines = _lines(path, len(rows))
            case ".parquet":
                rows = pd.read_parquet(path)
                lines = list(range(2, len(rows) + 2))
            case _:
                raise SourceError(f"{path}: neither .csv nor .parquet; export the table as one of these")
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except (ValueError, pd.errors.ParserError) as error:
        raise SourceError(f"{path}: cannot be read as a table ({error})") from error
    absent = sorted(set(columns.values()) - set(rows.columns))
    if absent:
        raise SourceError(
            f"{path} has no column {', '.join(absent)}; it has {', '.join(map(str, rows.columns))}"
        )
    return pd.DataFrame({word: rows[column] for word, column in columns.items()}).assign(line=lines)


def _lines(path: Path, rows: int) -> list[int]:
    """On which line of the file does each row begin? Quoted texts may hold line breaks."""
    import csv  # noqa: PLC0415 - only CSV needs it

    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        begins, end = [], 0
        for _ in reader:
            begins.append(end + 1)
            end = reader.line_num
    return begins[1 : rows + 1]


def _zone(timezone: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(timezone) if timezone else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SourceError(f"no time zone '{timezone}'; name one such as Europe/Berlin or UTC") from error


def _usable(
    rows: "pd.DataFrame", path: Path, zone: ZoneInfo | None
) -> tuple["pd.DataFrame", list[dict[str, Any]]]:
    """Split off rows that lack what is needed or whose time cannot be read."""
    import pandas as pd  # noqa: PLC0415 - see _read

    texts = rows.drop(columns=["line", "at"]).astype("object")
    texts = texts.where(texts.notna(), "").map(lambda value: str(value).strip())
    at, reason = _instants(rows["at"], path, zone)
    for word in ("status", "ticket"):
        reason = reason.mask(texts[word] == "", f"no {word}")
    good = reason == ""
    bad = [
        {"line": int(line), "reason": str(why)}
        for line, why in zip(rows["line"][~good], reason[~good], strict=True)
    ]
    whole = pd.concat([texts, at.rename("at"), rows["line"]], axis=1)[good]
    return whole.sort_values(["ticket", "at", "line"], ignore_index=True), bad


def _instants(
    values: "pd.Series[Any]", path: Path, zone: ZoneInfo | None
) -> tuple["pd.Series[Any]", "pd.Series[str]"]:
    """Read instants, each in its own zone or else in the named one; say why one cannot be read."""
    import pandas as pd  # noqa: PLC0415 - see _read

    texts = values.astype("object").where(values.notna(), "").map(lambda value: str(value).strip())
    zoned = texts.str.contains(r"(?:[+-]\d{2}:?\d{2}|[+-]\d{2}|Z| UTC)$") & texts.str.contains(":")
    own = pd.to_datetime(texts.where(zoned), format="mixed", utc=True, errors="coerce")
    naive = pd.to_datetime(texts.mask(zoned), format="ISO8601", errors="coerce")
    if zone is None and naive.notna().any():
        raise SourceError(f"{path}: its times carry no zone; name it with --timezone, such as Europe/Berlin")
    local = naive.dt.tz_localize(zone or "UTC", ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    at = own.astype("datetime64[us, UTC]").fillna(local.astype("datetime64[us, UTC]"))
    reason = pd.Series("", index=values.index, dtype="object")
    reason = reason.mask(at.isna(), "no readable time '" + texts + "'")
    reason = reason.mask(
        naive.notna() & at.isna(), "time '" + texts + "' is twice or never on that day's clock"
    )
    return at, reason.mask(texts == "", "no time").astype("str")


def _documents(rows: "pd.DataFrame") -> Iterator[Document]:
    present = [word for word in STEP if word in rows]
    about = [word for word in ABOUT if word in rows]
    for ticket, steps in rows.groupby("ticket", sort=True):
        told = [
            dict.fromkeys(STEP)
            | {word: row[word] or None for word in present}
            | {"line": int(row["line"]), "at": row["at"].isoformat()}
            for row in steps.to_dict("records")
        ]
        latest = {word: next((v for v in reversed(steps[word].tolist()) if v), None) for word in about}
        yield Document(str(ticket), {"ticket": str(ticket), "rows": told} | latest)
