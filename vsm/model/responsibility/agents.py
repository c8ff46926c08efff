"""What passes between people and AI agents: handoffs, their waits, and what comes back."""

from collections.abc import Set as AbstractSet
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.lifecycle import completed
from vsm.tables import DURATION

_TYPES: Final[dict[str, Any]] = {
    "from_worker": "str", "to_worker": "str", "handoffs": "int64", "tickets": "int64", "back": "int64",
    "wait": DURATION, "median": DURATION, "p85": DURATION, "share": "float64",
}  # fmt: skip


def handoffs_by_worker(
    handoffs: pd.DataFrame, *, lifecycles: pd.DataFrame, agents: AbstractSet[str]
) -> pd.DataFrame:
    """Give the handoffs between persons and AI agents, with what they waited and what went back.

    Returns
    -------
    DataFrame
        Of completed tickets, one row per ``from_worker`` and ``to_worker`` (person, agent) that occur:
        ``handoffs, tickets, back`` (of the handoffs, those to an earlier stage), ``wait`` (in all), ``median,
        p85``, ``share`` (of the lead time of completed tickets). Handoffs of which one side is not known are
        in none. Without agents there are no rows.

    Examples
    --------
    >>> rows = {"ticket": "a", "from_holder": ["dev-1", "devin"], "to_holder": ["devin", "dev-1"]}
    >>> moves = pd.DataFrame(rows | {"back": [False, True], "wait": pd.to_timedelta(["1h", "3h"])})
    >>> rows = pd.DataFrame({"ticket": ["a"], "outcome": "delivered", "bulk": False})
    >>> rows = rows.assign(finished=pd.Timestamp("2026-01-05", tz="UTC"), lead=pd.Timedelta("8h"))
    >>> found = handoffs_by_worker(moves, lifecycles=rows, agents={"devin"})
    >>> found[["from_worker", "to_worker", "back", "share"]].values.tolist()
    [['agent', 'person', 1, 0.375], ['person', 'agent', 0, 0.125]]
    """
    done = completed(lifecycles)
    rows = handoffs[handoffs["ticket"].isin(done["ticket"])].dropna(subset=["from_holder", "to_holder"])
    if not agents:
        rows = rows.iloc[:0]
    workers = {
        f"{side}_worker": np.where(rows[f"{side}_holder"].isin(agents), "agent", "person")
        for side in ("from", "to")
    }
    grouped = rows.assign(**workers).groupby(list(workers))
    found = grouped.agg(
        handoffs=("wait", "size"),
        tickets=("ticket", "nunique"),
        back=("back", "sum"),
        wait=("wait", "sum"),
        median=("wait", "median"),
    )
    found["p85"] = grouped["wait"].quantile(0.85)
    found["share"] = found["wait"] / done["lead"].sum() if len(found) else 0.0
    return found.reset_index().astype(_TYPES)[list(_TYPES)]
