"""Whether disciplines work on a ticket together, or one after another."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import pandas as pd

from vsm.intervals.handoffs import disciplines
from vsm.model.lifecycle import completed
from vsm.model.responsibility.owners import NOBODY, names_joined, work_of_people
from vsm.stats.proportions import share_of
from vsm.tables import TOUCH_KINDS, among

NO_DISCIPLINES: Final = "no discipline is known: set discipline = … or team = … of the stages in vsm.toml"
NO_TICKETS: Final = "no delivered ticket has been worked on in a stage of a known discipline"


def multi_discipline_work(together: pd.DataFrame, *, stages: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Give how many delivered tickets need several disciplines, and how many of these see them work together.

    Returns
    -------
    DataFrame
        Two rows with ``measure, part, n, share, low, high`` (95 % Wilson; NaN under ``minimum``) and
        ``missing``: ``several disciplines`` of all tickets with a known one, and ``worked together`` of those
        with several; the rest passed from one discipline to the next.
    """
    several = together[together["disciplines"] > 1]
    counts = {
        "several disciplines": (len(several), len(together)),
        "worked together": (int(several["together"].sum()), len(several)),
    }
    lacking = NO_TICKETS if disciplines(stages) else NO_DISCIPLINES
    rows = [
        {"measure": measure, "part": part, "n": whole}
        | share_of(part, whole, minimum=minimum)
        | {"missing": None if len(together) else lacking}
        for measure, (part, whole) in counts.items()
    ]
    return pd.DataFrame(rows).astype({"missing": "str"})


def ticket_disciplines(
    visits: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    events: pd.DataFrame,
    stages: pd.DataFrame,
    bots: AbstractSet[str] = NOBODY,
) -> pd.DataFrame:
    """Give the disciplines that worked on each delivered ticket, and whether two of them did so together.

    The disciplines of a ticket are those of the stages of its work visits. A person's discipline is the
    one in whose stages they held most work visits, of all tickets; a tie decides nothing. Two disciplines
    worked together where, within one work visit of a ticket, a person of another discipline than the
    stage's touched it (comment, worklog, commit, review): before it had been handed over, or still after.

    Returns
    -------
    DataFrame
        One row per delivered ticket (not by a bulk edit) with a work visit in a stage of a known discipline:
        ``ticket``, ``disciplines`` (count), ``names`` (joined by ``; `` in order of appearance),
        ``together`` (flag; only for tickets with several).
    """
    work = work_of_people(visits, bots=bots)
    work = work.assign(discipline=work["stage"].map(disciplines(stages)).astype("str"))
    work = work[work["discipline"].notna()]
    home = _disciplines_of_people(work)
    finished = work[among(work["ticket"], completed(lifecycles)["ticket"])]
    grouped = finished.groupby("ticket")["discipline"]
    rows = pd.DataFrame({"disciplines": grouped.nunique(), "names": names_joined(finished, "discipline")})
    joint = rows.index.isin(_touched_by_others(finished, events, home)) & (rows["disciplines"] > 1)
    return rows.assign(together=joint).reset_index().astype({"names": "str", "together": "bool"})


def _disciplines_of_people(work: pd.DataFrame) -> Mapping[str, str]:
    held = work.groupby(["holder", "discipline"]).size().rename("visits").reset_index()
    most = held[held["visits"] == held.groupby("holder")["visits"].transform("max")]
    clear = most[~most.duplicated("holder", keep=False)]
    return dict(zip(clear["holder"], clear["discipline"], strict=True))


def _touched_by_others(work: pd.DataFrame, events: pd.DataFrame, home: Mapping[str, str]) -> set[str]:
    touches = events[events["kind"].isin(TOUCH_KINDS)].astype({"ticket": "str", "actor": "str"})
    of = touches["actor"].map(home).astype("str")
    touches = touches.assign(of=of)[["ticket", "at", "of"]].dropna().drop_duplicates()
    pairs = work[["ticket", "entered", "left", "discipline"]].merge(touches, on="ticket")
    inside = (pairs["at"] >= pairs["entered"]) & ~(pairs["at"] >= pairs["left"])
    return set(pairs.loc[inside & (pairs["of"] != pairs["discipline"]), "ticket"])
