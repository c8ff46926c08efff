"""What to look at together now, and what to try next."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import TOO_FEW, number
from vsm.figures.links import linked_keys
from vsm.figures.tables import Columns, keys_of, table_of
from vsm.findings.durations import short_duration
from vsm.model.ageing import RULE, open_ages, swarm_order, usual_pace, waiting_now, what_to_try

_WIDE: Final = {"min-width": "11em"}
_SEVERAL: Final = {"white-space": "normal !important", "text-align": "left !important", "min-width": "7em"}
"""Of keys that may stand below each other: stronger than what numbers have."""
_BLOCKERS: Final = 3
_KEYS: Final = 5
"""Tickets of a row that are named, the most urgent first."""
_DAY: Final = pd.Timedelta(days=1)


def stuck_table(
    stage_visits: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    waits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    events: pd.DataFrame,
    as_of: pd.Timestamp,
    minimum: int,
    most: int = 15,
) -> Styler:
    """Open tickets to look at together first, what they wait for and what could be tried (``swarm_order``).

    Tickets of one stage that wait for the same team, and for which the same could be tried, share a row.

    Parameters
    ----------
    stage_visits, lifecycles
        As ``stage_visits_from_visits`` and ``lifecycles_from_visits`` give them.
    waits
        WAITS with causes.
    minimum
        Where fewer tickets left a stage, it is too few to say what is usual.
    """
    ages = open_ages(stage_visits, lifecycles=lifecycles, events=events, minimum=minimum)
    now = waiting_now(
        waits, lifecycles=lifecycles, blocks=blocks, tickets=tickets, events=events, as_of=as_of
    )
    order = swarm_order(ages, now)
    key = keys_of(tickets)
    order = order.assign(
        key=[key.get(ticket, ticket) for ticket in order["ticket"]],
        attempt=[what_to_try(row, as_of=as_of) for row in order.to_dict("records")],
        whom=[_whom(row) for row in order.to_dict("records")],
        late=order["late"].astype("bool"),
    )
    alike = order.groupby(["stage", "attempt", "whom", "cause", "late"], sort=False, dropna=False)
    alone = pd.Series(-1 - np.arange(len(order)), index=order.index)
    alike_of = alike.ngroup().where(order["blockers"].map(len) == 0, alone)
    groups = order.groupby(alike_of, sort=False)
    together = groups.head(1).set_index(alike_of.groupby(alike_of, sort=False).first())
    together = together.assign(
        keys=groups["key"].agg(lambda keys: (*keys[:_KEYS], *(["…"] if len(keys) > _KEYS else []))),
        n=groups.size(),
        stay=groups["stay"].max(),
        age=groups["age"].max(),
        since=groups["cause_since"].min(),
    )
    first = together.head(most).reset_index(drop=True)
    columns: Columns = {
        "Tickets": "keys",
        "What to try": "attempt",
        "n": "n",
        "Stage": "stage",
        "Longest": ("stay", short_duration),
        "85th percentile": _usual,
        "Oldest": ("age", short_duration),
        "Waiting for": _waits,
        "Blocked by": _blockers,
    }
    caption = (
        f"{number(first['n'].sum())} of n = {counted(len(order), 'open ticket')}; over the 85th "
        f"percentile: {number(order['late'].sum())}. Order: {RULE}. Elapsed time; percentile of visits to "
        "that stage (Kaplan–Meier; not reached: too many are still there, or too few in view). The cause is "
        "the latest one in working hours; no trace for long: none for seven days."
    )
    table = table_of(first, columns, caption, nothing="Nothing to show: no ticket is open.")
    table = table.format(linked_keys(tickets), subset=["Tickets", "Blocked by"])
    table = table.set_properties(subset=["Tickets"], **_SEVERAL)
    return table.set_properties(subset=["Waiting for", "What to try"], **_WIDE)


def _usual(row: Mapping[Any, Any]) -> str:
    if pd.notna(row["stay_p85"]):
        return short_duration(row["stay_p85"])
    return TOO_FEW if pd.isna(row["stay_beyond"]) else "not reached"


def _whom(row: Mapping[Any, Any]) -> str:
    """Name a team, never a person: it is the work that is stuck."""
    if pd.notna(row["team"]):
        return str(row["team"])
    return "receiver unknown" if pd.isna(row["receiver"]) else "whoever is assigned"


def _waits(row: Mapping[Any, Any]) -> str:
    last = f"last activity {row['traced']:%Y-%m-%d}" if pd.notna(row["traced"]) else "no recorded activity"
    if not row["waits"]:
        return f"in work; {last}"
    unknown = pd.isna(row["cause"]) or row["cause"] == "unexplained"
    cause = "no recorded reason" if unknown else row["cause"]
    return f"{_whom(row)}: {cause} since {row['since']:%Y-%m-%d}"


def _blockers(row: Mapping[Any, Any]) -> tuple[str, ...]:
    found = row["blockers"]
    return (*found[:_BLOCKERS], *(["…"] if len(found) > _BLOCKERS else []))


def open_stages_table(
    stage_visits: pd.DataFrame, *, lifecycles: pd.DataFrame, events: pd.DataFrame, minimum: int
) -> Styler:
    """Open tickets by stage against its usual pace: how many there are, and how many are older than usual."""
    ages = open_ages(stage_visits, lifecycles=lifecycles, events=events, minimum=minimum)
    pace = usual_pace(stage_visits, lifecycles=lifecycles, events=events, minimum=minimum)
    stages = pace[pace["measure"] == "stay"] if len(ages) else pace.iloc[:0]
    by = ages.groupby("stage")
    here = pd.DataFrame(
        {
            "now": by.size(),
            "started": by["cycle"].count(),
            "longest": by["stay"].max(),
            "beyond": (ages["stay"] > ages["stay_p85"]).groupby(ages["stage"]).sum(),
        }
    ).reindex(stages["stage"])
    here[["now", "started", "beyond"]] = here[["now", "started", "beyond"]].fillna(0).astype("int64")
    stages = stages.assign(**{str(name): here[name].to_numpy() for name in here})
    columns: Columns = {
        "Stage": "stage",
        "Kind": "kind",
        "Open now": "now",
        "Started": "started",
        "Longest": ("longest", short_duration),
        "Over 85th percentile": _beyond,
        "Median": lambda row: _within(row, "p50", minimum),
        "85th percentile": lambda row: _within(row, "p85", minimum),
        "Have left": ("tickets", number),
    }
    caption = (
        f"n = {counted(len(ages), 'open ticket')}. Median and percentile: elapsed time of one visit "
        "(Kaplan–Meier: open visits, and those that a bulk edit ended, count as not yet left; not reached: "
        "too many of them). Started: somebody has worked on it, if only once."
    )
    return table_of(
        stages,
        columns,
        caption,
        nothing="Nothing to show: no ticket is open.",
        leads={"Open now": ("queue", "stage"), "Over 85th percentile": ("over-age", "stage")},
    )


def _within(row: Mapping[Any, Any], name: str, minimum: int) -> str:
    if row["tickets"] < max(minimum, 1):
        return TOO_FEW
    return short_duration(row[name]) if pd.notna(row[name]) else "not reached"


def _beyond(row: Mapping[Any, Any]) -> str:
    if not row["now"]:
        return "–"
    return "unknown" if pd.isna(row["p85"]) else number(row["beyond"])
