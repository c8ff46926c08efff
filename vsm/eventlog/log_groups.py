"""A log whose events come a group of whole tickets at a time, so that they need not fit memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from vsm.eventlog.as_of import events_as_of, last_event, last_recorded, log_as_of
from vsm.eventlog.bulk import MOVES, bulk_rows
from vsm.eventlog.log import Log, PutAside
from vsm.tables import EVENTS


@dataclass(frozen=True, slots=True)
class LogGroups:
    """What was recorded, in groups.

    Attributes
    ----------
    rest
        All but EVENTS, which are empty here. TICKETS need no more columns than are used.
    read
        Gives the groups from the first on, with at least these columns of EVENTS; no ticket is in two.
    rows
        How many events there are, at most.
    """

    rest: Log
    read: Callable[[Sequence[str]], Iterable[pd.DataFrame]]
    rows: int

    def events(self, columns: Sequence[str] = EVENTS.names) -> Iterable[pd.DataFrame]:
        """Give the groups, as often as asked for; each time they are read anew."""
        return _Again(partial(self.read, columns))

    def with_events(
        self, change: Callable[[pd.DataFrame], pd.DataFrame], *, needed: Sequence[str]
    ) -> "LogGroups":
        """Give the same log with every group changed as it is read; the change needs these columns."""
        return replace(self, read=lambda columns: map(change, self.read([*columns, *needed])))

    def last_recorded(self, *, known: pd.Timestamp | None) -> pd.Timestamp | None:
        """Give when the trackers last recorded anything, as ``last_recorded``."""
        instants = [last_recorded(self.rest, known=known)]
        instants += [last_event(events, known=known) for events in self.read(("at", "source"))]
        return max((instant for instant in instants if instant is not None), default=None)

    def as_of(self, instant: pd.Timestamp) -> "LogGroups":
        """Give what was known at an instant, as ``log_as_of``."""
        rest = log_as_of(self.rest, instant)
        tickets = self.rest.tickets
        unborn = set(tickets.loc[~(tickets["created"] <= instant), "ticket"])
        needed = ("at", "ticket") if unborn else ("at",)

        def seen(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
            for events in self.read([*columns, *needed]):
                yield events_as_of(events, as_of=instant, unborn=unborn)

        return replace(self, rest=rest, read=seen)

    def with_bulk_marks(self, *, tickets: int, minutes: float, aside: PutAside) -> "LogGroups":
        """Mark clean-ups, as ``mark_bulk``; ``aside`` is where moves wait meanwhile."""
        bulk = bulk_rows(self.read(MOVES), rows=self.rows, tickets=tickets, minutes=minutes, aside=aside)

        def marked(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
            for events, rows in zip(self.read(columns), bulk, strict=True):
                if len(rows) and "bulk" in events:
                    flags = events["bulk"].to_numpy(dtype=bool, copy=True)
                    flags[rows] = True
                    yield events.assign(bulk=flags)
                else:
                    yield events

        return replace(self, read=marked)


@dataclass(frozen=True, slots=True)
class _Again:
    """What can be gone through several times."""

    begin: Callable[[], Iterable[pd.DataFrame]]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return iter(self.begin())
