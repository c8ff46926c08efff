"""Where did responsibility pass on, and how long did it take to be taken up?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from vsm.tables import HANDOFFS, conform

SIDES = ("stage", "holder", "team", "discipline")


def handoffs_from_visits(visits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Where did responsibility pass on, and how long did it take to be taken up?

    A handoff lies between two consecutive work visits of a ticket, whatever lies between them, when the
    person, the team or the discipline differs; a level on which either side is unknown claims nothing.
    ``given`` is when the giver's visit ended, or, where the ticket was done in between, when it was last
    reopened: nobody waited to take up what was done. ``taken`` is when the receiver is first known to have
    worked (``work_start``), ``wait`` the time between. So a wait that hides inside "In Progress" shows where
    the evidence shows it, and nowhere else. The author of a change is not taken for the holder: in real
    trackers only about half of all moves are made by the assignee.

    Parameters
    ----------
    visits
        VISITS.
    stages
        As ``stages_from_names`` gives them: order and disciplines of the stages.

    Returns
    -------
    DataFrame
        HANDOFFS, numbered from 0 by ticket and time. A handoff is in it whether or not its ticket is
        finished. ``wait_working`` is missing: no calendar has been applied.

    Examples
    --------
    >>> from vsm.eventlog.stages import stages_from_names
    >>> from vsm.tables import NAMES, VISITS, empty
    >>> from vsm.workflow import Workflow
    >>> stages = stages_from_names(empty(NAMES), workflow=Workflow())
    >>> handoffs_from_visits(empty(VISITS), stages=stages).shape
    (0, 16)
    """
    work = visits[visits["kind"] == "work"].reset_index(drop=True)
    receiver = work.assign(
        **{side: work[side].astype("str") for side in ("stage", "holder", "team")},
        discipline=work["stage"].astype("str").map(disciplines(stages)),
        place=work["stage"].astype("str").map(stages.drop_duplicates("stage").set_index("stage")["place"]),
        start=work_start(work),
        reopened=_reopened(visits),
    )
    giver = receiver.shift()
    follows = work["ticket"].astype("str") == giver["ticket"].astype("str")
    changed = {
        level: giver[side].notna() & receiver[side].notna() & (giver[side] != receiver[side])
        for level, side in (("person", "holder"), ("team", "team"), ("discipline", "discipline"))
    }
    pairs = {f"from_{s}": giver[s] for s in SIDES[:3]} | {f"to_{s}": receiver[s] for s in SIDES[:3]}
    given = giver["left"].mask(receiver["reopened"] > giver["left"], receiver["reopened"])
    rows = pd.DataFrame(
        {"ticket": work["ticket"], "given": given, "taken": receiver["start"], **pairs, **changed}
    )
    rows["back"] = receiver["place"] < giver["place"]
    rows["wait"] = rows["taken"] - rows["given"]
    kept = rows[follows & np.logical_or.reduce(list(changed.values()))].reset_index(drop=True)
    return conform(kept.assign(handoff=range(len(kept))), HANDOFFS)


def _reopened(visits: pd.DataFrame) -> "pd.Series[Any]":
    """Tell for every work visit, by its place among them, when its ticket last left ``done`` before it."""
    undone = visits["left"].where(visits["kind"] == "done")
    latest = undone.groupby(visits["ticket"], observed=True).ffill()
    return latest[visits["kind"] == "work"].reset_index(drop=True)


def work_start(visits: pd.DataFrame) -> "pd.Series[Any]":
    """When is somebody first known to have worked in each visit? Its first touch, else its entry.

    Examples
    --------
    >>> from vsm.tables import VISITS, empty
    >>> len(work_start(empty(VISITS)))
    0
    """
    return visits["first_touch"].fillna(visits["entered"])


def disciplines(stages: pd.DataFrame) -> Mapping[str, str]:
    """Which discipline does each stage belong to? Its own, else its team; stages with neither are left out.

    Examples
    --------
    >>> rows = {"stage": ["QA", "Build"], "team": ["quality", None], "discipline": [None, None]}
    >>> disciplines(pd.DataFrame(rows))
    {'QA': 'quality'}
    """
    about = stages.drop_duplicates("stage").set_index("stage")
    known = about["discipline"].where(about["discipline"].notna(), about["team"]).dropna()
    return {str(stage): str(discipline) for stage, discipline in known.items()}
