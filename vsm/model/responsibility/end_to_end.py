"""How often one team carries a ticket from start to production, and where it hands over first."""

from typing import Final

import pandas as pd

from vsm.stats.proportions import share_of
from vsm.tables import DURATION

NO_TEAMS: Final = (
    "no team is known for any work: declare [[team]] with its members, or team = … of a [[stage]], "
    "in vsm.toml"
)
NO_TICKETS: Final = "no ticket has been delivered so far"
NO_WORK: Final = (
    "no delivered ticket was in a work stage before production: check the kinds of stages in vsm.toml"
)
NOT_OUT: Final = "no delivered ticket has been released so far"


def end_to_end_share(owners: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Give the share of delivered tickets that one team carried from start to production.

    Returns
    -------
    DataFrame
        One row: ``n`` (tickets in production whose teams are known), ``carried`` (of them, by one team),
        ``share`` with its 95 % Wilson interval ``low, high`` (NaN under ``minimum``), of those in production
        ``unknown`` (worked on, teams not known) and ``unworked`` (never seen in a work stage), ``waiting``
        (done, not released), ``by_release`` (tickets of ``n`` whose production date comes from a release),
        and ``missing`` (what would have to be known for any answer).
    """
    out = owners[owners["production"].notna()]
    known = out[out["carried"].notna()]
    carried = int(known["carried"].sum())
    row = {"n": len(known), "carried": carried} | share_of(carried, len(known), minimum=minimum)
    unworked = int((out["visits"] == 0).sum())
    row |= {"unknown": len(out) - len(known) - unworked, "unworked": unworked}
    row["waiting"] = len(owners) - len(out)
    row["by_release"] = int((known["production_by"] == "released").sum())
    return pd.DataFrame([row | {"missing": _missing(owners, out, known)}]).astype({"missing": "str"})


def _missing(owners: pd.DataFrame, out: pd.DataFrame, known: pd.DataFrame) -> str | None:
    if len(known):
        return None
    if owners.empty:
        return NO_TICKETS
    if out.empty:
        return NOT_OUT
    return NO_TEAMS if (out["visits"] > 0).any() else NO_WORK


def end_to_end_by_team(owners: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Give, for each team, the share of what it started that it carried to production alone.

    A fact about how work is cut between teams; it ranks nobody, and teams are ordered by name.

    Returns
    -------
    DataFrame
        One row per team that held a ticket's first work, by name: ``team``, ``n`` (tickets it started
        whose teams are known), ``carried`` (of them, by it alone), ``share`` with its 95 % Wilson interval
        ``low, high`` (NaN under ``minimum``).
    """
    known = owners[owners["production"].notna() & owners["carried"].notna()]
    started = known.groupby("first_team")["carried"].agg(["size", "sum"])
    rows = [
        {"team": team, "n": whole, "carried": part} | share_of(int(part), int(whole), minimum=minimum)
        for team, whole, part in started.itertuples()
    ]
    types = {"team": "str", "n": "int64", "carried": "int64"} | dict.fromkeys(
        ("share", "low", "high"), "float64"
    )
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def first_handovers(owners: pd.DataFrame, *, tickets: pd.DataFrame, evidence: int = 5) -> pd.DataFrame:
    """Give where teams first hand over what they started, and what that handoff cost.

    Returns
    -------
    DataFrame
        The costliest first: ``from_team``, ``stage`` (entered under the other team), ``to_team``, ``tickets``
        (count; each is in one row), ``wait`` (timedelta, in all), ``waits`` (tickets whose wait is known),
        ``evidence`` (keys of those that waited longest, joined by ``, ``).
    """
    key_of = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    passed = owners[owners["handed_over_in"].notna()].sort_values(
        ["handed_over_after", "ticket"], ascending=[False, True]
    )
    sides = {"first_team": "from_team", "handed_over_in": "stage", "handed_over_to": "to_team"}
    by = passed.groupby(list(sides))
    after = by["handed_over_after"]
    keys = passed["ticket"].map(key_of).fillna(passed["ticket"])
    first = keys[by.cumcount() < evidence].groupby([passed[side] for side in sides]).agg(", ".join)
    found = pd.DataFrame(
        {"tickets": by.size(), "wait": after.sum(), "waits": after.count(), "evidence": first}
    )
    types = dict.fromkeys(sides.values(), "str") | {"tickets": "int64", "wait": DURATION, "waits": "int64"}
    frame = (
        found.reset_index().rename(columns=sides)[[*types, "evidence"]].astype(types | {"evidence": "str"})
    )
    return frame.sort_values(["wait", "from_team", "stage", "to_team"], ascending=[False, True, True, True],
                             ignore_index=True)  # fmt: skip
