"""Checks of waiting: what should be known before its causes are believed, and its effect on the numbers."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from vsm.counts import counted
from vsm.eventlog.log import QualityNote
from vsm.model.efficiency import commits_in_queues
from vsm.model.lifecycle import completed
from vsm.tables import DURATION, TOUCH_KINDS

NOTABLE: Final = 0.05
MUCH: Final = 0.2
"""Shares from which on something is reported as a note, and as a warning."""


def check_causes(
    waits: pd.DataFrame,
    visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    events: pd.DataFrame,
    *,
    minimum: int = 12,
) -> list[QualityNote]:
    """Find what should be known before causes of waiting are believed; nothing under ``minimum`` tickets.

    Reported are: in-hours waiting without a cause, and how much of it was for people of whom the log holds no
    trace at all; work visits without a trace; delivered tickets that never were in a work stage; what was
    left out because of bulk edits; and instants that look like days without a time.
    """
    done = completed(lifecycles)
    if len(done) < max(minimum, 1):
        return []
    mine = waits[waits["ticket"].isin(done["ticket"])]
    return [
        *_unexplained(mine[~mine["bulk"]], events),
        *_untouched(visits[visits["ticket"].isin(done["ticket"])]),
        *_never_worked(done),
        *_no_assignees(events),
        *_commits_in_queues(visits, lifecycles, events),
        *_tidied(mine),
        *_without_time(events),
    ]


def check_skipping(
    visits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame, minimum: int = 12
) -> list[QualityNote]:
    """Find the stages that less than a fifth of the delivered tickets ever were in, except done stages."""
    done = completed(lifecycles)
    if len(done) < max(minimum, 1):
        return []
    mine = visits[visits["ticket"].isin(done["ticket"]) & (visits["kind"] != "done")]
    # In seconds: what tickets of a large tracker spent in a stage leaves 64 bits in microseconds.
    there = mine.assign(seconds=mine["elapsed"].dt.total_seconds()).groupby("stage", observed=True)
    tickets, seconds = there["ticket"].nunique(), there["seconds"].sum()
    whole = _hours(done["lead"])
    way = stages[stages["kind"] != "done"].drop_duplicates("stage")["stage"]
    notes = []
    for stage in way:
        count = int(tickets.get(stage, 0))
        if 0 < count < MUCH * len(done):
            share = seconds[stage] / 3600 / whole if whole else 0.0
            detail = (
                f"few delivered tickets were ever in '{stage}': {count} of {len(done)}, with "
                f"{_percent(share)} of all lead time; its medians rest on them, and the others may have had "
                "this work done elsewhere"
            )
            notes.append(QualityNote("stage skipped by most", "note", detail, ref=str(stage)))
    return notes


def _unexplained(waits: pd.DataFrame, events: pd.DataFrame) -> Iterator[QualityNote]:
    unexplained = waits[waits["cause"] == "unexplained"]
    whole, silent = _hours(waits["working"]), _hours(unexplained["working"])
    if not whole or silent < NOTABLE * whole:
        return
    traced = events[events["kind"].isin([*TOUCH_KINDS, "status"])]["actor"].dropna().unique()
    teams = set(waits["team"].dropna())
    unseen = unexplained[~unexplained["receiver"].isin([*traced, *teams])]
    detail = (
        f"nothing in the data explains {_percent(silent / whole)} of waiting in working time, of which "
        f"{_percent(_hours(unseen['working']) / silent)} was for nobody known, or for persons who left no "
        "trace anywhere: read unexplained as unknown; record who works on what, or flag what is blocked"
    )
    yield QualityNote("unexplained waiting", "warning" if silent > MUCH * whole else "note", detail)


def _untouched(visits: pd.DataFrame) -> Iterator[QualityNote]:
    work = visits[visits["kind"] == "work"]
    bare = work[work["first_touch"].isna()]
    if len(bare) and len(bare) >= NOTABLE * len(work):
        detail = (
            f"{len(bare)} of {len(work)} visits of delivered tickets to a work stage show no trace of work "
            "by their holder; they count as work from the moment of entry, so hidden waits there are missed"
        )
        yield QualityNote(
            "work without a trace", "warning" if len(bare) > MUCH * len(work) else "note", detail
        )


def _never_worked(done: pd.DataFrame) -> Iterator[QualityNote]:
    direct = done[done["started"].isna()] if "started" in done else done.iloc[:0]
    if len(direct) and len(direct) >= NOTABLE * len(done):
        share = _hours(direct["lead"]) / _hours(done["lead"]) if _hours(done["lead"]) else 0.0
        detail = (
            f"{len(direct)} of {len(done)} delivered tickets were never in a work stage, so all of their "
            f"lead time, {_percent(share)} of the total, counts as waiting; check whether a status is "
            "missing from the work stages, or whether they were moved straight to done"
        )
        yield QualityNote("straight to done", "warning" if len(direct) > MUCH * len(done) else "note", detail)


def _no_assignees(events: pd.DataFrame) -> Iterator[QualityNote]:
    known = set(events.loc[(events["kind"] == "assignee") & events["after"].notna(), "source"])
    created = events[(events["kind"] == "created") & ~events["source"].isin(known)]
    for source, count in created["source"].astype("str").value_counts().items():
        detail = (
            f"no ticket of this source ({count}) was ever assigned, so nobody knows whose work it was: no "
            "waiting there is called unassigned; name the column of the holder, or the teams of the stages"
        )
        yield QualityNote("assignees not recorded", "note", detail, str(source))


def _commits_in_queues(
    visits: pd.DataFrame, lifecycles: pd.DataFrame, events: pd.DataFrame
) -> Iterator[QualityNote]:
    linked, queued = commits_in_queues(visits, lifecycles, events)
    if linked and queued >= NOTABLE * linked:
        detail = (
            f"{queued} of {linked} commits ({_percent(queued / linked)}) on delivered tickets were made "
            "while these were in a queue: work that no status shows counts as waiting, at both ends of flow "
            "efficiency; check the kinds of the stages, or map a stage to Git (milestones)"
        )
        yield QualityNote("work in queues", "warning" if queued > MUCH * linked else "note", detail)


def _tidied(waits: pd.DataFrame) -> Iterator[QualityNote]:
    bulk = waits[waits["bulk"]]
    if len(bulk):
        share = _hours(bulk["elapsed"]) / _hours(waits["elapsed"])
        detail = (
            f"{_percent(share)} of the waiting of delivered tickets is in visits that a bulk edit began or "
            f"ended ({counted(bulk['ticket'].nunique(), 'ticket')}); no cause is claimed for it"
        )
        yield QualityNote("clean-up in waits", "note", detail)


def _without_time(events: pd.DataFrame) -> Iterator[QualityNote]:
    midnight = int((events["at"] == events["at"].dt.normalize()).sum())
    if midnight > MUCH * len(events):
        detail = (
            f"{midnight} of {len(events)} events are at exactly midnight UTC: their source records days "
            "without times, so what is shorter than a day, and non-working time, cannot be known"
        )
        yield QualityNote("days without times", "warning", detail)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _hours(durations: "pd.Series[pd.Timedelta]") -> float:
    return float(durations.astype(DURATION).dt.total_seconds().sum()) / 3600
