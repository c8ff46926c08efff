"""Which open ticket should be looked at together first? A rule about work, never about people."""

from typing import Any, Final

import pandas as pd

LATE: Final = 0.85
RULE: Final = (
    "first what is beyond the 85 % (longer in its stage, or older, than 85 % of tickets were when they left "
    "it), among these first what blocks most others, then what somebody has begun, then what is nearest to "
    "done, then what has been in its stage longest; then all else in the same order"
)
TRY: Final = {
    "blocked": "Clear what blocks it, together, before anything new begins.",
    "outside": "Ask again today, and agree on a day for the answer; or decide without one.",
    "off hours": "Nothing yet: it has waited in no working hour.",
    "unowned": "Agree whose it is, and who looks at it tomorrow.",
    "batched": "Let it go by itself, without the rest of the batch.",
    "busy": "Help to finish what is in hand there before anything new begins.",
    "jumped": "Younger work goes first: agree whether that is right, else take this one next.",
    "idle": "Ask what holds it up: the data do not say. Write the answer down.",
}
IN_WORK: Final = "Ask what would finish it this week: pair up, cut it smaller."
SILENT: Final = "Called in work, but no trace for long: ask whether anybody is on it, else put it back."
AS_USUAL: Final = "Nothing special: it is within what is usual here."
IN_THE_WAY: Final = "take it next, or set others free of it."
NEVER_BEGUN: Final = "Nobody has begun it: decide whether it is still wanted; if not, close it."
_SILENCE: Final = pd.Timedelta(days=7)


def swarm_order(ages: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """In which order should open tickets be looked at together?

    The order is that of ``RULE``. It is one of work that lies, not of those who hold it.

    Parameters
    ----------
    ages
        As ``open_ages`` gives them.
    now
        As ``waiting_now`` gives it.

    Returns
    -------
    DataFrame
        Both joined, in that order, with ``late``: beyond the 85 % of stays or ages in its stage.

    Examples
    --------
    >>> stay, cycle = (pd.to_timedelta(days, unit="D") for days in ([9, 1], [None, 2]))
    >>> ages = pd.DataFrame({"ticket": ["a", "b"], "place": [0, 1], "stay": stay, "cycle": cycle})
    >>> ages = ages.assign(stay_beyond=0.5, age_beyond=0.0)
    >>> swarm_order(ages, pd.DataFrame({"ticket": ["a", "b"], "blocks": [0, 0]}))["ticket"].tolist()
    ['b', 'a']
    """
    late = (ages["stay_beyond"] >= LATE) | (ages["age_beyond"] >= LATE)
    joined = ages.assign(late=late).merge(now, on="ticket", how="left", validate="one_to_one")
    keys = joined.assign(begun=joined["cycle"].notna())
    keys = keys.sort_values(
        ["late", "blocks", "begun", "place", "stay", "ticket"],
        ascending=[False, False, False, False, False, True],
        kind="stable",
    )
    return joined.loc[keys.index].reset_index(drop=True)


def what_to_try(row: Any, *, as_of: pd.Timestamp) -> str:
    """What could be tried with this ticket today? One sentence, by where it is and what it waits for.

    Parameters
    ----------
    row
        As ``swarm_order`` gives it.
    as_of
        The instant that counts as now.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> waiting = {"cause": "outside", "waits": True, "late": True, "cycle": pd.NaT, "traced": pd.NaT}
    >>> what_to_try(waiting | {"stay_p85": pd.NaT, "blocks": 0}, as_of=now)
    'Ask again today, and agree on a day for the answer; or decide without one.'
    """
    usual = not row["late"] and pd.notna(row["stay_p85"])
    if usual and not row["blocks"] and row["cause"] != "blocked":
        return AS_USUAL
    if not row["waits"]:
        silent = pd.isna(row["traced"]) or as_of - row["traced"] > _SILENCE
        return SILENT if silent else IN_WORK
    if row["blocks"] and row["cause"] not in ("blocked", "outside"):
        return f"{row['blocks']} {'waits' if row['blocks'] == 1 else 'wait'} for it: {IN_THE_WAY}"
    if row["late"] and pd.isna(row["cycle"]) and row["cause"] not in ("blocked", "outside"):
        return NEVER_BEGUN
    return TRY.get(row["cause"], TRY["idle"])
