"""In whose hands is a stage's work? Each stage's time, shared out among the teams that held it."""

import pandas as pd

from vsm.tables import DURATION


def team_lanes(visits: pd.DataFrame) -> pd.DataFrame:
    """Which teams held tickets in which stage, for which share of the stage's time?

    Visits after the finish and those of a bulk edit are left out; an open visit counts as far as it goes.

    Parameters
    ----------
    visits
        VISITS.

    Returns
    -------
    DataFrame
        One row per stage and team, by stage and falling share: ``stage, team`` (missing where nobody's is
        known), ``elapsed`` in all, ``share`` of the stage's time (0 to 1), ``visits``, ``tickets``.
    """
    mine = visits[~visits["bulk"].astype(bool) & (visits["kind"] != "done")]
    mine = mine.astype(dict.fromkeys(("stage", "team", "ticket"), "str"))
    lanes = (
        mine.groupby(["stage", "team"], dropna=False)
        .agg(elapsed=("elapsed", "sum"), visits=("ticket", "size"), tickets=("ticket", "nunique"))
        .reset_index()
        .astype({"elapsed": DURATION})
    )
    whole = lanes.groupby("stage")["elapsed"].transform("sum")
    lanes["share"] = (lanes["elapsed"] / whole).fillna(0.0)
    ordered = lanes.sort_values(["stage", "share"], ascending=[True, False], kind="stable", ignore_index=True)
    return ordered[["stage", "team", "elapsed", "share", "visits", "tickets"]]
