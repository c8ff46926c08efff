"""WAITS: when nobody worked on a ticket; all of its time before the finish that is not work."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.arrays import MISSING, NEVER, NOBODY, Ints
from vsm.intervals._kernels.coding import decode, encode, instants_of, micros_at, never_where_missing
from vsm.intervals._kernels.grouped_search import GroupedSearch
from vsm.intervals._kernels.runs import first_of_run, last_of_run, run_ends, run_starts, take_or_missing
from vsm.intervals.handoffs import work_start
from vsm.intervals.stage_codes import DONE, STAGE_KIND, WORK
from vsm.tables import CAUSES, WAITS, conform, empty

KEPT: Final = ("ticket", "n", "stage", "holder", "team", "bulk")


def finished_at(visits: pd.DataFrame) -> "pd.Series[Any]":
    """Give when each ticket was finished for good: its last entry into ``done`` that it did not leave again.

    Parameters
    ----------
    visits
        VISITS, in their order.

    Returns
    -------
    Series
        Instant by ticket, missing while open and where the ticket was gone before it was done; moves from one
        done stage to another are no leaving.
    """
    ticket = visits["ticket"].astype("str")
    last = ticket.to_numpy()[run_ends(run_starts(visits["ticket"].cat.codes.to_numpy()))]
    finish = pd.Series(
        instants_of(_finish_of_runs(*_codes(visits))).array,
        index=pd.Index(last, name="ticket"),
        name="entered",
    )
    return finish.sort_index()


def waits_from_visits(visits: pd.DataFrame, handoffs: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give when nobody worked on a ticket, and in which handoff.

    Work is a work visit from its ``work_start`` on. Everything else from creation to the finish for
    good, to where the ticket was found gone, or to ``as_of`` while it is open, is waiting: queues, time
    in external stages, time in ``done`` before a reopening, and what is hidden at the beginning of a work
    visit.

    Parameters
    ----------
    visits
        VISITS.
    handoffs
        HANDOFFS of the same visits; pieces between ``given`` and ``taken`` have the handoff's number, so
        time in ``done``, and before it, has none.
    as_of
        The instant that counted as now for the visits.

    Returns
    -------
    DataFrame
        WAITS: disjoint pieces, at most one a visit. Per ticket they and the work sum to the lead time, to
        the microsecond. ``cause`` and ``working`` are missing: causes are found later.
    """
    if visits.empty:
        return empty(WAITS)
    ticket, kind, entered, left = _codes(visits)
    start = micros_of(work_start(visits))
    end = wait_ends(ticket, kind=kind, entered=entered, left=left, start=start, as_of=micros_at(as_of))
    row = np.flatnonzero(end > entered)
    nothing = np.full(len(row), NOBODY)
    number = _handoff_of(visits, handoffs, start=entered, end=end)[row]
    frame = pd.DataFrame(
        {
            **{name: visits[name].take(row).reset_index(drop=True) for name in KEPT},
            "handoff": pd.arrays.IntegerArray(number, number == NOBODY),
            "receiver": decode(nothing, pd.Index([], dtype="str")),
            "carried": pd.array([pd.NA] * len(row), dtype="boolean"),
            "cause": decode(nothing, pd.Index(list(CAUSES), dtype="str")),
            "start": instants_of(entered[row]),
            "end": instants_of(end[row]),
            "elapsed": (end - entered)[row].view("timedelta64[us]"),
            "working": np.full(len(row), np.timedelta64("NaT", "us")),
        }
    )
    return conform(frame, WAITS)


def _codes(visits: pd.DataFrame) -> tuple[npt.NDArray[Any], Ints, Ints, Ints]:
    """Give ticket, kind, entered and left of visits as numbers."""
    kind = encode(visits["kind"], pd.Index(list(STAGE_KIND)))
    left = never_where_missing(micros_of(visits["left"]))
    return visits["ticket"].cat.codes.to_numpy(), kind, micros_of(visits["entered"]), left


def _finish_of_runs(ticket: npt.NDArray[Any], kind: Ints, entered: Ints, left: Ints) -> Ints:
    """Give when each ticket, in the order of the visits, was finished for good; NEVER where it was not.

    ::

        kind      work  done  work  done  done        entered   1  5  7  9  12
        undone                  2                     the last row that is not done
        final       F     F     F     T     T         done, and after it: 9 is the finish

    A last visit that was left was ended by the ticket's deletion: it counts as not done.
    """
    starts = run_starts(ticket)
    run, runs = np.cumsum(starts) - 1, int(starts.sum())
    gone = (left != NEVER) & run_ends(starts)
    row = np.arange(len(kind))
    undone = last_of_run((kind != DONE) | gone, row, run, runs=runs, missing=NOBODY)
    final = (kind == DONE) & (row > undone[run])
    return first_of_run(final, entered, run, runs=runs)


def wait_ends(
    ticket: npt.NDArray[Any], *, kind: Ints, entered: Ints, left: Ints, start: Ints, as_of: int
) -> Ints:
    """Give when the waiting at the beginning of each visit ends; not after ``entered`` where there is none.

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
    finish = _finish_of_runs(ticket, kind, entered, left)[np.cumsum(run_starts(ticket)) - 1]
    horizon = np.where(finish == NEVER, as_of, finish)
    # A work visit waits until its first touch; any other waits throughout, but not beyond the finish.
    return np.where(kind == WORK, start, np.minimum(np.where(left == NEVER, as_of, left), horizon))


def _handoff_of(visits: pd.DataFrame, handoffs: pd.DataFrame, *, start: Ints, end: Ints) -> Ints:
    """Give the handoff between whose ``given`` and ``taken`` each visit waited; NOBODY where in none.

    ::

        visit     work/ann 9–10   queue 10–12   work/bob 12–12   queue 12–13     no length: bob had it at once
        handoff                                                                  0: given 10, taken 12
        given by then   –              0              0               0          the last of the ticket
        number          –              0              –               –          if it ends by ``taken``
    """
    ticket = visits["ticket"].cat.codes.to_numpy()
    starts = run_starts(ticket)
    run = np.cumsum(starts) - 1
    run_of = np.full(len(visits["ticket"].cat.categories) + 1, NOBODY)
    run_of[ticket[starts]] = run[starts]
    run_of_handoff = run_of[encode(handoffs["ticket"], visits["ticket"].cat.categories)]
    given = GroupedSearch(run_of_handoff, micros_of(handoffs["given"]))
    asked = np.minimum(run, run_of_handoff.max(initial=0))  # of later tickets there are none
    last = given.searchsorted(asked, start, side="right") - 1
    taken = take_or_missing(micros_of(handoffs["taken"]), last, missing=MISSING)
    within = (take_or_missing(run_of_handoff, last) == run) & (end <= taken)
    return np.where(within, take_or_missing(handoffs["handoff"].to_numpy(), last), NOBODY)
