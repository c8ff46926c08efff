"""Working time between instants, exact to the microsecond.

Instants are whole microseconds of the epoch in UTC. Nothing here knows of zones or weekdays: they have
become open spans before (``calendar_from_week``), so an answer is one look into a table of the working time
that had passed when each span opened. The row of that table follows from the instant's upper bits, without a
search.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from vsm.errors import ParameterError

Micros = npt.NDArray[np.int64]

FOREVER: Final = 1 << 61  # far beyond every instant that pandas can hold, and safe to add and subtract
SLOT: Final = 35  # bits: a slot of the table lasts 2**35 µs, nine and a half hours
HOUR: Final = 3_600_000_000
CHUNK: Final = 1 << 15  # intervals that stay in the processor's cache together


@dataclass(frozen=True, eq=False)
class Calendar:
    """The working time of a team: disjoint half-open spans ``[opens, closes)``; closed everywhere else.

    Attributes
    ----------
    opens, closes
        Sorted int64 microseconds of the epoch, one of each for every span; spans are never empty and never
        touch.
    since, until
        The instants between which the calendar is known. Others are refused: "closed" would be an invention.
    assumed
        Nobody chose this calendar; it is the default.

    Examples
    --------
    >>> hour = 3_600_000_000
    >>> days = Calendar("two days", np.array([9, 33]) * hour, np.array([17, 41]) * hour)
    >>> [int(micros) // hour for micros in days.working(np.array([16, 0]) * hour, np.array([34, 48]) * hour)]
    [2, 16]
    """

    name: str
    opens: Micros
    closes: Micros
    since: int = -FOREVER
    until: int = FOREVER
    assumed: bool = False

    def __post_init__(self) -> None:
        opens, closes = (np.array(edges, dtype=np.int64) for edges in (self.opens, self.closes))
        if opens.shape != closes.shape or (closes <= opens).any() or (opens[1:] <= closes[:-1]).any():
            raise ParameterError(
                f"calendar '{self.name}': opens and closes must alternate, each later than the one before"
            )
        if len(opens) and not self.since <= opens[0] < closes[-1] <= self.until:
            raise ParameterError(f"calendar '{self.name}': a span is outside of since and until")
        for edges in (opens, closes):
            edges.setflags(write=False)
        object.__setattr__(self, "opens", opens)
        object.__setattr__(self, "closes", closes)

    @cached_property
    def _table(self) -> "_Table":
        """Made when it is first asked for: it takes longer than all else, and many calendars never are."""
        return _Table.of(self.opens, self.closes)

    def working(self, start: npt.ArrayLike, end: npt.ArrayLike) -> Micros:
        """Working time in ``[start, end)``: int64 microseconds, from 0 to ``end - start``.

        Both are microseconds of the epoch, of one shape, ``start <= end`` everywhere.

        Raises
        ------
        ParameterError
            An interval ends before it starts, or reaches beyond what the calendar knows.

        Examples
        --------
        >>> Calendar("short", [100], [200]).working([0, 150, 160], [300, 160, 160]).tolist()
        [100, 10, 0]
        """
        first, last = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
        answer = np.empty(first.shape, dtype=np.int64)
        flat, begins, ends = answer.reshape(-1), first.reshape(-1), last.reshape(-1)
        if begins.shape != ends.shape:
            raise ParameterError(f"{len(begins)} starts and {len(ends)} ends: there must be one for each")
        for at in range(0, len(flat), CHUNK):
            part = slice(at, at + CHUNK)
            self._refuse_unknown(begins[part], ends[part])
            np.subtract(self._table.passed(ends[part]), self._table.passed(begins[part]), out=flat[part])
        return answer

    def after(self, start: npt.ArrayLike, working: npt.ArrayLike) -> Micros:
        """The first instant at which so much working time has passed since ``start``.

        In int64 microseconds of the epoch: the least ``t >= start`` for which ``working(start, t)`` is the
        time given, in microseconds and not negative; 0 gives ``start`` back.

        Raises
        ------
        ParameterError
            A time is negative, a start is not known, or the calendar ends before so much time has passed.

        Examples
        --------
        >>> Calendar("two", [100, 300], [200, 400]).after([150, 150, 210], [50, 51, 0]).tolist()
        [200, 301, 210]
        """
        begins, time = np.broadcast_arrays(
            np.asarray(start, dtype=np.int64), np.asarray(working, dtype=np.int64)
        )
        if (time < 0).any():
            raise ParameterError(
                f"calendar '{self.name}': working time is negative, {(time < 0).sum()} times"
            )
        self._refuse_unknown(begins.reshape(-1), begins.reshape(-1))
        table = self._table
        spent = np.where(time > 0, table.passed(begins) + time, 0)
        late = spent > table.total
        if late.any():
            raise ParameterError(
                f"calendar '{self.name}' ends before so much working time has passed, {late.sum()} times; "
                "lay it out for a longer time"
            )
        position = np.searchsorted(table.before[1:], spent, side="left")
        found: Micros = np.where(time > 0, spent + table.offset[position], begins)
        return found

    @property
    def hours_a_day(self) -> float:
        """Open hours of a day on which anything opens, on average; 24 where it never closes.

        Examples
        --------
        >>> hour = 3_600_000_000
        >>> Calendar("two days", np.array([9, 13, 33]) * hour, np.array([12, 17, 40]) * hour).hours_a_day
        7.0
        """
        days = len(np.unique(self.opens // (24 * HOUR)))
        return min(float((self.closes - self.opens).sum() / max(days, 1) / HOUR), 24.0)

    def is_open(self, at: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether each instant is working time. A span's first microsecond belongs to it, its end does not.

        Raises ParameterError where an instant is outside of ``since`` and ``until``.

        Examples
        --------
        >>> Calendar("short", [100], [200]).is_open([99, 100, 199, 200]).tolist()
        [False, True, True, False]
        """
        instants = np.asarray(at, dtype=np.int64)
        self._refuse_unknown(instants.reshape(-1), instants.reshape(-1))
        answer: npt.NDArray[np.bool_] = instants >= self._table.opens[self._table.span(instants)]
        return answer

    def _refuse_unknown(self, start: Micros, end: Micros) -> None:
        """Refuse instants outside of ``since`` and ``until`` rather than answer wrongly."""
        if not len(start):
            return
        if (start > end).any():
            raise ParameterError(f"{(start > end).sum()} intervals end before they start")
        low, high = int(start.min()), int(end.max())
        if low < self.since or high > self.until:
            asked, known = (low, self.since) if low < self.since else (high, self.until)
            word = "begins only" if low < self.since else "ends"
            raise ParameterError(
                f"calendar '{self.name}' {word} at {_text(known)}, and {_text(asked)} was asked for; "
                "lay it out for a longer time"
            )


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """The working time before each span, and the span with which each slot of time begins.

    One more span, which never opens, ends the arrays: instants after the last span belong to it::

        opens   9  33  ∞     before  0  8  16      working time before each span (hours)
        closes 17  41  ∞     offset  9 25  ∞-16    an instant t inside a span has t − offset before it
    """

    opens: Micros
    closes: Micros
    before: Micros  # working time before each span
    offset: Micros  # opens − before
    slots: npt.NDArray[np.intp]  # by slot, the first span that closes after the slot's beginning
    origin: int
    most: int  # largest number of spans that close in one slot
    total: int

    @classmethod
    def of(cls, opens: Micros, closes: Micros) -> Self:
        before = np.concatenate([[0], np.cumsum(closes - opens)]).astype(np.int64)
        opens, closes = (np.append(edges, FOREVER).astype(np.int64) for edges in (opens, closes))
        origin = int(opens[0]) if len(opens) > 1 else 0
        count = ((int(closes[-2]) - origin) >> SLOT) + 2 if len(closes) > 1 else 1
        begins = origin + (np.arange(count, dtype=np.int64) << SLOT)
        slots = np.searchsorted(closes, begins, side="right")
        return cls(
            opens=opens, closes=closes, before=before, offset=opens - before, slots=slots, origin=origin,
            most=int(np.diff(slots).max(initial=0)), total=int(before[-1]),
        )  # fmt: skip

    def span(self, at: Micros) -> npt.NDArray[np.intp]:
        """Number of the span that is open at each instant, or opens next."""
        slot = np.clip((at - self.origin) >> SLOT, 0, len(self.slots) - 1)
        position: npt.NDArray[np.intp] = self.slots.take(slot)
        for _ in range(self.most):
            position = position + (self.closes.take(position) <= at)
        return position

    def passed(self, at: Micros) -> Micros:
        """Working time before each instant."""
        position = self.span(at)
        inside: Micros = np.maximum(at - self.offset.take(position), self.before.take(position))
        return inside


def _text(at: int) -> str:
    return f"{np.datetime64(at, 'us')} UTC"
