"""A log in parts of whole tickets, which need not be in memory together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from vsm.eventlog.log import Log, PutAside, merge_logs
from vsm.eventlog.pseudonymize import log_without_addresses
from vsm.eventlog.ticket_keys import Aliases, ticket_keys
from vsm.tables import EVENTS, TICKETS, empty


class LogPart(NamedTuple):
    """Some tickets of one source, put aside, with all that it recorded of each.

    ``first`` and ``last`` are of their ids; ``moved`` are events that name former keys; ``rest`` is what
    else was recorded.
    """

    first: str
    last: str
    tickets: Callable[[], pd.DataFrame]
    events: Callable[[], pd.DataFrame]
    moved: pd.DataFrame
    rest: Log


def log_part(log: Log, *, aside: PutAside) -> LogPart:
    """Put a log of whole tickets aside."""
    ids = pd.concat(
        [log.tickets["ticket"].astype("str"), pd.Series(log.events["ticket"].unique(), dtype="str")]
    )
    moved = log.events[log.events["kind"] == "move"].reset_index(drop=True)
    rest = replace(log, tickets=empty(TICKETS), events=empty(EVENTS))
    first, last = (ids.min(), ids.max()) if len(ids) else ("", "")
    tickets = log.tickets.drop_duplicates(list(TICKETS.key), ignore_index=True)
    events = log.events.drop_duplicates(list(EVENTS.key), ignore_index=True)
    return LogPart(first, last, aside(tickets), aside(events), moved, rest)


@dataclass(frozen=True, slots=True)
class LogParts:
    """What several sources recorded, in parts; ``rest`` is what is no part's, and further events of any."""

    parts: tuple[LogPart, ...]
    rest: Log

    def keys(self, aliases: Aliases) -> dict[str, str]:
        """Give the ticket of each key, as ``ticket_keys``."""
        moved = pd.concat([empty(EVENTS), *(part.moved for part in self.parts)], ignore_index=True)
        return ticket_keys(self.bearers(), moved, aliases=aliases)

    def bearers(self) -> pd.DataFrame:
        """Give ``ticket`` and ``key`` of all TICKETS."""
        return pd.concat([empty(TICKETS), *self.tickets()], ignore_index=True)[["ticket", "key"]]

    def tickets(self) -> Iterator[pd.DataFrame]:
        """Give TICKETS part by part, in the order of parts."""
        for parts in self._groups():
            yield _merged([Log(tickets=part.tickets()) for part in parts]).tickets

    def events(self) -> Iterator[pd.DataFrame]:
        """Give EVENTS part by part, in their order; none ends within a ticket.

        Parts whose tickets are between one another's become one.
        """
        groups, more = self._groups() or [[]], self.rest.events
        begins = [parts[0].first for parts in groups[1:]]
        # Codes are in the order of tickets: so many of them come before each group but the first.
        edges = np.searchsorted(more["ticket"].cat.categories.to_numpy(dtype="str"), begins)
        group = np.searchsorted(edges, more["ticket"].cat.codes.to_numpy(), side="right")
        for number, parts in enumerate(groups):
            frames = [*(part.events() for part in parts), more[group == number]]
            yield log_without_addresses(_merged([Log(events=rows) for rows in frames if len(rows)])).events

    def log(self) -> Log:
        """Give all of it."""
        rest = replace(self.rest, events=empty(EVENTS))
        parts = [Log(tickets=tickets) for tickets in self.tickets()]
        return merge_logs(*parts, *(Log(events=events) for events in self.events()), rest)

    def _groups(self) -> list[list[LogPart]]:
        groups, last = list[list[LogPart]](), ""
        for part in sorted((part for part in self.parts if part.last), key=lambda part: part.first):
            if groups and part.first <= last:
                groups[-1].append(part)
            else:
                groups.append([part])
            last = max(last, part.last)
        return groups


def _merged(logs: list[Log]) -> Log:
    return logs[0] if len(logs) == 1 else merge_logs(*logs)
