"""For whom does each open ticket wait at this moment, since when, and what is known of why?"""

from typing import Any, Final

import pandas as pd

from vsm.model.flow import still_open
from vsm.tables import TOUCH_KINDS

_NIGHT: Final = "off hours"
_COLUMNS: Final = [
    "ticket", "waits", "since", "cause", "cause_since", "receiver", "team", "blockers", "blocks", "traced",
]  # fmt: skip
_INSTANT: Final = "datetime64[us, UTC]"


def waiting_now(
    waits: pd.DataFrame,
    *,
    lives: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """For whom does each open ticket wait now, since when, why, and what does it hold up itself?

    The cause is that of the last piece of waiting in working hours: that it is night just now explains
    nothing. Only a wait that lay in no working hour at all has the cause ``off hours``.

    Parameters
    ----------
    waits, blocks, tickets, events
        WAITS with causes, BLOCKS, TICKETS and EVENTS with persons for accounts.
    lives
        As ``lives_from_visits`` gives them.
    as_of
        The instant that counts as now.

    Returns
    -------
    DataFrame
        One row per open ticket, sorted: ``ticket``, ``waits`` (false: it is in work), ``since`` (nobody has
        worked on it since then), ``cause``, ``cause_since`` (nights between count along), ``receiver`` and
        ``team`` (who is waited for; missing where unknown), ``blockers`` (tuple: keys, or what the flag or
        link says, of what blocks it now), ``blocks`` (how many open tickets it blocks now) and ``traced``
        (the last comment, logged work, commit, review or move of somebody known; bulk edits are none).
    """
    there = sorted(lives.loc[still_open(lives), "ticket"].astype("str"))
    rows = pd.DataFrame(index=pd.Index(there, dtype="str", name="ticket"))
    rows = rows.join(_waits(waits, there, as_of))
    held = _held(blocks, there, as_of)
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    named = _named(held, key)
    rows["blockers"] = [named.get(ticket, ()) for ticket in there]
    mine = held[held["by"].isin(there)]
    rows["blocks"] = mine.groupby("by")["ticket"].nunique().reindex(rows.index).fillna(0).astype("int64")
    rows["traced"] = _traced(events).reindex(rows.index).astype(_INSTANT)
    rows["waits"] = rows["since"].notna()
    return rows.reset_index()[_COLUMNS]


def _waits(waits: pd.DataFrame, there: list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Find the unbroken wait that lasts until now, of those that wait: its start and its last cause."""
    known = waits[waits["ticket"].isin(there)]
    pieces = pd.DataFrame(
        {
            name: known[name].astype("category").cat.codes.to_numpy()
            for name in ("ticket", "cause", "receiver")
        }
        | {"night": (known["cause"] == _NIGHT).to_numpy(), "row": range(len(known))}
        | {side: known[side].array for side in ("start", "end")}
    ).sort_values(["ticket", "start"], kind="stable")
    broken = (pieces["ticket"] != pieces["ticket"].shift()) | (pieces["start"] != pieces["end"].shift())
    run = broken.cumsum()
    now = pieces[pieces.groupby(run)["end"].transform("max") >= as_of]
    awake = now[~now["night"] | now["night"].groupby(now["ticket"]).transform("all")]
    last = awake.groupby("ticket").tail(1).set_index("ticket")
    words = ["ticket", "cause", "receiver", "team"]
    found = known[words].iloc[last["row"]].astype("str").reset_index(drop=True)
    return (
        found.assign(since=now.groupby("ticket")["start"].min().array, cause_since=_unchanged(awake).array)
        .set_index("ticket")
        .astype({"since": _INSTANT, "cause_since": _INSTANT})
    )


def _unchanged(pieces: pd.DataFrame) -> "pd.Series[Any]":
    """Since when have cause and receiver been what they are last?"""
    said = pieces[["ticket", "cause", "receiver"]]
    spell = (said != said.shift()).any(axis=1).cumsum()
    latest = spell.groupby(pieces["ticket"]).transform("max")
    return pieces[spell == latest].groupby("ticket")["start"].min()


def _held(blocks: pd.DataFrame, there: list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the blocks of open tickets that hold now."""
    plain = blocks.astype({"ticket": "str", "by": "str", "detail": "str", "how": "str"})
    holds = (plain["start"] <= as_of) & (plain["end"].isna() | (plain["end"] > as_of))
    return plain[holds & plain["ticket"].isin(there)]


def _named(held: pd.DataFrame, key: dict[str, str]) -> dict[str, tuple[str, ...]]:
    said: dict[str, dict[str, None]] = {}
    for ticket, by, detail in zip(held["ticket"], held["by"], held["detail"], strict=True):
        told = key.get(by, by) if isinstance(by, str) else detail if isinstance(detail, str) else "a flag"
        said.setdefault(ticket, {})[told] = None
    return {ticket: tuple(blockers) for ticket, blockers in said.items()}


def _traced(events: pd.DataFrame) -> "pd.Series[Any]":
    acts = events[events["kind"].isin([*TOUCH_KINDS, "status"]) & ~events["bulk"] & events["actor"].notna()]
    return acts["at"].groupby(acts["ticket"].astype("str")).max()
