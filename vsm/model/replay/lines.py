"""The order of a line, the tickets that nobody takes any more, and which leave together."""

from typing import Final

import numpy as np
import pandas as pd

from vsm.model.batches import batches_from_stage_visits
from vsm.model.replay.past import DAY, KINDS, Flags, Past, Stays
from vsm.model.replay.steps import Floats, Ints

LATEST: Final = 1500
"""Departures of one stage that are looked at, the latest: orders change, and pairs are many."""
_LEAST_PASSED: Final = 5


def order_of_line(entered: Floats, left: Floats, *, moved_on: Flags) -> tuple[float, Flags]:
    """Give how often another ticket than the oldest is pulled, and which open ones nobody takes any more.

    ::

        a  |-----------|          b overtook a; when c left, d stayed behind, which is younger
        b     |---|
        c        |---------|      of the three departures that left somebody behind, one overtook: 1/3
        d                |----

    Nobody pulls an open ticket any more by which more younger ones have passed than by 98 % of those that
    moved on.

    Parameters
    ----------
    left
        NaN while it waits.
    moved_on
        It was pulled, one by one: neither in bulk, nor is it gone.

    Examples
    --------
    >>> entered, left = np.array([0.0, 1, 2, 4]), np.array([5.0, 3, 6, np.nan])
    >>> order_of_line(entered, left, moved_on=~np.isnan(left))[0]
    0.3333333333333333
    """
    goes = np.flatnonzero(moved_on & ~np.isnan(left))
    goes = goes[np.argsort(left[goes], kind="stable")][-LATEST:]
    begin, end = entered[goes], left[goes]
    passed = ((begin[None, :] > begin[:, None]) & (end[None, :] < end[:, None])).sum(axis=1)
    most = max(float(np.percentile(passed, 98)) if len(goes) else 0.0, _LEAST_PASSED)
    younger = len(goes) - np.searchsorted(np.sort(begin), entered, side="right")
    given_up: Flags = np.isnan(left) & (younger > most)
    stay = np.flatnonzero(np.isnan(left) & ~given_up)
    begins, ends = np.append(begin, entered[stay]), np.append(end, np.full(len(stay), np.inf))
    behind = (begins[None, :] < end[:, None]) & (ends[None, :] > end[:, None])
    older = (behind & (begins[None, :] < begin[:, None])).any(axis=1)
    anybody = int(behind.any(axis=1).sum())
    return (float(older.sum() / anybody) if anybody else 0.0), given_up


def gates_of(past: Past, stays: Stays) -> dict[int, tuple[float, float]]:
    """Give the queues that tickets leave together: by stage, when last, and every how many seconds."""
    kinds = list(KINDS)
    known = stays.left >= past.at - 365 * DAY
    rows = pd.DataFrame(
        {
            "ticket": stays.ticket,
            "stage": np.array(past.stages, dtype=object)[stays.stage],
            "kind": np.array(kinds, dtype=object)[past.kinds[stays.stage]],
            "left": pd.to_datetime(stays.left, unit="s", utc=True).as_unit("us"),
            "elapsed": pd.to_timedelta(stays.left - stays.entered, unit="s").as_unit("us"),
            "bulk": stays.bulk,
            "gone": ~np.isnan(stays.left) & stays.ends,
        }
    )[known]
    rows = rows[rows["kind"] == "queue"]
    found = batches_from_stage_visits(rows)
    gates = {}
    for row in found[found["beyond_chance"]].to_dict("records"):
        stage = past.stages.index(str(row["stage"]))
        left = np.sort(stays.left[(stays.stage == stage) & known & ~stays.bulk])
        gates[stage] = (_last_batch(left, row["pause"].total_seconds()), row["every"].total_seconds())
    return gates


def _last_batch(left: Floats, pause: float) -> float:
    """Give when the last batch began to leave: departures with no longer pause between two."""
    starts: Ints = np.flatnonzero(np.concatenate([[True], np.diff(left) > pause]))
    sizes = np.diff(np.append(starts, len(left)))
    batches = starts[sizes >= min(5, sizes.max())]
    return float(left[batches[-1]])
