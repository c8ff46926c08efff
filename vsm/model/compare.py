"""Two streams, or two cuts of one, beside each other: times, throughput, shares of stages, and handoffs.

They are two periods, or two kinds of work in one period. Each difference has a verdict: of times by the
log-rank test with weeks as units (``vsm.model.change``), of throughput by a test of weekly counts, of a share
only where the two 95 % intervals do not meet. Lead times of what was delivered and those with open tickets
are two questions: what is finished may be old tickets, or young ones, while the others wait.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.model.change import (
    CANNOT_SAY,
    LONGER,
    NO_CHANGE,
    SHORTER,
    TOO_FEW,
    Comparison,
    judged,
    side_of,
    spells_of,
)
from vsm.model.graphs import Graph
from vsm.model.lifecycle import completed
from vsm.model.period import Period
from vsm.model.weekly import WEEK, completed_by_week, week_numbers
from vsm.stats.shares import share_with_interval
from vsm.stats.survival import quantile_times
from vsm.stats.week_test import ERROR_RATE, FEWEST_WEEKS, Spells, change_test
from vsm.stats.weekly_counts import counts_test
from vsm.tables import among

DELIVERED: Final = "Delivered a week"
OF_DELIVERED: Final = "Lead time of delivered tickets, median"
MEDIAN: Final = "Lead time with open tickets, median"
LATE: Final = "Lead time with open tickets, 85th percentile"
WAITING: Final = "Share of lead time spent waiting"
_MEASURES: Final = ["measure", "a", "a_low", "a_high", "b", "b_low", "b_high", "n_a", "n_b", "verdict"]
_SHARE: Final = ["share", "low", "high"]
_DAY: Final = 86_400.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared of one stream: its lifecycles, its last instant, and since when it is known."""

    lifecycles: pd.DataFrame
    as_of: pd.Timestamp
    since: pd.Timestamp | None = None

    @property
    def begin(self) -> pd.Timestamp:
        """Where it begins: its window, or its first ticket's creation."""
        first = self.lifecycles["created"].min() if len(self.lifecycles) else self.as_of
        return max(first, self.since or first)


def lead_times(a: Side, b: Side, *, minimum: int) -> Comparison:
    """Test whether lead times differ: each side followed up to its own last instant, open tickets counted.

    A ticket that was open in both of two periods counts in each with the time that it spent there.
    """
    follows = b.since is not None and a.as_of <= b.since
    origin = b.begin if follows else min(a.begin, b.begin)
    sides = [
        side_of(spells_of(pd.DataFrame(), side.lifecycles), origin, horizon=side.as_of) for side in (a, b)
    ]
    return judged(sides[0], sides[1], minimum=minimum, follows=follows)


def lead_times_of_periods(
    lifecycles: pd.DataFrame, before: Period, now: Period, *, minimum: int
) -> Comparison:
    """Test whether lead times of two periods differ, as ``lead_times`` does, without cutting a stream."""
    spells = spells_of(pd.DataFrame(), lifecycles)
    sides = []
    for begin, end in (before, now):
        rows = spells[~(spells["end"] <= begin)]
        seen = rows["seen"].where(rows["seen"] > begin, begin)
        sides.append(side_of(rows.assign(seen=seen), now.begin, horizon=end))
    return judged(*sides, minimum=minimum)


def delivered_verdict(a: pd.DataFrame, b: pd.DataFrame, *, minimum: int) -> str:
    """Say whether the second of two groups of delivered tickets took shorter, or longer, than the first.

    The log-rank test by the weeks in which they were finished. Open tickets are in none of them.
    """
    if min(len(a), len(b)) < minimum:
        return TOO_FEW
    sides = [
        Spells(
            rows["lead"].dt.total_seconds().to_numpy(dtype=np.float64),
            np.ones(len(rows), dtype=np.bool_),
            np.zeros(len(rows)),
            week_numbers(rows["finished"]).to_numpy(),
        )
        for rows in (a, b)
    ]
    if min(side.weeks for side in sides) < FEWEST_WEEKS:
        return CANNOT_SAY
    test = change_test(*sides)
    if test.alike:
        return CANNOT_SAY
    return NO_CHANGE if not test.significant else SHORTER if test.statistic > 0 else LONGER


def measures_beside(a: Side, b: Side, *, minimum: int) -> pd.DataFrame:
    """Give what differs in the whole; under ``minimum`` delivered tickets nothing is claimed.

    Returns
    -------
    DataFrame
        One row for each ``measure``: ``a, b`` with the ends of their 95 % intervals (``a_low, a_high, b_low,
        b_high``; days, tickets a week, or a share; NaN where unknown), ``n_a, n_b`` (delivered tickets) and
        ``verdict``.
    """
    lead, done = lead_times(a, b, minimum=minimum), [completed(side.lifecycles) for side in (a, b)]
    if a.as_of <= b.begin:  # what was open again later was not finished for good
        done[0] = done[0][~among(done[0]["ticket"], b.lifecycles["ticket"])]
    counts, n = [_weekly(*pair) for pair in zip((a, b), done, strict=True)], [len(rows) for rows in done]
    rows: list[list[Any]] = [[DELIVERED, *(_mean(weeks) for weeks in counts), *n, _more(*counts)]]
    medians = [_median_days(rows) for rows in done]
    rows.append([OF_DELIVERED, *medians, *n, delivered_verdict(*done, minimum=minimum)])
    for name, quantile in ((MEDIAN, 0.5), (LATE, 0.85)):
        times = [_days(side, quantile) for side in (lead.before, lead.after)]
        rows.append([name, *times, *n, lead.verdict])
    shares = [_waiting(rows, minimum=minimum) for rows in done]
    rows.append([WAITING, *shares, *n, _apart(*shares) if min(n) >= minimum else TOO_FEW])
    flat = [[name, *first, *second, *rest] for name, first, second, *rest in rows]
    return pd.DataFrame(flat, columns=_MEASURES)


def stages_beside(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Give each stage's share of lead time on both sides, in stream order.

    Returns
    -------
    DataFrame
        ``stage, kind``, ``share_a, low_a, high_a, share_b, low_b, high_b`` (0 where no delivered ticket was
        in it), ``difference`` and ``verdict``: ``more``, ``less`` or ``no clear change``, and ``too few to
        say`` where an interval is missing.
    """
    order = pd.concat([a, b]).drop_duplicates("stage").set_index("stage")
    sides = [
        part.set_index("stage")[_SHARE].reindex(order.index).fillna({"share": 0.0}).to_numpy()
        for part in (a, b)
    ]
    names = [f"{name}_{end}" for end in "ab" for name in _SHARE]
    found = {
        "stage": order.index,
        "kind": order["kind"].astype("str").array,
        **dict(zip(names, np.hstack(sides).T, strict=True)),
        "difference": sides[1][:, 0] - sides[0][:, 0],
        "verdict": [_apart(*pair) for pair in zip(*sides, strict=True)],
    }
    return pd.DataFrame(found)


def handoffs_beside(a: Graph, b: Graph) -> pd.DataFrame:
    """Give what passes between each two teams, or stages, on both sides, the largest difference first.

    Returns
    -------
    DataFrame
        ``from, to``, ``count_a, count_b``, ``median_a, median_b`` (days of waiting; NaN where there was no
        handoff), ``share_a, share_b`` (of all waiting in handoffs) and ``difference`` of the shares.
    """
    rows = []
    for pair in sorted({*a.edges, *b.edges}):
        edges = [graph.edges[pair] if graph.has_edge(*pair) else {} for graph in (a, b)]
        rows.append(
            [*pair, *(edge.get("count", 0) for edge in edges)]
            + [edge.get("wait_median", np.nan) / _DAY for edge in edges]
            + [edge.get("share", 0.0) for edge in edges]
        )
    columns = ["from", "to", "count_a", "count_b", "median_a", "median_b", "share_a", "share_b"]
    found = pd.DataFrame(rows, columns=columns)
    found["difference"] = found["share_b"] - found["share_a"]
    return found.sort_values("difference", key=abs, ascending=False, kind="stable", ignore_index=True)


def _weekly(side: Side, done: pd.DataFrame) -> Floats:
    """Count what was delivered in each whole week, from the end backwards."""
    finished = done["finished"]
    weeks = int((side.as_of - side.begin) // WEEK)
    inside = finished[finished > side.as_of - weeks * WEEK]
    ago = ((side.as_of - inside).dt.total_seconds() // WEEK.total_seconds()).astype("int64")
    return np.bincount(ago, minlength=weeks)[::-1].astype(np.float64)


def _mean(weeks: Floats) -> tuple[float, float, float]:
    return float(weeks.mean()) if len(weeks) else np.nan, np.nan, np.nan


def _more(before: Floats, after: Floats) -> str:
    if min(len(before), len(after)) < FEWEST_WEEKS:
        return CANNOT_SAY
    statistic, p = counts_test(before, after)
    return NO_CHANGE if p >= ERROR_RATE else "more" if statistic > 0 else "less"


def _days(side: Spells, quantile: float) -> tuple[float, float, float]:
    time, low, high = quantile_times(side.seconds, side.ended, [quantile], entry=side.entry)[:, 0] / _DAY
    return float(time), float(low), float(high)


def _median_days(done: pd.DataFrame) -> tuple[float, float, float]:
    return float(done["lead"].dt.total_seconds().median() / _DAY), np.nan, np.nan


def _waiting(done: pd.DataFrame, *, minimum: int) -> tuple[float, float, float]:
    waited = done.set_index("ticket")["wait"].dt.total_seconds()
    return share_with_interval(waited, whole=completed_by_week(done), minimum=minimum)


def _apart(a: Any, b: Any) -> str:
    """Say whether two shares with their intervals do not meet."""
    if np.isnan([*a, *b]).any():
        return TOO_FEW
    return "more" if b[1] > a[2] else "less" if b[2] < a[1] else NO_CHANGE
