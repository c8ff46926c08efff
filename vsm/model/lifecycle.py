"""Each ticket's life: from creation to finish, stage by stage, and how long that takes."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import Clock, micros_of
from vsm.eventlog.units import unit_of_parts
from vsm.intervals import finished_at
from vsm.intervals.codes import (
    NOBODY,
    Ints,
    encode,
    instants_of,
    never_where_missing,
    run_ends,
    run_starts,
    summed,
)
from vsm.intervals.handoffs import work_start
from vsm.model.stays import stays_of
from vsm.model.window import time_before
from vsm.stats.survival import survival_quantiles
from vsm.tables import DURATION, INSTANT


def lifecycles_from_visits(
    visits: pd.DataFrame,
    waits: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    stages: pd.DataFrame,
    as_of: pd.Timestamp,
    since: pd.Timestamp | None = None,
    in_parts: "pd.Series[pd.Timestamp] | None" = None,
) -> pd.DataFrame:
    """Give each ticket's life: from creation to its end, and how much of that was work.

    Parameters
    ----------
    since
        When the window begins, where these are the tickets that ended in it, or are open.
    in_parts
        As ``first_work_on_parts`` gives it, of all visits; by default of these, which may lack some.

    Returns
    -------
    DataFrame
        One row per ticket, sorted: ``ticket`` (str), ``created``, ``started`` (first work, or missing),
        ``finished`` (for good, or missing), ``gone`` (found deleted or hidden before it was done, or missing;
        a ticket with neither is open), ``lead`` (created → finished, or → gone, or the age so far), ``cycle``
        (started → finished, or so far; missing without work), ``wait`` and ``work``, which sum to ``lead``
        exactly, ``bulk``: a bulk edit finished it, so its lead time shows when somebody cleaned up (a move
        out of a stage with ``batch = true`` is no such edit), ``outcome`` (str): ``delivered`` or
        ``discarded``, missing unless finished, ``unit``: a unit of work (work on its parts counts for it),
        and ``seen_since``: when it came into view, its creation or, where it is older, ``since``. Had it
        ended before, it would not be here, so how long tickets take is known from then on only.
    """
    ticket = visits["ticket"].cat
    begin = run_starts(ticket.codes.to_numpy())
    opening, latest = np.flatnonzero(begin), np.flatnonzero(run_ends(begin))
    seen = pd.DataFrame(
        {
            "created": visits["entered"].take(opening).array,
            "started": _first_work(visits, opening).array,
            "gone": visits["left"].take(latest).array,
        },
        index=pd.Index(ticket.categories.take(ticket.codes.to_numpy()[opening]), dtype="str", name="ticket"),
    ).sort_index()
    created, started, gone, finished = seen["created"], seen["started"], seen["gone"], finished_at(visits)
    horizon = finished.fillna(gone).fillna(as_of)
    # Work on a part is work on its unit, from the unit's creation on and up to its end.
    parts = first_work_on_parts(visits, tickets) if in_parts is None else in_parts
    if len(parts):
        parts = parts.reindex(seen.index)
        parts = parts.mask(parts < created, created)
        started = started.mask((parts < horizon) & ~(started <= parts), parts)
    lead, wait = horizon - created, _waited_in_all(waits, seen.index)
    about = tickets[["ticket", "outcome", "unit"]].astype("str").set_index("ticket").reindex(seen.index)
    lifecycles = {
        "created": created,
        "started": started,
        "finished": finished,
        "gone": gone,
        "lead": lead,
        "cycle": (horizon - started).where(started < horizon),
        "wait": wait,
        "work": lead - wait,
        "bulk": finished_in_bulk(finished, visits, events, stages),
        "outcome": about["outcome"].where(finished.notna()),
        "unit": about["unit"].fillna("unit") == "unit",
        "seen_since": created if since is None else created.mask(created < since, since),
    }
    return pd.DataFrame(lifecycles, index=seen.index).reset_index()


def _first_work(visits: pd.DataFrame, first: Ints) -> "pd.Series[Any]":
    """Give when each ticket was worked on first, if visits of tickets begin in the rows ``first``."""
    begun = micros_of(work_start(visits).where(visits["kind"] == "work"))
    earliest = np.minimum.reduceat(never_where_missing(begun), first) if len(first) else begun
    return instants_of(earliest)


def _waited_in_all(waits: pd.DataFrame, tickets: "pd.Index[str]") -> npt.NDArray[np.timedelta64]:
    """Sum the waiting of each of these tickets, to the microsecond."""
    sums = np.zeros(len(tickets) + 1, dtype=np.int64)  # the last place is that of tickets not asked for
    elapsed = waits["elapsed"].to_numpy().astype("timedelta64[us]").view(np.int64)
    np.add.at(sums, encode(waits["ticket"], tickets), elapsed)
    return sums[:-1].view("timedelta64[us]")


def first_work_on_parts(visits: pd.DataFrame, tickets: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Give when work on parts of each unit of work began first, by the unit's ticket."""
    unit_of = unit_of_parts(tickets)
    if not unit_of:
        return pd.Series(index=pd.Index([], dtype="str", name="ticket"), dtype=INSTANT)
    of_parts = visits[visits["ticket"].isin(unit_of)]
    begun: pd.Series[pd.Timestamp] = work_start(of_parts).where(of_parts["kind"] == "work")
    return begun.groupby(of_parts["ticket"].astype("str").map(unit_of).astype("str")).min()


def finished_in_bulk(
    finished: "pd.Series[Any]", visits: pd.DataFrame, events: pd.DataFrame, stages: pd.DataFrame
) -> "pd.Series[bool]":
    """Mark the finishes (instants, indexed by ticket) that a bulk edit made.

    Moves out of a stage with ``batch = true`` are none.
    """
    marked = events[events["bulk"]]
    if marked.empty:
        return pd.Series(data=False, index=finished.index)
    finish = pd.MultiIndex.from_arrays([finished.index, finished])
    bulk = finish.isin(pd.MultiIndex.from_arrays([marked["ticket"].astype("str"), marked["at"]]))
    if stages["batch"].any():
        released = visits[visits["stage"].isin(stages.loc[stages["batch"], "stage"])]
        bulk &= ~finish.isin(pd.MultiIndex.from_arrays([released["ticket"].astype("str"), released["left"]]))
    return pd.Series(bulk, index=finished.index)


def completed(lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Give the lifecycles whose lead times count: units of work, delivered for good, not by a bulk edit."""
    counted = lifecycles["finished"].notna() & ~lifecycles["bulk"] & ~was_discarded(lifecycles)
    return lifecycles[counted & lifecycles["unit"] if "unit" in lifecycles else counted]


def before_the_finish(visits: pd.DataFrame) -> "pd.Series[bool]":
    """Mark what came before each ticket's finish for good, of VISITS or stays in their order.

    By order, not by instants: a visit of no length in the instant of the finish came before it.

    Examples
    --------
    >>> rows = pd.DataFrame({"ticket": list("aaaab"), "kind": ["done", "work", "done", "done", "work"]})
    >>> before_the_finish(rows).tolist()
    [True, True, False, False, True]
    """
    row, begin = np.arange(len(visits)), run_starts(visits["ticket"].to_numpy())
    undone = np.where(visits["kind"] != "done", row, NOBODY)
    latest = np.maximum.reduceat(undone, np.flatnonzero(begin)) if len(row) else row
    return pd.Series(row <= latest[np.cumsum(begin) - 1], index=visits.index)


def units_of_work(lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Give the lifecycles of units of work: neither containers nor parts.

    Lifecycles without a column ``unit`` are all of units.
    """
    return lifecycles[lifecycles["unit"]] if "unit" in lifecycles else lifecycles


def was_discarded(lifecycles: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the tickets that were finished without being delivered.

    Lifecycles without a column ``outcome`` are of tickets that were all delivered.
    """
    known = "outcome" in lifecycles
    return lifecycles["outcome"] == "discarded" if known else pd.Series(data=False, index=lifecycles.index)


def still_open(lifecycles: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the tickets that are neither finished for good nor gone.

    Lifecycles without a column ``gone`` are of tickets that are all still there.
    """
    there = lifecycles["gone"].isna() if "gone" in lifecycles else True
    return lifecycles["finished"].isna() & there


def lead_time_quantiles(
    lifecycles: pd.DataFrame, *, quantiles: Sequence[float] = (0.5, 0.85), minimum: int
) -> pd.DataFrame:
    """Give the times within which half, or 85 %, of all tickets get done; open ones count as not yet done.

    Kaplan–Meier over delivered and open units of work (right-censored at their age), with 95 % intervals of
    the log-log kind. Tickets finished by a bulk edit count as still open at that instant. A ticket that was
    found gone is censored there: it might have taken any longer. Discarded ones are left out: they were never
    delivered. With a window, older tickets are at risk only from the age they had when it began.

    Returns
    -------
    DataFrame
        One row per quantile: ``quantile, lead, low, high`` (timedelta), ``delivered``, ``open`` (with those
        finished by a bulk edit), ``gone`` and ``discarded`` (counts, which sum to all tickets). A value is
        missing where the curve does not reach it, and everywhere under ``minimum`` delivered.
    """
    lifecycles = units_of_work(lifecycles)
    discarded = was_discarded(lifecycles)
    rows = lifecycles[~discarded]
    whole = (rows["finished"].notna() & ~rows["bulk"].astype(bool)).to_numpy()
    there = still_open(rows) | rows["finished"].notna()
    counts = {
        "delivered": int(whole.sum()),
        "open": int((there & ~whole).sum()),
        "gone": int((~there).sum()),
        "discarded": int(discarded.sum()),
    }
    entry = time_before(rows, "created")
    found = survival_quantiles(rows["lead"], whole, quantiles=quantiles, minimum=minimum, entry=entry)
    return found.rename(columns={"time": "lead"}).assign(**counts)


def ages(lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Give the age of each open ticket, oldest first: ``ticket``, ``created``, ``age`` (timedelta)."""
    waiting = lifecycles[still_open(lifecycles)].sort_values(["lead", "ticket"], ascending=[False, True])
    return waiting[["ticket", "created", "lead"]].rename(columns={"lead": "age"}).reset_index(drop=True)


def stage_visits_from_visits(
    visits: pd.DataFrame, waits: pd.DataFrame, *, stages: pd.DataFrame
) -> pd.DataFrame:
    """Join visits into each ticket's unbroken stays in one stage, whoever held it.

    Returns
    -------
    DataFrame
        Sorted by ticket and time: ``ticket``, ``stage``, ``kind`` (categories), ``position`` (of the stage),
        ``entered``, ``left`` (missing while open), ``elapsed``, ``waited`` (the part in which nobody
        worked; timedeltas), ``bulk`` (begun or ended by a bulk edit), ``gone`` (``left`` is where the ticket
        was found deleted or hidden: nobody passed it on).
    """
    ticket, stage = (visits[name].cat.codes.to_numpy() for name in ("ticket", "stage"))
    of_stage = {
        str(name): int(position) for name, position in zip(stages["stage"], stages["position"], strict=True)
    }
    known = visits["stage"].cat.categories
    position = np.array([of_stage[str(name)] for name in known], dtype=np.int64)
    begin = run_starts(ticket, stage)
    first, last = np.flatnonzero(begin), np.flatnonzero(run_ends(begin))
    stays = stays_of(
        ticket,
        stage,
        first=first,
        left=never_where_missing(micros_of(visits["left"])),
        elapsed=visits["elapsed"].to_numpy().astype("timedelta64[us]").view(np.int64),
        waited=_waited(visits, waits),
        bulk=visits["bulk"].to_numpy(dtype=bool),
    )
    return pd.DataFrame(
        {
            **{name: visits[name].iloc[first].array for name in ("ticket", "stage", "kind")},
            "entered": visits["entered"].iloc[first].reset_index(drop=True),
            "left": visits["left"].iloc[last].reset_index(drop=True),
            "elapsed": stays.elapsed.view("timedelta64[us]"),
            "waited": stays.waited.view("timedelta64[us]"),
            "bulk": stays.bulk,
            "position": position[stays.stage],
            "gone": stays.gone,
        }
    )


def _waited(visits: pd.DataFrame, waits: pd.DataFrame) -> Ints:
    """Sum the pieces of waiting of each visit, in microseconds."""
    sums = np.zeros(len(visits), dtype=np.int64)
    if waits.empty or visits.empty:
        return sums
    tickets, code = visits["ticket"].cat.categories, visits["ticket"].cat.codes.to_numpy()
    same = waits["ticket"].cat.categories.equals(tickets)
    of = waits["ticket"].cat.codes.to_numpy() if same else encode(waits["ticket"], tickets)
    begin = run_starts(code)
    first = np.full(len(tickets) + 1, len(visits))
    first[code[begin]] = np.flatnonzero(begin)
    row = first[np.where(of == NOBODY, len(tickets), of)] + waits["n"].to_numpy()
    piece = run_starts(row)
    elapsed = waits["elapsed"].to_numpy().astype("timedelta64[us]").view(np.int64)
    np.add.at(sums, row[piece], summed(elapsed, np.flatnonzero(piece)))
    return sums


TIMES: Final = ("elapsed", "working")
STATES: Final = ("delivered", "discarded", "bulk", "gone", "open")


def cycle_times(lifecycles: pd.DataFrame, *, visits: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Give how long each ticket has been in the stream since its first work.

    Revisits and reopenings are in it: the end is the finish for good. Working time is that of whichever team
    held the ticket, visit by visit, waiting included.

    Parameters
    ----------
    visits
        VISITS of these tickets.

    Returns
    -------
    DataFrame
        One row per unit of work that was worked on before its end, sorted by ``ended, ticket``: ``ticket,
        started, ended, state`` (one of ``STATES``; ``bulk``: a bulk edit finished it, so when it really ended
        is not known, whatever its outcome), ``elapsed, working``, and ``elapsed_before, working_before``: how
        much of them had passed when the ticket came into view (timedeltas). An open ticket ends, so far, at
        the as-of instant; a ticket that was never worked on has no row.
    """
    begun = units_of_work(lifecycles)
    begun = begun[begun["cycle"].notna()].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "ticket": begun["ticket"].astype("str"),
            "started": begun["started"],
            "ended": begun["created"] + begun["lead"],
            "state": _states(begun),
            "elapsed": begun["cycle"].astype(DURATION),
        }
    )
    rows["working"] = _working(rows, visits, clock)
    rows["elapsed_before"] = time_before(begun, "started")
    seen = rows.assign(ended=rows["started"] + rows["elapsed_before"])
    rows["working_before"] = _working(seen, visits, clock)
    return rows.sort_values(["ended", "ticket"], ignore_index=True)


def _states(begun: pd.DataFrame) -> "pd.Series[str]":
    finished = begun["finished"].notna()
    bulk = begun["bulk"].astype(bool)
    known = [finished & ~bulk & ~was_discarded(begun), finished & ~bulk, finished, begun["gone"].notna()]
    states = np.select(known, STATES[:4], default="open")
    return pd.Series(states, index=begun.index, dtype="str")


def _working(rows: pd.DataFrame, visits: pd.DataFrame, clock: Clock) -> "pd.Series[Any]":
    """Sum the working time of each ticket's visits between its first work and its end."""
    ends = rows.set_index("ticket")[["started", "ended"]].astype(INSTANT)
    ticket = visits["ticket"].astype("str")
    started, ended = (ends[name].reindex(ticket).set_axis(visits.index) for name in ("started", "ended"))
    since = visits["entered"].where(visits["entered"] > started, started)
    until = visits["left"].where(visits["left"] < ended, ended)
    within = since < until
    who = visits.loc[within, ["team", "holder"]].astype("str")
    hours = clock.working(since[within], until[within], team=who["team"], holder=who["holder"])
    sums = hours.groupby(ticket[within]).sum().reindex(rows["ticket"], fill_value=pd.Timedelta(0))
    return sums.astype(DURATION).set_axis(rows.index)


def cycle_time_quantiles(
    times: pd.DataFrame,
    *,
    time: str = "elapsed",
    quantiles: Sequence[float] = (0.5, 0.85, 0.95),
    minimum: int,
) -> pd.DataFrame:
    """Give the cycle times within which half, 85 % or 95 % of all begun tickets get delivered.

    Kaplan–Meier, as for lead times: an open ticket, one that is gone and one that a bulk edit finished count
    as not yet done after the time they have taken so far, and discarded ones are left out. What began before
    the window is at risk only from when that began. ``time`` is one of ``TIMES``.

    Returns
    -------
    DataFrame
        One row per quantile: ``quantile, cycle, low, high`` (timedelta; missing where the curve does not
        reach it, and everywhere under ``minimum`` delivered), ``delivered``, ``open`` (with those finished by
        a bulk edit), ``gone`` and ``discarded``.

    Examples
    --------
    >>> days = pd.to_timedelta(range(1, 21), unit="D")
    >>> times = pd.DataFrame({"state": "delivered", "elapsed": days})
    >>> cycle_time_quantiles(times, minimum=12)["cycle"].dt.days.tolist()
    [10, 17, 19]
    """
    state = times["state"]
    counts = {
        "delivered": int((state == "delivered").sum()),
        "open": int(state.isin(["open", "bulk"]).sum()),
        "gone": int((state == "gone").sum()),
        "discarded": int((state == "discarded").sum()),
    }
    rows = times[state != "discarded"]
    delivered = (rows["state"] == "delivered").to_numpy(dtype=bool)
    found = survival_quantiles(
        rows[time], delivered, quantiles=quantiles, minimum=minimum, entry=rows.get(f"{time}_before")
    )
    return found.rename(columns={"time": "cycle"}).assign(**counts)
