"""Tickets that go back and forth between the same two."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.intervals.handoffs import work_start
from vsm.model.lifecycle import completed
from vsm.model.weekly import completed_by_week
from vsm.stats.shares import shares_with_intervals
from vsm.tables import DURATION

PING_PONG_LEVELS: Final = {"team": "team", "stage": "stage", "person": "holder"}
EVIDENCE: Final = 5
_PAIR: Final = ("level", "a", "b")


def ping_pong(
    visits: pd.DataFrame, lifecycles: pd.DataFrame, *, level: str = "team", minimum: int
) -> pd.DataFrame:
    """Give the pairs between which work goes back and forth, and what that costs.

    A turn is a ticket's consecutive work visits with the same team (stage, person), whatever queues are
    between. Ping-pong is a row of at least three turns in which only two take part, A B A (B …); every turn
    from the third on is a return. A visit whose team is unknown ends the row: nothing is claimed.
    The cost of a row runs from the end of its second turn, when work goes back for the first time, to
    the instant when the last turn is known to have begun (``work_start``), less the time in ``done`` between;
    so it contains the waits and the rework in between, not the work of the last turn. Rows of
    one ticket never share an hour. Only completed tickets (finished for good, not by a bulk edit) are
    weighed.

    Parameters
    ----------
    level
        ``team``, ``stage`` or ``person``. Persons are never distinguished: they make one row, without names
        and without evidence.

    Returns
    -------
    DataFrame
        One row per pair, the costliest first: ``level``, ``a, b`` (in the order of their names; missing for
        persons), ``tickets``, ``rounds`` (returns, in all), ``cost`` (timedelta, in all), ``share`` of the
        lead time of all completed tickets with its 95 % interval ``low, high``, and ``evidence`` (the at most
        five tickets that cost most). Costs of different levels overlap.
    """
    done = completed(lifecycles)
    rows = _rows_of_turns(_turns(visits[visits["ticket"].isin(done["ticket"])], PING_PONG_LEVELS[level]))
    if rows.empty:
        return pd.DataFrame(columns=list(_TYPES)).astype(_TYPES)
    rows = rows.assign(level=level)
    if level == "person":
        rows = rows.assign(a=None, b=None)
    pair = rows.groupby(list(_PAIR), dropna=False)
    each = rows.groupby([*_PAIR, "ticket"], dropna=False)["cost"].sum()
    whole = completed_by_week(lifecycles)
    shares = shares_with_intervals(each.dt.total_seconds(), whole=whole, minimum=minimum)
    costliest = (
        each.sort_values(ascending=False, kind="stable").reset_index().groupby(list(_PAIR), dropna=False)
    )
    evidence: list[Any] = [
        () if level == "person" else tuple(tickets)[:EVIDENCE] for (level, *_), tickets in costliest["ticket"]
    ]
    table = (
        shares.reset_index()
        .assign(
            tickets=each.groupby(level=list(_PAIR), dropna=False).size().array,
            rounds=pair["rounds"].sum().array,
            cost=pair["cost"].sum().array,
            evidence=evidence,
        )[list(_TYPES)]
        .astype(_TYPES)
    )
    return table.sort_values("cost", ascending=False, kind="stable").reset_index(drop=True)


def _turns(visits: pd.DataFrame, side: str) -> pd.DataFrame:
    """Join a ticket's consecutive work visits of the same one into turns; an unknown one stands alone."""
    ticket = visits["ticket"].astype("str")
    done = visits["elapsed"].where(visits["kind"] == "done", pd.Timedelta(0)).fillna(pd.Timedelta(0))
    undone = done.groupby(ticket).cumsum()
    about = {"ticket": ticket, "who": visits[side].astype("object"), "done": undone}
    instants = {"start": work_start(visits), "left": visits["left"]}
    work = pd.DataFrame(about | instants)[(visits["kind"] == "work").to_numpy()].reset_index(drop=True)
    changed = (work["ticket"] != work["ticket"].shift()) | (work["who"] != work["who"].shift())
    turns = work.groupby((changed | work["who"].isna()).cumsum()).agg(
        ticket=("ticket", "first"),
        who=("who", "first"),
        start=("start", "first"),
        begun=("done", "first"),
        left=("left", "last"),
        ended=("done", "last"),
    )
    return turns.reset_index(drop=True)


def _rows_of_turns(turns: pd.DataFrame) -> pd.DataFrame:
    """Find the longest rows of alternating turns: one line a row, with its pair, rounds and cost."""
    one, two = turns.shift(1), turns.shift(2)
    same = (turns["ticket"] == two["ticket"]) & turns["who"].notna() & one["who"].notna()
    back = same & (turns["who"] == two["who"])
    number = (back & ~back.shift(fill_value=False)).cumsum()
    found = turns.assign(given=one["left"], ended=one["ended"], other=one["who"])[back]
    rows = found.groupby(number[back]).agg(
        ticket=("ticket", "first"),
        who=("who", "first"),
        other=("other", "first"),
        rounds=("who", "size"),
        given=("given", "first"),
        ended=("ended", "first"),
        taken=("start", "last"),
        begun=("begun", "last"),
    )
    names = np.sort(rows[["who", "other"]].astype("str").to_numpy(), axis=1)
    cost = (rows["taken"] - rows["given"]) - (rows["begun"] - rows["ended"])
    return rows.assign(a=names[:, 0], b=names[:, 1], cost=cost.astype(DURATION))


_TYPES: Final = (
    dict.fromkeys(_PAIR, "str")
    | dict.fromkeys(("tickets", "rounds"), "int64")
    | {"cost": DURATION}
    | dict.fromkeys(("share", "low", "high"), "float64")
    | {"evidence": "object"}
)
