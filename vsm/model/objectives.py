"""What the work was for, and what it cost: objectives, kinds of work, planned and unplanned."""

from typing import Any, Final, Literal

import pandas as pd

from vsm.model.lifecycle import completed, still_open
from vsm.model.weekly import WEEK
from vsm.stats.proportions import UNKNOWN, share_of
from vsm.tables import DURATION

KINDS: Final = ("feature", "defect", "risk", "debt", "unknown")
NOT_SAID: Final = "vsm.toml does not define unplanned work: add unplanned = [selectors] to [alignment]"
NOTHING_DONE: Final = "no ticket has been finished so far"
_STARTS: Final = {"week": "W-SUN", "quarter": "Q"}


def objective_costs(
    lifecycles: pd.DataFrame, *, alignment: pd.DataFrame, tickets: pd.DataFrame, minimum: int
) -> pd.DataFrame:
    """Give what was delivered for each objective, how long it waited, and what that cost.

    Delivered are tickets finished for good, not by a bulk edit. The cost of delay is what the tracker says a
    week costs, times the weeks from creation to finish: of the whole lead time, not of the waiting alone.

    Returns
    -------
    DataFrame
        One row per objective that a finished or open ticket serves, the longest waiting first: ``objective``,
        ``delivered, open`` (counts), ``lead`` (median; missing under ``minimum``), ``lead_total``, ``wait``
        (timedelta, in all), ``waiting`` (wait ÷ lead_total), ``wait_share`` (of all waiting; sums to 1),
        ``value`` (sum), ``valued`` (of how many delivered tickets it is known), ``cost`` (of delay, sum) and
        ``costed`` (of how many); NaN where it is known of none.
    """
    rows = _aligned(lifecycles, alignment, "objective")
    worth = tickets.assign(ticket=tickets["ticket"].astype("str"))[["ticket", "value", "cost_of_delay"]]
    rows = rows.merge(worth, on="ticket", how="left")
    done = completed(rows)
    seconds = done["lead"].dt.total_seconds()
    done = done.assign(
        seconds=seconds,
        waited=done["wait"].dt.total_seconds(),
        value=done["value"].astype("float64"),
        cost=done["cost_of_delay"].astype("float64") * seconds / WEEK.total_seconds(),
    )
    costs = pd.DataFrame(
        [
            _objective(str(name), done[done["objective"] == name], minimum)
            | {"open": int(still_open(served).sum())}
            for name, served in rows.groupby("objective")
        ],
        columns=[
            "objective", "delivered", "open", "lead", "lead_total", "wait", "waiting", "wait_share", "value",
            "valued", "cost", "costed",
        ],
    )  # fmt: skip
    costs["lead"] = pd.to_timedelta(costs["lead"].astype("object"))  # missing alone pass for instants
    shown = costs[(costs["delivered"] > 0) | (costs["open"] > 0)].astype(_TYPES)
    whole = shown["wait"].dt.total_seconds()
    shown["wait_share"] = whole / whole.sum() if whole.sum() else UNKNOWN
    order = shown.sort_values(["wait", "objective"], ascending=[False, True])
    return order.reset_index(drop=True)


_TYPES: Final[dict[str, Any]] = {
    "objective": "str",
    **dict.fromkeys(("delivered", "open", "valued", "costed"), "int64"),
    **dict.fromkeys(("lead", "lead_total", "wait"), DURATION),
    **dict.fromkeys(("waiting", "wait_share", "value", "cost"), "float64"),
}


def _objective(name: str, done: pd.DataFrame, minimum: int) -> dict[str, Any]:
    lead, wait = done["seconds"].sum(), done["waited"].sum()
    valued, costed = int(done["value"].notna().sum()), int(done["cost"].notna().sum())
    return {
        "objective": name,
        "delivered": len(done),
        "lead": done["lead"].median() if len(done) >= max(minimum, 1) else pd.NaT,
        "lead_total": done["lead"].sum(),
        "wait": done["wait"].sum(),
        "waiting": wait / lead if lead else UNKNOWN,
        "value": done["value"].sum() if valued else UNKNOWN,
        "valued": valued,
        "cost": done["cost"].sum() if costed else UNKNOWN,
        "costed": costed,
    }


def flow_distribution(lifecycles: pd.DataFrame, *, alignment: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Give the shares of features, defects, risks and debt among delivered tickets.

    Delivered are tickets finished for good, not by a bulk edit. Each ticket counts once, however large.

    Returns
    -------
    DataFrame
        One row each for feature, defect, risk and debt, and one for ``unknown`` where types are not mapped:
        ``flow``, ``tickets``, ``n`` (all delivered), ``share`` (these sum to 1) with its 95 % Wilson interval
        ``low, high`` (NaN under ``minimum`` delivered), ``by`` (where the kinds come from: vsm.toml, the
        tracker's types, or both).
    """
    done = completed(_aligned(lifecycles, alignment, "flow", "flow_by"))
    counts = done["flow"].fillna("unknown").value_counts()
    by = " and ".join(sorted(done["flow_by"].dropna().unique())) or None
    rows: list[dict[str, Any]] = [
        {"flow": flow, "tickets": int(counts.get(flow, 0)), "n": len(done)}
        | share_of(int(counts.get(flow, 0)), len(done), minimum=minimum)
        | {"by": by}
        for flow in KINDS
        if flow != "unknown" or flow in counts.index
    ]
    return pd.DataFrame(rows).astype({"flow": "str", "by": "str"})


def flow_by_period(
    lifecycles: pd.DataFrame,
    *,
    alignment: pd.DataFrame,
    period: Literal["week", "quarter"] = "quarter",
    minimum: int,
) -> pd.DataFrame:
    """Give the shares of features, defects, risks and debt, period by period.

    Returns
    -------
    DataFrame
        One row per period (from the first delivery to the last, in UTC; those without deliveries too) and
        flow: ``start`` (Monday, or the quarter's first day), ``flow`` (as in ``flow_distribution``),
        ``tickets``, ``n`` (delivered in the period), ``share`` (NaN under ``minimum`` in the period).
    """
    done = completed(_aligned(lifecycles, alignment, "flow"))
    columns = ["start", "flow", "tickets", "n", "share"]
    if done.empty:
        return pd.DataFrame({name: [] for name in columns}).astype({"start": "datetime64[us, UTC]"})
    periods = done["finished"].dt.tz_convert("UTC").dt.tz_localize(None).dt.to_period(_STARTS[period])
    flows = [flow for flow in KINDS if flow != "unknown" or done["flow"].isna().any()]
    spans = pd.period_range(periods.min(), periods.max(), freq=_STARTS[period])
    counts = pd.crosstab(periods, done["flow"].fillna("unknown")).reindex(
        index=spans, columns=flows, fill_value=0
    )
    whole = counts.sum(axis=1).rename("n").rename_axis("start").reset_index()
    long = (
        counts.rename_axis("start").reset_index().melt(id_vars="start", var_name="flow", value_name="tickets")
    )
    long = whole.merge(long, on="start")
    long["share"] = (long["tickets"] / long["n"]).where(long["n"] >= max(minimum, 1))
    long["start"] = long["start"].dt.to_timestamp().dt.tz_localize("UTC").dt.as_unit("us")
    return long[columns]


def planned_share(lifecycles: pd.DataFrame, *, alignment: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Give the share of delivered tickets that were not planned.

    Delivered are tickets finished for good, not by a bulk edit.

    Returns
    -------
    DataFrame
        One row: ``planned, unplanned, unknown`` (counts of delivered tickets), ``n`` (planned and unplanned),
        ``share`` (unplanned ÷ n) with its 95 % Wilson interval ``low, high`` (NaN under ``minimum``), and
        ``missing`` (what would have to be known, or missing where nothing lacks).
    """
    planned = completed(_aligned(lifecycles, alignment, "planned"))["planned"].astype("boolean")
    yes, no = int(planned.sum()), int((~planned).sum())
    missing = None if yes + no else NOT_SAID if len(planned) else NOTHING_DONE
    row = {"planned": yes, "unplanned": no, "unknown": int(planned.isna().sum()), "n": yes + no}
    return pd.DataFrame([row | share_of(no, yes + no, minimum=minimum) | {"missing": missing}]).astype(
        {"missing": "str"}
    )


def _aligned(lifecycles: pd.DataFrame, alignment: pd.DataFrame, *columns: str) -> pd.DataFrame:
    about = alignment[["ticket", *columns]].assign(ticket=alignment["ticket"].astype("str"))
    return lifecycles.assign(ticket=lifecycles["ticket"].astype("str")).merge(about, on="ticket", how="left")
