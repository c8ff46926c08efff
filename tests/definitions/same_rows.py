"""Does a table hold the rows that the definitions give?"""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd

from vsm.definitions.facts import plain, rows_of


def assert_same(frame: pd.DataFrame, rows: Sequence[Any], columns: Sequence[str]) -> None:
    """Does a frame hold these rows, in this order? Missing equals missing; all else must be equal.

    Parameters
    ----------
    frame
        A table from the fast code.
    rows
        Dataclasses of the definitions, or dicts. What they have no field for has to be missing.
    columns
        What to compare.

    Raises
    ------
    AssertionError
        Names the first row that differs, and the columns in which it does.

    Examples
    --------
    >>> assert_same(pd.DataFrame({"n": [0, 1]}), [{"n": 0}, {"n": 2}], ["n"])
    Traceback (most recent call last):
    ...
    AssertionError: row 1: n is 1, expected 2; whole row expected: {'n': 2}
    """
    found = rows_of(frame[list(columns)])
    expected = []
    for row in rows:
        cells = row
        if is_dataclass(row):
            cells = {field.name: getattr(row, field.name) for field in fields(row)}
        expected.append({name: plain(cells.get(name)) for name in columns})
    for number, (one, other) in enumerate(zip(found, expected, strict=False)):
        faults = [f"{c} is {one[c]!r}, expected {other[c]!r}" for c in columns if one[c] != other[c]]
        if faults:
            raise AssertionError(f"row {number}: {'; '.join(faults)}; whole row expected: {other}")
    if len(found) != len(expected):
        raise AssertionError(f"{len(found)} rows, expected {len(expected)}")
