"""What moved since the last working day, and what stands before a stand-up: tickets in groups."""

from typing import Final

import pandas as pd

from vsm.clock import Clock
from vsm.model.interruptions import positions_held

_DAY: Final = pd.Timedelta(days=1)
_LONGEST: Final = 14
MOVES: Final = ("finished", "forward", "back", "new")
"""What may have become of a ticket, in the order of a stand-up."""


def last_working_day(clock: Clock, *, as_of: pd.Timestamp) -> pd.Timestamp:
    """Give the beginning (UTC) of the last day before this one on which anybody works.

    By the calendar of the whole stream; where that has no working day in a fortnight, the day before.

    Examples
    --------
    >>> from vsm.clock import Calendar
    >>> friday = pd.Timestamp("2026-03-06", tz="UTC")
    >>> open_at = int(friday.value) // 1000 + 9 * 3_600_000_000
    >>> office = Clock(Calendar("office", [open_at], [open_at + 1]))
    >>> f"{last_working_day(office, as_of=pd.Timestamp('2026-03-09T10:00', tz='UTC')):%Y-%m-%d}"
    '2026-03-06'
    """
    days = pd.Series(as_of.normalize() - _DAY * pd.RangeIndex(1, _LONGEST + 1))
    worked = clock.working(days, days + _DAY, team=pd.Series([None] * len(days)))
    at_work = days[worked > pd.Timedelta(0)]
    return at_work.iloc[0] if len(at_work) else days.iloc[0]


def moved_since(stage_visits: pd.DataFrame, *, stages: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """Give where tickets are that were elsewhere at an instant: in groups, as a stand-up walks the board.

    What went there and back has not moved. Bulk edits count: the ticket is elsewhere.

    Parameters
    ----------
    stage_visits
        As ``stage_visits_from_visits`` gives them.
    since
        The instant that is compared with now.

    Returns
    -------
    DataFrame
        One row per pair of stages: ``what`` (of ``MOVES``), ``before`` (missing of new tickets), ``after``,
        ``position`` (in the stream), ``tickets`` (a tuple of their ids, the latest move first).
    """
    names = {"ticket": "str", "stage": "str", "kind": "str"}
    plain = stage_visits[[*names, "entered"]].astype(names)
    plain["position"] = positions_held(stage_visits, stages=stages)
    now = plain.groupby("ticket").tail(1).set_index("ticket")
    now = now[now["entered"] >= since].sort_values("entered", ascending=False, kind="stable")
    then = plain[plain["entered"] < since].groupby("ticket").tail(1).set_index("ticket")
    there = now.join(then[["stage", "position"]].set_axis(["before", "was"], axis=1))
    there = there[there["stage"] != there["before"]]
    what = pd.Series("forward", index=there.index).mask(there["position"] < there["was"], "back")
    there["what"] = what.mask(there["before"].isna(), "new").mask(there["kind"] == "done", "finished")
    rows = [
        (what, before, after, rows["position"].iloc[0], tuple(rows.index))
        for (what, before, after), rows in there.groupby(["what", "before", "stage"], dropna=False)
    ]
    rows.sort(key=lambda row: (MOVES.index(row[0]), -row[3]))
    return pd.DataFrame(rows, columns=["what", "before", "after", "position", "tickets"])


def blocked_now(blocks: pd.DataFrame, *, open_tickets: "pd.Series[str]") -> pd.DataFrame:
    """Give what blocks open tickets now, with what it blocks; what blocks most first.

    Returns
    -------
    DataFrame
        One row per blocker: ``by`` (ticket; missing of flags and stages), ``since`` (of the oldest block),
        ``tickets`` (a tuple of the blocked ones, the longest blocked first).
    """
    still = blocks[blocks["end"].isna() & blocks["ticket"].isin(open_tickets)].sort_values("start")
    rows = [
        (by or None, rows["start"].iloc[0], tuple(dict.fromkeys(rows["ticket"].astype("str"))))
        for by, rows in still.groupby(still["by"].astype("object").fillna(""))
    ]
    rows.sort(key=lambda row: (-len(row[2]), row[1]))
    return pd.DataFrame(rows, columns=["by", "since", "tickets"])
