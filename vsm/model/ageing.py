"""How old is what is open, against the ages and stays that are usual in its stage?"""

from typing import Any, Final

import pandas as pd

from vsm.model.flow import still_open
from vsm.stats.survival import survival_quantiles
from vsm.tables import DURATION

QUANTILES: Final = (0.5, 0.85, 0.95)
MEASURES: Final = ("stay", "age", "cycle")
"""Time in the stage; time since creation, and since the first work, when the stage was left."""
_PACE: Final[dict[str, Any]] = {
    "stage": "str", "kind": "str", "place": "int64", "measure": "str", "tickets": "int64", "open": "int64",
    "p50": DURATION, "p85": DURATION, "p95": DURATION, "low": DURATION, "high": DURATION,
}  # fmt: skip
_OPEN: Final = ["ticket", "stage", "kind", "place", "entered", "bulk", *MEASURES]


def usual_pace(
    stays: pd.DataFrame, *, lives: pd.DataFrame, events: pd.DataFrame, minimum: int = 12
) -> pd.DataFrame:
    """How long do tickets usually stay in each stage, and how old are they when they leave it?

    Kaplan–Meier, with what is still there as not yet left. Left is what somebody passed on: a stay that a
    bulk edit ended, or whose ticket was found gone, might have taken any longer. Stays that a bulk edit
    began tell nothing of ``stay``. An ``age`` (or ``cycle``) is told once a ticket, at its last departure.

    Parameters
    ----------
    stays, lives
        As ``stays_from_visits`` and ``lives_from_visits`` give them.
    events
        EVENTS, which know bulk edits.
    minimum
        Where fewer tickets have left a stage, its percentiles are missing.

    Returns
    -------
    DataFrame
        One row per stage before the finish, in stream order, and measure: ``stage, kind, place, measure``
        (``stay``; ``age`` since creation; ``cycle`` since the first work), ``tickets`` (that left), ``open``
        (there now), ``p50, p85, p95`` (timedeltas; also missing where the data do not reach them), and
        ``low, high`` (95 % interval of ``p85``).

    Examples
    --------
    >>> none = pd.to_datetime([], utc=True)
    >>> lives = pd.DataFrame({"ticket": [], "created": none, "started": none})
    >>> columns = "ticket stage kind place entered left elapsed bulk gone"
    >>> stays = pd.DataFrame(columns=columns.split())
    >>> len(usual_pace(stays, lives=lives, events=pd.DataFrame({"ticket": [], "at": none, "bulk": []})))
    0
    """
    told = _at_the_end(stays, lives, events)
    rows = [
        {"stage": stage, "kind": part["kind"].iloc[0], "place": place, "measure": measure}
        | _percentiles(_of(part, measure), measure, minimum)
        for (place, stage), part in told.groupby(["place", "stage"])
        for measure in MEASURES
    ]
    return pd.DataFrame(rows, columns=list(_PACE), dtype="object").astype(_PACE)


def open_ages(
    stays: pd.DataFrame, *, lives: pd.DataFrame, events: pd.DataFrame, minimum: int = 12
) -> pd.DataFrame:
    """How long has each open ticket been in its stage, how old is it, and is that usual there?

    Parameters
    ----------
    stays, lives, events, minimum
        As for ``usual_pace``.

    Returns
    -------
    DataFrame
        One row per open ticket, by stage and ticket: ``ticket, stage, kind, place, entered``, ``bulk`` (its
        stay was begun by a bulk edit), ``stay, age, cycle`` (timedeltas; ``cycle`` is missing before the
        first work), ``stay_p85, age_p85, cycle_p85`` (what is usual) and ``stay_beyond, age_beyond,
        cycle_beyond``: which of 0.5, 0.85 and 0.95 it has passed, else 0; missing where too few have left.

    Examples
    --------
    >>> none = pd.to_datetime([], utc=True)
    >>> lives = pd.DataFrame({"ticket": [], "created": none, "started": none, "finished": none})
    >>> columns = "ticket stage kind place entered left elapsed bulk gone"
    >>> stays = pd.DataFrame(columns=columns.split())
    >>> len(open_ages(stays, lives=lives, events=pd.DataFrame({"ticket": [], "at": none, "bulk": []})))
    0
    """
    pace = usual_pace(stays, lives=lives, events=events, minimum=minimum)
    told = _at_the_end(stays, lives, events)
    there = lives.loc[still_open(lives), "ticket"].astype("str")
    now = told[told["there"] & told["ticket"].isin(there)].assign(bulk=lambda rows: rows["begun"])
    now = now.sort_values(["place", "ticket"])[_OPEN].reset_index(drop=True)
    for measure in MEASURES:
        usual = pace[pace["measure"] == measure].set_index("stage").reindex(now["stage"])
        now[f"{measure}_p85"] = usual["p85"].array
        now[f"{measure}_beyond"] = _beyond(now[measure], usual.set_axis(now.index), minimum)
    return now


def _at_the_end(stays: pd.DataFrame, lives: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Tell of each stay before the finish how long it was and how old its ticket, when it ended or now."""
    mine = stays[stays["kind"] != "done"].astype({"ticket": "str", "stage": "str", "kind": "str"})
    about = lives.set_index(lives["ticket"].astype("str")).reindex(mine["ticket"])
    elapsed = mine["elapsed"].astype(DURATION)
    end = pd.to_datetime(mine["entered"], utc=True) + elapsed
    created, started = (about[name].set_axis(mine.index) for name in ("created", "started"))
    edited = _edits(events)
    bulk = mine["bulk"].astype("bool")
    told = mine.assign(
        there=mine["left"].isna(),
        begun=bulk & _among(mine, "entered", edited),
        departed=mine["left"].notna() & ~mine["gone"].astype("bool") & ~(bulk & _among(mine, "left", edited)),
        stay=elapsed,
        age=end - created,
        cycle=(end - started).where(started < end),
    )
    return told.astype({"there": "bool", "departed": "bool", "begun": "bool", "place": "int64"})


def _edits(events: pd.DataFrame) -> pd.MultiIndex:
    marked = events[events["bulk"].astype("bool")]
    return pd.MultiIndex.from_arrays([marked["ticket"].astype("str"), marked["at"]])


def _among(stays: pd.DataFrame, side: str, edits: pd.MultiIndex) -> "pd.Series[bool]":
    instants = pd.MultiIndex.from_arrays([stays["ticket"], pd.to_datetime(stays[side], utc=True)])
    return pd.Series(instants.isin(edits), index=stays.index)


def _of(part: pd.DataFrame, measure: str) -> pd.DataFrame:
    if measure == "stay":
        return part[~part["begun"]]
    last = part.sort_values("entered", kind="stable").groupby("ticket").tail(1)
    return last[last[measure].notna()]


def _percentiles(part: pd.DataFrame, measure: str, minimum: int) -> dict[str, Any]:
    departed = part["departed"]
    n = int(part.loc[departed, "ticket"].nunique())
    counts = {"tickets": n, "open": int(part["there"].sum())}
    if n < max(minimum, 1):
        return counts | dict.fromkeys(("p50", "p85", "p95", "low", "high"), pd.NaT)
    lasted = part[measure].astype(DURATION)
    found = survival_quantiles(lasted, departed.to_numpy(), quantiles=QUANTILES, minimum=1).set_index(
        "quantile"
    )
    usual = {f"p{100 * quantile:.0f}": found["time"][quantile] for quantile in QUANTILES}
    return counts | usual | {side: found[side][0.85] for side in ("low", "high")}


def _beyond(lasted: "pd.Series[Any]", usual: pd.DataFrame, minimum: int) -> "pd.Series[float]":
    """Tell the furthest percentile that was passed; a percentile that is not known is never passed."""
    passed = pd.Series(0.0, index=lasted.index)
    for quantile in QUANTILES:
        passed = passed.mask(lasted > usual[f"p{100 * quantile:.0f}"], quantile)
    return passed.where(lasted.notna() & (usual["tickets"] >= max(minimum, 1)))
