"""How old open work is beside what is usual, why it waits now, and what to do first."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import run_ends, run_starts
from vsm.model.blocking import blocker
from vsm.model.lifecycle import still_open
from vsm.model.window import seen_since
from vsm.stats.survival import in_view, quantile_times
from vsm.tables import DURATION, TOUCH_KINDS

QUANTILES: Final = (0.5, 0.85, 0.95)
MEASURES: Final = ("stay", "age", "cycle")
"""Time in the stage; time since creation, and since the first work, when the stage was left."""
_PACE: Final[dict[str, Any]] = {
    "stage": "str", "kind": "str", "position": "int64", "measure": "str", "tickets": "int64", "open": "int64",
    "p50": DURATION, "p85": DURATION, "p95": DURATION, "low": DURATION, "high": DURATION,
}  # fmt: skip
_STAGE: Final = ["position", "stage"]
_OPEN: Final = ["ticket", "stage", "kind", "position", "entered", "bulk", *MEASURES]


def usual_pace(
    stage_visits: pd.DataFrame, *, lifecycles: pd.DataFrame, events: pd.DataFrame, minimum: int
) -> pd.DataFrame:
    """Give how long tickets usually stay in each stage, and how old they are when they leave it.

    Kaplan–Meier, with what is still there as not yet left. Left is what somebody passed on: a stay that a
    bulk edit ended, or whose ticket was found gone, might have taken any longer. Stays that a bulk edit
    began do not count for ``stay``. ``age`` and ``cycle`` count once per ticket, at its last departure. With
    a window, what began before it is at risk only from then on, and what ended before it is left out.

    Returns
    -------
    DataFrame
        One row per stage before the finish, in stream order, and measure: ``stage, kind, position, measure``
        (``stay``; ``age`` since creation; ``cycle`` since the first work), ``tickets`` (that left), ``open``
        (there now), ``p50, p85, p95`` (timedeltas; missing where the data do not reach them, or fewer than
        ``minimum`` tickets have left), and ``low, high`` (95 % interval of ``p85``).
    """
    return _pace(_at_the_end(stage_visits, lifecycles, events), minimum)


def _pace(ended: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Give the rows of ``usual_pace``, which lie by stage and measure in arrays of two dimensions."""
    stage, ticket = ended.groupby(_STAGE).ngroup().to_numpy(), pd.factorize(ended["ticket"])[0]
    first = np.unique(stage, return_index=True)[1]
    order = np.lexsort((micros_of(ended["entered"]), ticket, stage))
    last = order[run_ends(run_starts(stage[order], ticket[order]))]
    departed, there, begun = (ended[name].to_numpy() for name in ("departed", "there", "begun"))
    unseen, window = micros_of(ended["unseen"]), ended["unseen"].notna().to_numpy()
    shape = len(first), len(MEASURES)
    counts, times = np.zeros((2, *shape), dtype=np.int64), np.full((5, *shape), np.nan)
    for place, measure in enumerate(MEASURES):
        lasted = micros_of(ended[measure])
        rows = np.flatnonzero(~begun) if measure == "stay" else last[ended[measure].notna().to_numpy()[last]]
        # In view were: what had lasted 5 days when it came into view, and lasted 7, so ended 2 days after.
        seconds = lasted[rows] / 1e6
        late = np.where(window[rows], lasted[rows] + unseen[rows], 0) / 1e6
        kept = in_view(seconds, late)
        rows, seconds, late = rows[kept], seconds[kept], late[kept]
        left = rows[departed[rows]]
        some = np.unique(np.column_stack([stage[left], ticket[left]]), axis=0)[:, 0]
        counts[0, :, place] = np.bincount(some, minlength=len(first))
        counts[1, :, place] = np.bincount(stage[rows[there[rows]]], minlength=len(first))
        for number in np.flatnonzero(counts[0, :, place] >= max(minimum, 1)):
            mine = stage[rows] == number
            found = quantile_times(seconds[mine], departed[rows[mine]], QUANTILES, entry=late[mine])
            times[:, number, place] = [*found[0], *found[1:, 1]]  # the interval is of the middle one
    shown = {
        name: ended[name].to_numpy()[first].repeat(len(MEASURES)) for name in ("stage", "kind", "position")
    }
    sums = dict(zip(("tickets", "open"), counts.reshape(2, -1), strict=True))
    spans = zip(("p50", "p85", "p95", "low", "high"), times.reshape(5, -1), strict=True)
    usual = {name: pd.to_timedelta(seconds, unit="s") for name, seconds in spans}
    table = {**shown, "measure": np.tile(MEASURES, len(first)), **sums, **usual}
    return pd.DataFrame(table).astype(_PACE)[list(_PACE)]


def open_ages(
    stage_visits: pd.DataFrame, *, lifecycles: pd.DataFrame, events: pd.DataFrame, minimum: int
) -> pd.DataFrame:
    """Give how long each open ticket has been in its stage, how old it is, and whether that is usual there.

    Returns
    -------
    DataFrame
        One row per open ticket, by stage and ticket: ``ticket, stage, kind, position, entered``, ``bulk``
        (its stay was begun by a bulk edit), ``stay, age, cycle`` (timedeltas; ``cycle`` is missing before
        work started), ``stay_p85, age_p85, cycle_p85`` (as ``usual_pace`` gives them) and ``stay_beyond,
        age_beyond, cycle_beyond``: the highest of 0.5, 0.85 and 0.95 that it has passed, else 0; missing
        where too few have left.
    """
    ended = _at_the_end(stage_visits, lifecycles, events)
    pace = _pace(ended, minimum)
    there = lifecycles.loc[still_open(lifecycles), "ticket"].astype("str")
    now = ended[ended["there"] & ended["ticket"].isin(there)].assign(bulk=lambda rows: rows["begun"])
    now = now.sort_values(["position", "ticket"])[_OPEN].reset_index(drop=True)
    for measure in MEASURES:
        usual = pace[pace["measure"] == measure].set_index("stage").reindex(now["stage"])
        now[f"{measure}_p85"] = usual["p85"].array
        now[f"{measure}_beyond"] = _beyond(now[measure], usual.set_axis(now.index), minimum)
    return now


def _at_the_end(stage_visits: pd.DataFrame, lifecycles: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Give the length of each stay before the finish, and its ticket's age at its end, or now."""
    undone = stage_visits[stage_visits["kind"] != "done"].astype(
        {"ticket": "str", "stage": "str", "kind": "str"}
    )
    about = lifecycles.set_index(lifecycles["ticket"].astype("str")).reindex(undone["ticket"])
    elapsed = undone["elapsed"].astype(DURATION)
    end = pd.to_datetime(undone["entered"], utc=True) + elapsed
    created, started = (about[name].set_axis(undone.index) for name in ("created", "started"))
    marked = events[events["bulk"].astype("bool")]
    edited = pd.MultiIndex.from_arrays([marked["ticket"].astype("str"), marked["at"]])
    bulk = undone["bulk"].astype("bool")
    ended = undone.assign(
        there=undone["left"].isna(),
        begun=bulk & _among(undone, "entered", edited),
        departed=undone["left"].notna()
        & ~undone["gone"].astype("bool")
        & ~(bulk & _among(undone, "left", edited)),
        stay=elapsed,
        age=end - created,
        cycle=(end - started).where(started < end),
        unseen=(seen_since(lifecycles).reindex(undone["ticket"]).set_axis(undone.index) - end).astype(
            DURATION
        ),
    )
    return ended.astype({"there": "bool", "departed": "bool", "begun": "bool", "position": "int64"})


def _among(stage_visits: pd.DataFrame, side: str, edits: pd.MultiIndex) -> "pd.Series[bool]":
    instants = pd.MultiIndex.from_arrays(
        [stage_visits["ticket"], pd.to_datetime(stage_visits[side], utc=True)]
    )
    return pd.Series(instants.isin(edits), index=stage_visits.index)


def _beyond(lasted: "pd.Series[Any]", usual: pd.DataFrame, minimum: int) -> "pd.Series[float]":
    """Give the highest percentile that was passed; an unknown percentile is never passed."""
    passed = pd.Series(0.0, index=lasted.index)
    for quantile in QUANTILES:
        passed = passed.mask(lasted > usual[f"p{100 * quantile:.0f}"], quantile)
    return passed.where(lasted.notna() & (usual["tickets"] >= max(minimum, 1)))


_NIGHT: Final = "non-working time"
_COLUMNS: Final = [
    "ticket", "waits", "since", "cause", "cause_since", "receiver", "team", "blockers", "blocks", "traced",
]  # fmt: skip
_INSTANT: Final = "datetime64[us, UTC]"


def waiting_now(
    waits: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Give for whom each open ticket waits now, since when, why, and what it blocks itself.

    The cause is that of the last piece of waiting in working hours: that it is night just now explains
    nothing. Only a wait without any working hour has the cause ``non-working time``.

    Returns
    -------
    DataFrame
        One row per open ticket, sorted: ``ticket``, ``waits`` (false: it is in work), ``since`` (nobody has
        worked on it since then), ``cause``, ``cause_since`` (nights between count along), ``receiver`` and
        ``team`` (who is waited for; missing where unknown), ``blockers`` (tuple of what blocks it now: keys,
        or the text of the flag or link), ``blocks`` (how many open tickets it blocks now) and ``traced`` (the
        last comment, logged work, commit, review or move of somebody known; bulk edits are none).
    """
    there = sorted(lifecycles.loc[still_open(lifecycles), "ticket"].astype("str"))
    rows = pd.DataFrame(index=pd.Index(there, dtype="str", name="ticket"))
    rows = rows.join(_waits(waits, there, as_of))
    plain = blocks.astype({"ticket": "str", "by": "str", "detail": "str", "how": "str"})
    holds = (plain["start"] <= as_of) & (plain["end"].isna() | (plain["end"] > as_of))
    held = plain[holds & plain["ticket"].isin(there)]
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    named = _named(held, key)
    rows["blockers"] = [named.get(ticket, ()) for ticket in there]
    by_open = held[held["by"].isin(there)]
    rows["blocks"] = by_open.groupby("by")["ticket"].nunique().reindex(rows.index).fillna(0).astype("int64")
    acts = events[events["kind"].isin([*TOUCH_KINDS, "status"]) & ~events["bulk"] & events["actor"].notna()]
    traced = acts["at"].groupby(acts["ticket"].astype("str")).max()
    rows["traced"] = traced.reindex(rows.index).astype(_INSTANT)
    rows["waits"] = rows["since"].notna()
    return rows.reset_index()[_COLUMNS]


def _waits(waits: pd.DataFrame, there: list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Find the unbroken wait that lasts until now: its start and its last cause."""
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
    """Find since when cause and receiver have been what they are now."""
    said = pieces[["ticket", "cause", "receiver"]]
    spell = (said != said.shift()).any(axis=1).cumsum()
    latest = spell.groupby(pieces["ticket"]).transform("max")
    return pieces[spell == latest].groupby("ticket")["start"].min()


def _named(held: pd.DataFrame, key: dict[str, str]) -> dict[str, tuple[str, ...]]:
    blockers: dict[str, dict[str, None]] = {}
    for ticket, by, detail in zip(held["ticket"], held["by"], held["detail"], strict=True):
        blockers.setdefault(ticket, {})[blocker(by, detail, keys=key) or "a flag"] = None
    return {ticket: tuple(names) for ticket, names in blockers.items()}


LATE: Final = 0.85
RULE: Final = (
    "first the tickets beyond the 85th percentile (longer in their stage, or older, than 85 % of tickets "
    "were when they left it), then all others; within both groups those that block most others, then those "
    "already started, then those nearest to done, then those longest in their stage"
)
TRY: Final = {
    "blocked": "Remove the blocker together before starting anything new.",
    "external": "Ask again today, and agree on a date for the answer; or decide without one.",
    "non-working time": "Nothing yet: all of the wait is non-working time.",
    "unassigned": "Agree on an owner, and on who takes a look tomorrow.",
    "batched": "Release without waiting for the rest of the batch.",
    "at capacity": "Help finish the work in progress there before starting anything new.",
    "overtaken": "Newer work goes first: agree whether that is right; if not, the oldest goes next.",
    "unexplained": "Ask what the hold-up is, since the data do not show it, and record the answer.",
}
IN_WORK: Final = "Ask what it takes to finish this week: pair up, or split the work."
SILENT: Final = "In progress, but without a trace for a week: move back what nobody is working on."
AS_USUAL: Final = "Nothing special: no older than is usual in this stage."
IN_THE_WAY: Final = "Other tickets wait for this: do it next, or remove the dependency."
NEVER_BEGUN: Final = "Not started: close what is no longer wanted."
_SILENCE: Final = pd.Timedelta(days=7)


def swarm_order(ages: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Give open tickets in the order (``RULE``) in which to look at them together.

    It ranks work, not those who hold it.

    Parameters
    ----------
    ages
        As ``open_ages`` gives them.
    now
        As ``waiting_now`` gives it.

    Returns
    -------
    DataFrame
        Both joined, in that order, with ``late``: older than 85 % of stays or ages in its stage.
    """
    late = (ages["stay_beyond"] >= LATE) | (ages["age_beyond"] >= LATE)
    joined = ages.assign(late=late).merge(now, on="ticket", how="left", validate="one_to_one")
    keys = joined.assign(begun=joined["cycle"].notna())
    keys = keys.sort_values(
        ["late", "blocks", "begun", "position", "stay", "ticket"],
        ascending=[False, False, False, False, False, True],
        kind="stable",
    )
    return joined.loc[keys.index].reset_index(drop=True)


def what_to_try(row: Any, *, as_of: pd.Timestamp) -> str:
    """Suggest what to try with this ticket today: one sentence, true of several as well.

    Parameters
    ----------
    row
        As ``swarm_order`` gives it.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> waiting = {"cause": "external", "waits": True, "late": True, "cycle": pd.NaT, "traced": pd.NaT}
    >>> what_to_try(waiting | {"stay_p85": pd.NaT, "blocks": 0}, as_of=now)
    'Ask again today, and agree on a date for the answer; or decide without one.'
    """
    usual = not row["late"] and pd.notna(row["stay_p85"])
    if usual and not row["blocks"] and row["cause"] != "blocked":
        return AS_USUAL
    if not row["waits"]:
        silent = pd.isna(row["traced"]) or as_of - row["traced"] > _SILENCE
        return SILENT if silent else IN_WORK
    if row["blocks"] and row["cause"] not in ("blocked", "external"):
        return IN_THE_WAY
    if row["late"] and pd.isna(row["cycle"]) and row["cause"] not in ("blocked", "external"):
        return NEVER_BEGUN
    return TRY.get(row["cause"], TRY["unexplained"])
