"""What was given up: how much, after how long, and what had gone into it."""

import pandas as pd

from vsm.model.lifecycle import before_the_finish, units_of_work, was_discarded
from vsm.tables import DURATION


def discarded_work(lifecycles: pd.DataFrame, *, stage_visits: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Give the units of work that were discarded, by the stage that they were in until then.

    Those that a bulk edit closed are left out: when they were really given up is not known.

    Returns
    -------
    DataFrame
        One row per stage in stream order: ``stage, kind, tickets`` (count), ``share`` (of all finished
        tickets; 0 to 1), ``lead_total`` (timedelta, in all), ``lead_share`` (of the lead time of all finished
        tickets), ``lead`` (median; missing under ``minimum``), ``work`` (time of work that went into them,
        in all). Without discarded tickets there are no rows.
    """
    finished = _finished(lifecycles)
    rows = discarded_tickets(lifecycles, stage_visits=stage_visits)
    grouped = rows.groupby(["position", "stage", "kind"])
    found = grouped.agg(
        tickets=("lead", "size"), lead_total=("lead", "sum"), lead=("lead", "median"), work=("work", "sum")
    ).reset_index()
    whole = finished["lead"].dt.total_seconds().sum()
    seconds = found["lead_total"].dt.total_seconds()
    return found.assign(
        share=found["tickets"] / max(len(finished), 1),
        lead_share=seconds / whole if whole else 0.0,
        lead=found["lead"].where(found["tickets"] >= minimum).astype(DURATION),
    )[["stage", "kind", "tickets", "share", "lead_total", "lead_share", "lead", "work"]]


def discarded_tickets(lifecycles: pd.DataFrame, *, stage_visits: pd.DataFrame) -> pd.DataFrame:
    """Give the lifecycles that ``discarded_work`` counts, with the last ``stage, kind, position`` of each."""
    finished = _finished(lifecycles)
    gone = finished[was_discarded(finished)]
    before = stage_visits[stage_visits["ticket"].isin(gone["ticket"])]
    before = before[before_the_finish(before)]
    last = before.drop_duplicates("ticket", keep="last").set_index("ticket")[["stage", "kind", "position"]]
    # Created in a stage that is done, and never anywhere else.
    nowhere = {"stage": "–", "kind": "done", "position": stage_visits["position"].max()}
    return gone.join(last, on="ticket").fillna(nowhere)


def _finished(lifecycles: pd.DataFrame) -> pd.DataFrame:
    rows = units_of_work(lifecycles)
    return rows[rows["finished"].notna() & ~rows["bulk"].astype(bool)]
