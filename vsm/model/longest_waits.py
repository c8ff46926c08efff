"""Which single waits were longest, and what happened meanwhile? The rows that stories are told from."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from vsm.model.flow import counted
from vsm.tables import CAUSES

AT_MOST: Final = 3
COLUMNS: Final = [
    "ticket", "n", "key", "stage", "receiver", "team", "start", "end", "elapsed", "working", *CAUSES,
    "meanwhile", "blockers",
]  # fmt: skip


def longest_waits(
    waits: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    lives: pd.DataFrame,
    as_of: pd.Timestamp,
    most: int = 10,
) -> pd.DataFrame:
    """Which waits were the longest, in working time?

    A wait is all of one visit's; of equal ones the longer elapsed comes first. Weighed are tickets finished
    for good, not those that a bulk edit finished; waits of bulk edits are left out. (What is open and old is
    told by ``ages``.)

    Parameters
    ----------
    waits, visits, blocks, tickets
        WAITS with causes, VISITS, BLOCKS and TICKETS.
    lives
        As ``lives_from_visits`` gives them.
    as_of
        The instant that counted as now.
    most
        How many to tell.

    Returns
    -------
    DataFrame
        ``ticket, n, key, stage``, ``receiver`` and ``team`` (of the longest piece, missing where unknown),
        ``start, end, elapsed, working``, the time of each cause
        (elapsed for off hours, working for all others), ``meanwhile`` (keys of at most three other tickets
        that the receiver had in work, the longest first) and ``blockers`` (keys; both tuples).
    """
    plain = waits[~waits["bulk"] & waits["ticket"].isin(counted(lives)["ticket"])]
    plain = plain.astype({"ticket": "str", "cause": "str", "stage": "str", "receiver": "str", "team": "str"})
    whole = plain.groupby(["ticket", "n"], sort=False).agg(
        stage=("stage", "first"),
        start=("start", "min"),
        end=("end", "max"),
        elapsed=("elapsed", "sum"),
        working=("working", "sum"),
    )
    order = ["working", "elapsed", "start"]
    found = whole.sort_values(order, ascending=[False, False, True], kind="stable")[:most].reset_index()
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    rows = [_story(row, plain, visits, blocks, key, as_of) for row in found.to_dict("records")]
    return pd.DataFrame(rows, columns=COLUMNS)


def _story(
    row: Mapping[Any, Any],
    waits: pd.DataFrame,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    key: Mapping[str, str],
    as_of: pd.Timestamp,
) -> dict[str, Any]:
    pieces = waits[(waits["ticket"] == row["ticket"]) & (waits["n"] == row["n"])]
    main = pieces.loc[pieces.groupby(["receiver", "team"], dropna=False)["elapsed"].transform("sum").idxmax()]
    told = pieces["working"].where(pieces["cause"] != "off hours", pieces["elapsed"])
    times = told.groupby(pieces["cause"]).sum().reindex(list(CAUSES), fill_value=pd.Timedelta(0))
    found = {"receiver": main["receiver"], "team": main["team"], "key": key.get(row["ticket"], row["ticket"])}
    busy = pieces[pieces["cause"].isin(["busy", "jumped"]) & (pieces["receiver"] == main["receiver"])]
    spans = {
        "meanwhile": _in_hand(busy, main["receiver"], visits, as_of),
        "blockers": _blockers(row, blocks, as_of),
    }
    keys = {name: tuple(key.get(ticket, ticket) for ticket in listed) for name, listed in spans.items()}
    return {**row, **found, **times, **keys}


def _in_hand(busy: pd.DataFrame, receiver: str, visits: pd.DataFrame, as_of: pd.Timestamp) -> list[str]:
    """Find what the receiver had in work while they were busy: what overlaps longest."""
    if busy.empty:
        return []
    start, end = busy["start"].min(), busy["end"].max()
    theirs = (visits["holder"] == receiver) | (visits["team"] == receiver)
    work = visits[theirs & (visits["kind"] == "work")]
    left = work["left"].fillna(as_of)
    shared = left.where(left < end, end) - work["entered"].where(work["entered"] > start, start)
    shared = shared[shared > pd.Timedelta(0)].groupby(work["ticket"].astype("str")).sum()
    return list(shared.sort_values(ascending=False, kind="stable").index[:AT_MOST])


def _blockers(row: Mapping[Any, Any], blocks: pd.DataFrame, as_of: pd.Timestamp) -> list[str]:
    mine = blocks[(blocks["ticket"] == row["ticket"]) & blocks["by"].notna()]
    during = mine[(mine["start"] < row["end"]) & (mine["end"].fillna(as_of) > row["start"])]
    return list(dict.fromkeys(during["by"].astype("str")))[:AT_MOST]
