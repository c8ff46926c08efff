"""Schemas of tables (columns, types, keys), and whether a frame conforms to one."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.counts import counted
from vsm.errors import TableError

INSTANT: Final = "datetime64[us, UTC]"
DURATION: Final = "timedelta64[us]"

DTYPES: Final = {
    "instant": INSTANT,
    "duration": DURATION,
    "category": "category",
    "text": "str",
    "count": "int64",
    "number?": "Int64",
    "amount": "float64",
    "amount?": "Float64",
    "flag": "bool",
    "flag?": "boolean",
    "ratio": "float64",
    "list": "object",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``type`` is a key of ``DTYPES``; ``may_lack`` allows missing values."""

    name: str
    type: str
    meaning: str
    may_lack: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``key`` names the columns that identify a row."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    def only(self, *names: str) -> "Table":
        """Give the table with these columns alone, in the table's order.

        Examples
        --------
        >>> note, by = Column("note", "text", "a note"), Column("by", "category", "whose")
        >>> Table("notes", "Notes.", (), (note, by)).only("by").names
        ['by']
        """
        return replace(self, columns=tuple(column for column in self.columns if column.name in names))


def empty(table: Table) -> pd.DataFrame:
    """The table without rows."""
    return _without_rows(table).copy(deep=False)


@cache
def _without_rows(table: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(columns=table.names), table)


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give a frame its table's columns, order and types; the input is not changed.

    Columns that may lack values and are not there are added as missing. Instants must carry a zone.

    Raises
    ------
    TableError
        A column is absent or cannot be read as its type.

    Examples
    --------
    >>> columns = (Column("note", "text", "a note"), Column("by", "category", "whose", may_lack=True))
    >>> conform(pd.DataFrame({"note": ["x"]}), Table("notes", "Notes.", (), columns))["by"].isna().tolist()
    [True]
    """
    frame = frame.reset_index(drop=True)
    given = dict(frame.items())
    absent = [c.name for c in table.columns if c.name not in given and not c.may_lack]
    if absent:
        raise TableError(f"{table.name} lacks {', '.join(absent)}; columns are {list(frame.columns)}")
    columns = {
        c.name: _typed(given[c.name], c, table)
        if c.name in given
        else pd.Series(index=frame.index, dtype=_dtype(c))
        for c in table.columns
    }
    return pd.DataFrame(columns, index=frame.index, copy=False)


def _typed(values: pd.Series, column: Column, table: Table) -> pd.Series:
    dtype = _dtype(column)
    if dtype == values.dtype:
        return values
    if odd := _not_allowed(values, column):
        raise TableError(f"{table.name}.{column.name} holds {odd}, allowed are {list(column.allowed)}")
    try:
        categories = column.type == "category" and isinstance(values.dtype, pd.CategoricalDtype)
        return values if categories else values.astype(dtype)
    except (TypeError, ValueError) as error:
        raise TableError(f"{table.name}.{column.name} cannot be read as {column.type}: {error}") from error


@cache
def _dtype(column: Column) -> Any:
    """Give pandas' dtype; ``Any`` since the stubs split ``astype`` by literal names."""
    return pd.CategoricalDtype(list(column.allowed)) if column.allowed else DTYPES[column.type]


def check(frame: pd.DataFrame, table: Table, *, key: bool = True) -> pd.DataFrame:
    """Check that a frame conforms to its table; return it unchanged, or raise once with every fault.

    Checked are columns and their order, types, missing values, allowed values and, with ``key``, the key: not
    twice where a table was checked before it was stored.

    Raises
    ------
    TableError
        Lists every fault found.
    """
    if list(frame.columns) != table.names:
        raise TableError(f"{table.name}: columns are {list(frame.columns)}, expected {table.names}")
    columns = zip(table.columns, frame.items(), strict=True)
    faults = [fault for column, (_, values) in columns for fault in _column_faults(values, column)]
    if key and table.key and (twice := _repeated(frame, table.key)):
        repeat = counted(twice, "row repeats", "rows repeat")
        faults.append(f"{repeat} the key ({', '.join(table.key)})")
    if faults:
        raise TableError(f"{table.name}: " + "; ".join(faults))
    return frame


def _repeated(frame: pd.DataFrame, key: tuple[str, ...]) -> int:
    """Count the rows that repeat the key of another one.

    In a table that is sorted by its key such rows are neighbours, which is seen without any other memory than
    for a few flags: a table has tens of millions of rows where there are so many tickets.
    """
    if len(frame) < 2:
        return 0
    equal, rises = np.ones(max(len(frame) - 1, 0), dtype=bool), np.zeros(max(len(frame) - 1, 0), dtype=bool)
    for name in key:
        values = frame[name]
        coded = isinstance(values.dtype, pd.CategoricalDtype)
        if not coded and str(values.dtype) not in (INSTANT, "int64"):
            return int(frame.duplicated(list(key)).sum())
        numbers = (values.cat.codes if coded else pd.Index(values).astype("int64")).to_numpy()
        rises |= equal & (numbers[1:] > numbers[:-1])
        equal &= numbers[1:] == numbers[:-1]
    return int(equal.sum()) if bool((rises | equal).all()) else int(frame.duplicated(list(key)).sum())


def _column_faults(values: pd.Series, column: Column) -> list[str]:
    faults = []
    right = (
        isinstance(values.dtype, pd.CategoricalDtype)
        if column.type == "category"
        else str(values.dtype) == DTYPES[column.type]
    )
    if not right:
        faults.append(f"{column.name} is {values.dtype}, expected {DTYPES[column.type]}")
    if values.empty:
        return faults
    if not column.may_lack and values.hasnans:
        faults.append(f"{column.name} lacks {counted(int(values.isna().sum()), 'value')}")
    if odd := _not_allowed(values, column):
        faults.append(f"{column.name} holds {odd}, allowed are {list(column.allowed)}")
    return faults


def _not_allowed(values: pd.Series, column: Column) -> list[str]:
    if not column.allowed:
        return []
    if isinstance(values.dtype, pd.CategoricalDtype) and set(column.allowed).issuperset(
        values.dtype.categories
    ):
        return []
    return sorted(set(pd.Index(values.unique()).dropna()) - set(column.allowed))
