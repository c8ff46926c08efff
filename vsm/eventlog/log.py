"""What one source, or all of them together, recorded of the stream."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from vsm.tables import (
    BRANCHES,
    COMMITS,
    DEPLOYS,
    EVENTS,
    NAMES,
    PIPELINES,
    PULL_EVENTS,
    PULLS,
    QUALITY,
    RELEASES,
    TABLES,
    TICKETS,
    Table,
    conform,
    empty,
)  # fmt: skip

Level = Literal["fault", "warning", "note"]
PutAside = Callable[[Any], Callable[[], Any]]
"""Puts something aside, such as into a file, and gives what brings it back."""
ORDER: Final = ["ticket", "at", "seq", "source", "ref"]


@dataclass(frozen=True, slots=True)
class Log:
    """The recorded tables of ``vsm.tables``, each empty where a source has nothing to say."""

    tickets: pd.DataFrame = field(default_factory=lambda: empty(TICKETS))
    events: pd.DataFrame = field(default_factory=lambda: empty(EVENTS))
    names: pd.DataFrame = field(default_factory=lambda: empty(NAMES))
    commits: pd.DataFrame = field(default_factory=lambda: empty(COMMITS))
    releases: pd.DataFrame = field(default_factory=lambda: empty(RELEASES))
    branches: pd.DataFrame = field(default_factory=lambda: empty(BRANCHES))
    deploys: pd.DataFrame = field(default_factory=lambda: empty(DEPLOYS))
    pulls: pd.DataFrame = field(default_factory=lambda: empty(PULLS))
    pull_events: pd.DataFrame = field(default_factory=lambda: empty(PULL_EVENTS))
    pipelines: pd.DataFrame = field(default_factory=lambda: empty(PIPELINES))
    quality: pd.DataFrame = field(default_factory=lambda: empty(QUALITY))


@dataclass(frozen=True, slots=True)
class QualityNote:
    """One fact that the data should not hide: a row of QUALITY.

    ``fault`` falsifies results, ``warning`` may, ``note`` is good to know.
    """

    check: str
    level: Level
    detail: str
    source: str | None = None
    ticket: str | None = None
    ref: str | None = None


def in_memory(anything: Any) -> Callable[[], Any]:
    """Keep something where it is: for logs that fit memory.

    Examples
    --------
    >>> in_memory("a part")()
    'a part'
    """
    return lambda: anything


def quality_from_notes(notes: Iterable[QualityNote]) -> pd.DataFrame:
    """Give the notes as the QUALITY table, in their order."""
    rows = [asdict(note) for note in notes]
    return conform(pd.DataFrame(rows, columns=QUALITY.names), QUALITY) if rows else empty(QUALITY)


def merge_logs(*logs: Log) -> Log:
    """Give what several sources recorded as one log.

    Rows that repeat their table's key are kept once, so merging a log with itself changes nothing; the
    events come out sorted by ticket, instant, ``seq``, source and ref.
    """
    merged = {
        part.name: _merged([getattr(log, part.name) for log in logs], TABLES[part.name])
        for part in fields(Log)
        if part.name != "names"
    }
    merged["events"] = sorted_events(merged["events"])
    merged["names"] = _merged_names([log.names for log in logs])
    return Log(**merged)


def _merged(frames: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    if not full:
        return empty(table)
    if len(full) == 1:
        rows = conform(full[0], table)
        rows = rows if table is EVENTS else _with_fresh_categories(rows, table)  # sorted_events makes them so
    else:
        rows = conform(pd.concat([_plain(frame) for frame in full], ignore_index=True), table)
    return rows.drop_duplicates(list(table.key) or None, ignore_index=True)


def _merged_names(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Merge names, with the spans and mailboxes that several sources know of one name."""
    rows = pd.concat([_plain(frame) for frame in frames if len(frame)] or [empty(NAMES)], ignore_index=True)
    repeated = rows.duplicated(list(NAMES.key), keep=False)
    if not repeated.any():
        return conform(rows, NAMES)
    grouped = rows[repeated].groupby(list(NAMES.key), sort=False)
    boxes = grouped["mailbox"].agg(lambda several: " ".join(sorted({*" ".join(several.dropna()).split()})))
    joined = grouped.agg(category=("category", "first"), first=("first", "min"), last=("last", "max"))
    joined["mailbox"] = boxes.mask(boxes == "")
    first = rows[repeated].drop_duplicates(list(NAMES.key))
    joined = joined.reset_index().set_axis(first.index)  # each where it came first
    return conform(pd.concat([rows[~repeated], joined]).sort_index(), NAMES)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give categoricals as strings: frames of two sources rarely share their categories."""
    words = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(words, "str"))


def sorted_events(events: pd.DataFrame) -> pd.DataFrame:
    """Give events in the one order that everything downstream relies on, with fresh categories.

    Categories are sorted, so that equal logs are equal frames whatever order their rows came in.
    """
    return _with_fresh_categories(events, EVENTS).sort_values(ORDER, ignore_index=True)


def _with_fresh_categories(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give words that are not of a fixed list the categories that occur, sorted."""
    words = [c.name for c in table.columns if c.type == "category" and not c.allowed]
    return frame.assign(**{word: _fresh(frame[word]) for word in words})


def _fresh(values: pd.Series) -> pd.Categorical:
    codes, categories = values.cat.codes.to_numpy(), values.cat.categories
    used = np.unique(codes[codes >= 0])
    order = used[categories[used].argsort()]
    place = np.full(len(categories) + 1, -1)
    place[order] = np.arange(len(order))
    return pd.Categorical.from_codes(place[codes], categories[order].astype("str"))
