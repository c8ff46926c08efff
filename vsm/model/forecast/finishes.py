"""When units of work were finished, as it was known at any instant: what forecasts are made from.

What is known today was not known then. A ticket that was reopened in May had been finished since March for
whoever looked in April; one that was declared a duplicate a week after it was closed had been delivered for
that week. So each finish bears since when, and until when, it counted::

    ticket   closed 3 Mar    reopened 9 May    closed 2 Jun           finished   known     until
             ├── done ───────┤                 ├── done ──→           3 Mar      3 Mar     9 May
                                                                      2 Jun      2 Jun     –
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.config import Outcome
from vsm.eventlog.outcomes import outcome_of
from vsm.intervals.codes import Ints, micros_at, run_ends, run_starts
from vsm.model.lifecycle import finished_in_bulk
from vsm.tables import INSTANT, among

DAY: Final = 86_400_000_000
"""Microseconds."""
FAR: Final = np.iinfo(np.int64).max
"""Until when something counts that has not ended."""


def finishes_from_visits(
    visits: pd.DataFrame,
    *,
    events: pd.DataFrame,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    settings: Outcome,
) -> pd.DataFrame:
    """Give every finish of a delivered unit of work, and from when to when it counted as one.

    Reopened tickets count as finished until they were reopened, and again from their next finish on; with
    resolutions and statuses that say "discarded" they count until that was said. Moves from one done stage
    to another are no finish. What a bulk edit closed is left out: it shows when somebody cleaned up.

    Returns
    -------
    DataFrame
        ``ticket`` (str), ``finished``, ``known`` (not before ``finished``) and ``until`` (missing where it
        still counts), sorted by ``finished, ticket, known``.
    """
    code, done = visits["ticket"].cat.codes.to_numpy(), (visits["kind"] == "done").to_numpy()
    stretch = run_starts(code, done.astype(np.int64))
    first, last = np.flatnonzero(stretch & done), np.flatnonzero(run_ends(stretch) & done)
    rows = pd.DataFrame(
        {
            "ticket": visits["ticket"].astype("str").to_numpy()[first],
            "finished": visits["entered"].iloc[first].array,
            "left": visits["left"].iloc[last].array,
        }
    )
    units = tickets.loc[(tickets["unit"].astype("str").fillna("unit") == "unit"), "ticket"].astype("str")
    rows = rows[among(rows["ticket"], units)]
    marked = finished_in_bulk(rows.set_index("ticket")["finished"], visits, events, stages)
    rows = rows[~marked.to_numpy()]
    said = outcomes_said(events[events["ticket"].isin(set(rows["ticket"]))], stages, settings)
    # Where neither status nor resolution is known, nothing was said against it.
    pieces = rows.merge(said, on="ticket", how="left")
    pieces["delivered"] = pieces["delivered"].astype("boolean").fillna(value=True).astype("bool")
    # The piece of an outcome that lies within the stretch: from the later begin to the earlier end.
    pieces["known"] = pieces["since"].where(pieces["since"] > pieces["finished"], pieces["finished"])
    ends = pieces[["left", "to"]].min(axis=1).astype(INSTANT)
    kept = pieces[pieces["delivered"] & ~(ends <= pieces["known"])].assign(until=ends)
    found = kept[["ticket", "finished", "known", "until"]]
    return found.sort_values(["finished", "ticket", "known"], ignore_index=True)


def outcomes_said(events: pd.DataFrame, stages: pd.DataFrame, settings: Outcome) -> pd.DataFrame:
    """Give what status and resolution said of each ticket, one piece after the other.

    Returns
    -------
    DataFrame
        ``ticket`` (str), ``since, to`` (missing where it is still said), ``delivered``. Nothing is said of a
        ticket without a known status or resolution.
    """
    rows = events.loc[events["kind"].isin(["status", "resolution"]), ["ticket", "at", "kind", "after"]]
    rows = rows.astype({"ticket": "str", "kind": "str", "after": "str"}).reset_index(drop=True)
    name = stages.drop_duplicates("status").set_index("status")["name"].astype("str")
    rows["status"] = rows["after"].where(rows["kind"] == "status").map(name)
    rows["resolution"] = rows["after"].where(rows["kind"] == "resolution")
    for kind in ("status", "resolution"):
        # Forward within the ticket; a resolution that was taken away is a value as well.
        of_kind = rows["kind"] == kind
        begun = rows.index.to_series().where(of_kind).groupby(rows["ticket"]).ffill()
        rows[kind] = rows[kind].reindex(begun).set_axis(rows.index)
    rows = rows[~rows.duplicated(["ticket", "at"], keep="last")]
    pairs = rows[["resolution", "status"]].drop_duplicates()
    known = {
        pair: outcome_of(*(word if isinstance(word, str) else None for word in pair), settings=settings)
        for pair in pairs.itertuples(index=False, name=None)
    }
    outcome = [known[pair] for pair in zip(rows["resolution"], rows["status"], strict=True)]
    rows["delivered"] = np.array(outcome) == "delivered"
    other = (rows["ticket"] != rows["ticket"].shift()) | (rows["delivered"] != rows["delivered"].shift())
    rows = rows[other].rename(columns={"at": "since"})
    rows["to"] = rows["since"].shift(-1).where(rows["ticket"] == rows["ticket"].shift(-1))
    return rows[["ticket", "since", "to", "delivered"]]


class Finishes:
    """Finishes as numbers: what many instants of the past ask again and again.

    Parameters
    ----------
    finishes
        As ``finishes_from_visits`` gives them.
    since
        When the record begins: the first creation, or the beginning of a window.
    """

    def __init__(self, finishes: pd.DataFrame, *, since: pd.Timestamp) -> None:
        until: Any = micros_of(finishes["until"])
        self.finished: Ints = micros_of(finishes["finished"])
        self.known: Ints = micros_of(finishes["known"])
        self.until: Ints = np.where(finishes["until"].isna().to_numpy(), FAR, until)
        self.since = micros_at(since)

    def days(self, as_of: int) -> int:
        """Give how many whole days of record there are until an instant (microseconds of the epoch)."""
        return max((as_of - self.since) // DAY, 0)

    def by_day(self, as_of: int) -> Ints:
        """Count finishes by day as known at an instant: 24 hours each, the last one just over.

        Days without any are 0; the part of a day with which the record begins is left out.
        """
        known = (self.known <= as_of) & (self.until > as_of)
        ago = (as_of - self.finished[known]) // DAY
        days = self.days(as_of)
        counts: Ints = np.bincount(ago[(ago >= 0) & (ago < days)], minlength=days)[::-1].astype(np.int64)
        return counts

    def after(self, begin: int, *, days: int) -> Ints:
        """Count what was finished by day after an instant, as known at the end of each day, in all so far."""
        ends = begin + DAY * np.arange(1, days + 1)
        mine = (self.finished > begin) & (self.finished <= begin + DAY * days)
        finished, known, until = (part[mine] for part in (self.finished, self.known, self.until))
        there: npt.NDArray[np.bool_] = (np.maximum(finished, known)[:, np.newaxis] <= ends) & (
            until[:, np.newaxis] > ends
        )
        counts: Ints = there.sum(axis=0)
        return counts


def finished_by_day(finishes: Finishes, *, as_of: int) -> pd.DataFrame:
    """Give how many units of work were finished each day, as known at an instant: ``until, finished``.

    Days are 24 hours long and end at the hour of ``as_of`` (microseconds of the epoch); those without a
    finish are there.

    Examples
    --------
    >>> day = pd.date_range("2026-01-01", periods=5, tz="UTC")
    >>> rows = pd.DataFrame({"finished": day[[1, 2]], "known": day[[1, 2]], "until": [day[4], pd.NaT]})
    >>> known = Finishes(rows, since=day[0])
    >>> [finished_by_day(known, as_of=micros_at(day[n]))["finished"].tolist() for n in (3, 4)]
    [[1, 1, 0], [0, 1, 0, 0]]
    """
    counts = finishes.by_day(as_of)
    ends = as_of - DAY * np.arange(len(counts))[::-1]
    until = pd.Series(pd.to_datetime(ends, unit="us", utc=True)).astype(INSTANT)
    return pd.DataFrame({"until": until, "finished": counts})
