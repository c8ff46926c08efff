"""When did nobody work on a ticket? All of its time before the finish that is not work."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import at_rows, instants_of, numbers
from vsm.intervals.handoffs import work_start
from vsm.intervals.instants import Instants, Ints
from vsm.intervals.states import NEVER
from vsm.intervals.visits import AHEAD, MISSING, next_work_visit
from vsm.tables import WAITS, conform, empty


def finished_at(visits: pd.DataFrame) -> "pd.Series[Any]":
    """When was each ticket finished for good? The last entry into ``done`` that it did not leave again.

    Parameters
    ----------
    visits
        VISITS, in their order.

    Returns
    -------
    Series
        Instant by ticket, missing while open and where the ticket was gone before it was done; moves among
        done stages are no leaving.

    Examples
    --------
    >>> from vsm.tables import VISITS, empty
    >>> len(finished_at(empty(VISITS)))
    0
    """
    ticket = visits["ticket"].astype("category")
    words = ticket.cat.categories.astype("str")
    finish = _finish(visits, ticket.cat.codes.to_numpy(), len(words))
    at = instants_of(np.where(finish == NEVER, MISSING, finish)).set_axis(words)
    here = np.unique(ticket.cat.codes)
    return at.iloc[here].rename_axis("ticket").rename("entered")


def _finish(visits: pd.DataFrame, ticket: npt.NDArray[Any], tickets: int) -> Ints:
    """Tell by number of the ticket when it was finished for good, ``NEVER`` where it was not."""
    entered, done = micros_of(visits["entered"]), (visits["kind"] == "done").to_numpy()
    last = np.append(ticket[1:] != ticket[:-1], np.ones(min(len(ticket), 1), dtype=bool))
    undone = ~done | (last & visits["left"].notna().to_numpy())
    latest, finish = np.full(tickets, -NEVER), np.full(tickets, NEVER)
    np.maximum.at(latest, ticket[undone], entered[undone])
    final = done & (entered > latest[ticket])
    np.minimum.at(finish, ticket[final], entered[final])
    return finish


def waits_from_visits(visits: pd.DataFrame, handoffs: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """When did nobody work on a ticket, and in which handoff?

    Work is a work visit from its ``work_start`` on. Everything else from creation to the finish for
    good, to where the ticket was found gone, or to ``as_of`` while it is open, is waiting: queues, time
    with someone outside, time in ``done`` before a reopening, and what lies hidden at the beginning of a
    work visit.

    Parameters
    ----------
    visits
        VISITS.
    handoffs
        HANDOFFS of the same visits; pieces between ``given`` and ``taken`` carry the handoff's number, so
        time in ``done``, and before it, carries none.
    as_of
        The instant that counted as now for the visits.

    Returns
    -------
    DataFrame
        WAITS: disjoint pieces, at most one a visit. Per ticket they and the work sum to the lead time, to
        the microsecond. ``cause`` and ``working`` are missing: no cause has been looked for.

    Examples
    --------
    >>> from vsm.tables import HANDOFFS, VISITS, empty
    >>> waits_from_visits(empty(VISITS), empty(HANDOFFS), as_of=pd.Timestamp("2026-01-05", tz="UTC")).shape
    (0, 13)
    """
    if visits.empty:
        return empty(WAITS)
    ticket = visits["ticket"].cat.codes.to_numpy().astype(np.int64)
    now = micros_of(pd.Series([as_of]))[0]
    entered, work = micros_of(visits["entered"]), (visits["kind"] == "work").to_numpy()
    finish = np.minimum(_finish(visits, ticket, len(visits["ticket"].cat.categories))[ticket], now)
    left = np.where(visits["left"].isna(), now, micros_of(visits["left"]))
    started = micros_of(work_start(visits))
    end = np.where(work, started, np.minimum(left, finish))
    handoff = _handoff_ahead(visits, handoffs, started)
    rows = np.flatnonzero(end > entered)
    words = visits[["ticket", "n", "stage", "holder", "team", "bulk"]].take(rows).reset_index(drop=True)
    times = {"start": instants_of(entered[rows]), "end": instants_of(end[rows])}
    pieces = words.assign(**times, elapsed=times["end"] - times["start"])
    return conform(pieces.assign(handoff=handoff.take(rows).reset_index(drop=True)), WAITS)


def _handoff_ahead(visits: pd.DataFrame, handoffs: pd.DataFrame, started: Ints) -> "pd.Series[Any]":
    """Number the handoff that had begun and ends at each visit's own or next work visit, if there is one."""
    tickets = visits["ticket"].cat.categories
    ahead = next_work_visit(visits)
    lines = Instants(numbers(handoffs["ticket"], tickets), micros_of(handoffs["taken"]))
    mine, taken = visits["ticket"].cat.codes.to_numpy().astype(np.int64), at_rows(started, ahead)
    first, last = lines.before(mine, taken), lines.until(mine, taken)
    row = np.where((ahead != AHEAD) & (first < last), first, -1)
    given = at_rows(micros_of(handoffs["given"]), row, missing=NEVER)
    told = at_rows(handoffs["handoff"].to_numpy(), row)
    return pd.Series(told, dtype="Int64").where(micros_of(visits["entered"]) >= given)
