"""What a table's rows are, note by its columns: steps, activities, one date per stage, a snapshot."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from vsm.errors import SourceError
from vsm.sources.table_cells import Cells
from vsm.sources.table_values import instants_of, text_of

if TYPE_CHECKING:
    import pandas as pd

Shape = Literal["steps", "wide", "lead times"]
FIRST_ID: Final = 10_000  # of a Jira's issues
NOT_RECORDED: Final = "Not recorded"
"""The status of a ticket of which only creation and resolution are known."""
_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]+-\d+")
_HISTORY: Final = (
    "Jira's own CSV export, one row an issue with its status of today: it holds no history, so it says "
    "nothing about stages, waits and handoffs. Pull the issues with their changelog: vsm pull jira --url "
    "https://example.atlassian.net --project KEY, or vsm pull jira --file with REST answers that were "
    "fetched with expand=changelog. --lead-times takes Created and Resolved alone; if its columns are the "
    "dates of stages, pass --wide"
)

_LIST: Final = (
    "a list of tickets with no dates but those of creation and resolution: it holds no history, so it says "
    "nothing about stages and waits. Export the changes of status; --lead-times takes these dates alone"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows are, and where each of our words stands; ``stages`` are columns of dates.

    ``note`` says how it was recognised, if it was.
    """

    shape: Shape
    words: Mapping[str, int]
    stages: tuple[int, ...] = ()
    note: str = ""


def layout_of(
    cells: Cells,
    path: Path,
    *,
    columns: Mapping[str, str],
    shape: str,
    stages: Sequence[str],
    date_format: str,
) -> Layout:
    """Say what the rows of a table are.

    Parameters
    ----------
    columns
        Our word → the file's column; without any, columns are recognised by their names.
    shape
        ``wide``: one date per stage. ``lead times``: only creation and resolution are taken. Empty: by
        recognition, or steps where columns are named.
    stages
        The columns of a wide table that are stages, in order; by default all that hold dates, except those
        that bear the name of another date, such as Updated.

    Raises
    ------
    SourceError
        It is a snapshot of Jira, lacks a column, or cannot be recognised.
    """
    named = _positions(cells, columns, path)
    words = named or _recognised(cells.header, _names()["words"])
    if shape == "lead times":
        dates = {word: _names()["dates"][word] for word in ("created", "resolved")}
        words = _recognised(cells.header, _names()["words"] | dates) | named
        return _lead_times(cells, path, words)
    if shape == "wide" or stages:
        dated = tuple(_positions(cells, {name: name for name in stages}, path).values())
        dated = dated or _dated(cells, words, date_format)
        if "ticket" in words and dated:
            return _wide(cells, named, words, dated)
        raise _unrecognised(cells, path)
    if is_jira_snapshot(cells):
        raise SourceError(f"{path}: {_HISTORY}")
    if named:
        return Layout("steps", named)
    dated = _dated(cells, words, date_format)
    if "at" not in words and "end" in words:
        words = {word if word != "end" else "at": place for word, place in words.items()}
    once = "ticket" in words and cells.frame[words["ticket"]].is_unique
    if {"ticket", "at", "status"} <= set(words) and not (once and len(dated) > 2):
        listed = ", ".join(f"{word}={cells.header[place]}" for word, place in words.items())
        return Layout("steps", words, note=f"its columns are read as {listed}; --map names others")
    if "ticket" not in words or len(dated) < 2:
        raise _unrecognised(cells, path)
    if {_plain(cells.header[place]) for place in dated} <= _of_snapshots():
        raise SourceError(f"{path}: {_LIST}")
    return _wide(cells, named, words, dated)


def _wide(cells: Cells, named: Mapping[str, int], words: Mapping[str, int], dated: tuple[int, ...]) -> Layout:
    listed = ", ".join(cells.header[place] for place in dated)
    note = f"one date per stage, in the columns {listed}; --stage names others, in order"
    # Who holds a ticket today says nothing about its past.
    about = named or {word: place for word, place in words.items() if word not in ("holder", "team")}
    about = {word: place for word, place in about.items() if place not in dated and word not in STEP_WORDS}
    return Layout("wide", about, dated, note)


def _unrecognised(cells: Cells, path: Path) -> SourceError:
    return SourceError(
        f"{path}: its columns cannot be recognised; it has {', '.join(cells.header)}. Name them with --map "
        "ticket=COLUMN,at=COLUMN,status=COLUMN, or pass --wide for one date per stage; where dates are not "
        "written as 2026-01-31, name their format with --date-format, such as %d.%m.%Y"
    )


def _of_snapshots() -> set[str]:
    return {_plain(name) for word in ("created", "resolved") for name in _names()["dates"][word]}


STEP_WORDS: Final = ("at", "end", "status", "transition", "actor")


def _positions(cells: Cells, columns: Mapping[str, str], path: Path) -> dict[str, int]:
    absent = sorted(set(columns.values()) - set(cells.header))
    if absent:
        shown = ", ".join(cells.header) or "none"
        raise SourceError(f"{path} has no column {', '.join(absent)}; it has {shown}")
    twice = sorted({column for column in columns.values() if cells.header.count(column) > 1})
    if twice:
        raise SourceError(
            f"{path} has several columns called {', '.join(twice)}; give them names of their own"
        )
    return {word: cells.header.index(column) for word, column in columns.items()}


@cache
def _names() -> dict[str, Any]:
    names = tomllib.loads(files("vsm.sources").joinpath("column_names.toml").read_text(encoding="utf-8"))
    names["words"]["ticket"] += names["jira"]["key"]
    return names


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _recognised(header: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Find each word's column by the names it may have, the first of its list; a column has one word."""
    plain = [_plain(name) for name in header]
    found = dict[str, int]()
    for word, spellings in names.items():
        places = (plain.index(name) for spelling in spellings if (name := _plain(spelling)) in plain)
        free = (place for place in places if place not in found.values())
        if (place := next(free, None)) is not None:
            found[word] = place
    return found


def is_jira_snapshot(cells: Cells) -> bool:
    """Whether this is Jira's own CSV: one row an issue, by the names of its two ids.

    In a language that is not listed it is note by a column of keys, no two the same, and either names of
    columns that repeat (Sprint, Comment, …) or a second column of ids.
    """
    plain = [_plain(name) for name in cells.header]
    keys, ids = ({_plain(name) for name in _names()["jira"][word]} for word in ("key", "id"))
    named = [place for place, name in enumerate(plain) if name in keys]
    if named and any(name in ids for name in plain):
        return bool(cells.frame[named[0]].nunique() * 2 > len(cells.frame)) or cells.frame.empty
    texts = {place: cells.frame[place].map(text_of) for place in cells.frame.columns}
    once = {place: column for place, column in texts.items() if len(column) and column.is_unique}
    if not any(column.map(_is_key).all() for column in once.values()):
        return False
    repeated = any(name and plain.count(name) > 1 for name in plain)
    return repeated or any(column.map(_is_id).all() for column in once.values())


def _is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 12 and int(text) >= FIRST_ID


def _dated(cells: Cells, words: Mapping[str, int], date_format: str) -> tuple[int, ...]:
    """Give the columns that mostly hold dates, but for those of another meaning."""
    others = {_plain(name) for name in _names()["dates"]["others"]}
    taken = {place for word, place in words.items() if word not in STEP_WORDS}
    return tuple(
        place
        for place, name in enumerate(cells.header)
        if place not in taken
        and _plain(name) not in others
        and _mostly_dates(cells.frame[place], date_format)
    )


def _mostly_dates(values: "pd.Series[Any]", date_format: str) -> bool:
    filled = values[values.notna() & (values != "")]
    if filled.empty:
        return False
    at, _, _ = instants_of(filled, date_format=date_format)
    return bool(at.notna().mean() >= 0.5)


def _lead_times(cells: Cells, path: Path, words: Mapping[str, int]) -> Layout:
    absent = [word for word in ("ticket", "created", "resolved") if word not in words]
    if absent:
        raise SourceError(
            f"{path}: no column for {', '.join(absent)}; it has {', '.join(cells.header)}. Name them with "
            "--map ticket=COLUMN,created=COLUMN,resolved=COLUMN"
        )
    note = (
        "a list of tickets, of which only creation and resolution are read: lead times can be used; stages, "
        "work, waits and handoffs are not known, and what is said of them means nothing"
    )
    about = {word: place for word, place in words.items() if word not in (*STEP_WORDS, "holder", "team")}
    return Layout("lead times", about, note=note)
