"""Where lead time goes: the share of each stage, each handoff and each return, with intervals by week."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from vsm.model.interruptions import without_runs
from vsm.model.lifecycle import before_the_finish, completed
from vsm.model.weekly import completed_by_week
from vsm.stats.shares import share_with_interval, shares_with_intervals
from vsm.tables import DURATION, among

TIDIED: Final = "(bulk edits)"
IN_PARTS: Final = "(work on parts)"


def stage_shares(
    stage_visits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame, minimum: int
) -> pd.DataFrame:
    """Give the share of lead time that tickets spend in each stage.

    Every hour between creation and finish of the completed tickets is in one row; stays that a bulk edit
    began or ended are one row of their own, ``(bulk edits)``, since they show when somebody cleaned up. So is
    time in which tickets waited in a stage while their parts were worked on: ``(work on parts)``, kind work.
    Intervals are 95 %, and take the weeks in which tickets were completed as units (``vsm.stats.shares``).

    Returns
    -------
    DataFrame
        One row per stage in stream order: ``stage, kind`` (``bulk`` for the bulk edits), ``team``,
        ``tickets, visits`` (counts), ``total, waited`` (timedelta; the part in which nobody worked),
        ``share, low, high`` (0 to 1; the interval missing under ``minimum`` tickets,
        and of a single week), ``median, p85``
        (timedelta, of one ticket's time there). ``share`` sums to 1; without completed tickets there are no
        rows.
    """
    before = _before_finish(stage_visits, lifecycles)
    if before.empty:
        return _no_shares()
    each = before.groupby(["row", "ticket"])[["elapsed", "waited", "seconds"]].sum()
    row, about = each.groupby("row"), stages.drop_duplicates("stage").sort_values("position")
    team = dict(zip(about["stage"], about["team"], strict=True))
    kind = dict(zip(about["stage"], about["kind"], strict=True)) | {IN_PARTS: "work", TIDIED: "bulk"}
    found = shares_with_intervals(each["seconds"], whole=completed_by_week(lifecycles), minimum=minimum)
    shown = [name for name in kind if name in found.index]
    sums = {
        "tickets": row.size(),
        "visits": before.groupby("row").size(),
        "total": row["elapsed"].sum(),
        "waited": row["waited"].sum(),
        "median": row["elapsed"].median(),
        "p85": row["elapsed"].quantile(0.85),
    }
    rows = pd.DataFrame({**sums, **found.fillna({"share": 0.0})}).reindex(shown)
    words = {
        "stage": shown,
        "kind": [kind[name] for name in shown],
        "team": [team.get(name) for name in shown],
    }
    return pd.DataFrame({**words, **rows}).reset_index(drop=True)


def _before_finish(stage_visits: pd.DataFrame, lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Keep what completed tickets did before their finish, with ``row``: the stage, or one of the others."""
    counted = among(stage_visits["ticket"], completed(lifecycles)["ticket"])
    done = stage_visits[counted & before_the_finish(stage_visits)]
    tidied = done["bulk"].astype(bool)
    done = done.assign(row=done["stage"].mask(tidied, TIDIED))
    idle = (done["kind"] != "work") & ~tidied & (done["waited"] < done["elapsed"])
    if idle.any():
        worked = done[idle].assign(row=IN_PARTS, elapsed=done["elapsed"] - done["waited"])
        worked["waited"] = worked["waited"] * 0
        done = pd.concat([done.assign(elapsed=done["elapsed"].mask(idle, done["waited"])), worked])
    return done.assign(seconds=done["elapsed"].dt.total_seconds())


def _no_shares() -> pd.DataFrame:
    words = dict.fromkeys(("stage", "kind", "team"), "str") | dict.fromkeys(("tickets", "visits"), "int64")
    times = dict.fromkeys(("total", "waited", "median", "p85"), DURATION)
    types = words | times | dict.fromkeys(("share", "low", "high"), "float64")
    return pd.DataFrame(columns=list(types)).astype(types)


def handoff_costs(
    handoffs: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    between: Sequence[str] = ("team",),
    minimum: int,
) -> pd.DataFrame:
    """Give what the handoffs of completed tickets cost, pair by pair.

    Parameters
    ----------
    between
        What identifies both sides: any of ``stage``, ``team``, ``holder``.

    Returns
    -------
    DataFrame
        One row per pair, the costliest first: ``from_…``, ``to_…``, ``handoffs, tickets, back`` (counts),
        ``wait`` (timedelta, in all), ``median, p85``, ``share`` of the lead time of all completed tickets
        with its 95 % interval ``low, high``. Handoffs of different pairs may share the same queue's time,
        never the same hour of one ticket.
    """
    done = completed(lifecycles)
    sides = [f"{end}_{side}" for side in between for end in ("from", "to")]
    known = (
        handoffs[handoffs["ticket"].isin(done["ticket"])]
        .dropna(subset=sides)
        .astype(dict.fromkeys(sides, "str"))
    )
    grouped = known.groupby(sides)
    costs = grouped.agg(
        handoffs=("wait", "size"),
        tickets=("ticket", "nunique"),
        back=("back", "sum"),
        wait=("wait", "sum"),
        median=("wait", "median"),
    )
    costs["p85"] = grouped["wait"].quantile(0.85)
    waited = known.astype({"ticket": "str"}).groupby([*sides, "ticket"])["wait"].sum().dt.total_seconds()
    found = shares_with_intervals(waited, whole=completed_by_week(lifecycles), minimum=minimum)
    return costs.join(found).sort_values("wait", ascending=False, kind="stable").reset_index()


def return_costs(
    stage_visits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame, minimum: int
) -> pd.DataFrame:
    """Give the lead time that delivered tickets spend again in stages that they had left before.

    Stays in ``done`` and those that a bulk edit began or ended are left out. A first visit to an earlier
    stage is no return: nothing was done twice. (%C&A counts it against the stage that passed the work on.)
    Nor is the end of a pipeline's run (``without_runs``).

    Returns
    -------
    DataFrame
        One row, or none where nothing came back: ``tickets`` (that came back), ``finished`` (all that are
        counted), ``total`` and ``median`` (of one ticket; timedelta), ``share`` of all lead time with its
        95 % interval ``low, high`` (NaN under ``minimum`` tickets), ``longest`` (tickets, at most five).
    """
    done = completed(lifecycles)
    stays = without_runs(stage_visits, stages=stages)
    before = stays[among(stays["ticket"], done["ticket"]) & (stays["kind"] != "done")]
    back = before[before.duplicated(["ticket", "stage"]) & ~before["bulk"].astype(bool)]
    again = back.groupby("ticket")["elapsed"].sum()
    share, low, high = share_with_interval(
        again.dt.total_seconds(), whole=completed_by_week(lifecycles), minimum=minimum
    )
    row = {
        "tickets": len(again), "finished": len(done), "total": again.sum(), "median": again.median(),
        "share": share, "low": low, "high": high, "longest": tuple(again.nlargest(5).index),
    }  # fmt: skip
    return pd.DataFrame([row])[: int(len(again) > 0)]
