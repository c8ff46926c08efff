"""When did nobody work on a ticket? All of its time before the finish that is not work."""

from typing import Any

import numpy as np
import pandas as pd

from vsm.intervals.handoffs import work_start
from vsm.intervals.visits import AHEAD, next_work_visit
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
    ticket = visits["ticket"].astype("str")
    gone = visits["left"].notna() & (ticket != ticket.shift(-1))
    undone = visits["entered"].where((visits["kind"] != "done") | gone).groupby(ticket).transform("max")
    final = (visits["kind"] == "done") & ~(visits["entered"] <= undone)
    return visits["entered"].where(final).groupby(ticket).min()


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
    finish = visits["ticket"].astype("str").map(finished_at(visits)).fillna(as_of)
    work = visits["kind"] == "work"
    left = visits["left"].fillna(as_of)
    end = work_start(visits).where(work, left.where(left < finish, finish))
    pieces = visits.assign(start=visits["entered"], end=end, elapsed=end - visits["entered"])
    pieces["handoff"] = _handoff_ahead(visits, handoffs)
    return conform(pieces[pieces["elapsed"] > pd.Timedelta(0)].drop(columns="working"), WAITS)


def _handoff_ahead(visits: pd.DataFrame, handoffs: pd.DataFrame) -> "pd.Series[Any]":
    """Number the handoff that had begun and ends at each visit's own or next work visit, if there is one."""
    ahead = next_work_visit(visits)
    key = ["ticket", "taken"]
    receiver = pd.DataFrame({"ticket": visits["ticket"].astype("str"), "taken": work_start(visits)})
    beyond = np.where(ahead == AHEAD, len(visits), ahead)
    receiver = receiver.reindex(pd.Index(beyond)).reset_index(drop=True)
    passed = handoffs.astype({"ticket": "str"}).set_index(key)[["handoff", "given"]]
    ahead_of = receiver.join(passed, on=key).set_axis(visits.index)
    return ahead_of["handoff"].astype("Int64").where(visits["entered"] >= ahead_of["given"])
