"""Which rows does the referee speak in, and how are they compared with a frame?

Part of ``tests.reference``, from which everything here is meant to be imported. The only place where
the referee meets pandas.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pandas as pd

Row = dict[str, Any]


class StageFacts(NamedTuple):
    """What does the workflow say about the stage of one status?"""

    name: str
    kind: str
    team: str | None
    discipline: str | None
    place: int
    batch: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One row of VISITS."""

    ticket: str
    n: int
    stage: str
    kind: str
    holder: str | None
    team: str | None
    entered: datetime
    left: datetime | None
    elapsed: timedelta
    working: None = None
    blocked: None = None
    first_touch: datetime | None
    last_touch: datetime | None
    revisit: bool
    bulk: bool

    @property
    def end(self) -> datetime:
        """When does it end, or the log with it?"""
        return self.entered + self.elapsed

    @property
    def work_start(self) -> datetime:
        """When did work begin? For work visits: the first touch, else the entry."""
        return self.first_touch or self.entered


@dataclass(frozen=True, kw_only=True, slots=True)
class Handoff:
    """One row of HANDOFFS."""

    handoff: int
    ticket: str
    given: datetime
    taken: datetime
    from_stage: str
    to_stage: str
    from_holder: str | None
    to_holder: str | None
    from_team: str | None
    to_team: str | None
    person: bool
    team: bool
    discipline: bool
    back: bool
    wait: timedelta
    wait_working: None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """One row of WAITS, before any cause has been looked for."""

    ticket: str
    n: int
    handoff: int | None
    stage: str
    holder: str | None
    team: str | None
    receiver: None = None
    cause: None = None
    start: datetime
    end: datetime
    elapsed: timedelta
    working: None = None
    bulk: bool


def finished_for_good(life: Sequence[Visit]) -> datetime | None:
    """When did one ticket enter the done stages it never left again? None while it is open, or if it is lost.

    Examples
    --------
    >>> finished_for_good([]) is None
    True
    """
    finished = None
    if life and life[-1].left is not None:
        return None
    for visit in reversed(life):
        if visit.kind != "done":
            break
        finished = visit.entered
    return finished


def rows_of(events: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[Row]:
    """How does a frame read as plain Python? Missing values are None, instants datetimes.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"actor": ["person-01", None], "seq": [0, 1]}))
    [{'actor': 'person-01', 'seq': 0}, {'actor': None, 'seq': 1}]
    """
    rows = events.astype("object").to_dict("records") if isinstance(events, pd.DataFrame) else events
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Turn pandas' own instants, durations and gaps into Python's, exactly to the microsecond."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, pd.Timedelta):
        return value.to_pytimedelta()
    return value


def assert_same(frame: pd.DataFrame, rows: Sequence[Any], columns: Sequence[str]) -> None:
    """Does a frame hold these rows, in this order? Missing equals missing; all else must be equal.

    Parameters
    ----------
    frame
        A table from the fast code.
    rows
        Dataclasses of this module, or dicts.
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
        cells = asdict(row) if is_dataclass(row) and not isinstance(row, type) else row
        expected.append({name: _plain(cells[name]) for name in columns})
    for number, (one, other) in enumerate(zip(found, expected, strict=False)):
        faults = [f"{c} is {one[c]!r}, expected {other[c]!r}" for c in columns if one[c] != other[c]]
        if faults:
            raise AssertionError(f"row {number}: {'; '.join(faults)}; whole row expected: {other}")
    if len(found) != len(expected):
        raise AssertionError(f"{len(found)} rows, expected {len(expected)}")
