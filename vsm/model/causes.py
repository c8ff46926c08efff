"""Why work waits: shares of each cause, and what the calendar adds."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.model.lifecycle import completed
from vsm.model.weekly import completed_by_week
from vsm.stats.shares import share_intervals
from vsm.tables import CAUSES, DURATION

_COLUMNS: Final = (
    "cause", "elapsed", "working", "tickets", "share", "low", "high", "share_working", "impact",
)  # fmt: skip
EARLY: Final = "before work started"
WITHIN: Final = "within a team"
LATE: Final = "no handoff"


class Meaning(NamedTuple):
    """What a cause means, what would mislead about it, and what could be tried."""

    meaning: str
    caveat: str
    experiment: str


MEANINGS: Final = {
    "blocked": Meaning(
        "The ticket was flagged, or a link said that another one blocks it.",
        "Flags that nobody removes go on counting; what was never flagged is missing.",
        "Go through all blockers every day, together with those who can remove them.",
    ),
    "external": Meaning(
        "The stage waits for somebody outside the value stream.",
        "The answer may have come long before somebody moved the ticket.",
        "Ask earlier, agree on when an answer comes, or decide without one.",
    ),
    "non-working time": Meaning(
        "Nights, weekends and holidays: outside the working calendar of the team that is waited for.",
        "It rests on the calendars of vsm.toml; an assumed one may hide real waiting, or invent it.",
        "Usually nothing; hand over earlier in the day where work should not wait overnight.",
    ),
    "unassigned": Meaning(
        "Nobody was assigned, and neither the stage nor the ticket belongs to a team.",
        "A team may well know what belongs to it: set team = … for the stage in vsm.toml.",
        "Name a team that owns the stage, and one person each day who checks it.",
    ),
    "batched": Meaning(
        "It left together with others, to one team or in a release, once the last of them was ready.",
        "Tickets that were worked on one by one may be moved on the board all at once.",
        "Release half as many tickets, twice as often.",
    ),
    "at capacity": Meaning(
        "Those it waited for worked on something that had become ready earlier.",
        'Tickets forgotten "In Progress" look like work; work = "touches" in vsm.toml counts traces only.',
        "Set a WIP limit; let people upstream help where work piles up.",
    ),
    "overtaken": Meaning(
        "Those it waited for worked only on what had become ready later: the ticket was overtaken.",
        "That may have been right: something was urgent.",
        "Agree on the order in which work is started, and on what may be expedited.",
    ),
    "unexplained": Meaning(
        "None of these: nothing in the data explains it. At least this much better work could save.",
        "The less is recorded, the more is unexplained. It does not mean that nobody was working.",
        "Ask those involved about the longest waits, and record what held them up.",
    ),
}


def cause_shares(
    waits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    minimum: int,
) -> pd.DataFrame:
    """Give how long completed tickets waited for each cause.

    Parameters
    ----------
    waits
        WAITS with causes, and with the columns that ``by`` names. Pieces of a bulk edit are left out.
    by
        Columns to group by; rows in which one is missing belong to no group.

    Returns
    -------
    DataFrame
        A row for each group and cause, causes in their order, groups by their working time, the longest
        first: the columns of ``by``, ``cause, elapsed, working`` (timedeltas), ``tickets`` (that waited for
        it), ``share`` of all elapsed waiting of the group with its 95 % interval ``low, high``,
        ``share_working`` of its waiting in working time, and ``impact``: the flow efficiency of all completed
        tickets, were this waiting gone (after Kronos' ``cte_impact``: Lashkevich and others, 2023).
    """
    done = completed(lifecycles)
    weighed = waits[waits["ticket"].isin(done["ticket"]) & ~waits["bulk"]].dropna(subset=list(by))
    work, lead = (_seconds(done[name]).sum() for name in ("work", "lead"))
    if not by:
        groups: list[tuple[Any, pd.DataFrame]] = [((), weighed)]
    else:
        keys = [weighed[name].astype("str") for name in by]
        groups = sorted(weighed.groupby(keys), key=lambda group: -_seconds(group[1]["working"]).sum())
    weeks = completed_by_week(lifecycles)["week"]
    tables = [_causes_of(rows, weeks=weeks, minimum=minimum).assign(**dict(zip(by, key, strict=True)))
              for key, rows in groups]  # fmt: skip
    columns = [*by, *_COLUMNS]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True)
    rest = lead - _seconds(table["elapsed"])
    return table.assign(impact=(work / rest).where(rest > 0)).reindex(columns=columns)


def tickets_of_groups(waits: pd.DataFrame, lifecycles: pd.DataFrame, *, by: str) -> "pd.Series[Any]":
    """Give how many completed tickets waited in each group, for the cause that most of them waited for.

    Groups come in the order of ``cause_shares``.
    """
    done = set(completed(lifecycles)["ticket"])
    weighed = waits[waits["ticket"].isin(done) & ~waits["bulk"]].dropna(subset=[by])
    weighed = weighed.astype(dict.fromkeys((by, "cause", "ticket"), "str") | {"elapsed": DURATION})
    each = weighed.groupby([by, "cause", "ticket"])["elapsed"].sum() > pd.Timedelta(0)
    # In seconds: all waiting of a large tracker leaves 64 bits in microseconds.
    order = (
        _seconds(weighed["working"]).groupby(weighed[by]).sum().sort_values(ascending=False, kind="stable")
    )
    return each.groupby([by, "cause"]).sum().groupby(by).max().reindex(order.index)


def _causes_of(rows: pd.DataFrame, *, weeks: "pd.Series[Any]", minimum: int) -> pd.DataFrame:
    cause = rows["cause"].astype("str")
    ticket = rows["ticket"].astype("str")
    each = pd.crosstab(ticket, cause, values=_seconds(rows["elapsed"]), aggfunc="sum")
    amounts = each.reindex(columns=list(CAUSES)).fillna(0.0).to_numpy(dtype="float64")
    whole, working = (_seconds(rows[name]).sum() for name in ("elapsed", "working"))
    low, high = share_intervals(amounts, weeks=weeks.reindex(each.index).to_numpy(), minimum=minimum)
    times = {
        name: rows[name]
        .astype(DURATION)
        .groupby(cause)
        .sum()
        .reindex(list(CAUSES), fill_value=pd.Timedelta(0))
        for name in ("elapsed", "working")
    }
    known = {
        "share": (_seconds(times["elapsed"]), whole),
        "share_working": (_seconds(times["working"]), working),
    }
    return pd.DataFrame(
        {
            "cause": list(CAUSES),
            **{name: time.to_numpy() for name, time in times.items()},
            "tickets": (amounts > 0).sum(axis=0),
            **{name: part.to_numpy() / total if total else np.nan for name, (part, total) in known.items()},
            "low": low,
            "high": high,
        }
    )


def _seconds(durations: "pd.Series[Any]") -> "pd.Series[Any]":
    return durations.astype(DURATION).dt.total_seconds()


def with_passing(waits: pd.DataFrame, handoffs: pd.DataFrame, lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Add a column ``passing`` to WAITS: the teams between which each piece of waiting was.

    It is "A → B" for the waits of a handoff between teams, missing where a team is not known; ``WITHIN``
    where the team stays; ``EARLY`` before work started, ``LATE`` for all others.
    """
    known = handoffs.set_index("handoff")[["from_team", "to_team"]].astype("str")
    pair = known["from_team"] + " → " + known["to_team"]
    pair = pair.mask(known["from_team"] == known["to_team"], WITHIN)
    started = lifecycles.set_index("ticket")["started"].reindex(waits["ticket"].astype("str"))
    late = waits["start"] >= started.astype(waits["start"].dtype).array
    alone = pd.Series(EARLY, index=waits.index, dtype="str").mask(late, LATE)
    passing = waits["handoff"].map(pair).astype("str")
    return waits.assign(passing=alone.where(waits["handoff"].isna(), passing))


def calendar_effect(waits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Give how much of the waiting in each stage is nights, weekends and holidays.

    Returns
    -------
    DataFrame
        In stream order, a row for each stage in which completed tickets waited: ``stage, tickets, elapsed,
        working``, ``share`` of it outside working hours, ``median_elapsed`` and ``median_working`` of one
        ticket.
    """
    done = completed(lifecycles)
    weighed = waits[waits["ticket"].isin(done["ticket"]) & ~waits["bulk"]]
    keys = [weighed["stage"].astype("str"), weighed["ticket"].astype("str")]
    each = weighed.groupby(keys)[["elapsed", "working"]].sum().reset_index()
    rows = each.groupby("stage").agg(
        tickets=("ticket", "size"),
        elapsed=("elapsed", "sum"),
        working=("working", "sum"),
        median_elapsed=("elapsed", "median"),
        median_working=("working", "median"),
    )
    position = stages.drop_duplicates("stage").set_index("stage")["position"]
    rows["share"] = 1 - _seconds(rows["working"]) / _seconds(rows["elapsed"])
    return rows.loc[sorted(rows.index, key=lambda stage: position[stage])].rename_axis("stage").reset_index()
