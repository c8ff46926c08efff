"""Where the wait went: what each stage held before and after a change, and how long tickets stayed there."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.change import median_of, sides_of, spells_of
from vsm.model.window import window_start
from vsm.tables import DURATION

_TYPES: Final[dict[str, Any]] = {
    "stage": "str", "position": "int64", "kind": "str", "n_before": "int64", "n_after": "int64",
    "before": DURATION, "after": DURATION, "held_before": "float64", "held_after": "float64",
    "growth": "float64",
}  # fmt: skip
_LEAST: Final = 1.0
_SHARE: Final = 0.2


def waits_before_and_after(
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    changed: pd.Timestamp,
    as_of: pd.Timestamp,
    until: pd.Timestamp | None = None,
    minimum: int,
) -> pd.DataFrame:
    """Give how long tickets stayed in each stage before a change and after it, and how many were there.

    Returns
    -------
    DataFrame
        One row per stage before the finish, in stream order: ``stage, position, kind, n_before, n_after``
        (stays seen to end), ``before, after`` (Kaplan–Meier medians of a stay; missing under ``minimum``),
        ``held_before, held_after`` (tickets in it at a time, on average of as many days before the change as
        after it, so far as they are known) and ``growth``, their difference.
    """
    rows = stage_visits[stage_visits["kind"] != "done"]
    horizon = as_of if until is None else min(until, as_of)
    known = max(rows["entered"].min(), window_start(lifecycles))
    days = min(horizon - changed, changed - known) if len(rows) else pd.Timedelta(0)
    table = []
    for (position, stage), here in rows.groupby(["position", "stage"], sort=True):
        spells = spells_of(here, lifecycles, stage=str(stage))
        sides = sides_of(spells, changed=changed, as_of=as_of, until=until)
        medians = [median_of(side) if side.finished >= max(minimum, 1) else np.nan for side in sides]
        held = [_held(here, changed - days, changed), _held(here, horizon - days, horizon)]
        counts = [side.finished for side in sides]
        kind = here["kind"].iloc[0]
        table.append((stage, position, kind, *counts, *medians, *held, held[1] - held[0]))
    waits = pd.DataFrame(table, columns=list(_TYPES))
    times = {name: pd.to_timedelta(waits[name].astype("float64"), unit="s") for name in ("before", "after")}
    return waits.assign(**times).astype(_TYPES)


def _held(stays: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> float:
    """Give how many tickets were there at a time, on average."""
    if not since < until:
        return float("nan")
    there = stays[(stays["entered"] < until) & ~(stays["left"] <= since)]
    left, entered = there["left"], there["entered"]
    within = left.where(left < until, until) - entered.where(entered > since, since)
    return float(pd.Timedelta(within.sum()) / (until - since))


def most_grown(waits: pd.DataFrame, *, stage: str = "") -> "pd.Series[Any] | None":
    """Give the stage, another than this, that holds most tickets more than before; None: none does.

    Less than one ticket, or a fifth, does not count: the number in a stage goes up and down by itself.
    """
    others = waits[(waits["stage"] != stage) & (waits["growth"] >= _LEAST)]
    others = others[others["growth"] >= _SHARE * others["held_before"]]
    return others.nlargest(1, "growth").iloc[0] if len(others) else None
