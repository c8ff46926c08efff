"""When did nobody work on a ticket? All of its time before the finish that is not work."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import at_rows, instants_of, named, numbers
from vsm.intervals.event_codes import (
    DONE,
    MISSING,
    STAGE_KIND,
    WORK,
    instant_of,
    never_where_missing,
)
from vsm.intervals.handoffs import work_start
from vsm.intervals.instants import Ints
from vsm.intervals.runs import NEVER, NOBODY, begins, earliest_of, ends, latest_of, row_at
from vsm.intervals.visit_codes import next_work
from vsm.tables import CAUSES, WAITS, conform, empty


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
    """
    ticket = visits["ticket"].astype("str")
    last = ticket.to_numpy()[ends(begins(visits["ticket"].cat.codes.to_numpy()))]
    finish = pd.Series(
        _instants(_finish_of_runs(*_codes(visits)[:4])), index=pd.Index(last, name="ticket"), name="entered"
    )
    return finish.sort_index()


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
    """
    if visits.empty:
        return empty(WAITS)
    ticket, kind, entered, left = _codes(visits)
    start = micros_of(work_start(visits))
    end = wait_ends(ticket, kind=kind, entered=entered, left=left, start=start, as_of=instant_of(as_of))
    row = np.flatnonzero(end > entered)
    number = _handoff_ahead(visits, handoffs, entered=entered)[row]
    frame = pd.DataFrame(
        {
            **{name: _at(visits[name], row) for name in ("ticket", "n", "stage", "holder", "team", "bulk")},
            "handoff": pd.arrays.IntegerArray(number, number == NOBODY),
            "receiver": _nothing(len(row), ()),
            "cause": _nothing(len(row), CAUSES),
            "start": instants_of(entered[row]),
            "end": instants_of(end[row]),
            "elapsed": (end - entered)[row].view("timedelta64[us]"),
            "working": np.full(len(row), np.timedelta64("NaT", "us")),
        }
    )
    return conform(frame, WAITS)


def _codes(visits: pd.DataFrame) -> tuple[npt.NDArray[Any], Ints, Ints, Ints]:
    """Give ticket, kind, entered and left of visits as numbers."""
    kind = numbers(visits["kind"], pd.Index(list(STAGE_KIND)))
    left = never_where_missing(micros_of(visits["left"]))
    return visits["ticket"].cat.codes.to_numpy(), kind, micros_of(visits["entered"]), left


def _finish_of_runs(ticket: npt.NDArray[Any], kind: Ints, entered: Ints, left: Ints) -> Ints:
    """Tell when each ticket, in the order of the visits, was finished for good; NEVER where it was not."""
    begin = begins(ticket)
    number, runs = np.cumsum(begin) - 1, int(begin.sum())
    gone = (left != NEVER) & ends(begin)
    undone = latest_of((kind != DONE) | gone, entered, number, runs=runs, missing=MISSING)
    final = (kind == DONE) & (entered > undone[number])
    return earliest_of(final, entered, number, runs=runs)


def wait_ends(
    ticket: npt.NDArray[Any], *, kind: Ints, entered: Ints, left: Ints, start: Ints, as_of: int
) -> Ints:
    """When does the waiting at the beginning of each visit end? Not after ``entered`` where there is none.

    Parameters
    ----------
    left
        NEVER where open.
    start
        When somebody is first known to have worked in the visit.

    Examples
    --------
    >>> kinds, at = np.array([STAGE_KIND["queue"], DONE]), np.array([10, 30])
    >>> left = np.array([30, NEVER])
    >>> wait_ends(np.array([0, 0]), kind=kinds, entered=at, left=left, start=at, as_of=90).tolist()
    [30, 30]
    """
    finish = _finish_of_runs(ticket, kind, entered, left)[np.cumsum(begins(ticket)) - 1]
    horizon = np.where(finish == NEVER, as_of, finish)
    passed = np.minimum(np.where(left == NEVER, as_of, left), horizon)
    return np.where(kind == WORK, start, passed)


def _handoff_ahead(visits: pd.DataFrame, handoffs: pd.DataFrame, *, entered: Ints) -> Ints:
    """Number the handoff that had begun and ends at each visit's own or next work visit, if there is one."""
    if handoffs.empty:
        return np.full(len(visits), NOBODY)
    tickets = visits["ticket"].cat.categories
    code = visits["ticket"].cat.codes.to_numpy()
    ahead = next_work(code, (visits["kind"] == "work").to_numpy())
    same = handoffs["ticket"].cat.categories.equals(tickets)
    of = handoffs["ticket"].cat.codes.to_numpy() if same else numbers(handoffs["ticket"], tickets)
    begin = begins(code)
    first, beyond = np.zeros(len(tickets), dtype=np.int64), np.zeros(len(tickets), dtype=np.int64)
    first[code[begin]], beyond[code[begin]] = np.flatnonzero(begin), np.flatnonzero(ends(begin)) + 1
    receiver = row_at(
        of.astype(np.int64), micros_of(handoffs["taken"]), first=first, beyond=beyond, entered=entered
    )
    number, given = np.full(len(code), NOBODY), np.full(len(code), NEVER)
    known = (receiver != NOBODY) & (of != NOBODY)
    number[receiver[known]] = handoffs["handoff"].to_numpy()[known]
    given[receiver[known]] = micros_of(handoffs["given"])[known]
    return np.where(entered >= at_rows(given, ahead, missing=NEVER), at_rows(number, ahead), NOBODY)


def _at(values: "pd.Series[Any]", row: Ints) -> "pd.Series[Any]":
    return values.take(row).reset_index(drop=True)


def _nothing(rows: int, words: tuple[str, ...]) -> "pd.Series[Any]":
    return named(np.full(rows, NOBODY), pd.Index(list(words), dtype="str"))


def _instants(values: Ints) -> Any:
    return instants_of(np.where(values == NEVER, MISSING, values)).array
