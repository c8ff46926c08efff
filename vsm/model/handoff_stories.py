"""What happened at the costliest handoffs? Numbers of each pair, and one ticket that shows them."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

import pandas as pd

from vsm.model.bottlenecks import handoff_costs
from vsm.model.flow import counted
from vsm.model.longest_waits import longest_waits
from vsm.tables import CAUSES

RANK: Final = 0.85
_NUMBERS: Final = ["side", "from", "to", "handoffs", "tickets", "share", "low", "high", "median", "p85"]
_TOLD: Final = ["ticket", "key", "summary", "given", "taken", "waited"]
COLUMNS: Final = [*_NUMBERS, *_TOLD, *CAUSES, "meanwhile", "blockers"]


def handoff_stories(
    handoffs: pd.DataFrame,
    waits: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    most: int = 3,
    minimum: int = 12,
) -> pd.DataFrame:
    """Which handoffs cost most, and which ticket shows what happens there?

    The ticket is the one whose wait lies at 85 % of its pair's that waited at all (nearest rank): one in
    seven of them waits as long or longer. The longest would be a freak, the median often no grief.

    Parameters
    ----------
    handoffs, waits, visits, blocks, tickets
        HANDOFFS, WAITS with causes, VISITS, BLOCKS and TICKETS.
    lives
        As ``lives_from_visits`` gives them; tickets finished for good, not by a bulk edit, are weighed.
    as_of
        The instant that counted as now.
    most
        How many pairs are told.
    minimum
        Pairs of fewer finished tickets are left out.

    Returns
    -------
    DataFrame
        One row per pair of giver and receiver, the costliest first. ``side`` says what they are: ``team``,
        or ``stage`` where no handoff between known teams is known. ``from, to, handoffs, tickets, share,
        low, high, median, p85`` as ``handoff_costs`` gives them; then the ticket's ``ticket, key, summary,
        given, taken, waited`` and the elapsed part of each cause, with ``meanwhile`` and ``blockers`` as
        ``longest_waits`` tells them.
    """
    mine = handoffs[handoffs["ticket"].isin(counted(lives)["ticket"])]
    side = "team" if mine[["from_team", "to_team"]].notna().all(axis=1).any() else "stage"
    ends = [f"from_{side}", f"to_{side}"]
    mine = mine.astype(dict.fromkeys([*ends, "ticket"], "str"))
    costs = handoff_costs(handoffs, lives, between=(side,), minimum=minimum)
    shown = costs[(costs["tickets"] >= minimum) & (costs["wait"] > pd.Timedelta(0))].head(most)
    about = {"visits": visits, "blocks": blocks, "tickets": tickets, "lives": lives, "as_of": as_of}
    rows = []
    found: list[dict[Any, Any]] = shown.to_dict("records")
    for cost in found:
        pair = mine[(mine[ends[0]] == cost[ends[0]]) & (mine[ends[1]] == cost[ends[1]])]
        told = _told(_shown(pair), waits, about)
        rows.append({**cost, "side": side, "from": cost[ends[0]], "to": cost[ends[1]], **told})
    return pd.DataFrame(rows, columns=COLUMNS)


def _shown(pair: pd.DataFrame) -> Mapping[Any, Any]:
    """Choose the handoff whose wait is the nearest to 85 % from above; the earliest of equal ones."""
    waited = pair[pair["wait"] > pd.Timedelta(0)]
    ordered = waited.sort_values(["wait", "given", "ticket"], kind="stable")
    row: Mapping[Any, Any] = ordered.iloc[ceil(RANK * len(ordered)) - 1].to_dict()
    return row


def _told(handoff: Mapping[Any, Any], waits: pd.DataFrame, about: Mapping[str, Any]) -> dict[str, Any]:
    tickets = about["tickets"]
    itself = tickets[tickets["ticket"].astype("str") == handoff["ticket"]]
    named = itself.iloc[0] if len(itself) else {"key": handoff["ticket"], "summary": None}
    pieces = waits[(waits["handoff"] == handoff["handoff"]).fillna(value=False)]
    times = pieces.groupby(pieces["cause"].astype("str"))["elapsed"].sum()
    longest = longest_waits(pieces, most=1, **about)
    beside = longest[["meanwhile", "blockers"]].to_dict("records")
    return {
        "ticket": handoff["ticket"],
        "key": named["key"],
        "summary": named["summary"],
        "given": handoff["given"],
        "taken": handoff["taken"],
        "waited": handoff["wait"],
        **times.reindex(list(CAUSES), fill_value=pd.Timedelta(0)),
        **(beside[0] if beside else {"meanwhile": (), "blockers": ()}),
    }
