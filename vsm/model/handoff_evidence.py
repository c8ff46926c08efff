"""Which single handoffs cost most, and where does work lie until it is taken up?"""

from typing import Any, Final

import pandas as pd

from vsm.model.flow import counted
from vsm.tables import DURATION

_SIDES: Final = ("from_team", "to_team", "from_stage", "to_stage")
_SHOWN: Final = ("ticket", "key", "url", *_SIDES, "given", "taken", "wait", "back")


def costliest_handoffs(
    handoffs: pd.DataFrame, lives: pd.DataFrame, *, tickets: pd.DataFrame, most: int = 10
) -> pd.DataFrame:
    """Which single handoffs made work wait longest? The tickets to look at.

    Handoffs on any level are in it, also between two persons of one team; who the two are is not in it.

    Parameters
    ----------
    handoffs
        HANDOFFS; those of counted tickets (finished for good, not by a bulk edit) are weighed.
    lives
        As ``lives_from_visits`` gives them.
    tickets
        TICKETS, which know keys and addresses.
    most
        How many are given.

    Returns
    -------
    DataFrame
        One row per handoff, the longest wait first, those that waited equally long in their own order:
        ``ticket, key, url, from_team, to_team`` (missing where unknown), ``from_stage, to_stage, given,
        taken, wait, back``. A handoff that nothing waited for is not in it.
    """
    plain = handoffs.astype(dict.fromkeys(("ticket", *_SIDES), "str"))
    mine = plain[plain["ticket"].isin(counted(lives)["ticket"]) & (plain["wait"] > pd.Timedelta(0))]
    longest = mine.sort_values("wait", ascending=False, kind="stable").head(most)
    about = tickets.set_index(tickets["ticket"].astype("str"))[["key", "url"]].astype("str")
    return longest.join(about, on="ticket")[list(_SHOWN)].reset_index(drop=True)


def handoff_places(waits: pd.DataFrame, lives: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """In which stages does work lie until it is taken up?

    A wait in a work stage hides: the ticket is called "in work", and nothing tells of any work yet.

    Parameters
    ----------
    waits
        WAITS; those of handoffs of counted tickets (finished for good, not by a bulk edit) are weighed.
    lives
        As ``lives_from_visits`` gives them.
    stages
        As ``stages_from_names`` gives them.

    Returns
    -------
    DataFrame
        One row per stage in stream order: ``stage, kind, handoffs, tickets`` (counts), ``wait`` (timedelta,
        in all), ``share`` of all waiting in handoffs; the shares sum to 1.
    """
    of_handoffs = waits["handoff"].notna() & waits["ticket"].isin(counted(lives)["ticket"])
    mine = waits[of_handoffs & (waits["elapsed"] > pd.Timedelta(0))]
    places = mine.groupby(mine["stage"].astype("str")).agg(
        handoffs=("handoff", "nunique"), tickets=("ticket", "nunique"), wait=("elapsed", "sum")
    )
    about = stages.drop_duplicates("stage").set_index("stage")
    found = places.join(about[["kind", "place"]]).sort_values("place").rename_axis("stage").reset_index()
    seconds = found["wait"].dt.total_seconds()
    share = seconds / seconds.sum() if len(found) else seconds
    types: dict[str, Any] = {"handoffs": "int64", "tickets": "int64", "wait": DURATION, "share": "float64"}
    columns = ["stage", "kind", "handoffs", "tickets", "wait", "share"]
    return found.assign(share=share)[columns].astype(types)
