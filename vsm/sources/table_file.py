"""Any other tracker's export, whatever its shape: steps, activities, dates of stages, or an event log."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from vsm.counts import counted
from vsm.errors import ParameterError, SourceError
from vsm.sources.archive import Document, Page
from vsm.sources.table_cells import Cells, read_cells
from vsm.sources.table_shapes import NOT_RECORDED, Layout, layout_of
from vsm.sources.table_values import amounts_of, instants_of, text_of, zone_of
from vsm.sources.xes_file import Note, is_xes, joined_transitions, read_xes

if TYPE_CHECKING:
    import pandas as pd

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("ticket", "at", "status"),
    "wide": ("ticket",),
    "lead times": (),
}
STEP: Final = ("status", "holder", "team", "actor")
AMOUNTS: Final = ("value", "cost_of_delay")
FIELDS: Final = (
    "type", "summary", "project", "priority", "objective", "url", "components", "labels", "resolution",
    *AMOUNTS,
)  # fmt: skip
WORDS: Final = (
    "ticket",
    "at",
    "status",
    "end",
    "holder",
    "team",
    "actor",
    "created",
    "resolved",
    "transition",
    *FIELDS,
)
LISTED: Final = 10
PAGE: Final = 500
BAD_ROWS: Final = " bad rows"
"""Id of the document that lists them; no ticket's begins with a space."""
NOTES: Final = " notes"
"""Id of the document that says how the file was read, where that was not said."""
_PART: Final = re.compile(r'(?:"[^"]*"|[^,"]|")+')


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """How a file writes, where it cannot be seen: all of it is the file's own by default.

    ``shape`` is empty, ``wide`` or ``lead times``; ``stages`` are columns of a wide table; ``decimal`` is a
    comma or a dot; ``date_format`` is one of ``strptime``.
    """

    shape: str = ""
    stages: tuple[str, ...] = ()
    decimal: str = ""
    date_format: str = ""
    encoding: str = ""
    sheet: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be, as a ParameterError."""
        if self.decimal not in ("", ",", "."):
            raise ParameterError(f"--decimal is '{self.decimal}'; it is a comma or a dot")
        if self.date_format and "%" not in self.date_format:
            raise ParameterError(
                f"--date-format is '{self.date_format}'; write it as %d.%m.%Y %H:%M (day first)"
            )
        try:
            codecs.lookup(self.encoding or "utf-8")
        except LookupError:
            raise ParameterError(
                f"no encoding '{self.encoding}'; name one such as cp1252 or utf-16"
            ) from None


def parse_columns(text: str, *, shape: str = "") -> dict[str, str]:
    """Read a mapping of columns, such as ``ticket=case_id,at=timestamp,status=activity``.

    A name with a comma may stand in quotes; without them it ends where the next ``word=`` begins.

    Raises
    ------
    ParameterError
        A part is no ``word=column``, a word is unknown, named twice or lacking.

    Examples
    --------
    >>> parse_columns('ticket="Case, ID",at=When,status=State,holder=Who')
    {'ticket': 'Case, ID', 'at': 'When', 'status': 'State', 'holder': 'Who'}
    """
    parts = list[str]()
    for part in _PART.findall(text):
        if parts and "=" not in part and part.strip() not in WORDS and part.strip():
            parts[-1] += f",{part}"
        elif part.strip():
            parts.append(part)
    pairs = [part.strip().strip('"').partition("=") for part in parts]
    columns = {word.strip(): column.strip().strip('"').strip() for word, _, column in pairs}
    odd = _faults(columns, shape) + (["a word is given twice"] if len(columns) < len(pairs) else [])
    if odd:
        raise ParameterError(f"--map {text}: {'; '.join(odd)}; write ticket=COLUMN,at=COLUMN,status=COLUMN,…")
    return columns


def _faults(columns: Mapping[str, str], shape: str) -> list[str]:
    odd = [f"'{word}' is not one of {', '.join(WORDS)}" for word in columns if word not in WORDS]
    odd += [f"'{word}' names no column" for word, column in columns.items() if not column]
    return odd + [f"'{word}' is needed" for word in NEEDED[shape] if word not in columns]


def row_pages(
    path: Path,
    *,
    columns: Mapping[str, str],
    timezone: str | None,
    skip_bad: bool = False,
    format_: TableFormat | None = None,
) -> Iterator[Page]:
    """Give the tickets of an export, step by step.

    Parameters
    ----------
    path
        A table (``vsm.sources.table_cells``) or an event log, ``.xes`` or ``.xes.gz``. Each row says that a
        ticket had a status from an instant on, or, with an ``end``, that an activity lasted so long.
    columns
        Our word → the file's column, as ``parse_columns`` gives it; empty: by the names of the columns.
    timezone
        IANA zone of times that carry none.
    skip_bad
        Leave out rows that cannot be used, and keep a list of them in a document.
    format_
        How the file writes dates and numbers, and what its rows are.

    Yields
    ------
    Page
        Documents named by the ticket: ``ticket``, ``rows`` (``line, at, status, holder, team, actor``, and
        ``end`` and ``kind`` where they are known; sorted by instant, then line) and its latest fields.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a column, has times without a zone, a snapshot for a history, numbers
        that could be two, or bad rows, which are listed by line. All is checked before the first page.

    Examples
    --------
    >>> next(row_pages(Path("nowhere.csv"), columns=parse_columns("ticket=a,at=b,status=c"), timezone=None))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.csv: No such file or directory
    """
    form = format_ or TableFormat()
    if columns and (odd := _faults(columns, form.shape or ("wide" if form.stages else ""))):
        raise SourceError(f"{path}: columns cannot be mapped: {'; '.join(odd)}")
    if columns and is_xes(path):
        raise SourceError(f"{path}: the attributes of an event log have names of their own; leave out --map")
    raw, notes = (read_xes(path), []) if is_xes(path) else _read(path, columns, form)
    rows, bad, days = _usable(raw, path, timezone, form.date_format)
    if days:
        notes.append(("note", "its times are days, taken as midnight UTC; --timezone names another zone"))
    if bad and not skip_bad:
        raise SourceError(_sentence(path, bad, form))
    if "transition" in rows:
        rows, more = joined_transitions(rows)
        notes += more
    if "place" in rows:
        notes += _out_of_order(rows)
    if form.shape == "lead times":
        rows = rows.drop(columns="end")
    listed = [Document(BAD_ROWS, {"bad_rows": bad})] if bad else []
    listed += [Document(NOTES, {"notes": notes})] if notes else []
    documents, done = chain(listed, _documents(rows)), 0
    while page := tuple(islice(documents, PAGE)):
        done += len(page)
        yield Page(page, cursor=str(done))


def _sentence(path: Path, bad: list[dict[str, Any]], form: TableFormat) -> str:
    word = "event" if is_xes(path) else "line"
    listed = "; ".join(f"{word} {row['line']}: {row['reason']}" for row in bad[:LISTED])
    more = f"; and {len(bad) - LISTED} more" if len(bad) > LISTED else ""
    spelled = any(row["reason"].startswith("no readable time") for row in bad) and not form.date_format
    hint = "; other dates are read with --date-format, such as %d.%m.%Y %H:%M" if spelled else ""
    return f"{path}: {counted(len(bad), 'bad row')}: {listed}{more}; fix them, or pass --skip-bad{hint}"


def _read(path: Path, columns: Mapping[str, str], form: TableFormat) -> tuple["pd.DataFrame", list[Note]]:
    """Read the rows of a table under our words, with each one's line and what is wrong with its shape."""
    cells = read_cells(path, encoding=form.encoding, sheet=form.sheet)
    layout = layout_of(
        cells, path, columns=columns, shape=form.shape, stages=form.stages, date_format=form.date_format
    )
    about = cells.frame[list(layout.words.values())].set_axis(list(layout.words), axis=1)
    for word in AMOUNTS:
        if word in about:
            where = f"{path}: column '{cells.header[layout.words[word]]}'"
            about[word] = amounts_of(about[word], where, decimal=form.decimal)
    rows = about.assign(line=cells.lines, odd=cells.odd)
    if layout.shape == "wide":
        rows = _dates_of_stages(rows, cells, layout)
    elif layout.shape == "lead times":
        rows = _created_and_resolved(rows)
    level = "warning" if layout.shape == "lead times" else "note"
    return rows, [(level, layout.note)] if layout.note else []


def _dates_of_stages(rows: "pd.DataFrame", cells: Cells, layout: Layout) -> "pd.DataFrame":
    """Make a row of each date; a stage without one was skipped. The last stage is the end of the stream."""
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    again = rows["ticket"].duplicated()
    rows["odd"] = rows["odd"].mask(again & (rows["odd"] == ""), "its ticket has a row already")
    dates = [
        rows.assign(at=cells.frame[place], status=cells.header[place], place=number)
        for number, place in enumerate(layout.stages)
    ]
    steps = pd.concat(dates).sort_index(kind="stable")
    steps["kind"] = steps["place"].map({len(layout.stages) - 1: "done"})
    filled = steps["at"].notna() & (steps["at"].map(text_of) != "")
    dateless = rows[~rows.index.isin(steps.index[filled])].assign(at="", status="-", place=0)
    return pd.concat([steps[filled], dateless], ignore_index=True)


def _out_of_order(rows: "pd.DataFrame") -> list[Note]:
    """Note tickets that entered a later stage first: by their dates they went back."""
    back = rows["place"].astype("int64").groupby(rows["ticket"]).diff() < 0
    tickets = rows["ticket"][back].unique()
    detail = (
        f"{counted(len(tickets), 'ticket')}, such as {', '.join(tickets[:LISTED])}, entered a later stage "
        "before an earlier one; what is read is in the order of dates. --stage names the stages in order"
    )
    return [("warning", detail)] if len(tickets) else []


def _created_and_resolved(rows: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    about = {"status": NOT_RECORDED, "kind": "work", "resolution": ""}
    created = rows.assign(at=rows["created"], end=rows["resolved"], **about)
    resolved = rows.assign(at=rows["resolved"], end="", status="Resolved", kind="done")
    resolved = resolved[resolved["at"].notna() & (resolved["at"].map(text_of) != "")]
    return pd.concat([created, resolved], ignore_index=True).drop(columns=["created", "resolved"])


def _usable(
    rows: "pd.DataFrame", path: Path, timezone: str | None, date_format: str
) -> tuple["pd.DataFrame", list[dict[str, Any]], bool]:
    """Give usable rows, those that cannot be used and why, and whether times are days in no zone."""
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    zone = zone_of(timezone)
    times = [word for word in ("at", "end") if word in rows]
    cells = rows.drop(columns=["line", *times]).astype("object")
    texts = cells.where(cells.notna(), "").map(text_of)
    whole, reason, local = texts.assign(line=rows["line"]), pd.Series("", index=rows.index), []
    for word in times:
        cell = rows[word].astype("object").where(rows[word].notna(), "")
        whole[word], why, naive = instants_of(cell, zone=zone, date_format=date_format)
        local.append(naive.dropna())
        reason = reason.mask((reason == "") & ((word == "at") | (why != "no time")), why)
    clocked = any((naive.dt.normalize() != naive).any() for naive in local)
    if clocked and zone is None:
        raise SourceError(f"{path}: its times carry no zone; name it with --timezone, such as Europe/Berlin")
    if "end" in rows:
        known = whole["at"].fillna(whole["end"])  # an activity of which only the end is known has no length
        reason = reason.mask((reason == "no time") & known.notna(), "")
        reason = reason.mask(whole["end"] < whole["at"], "it ends before it begins")
        whole["at"] = known
    for word in ("status", "ticket"):
        reason = reason.mask(texts[word] == "", f"no {word}")
    reason = reason.mask(texts["odd"] != "", texts["odd"])
    good = reason == ""
    first = pd.DataFrame({"line": rows["line"], "reason": reason})[~good].drop_duplicates("line")
    bad = cast("list[dict[str, Any]]", first.sort_values("line").to_dict("records"))
    usable = whole[good].drop(columns="odd").sort_values(["ticket", "at"], ignore_index=True)
    return usable, bad, zone is None and not clocked and any(len(naive) for naive in local)


def _documents(rows: "pd.DataFrame") -> Iterator[Document]:
    """Give rows, sorted by ticket and instant, as one document a ticket."""
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    present = [word for word in (*STEP, "kind") if word in rows]
    fields = [word for word in FIELDS if word in rows]
    for ticket, steps in groupby(rows.to_dict("records"), key=itemgetter("ticket")):
        history: list[dict[str, Any]] = []
        latest: dict[str, Any] = dict.fromkeys(fields)
        for row in steps:
            step = dict.fromkeys(STEP) | {word: row[word] or None for word in present}
            step |= {"line": row["line"], "at": row["at"].isoformat()}
            if "end" in row:
                step["end"] = row["end"].isoformat() if pd.notna(row["end"]) else None
            if row.get("gone") is True:
                step["gone"] = True
            history.append(step)
            latest |= {word: row[word] for word in fields if row[word]}
        yield Document(ticket, {"ticket": ticket, "rows": history} | latest)
