"""Where the resolution is the finish: a resolved ticket is done, whatever its status."""

import pandas as pd

from vsm.eventlog.stages import RESOLVED


def events_with_resolutions(events: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Give EVENTS in which a ticket is done as long as it has a resolution.

    The result is for making visits only. A ticket that is resolved for a while in a status that is not done::

        recorded   Open   In Progress   (resolution)   Review   (resolution taken back)   Done
        status     Open   In Progress   resolved       -        Review                    Done

    Parameters
    ----------
    events
        EVENTS in their order.
    stages
        As ``stages_from_names`` gives them, with a row for the status ``resolved``.

    Returns
    -------
    DataFrame
        EVENTS: the status events of tickets that were ever resolved are those of the second line, each with
        actor, source and ref of the event that made the difference.
    """
    resolved = set(events.loc[(events["kind"] == "resolution") & events["after"].notna(), "ticket"])
    concerned = events["ticket"].isin(resolved) & events["kind"].isin(["status", "resolution"])
    rows = events[concerned].astype({"kind": "str", "before": "str", "after": "str"})
    of_ticket = rows["ticket"].astype("str")
    done = set(stages.loc[stages["kind"] == "done", "status"])
    moved, set_or_not = rows["kind"] == "status", rows["kind"] == "resolution"
    status = rows["after"].where(moved).groupby(of_ticket).ffill()
    has = rows["after"].notna().astype("float64").where(set_or_not).groupby(of_ticket).ffill() == 1.0
    now = status.mask(has & ~status.isin(done), RESOLVED)
    before = now.groupby(of_ticket).shift()
    changes = rows.assign(kind="status", before=before, after=now)[now.notna() & (now != before)]
    rest = events[~(concerned & (events["kind"] == "status"))]
    plain = rest.astype({"kind": "str", "before": "str", "after": "str"})
    whole = pd.concat([plain, changes]).sort_index(kind="stable")
    dtypes = {"kind": events["kind"].dtype, "before": "category", "after": "category"}
    typed: pd.DataFrame = whole.astype(dtypes).reset_index(drop=True)
    return typed
