"""What the events themselves say of stages: their order, and whether anybody works there."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from vsm.tables import TOUCH_KINDS

WORKED: Final = 0.5
"""From this share of stays with a trace of work on, a status is taken for one in which people work."""


def order_by_majorities(events: pd.DataFrame, *, stage_of: Mapping[str, str]) -> list[str]:
    """Give stages in the order that most moves follow.

    Of each ticket the first entry into each stage counts. Between each two stages the majority of the moves
    decides; where majorities run in a circle, or two stages have no move between them, the strongest chain of
    majorities does (the method of Schulze, 2011). What is still even goes by the typical step at which
    tickets reach a stage, then by which was reached first: never by names.

    Parameters
    ----------
    events
        EVENTS, in their order.
    stage_of
        Status → stage; other statuses are passed over.

    Examples
    --------
    >>> walks = {"a": ["1", "3", "2"], "b": ["1", "3", "2"], "c": ["1", "2", "3"]}
    >>> rows = [(ticket, "status", status, 0) for ticket, walk in walks.items() for status in walk]
    >>> events = pd.DataFrame(rows, columns=["ticket", "kind", "after", "at"])
    >>> order_by_majorities(events, stage_of={"1": "Open", "2": "Check", "3": "Build"})
    ['Open', 'Build', 'Check']
    """
    moves = events.loc[events["kind"] == "status", ["ticket", "after", "at"]]
    entries = pd.DataFrame(
        {
            "ticket": moves["ticket"].astype("str"),
            "stage": moves["after"].astype("str").map(stage_of),
            "at": moves["at"],
        }
    )
    first = entries.dropna(subset=["stage"]).drop_duplicates(["ticket", "stage"])
    codes, stages = pd.factorize(first["stage"])
    follows = (first["ticket"] == first["ticket"].shift()).to_numpy()[1:]
    counts = np.zeros((len(stages), len(stages)), dtype=np.int64)
    np.add.at(counts, (codes[:-1][follows], codes[1:][follows]), 1)
    chain = np.maximum(counts - counts.T, 0)
    for by in range(len(stages)):  # the weakest link of the best chain over the stages so far
        chain = np.maximum(chain, np.minimum(chain[:, [by]], chain[[by], :]))
    rows = first.assign(step=first.groupby("ticket").cumcount()).groupby("stage")
    about = pd.DataFrame({"step": rows["step"].median(), "at": rows["at"].min()}).reindex(stages)
    about["ahead"] = -(chain > chain.T).sum(axis=1)
    return [str(stage) for stage in about.sort_values(["ahead", "step", "at"], kind="stable").index]


def worked_in(events: pd.DataFrame) -> "pd.Series[bool]":
    """Give whether people work in each status: a comment, worklog, commit or review in most stays says so.

    Returns
    -------
    Series
        By status, of all that were ever entered; empty where nothing of the kind was ever recorded.

    Examples
    --------
    >>> rows = [("a", "status", "1"), ("a", "status", "2"), ("a", "comment", None), ("b", "status", "1")]
    >>> worked_in(pd.DataFrame(rows, columns=["ticket", "kind", "after"])).to_dict()
    {'1': False, '2': True}
    """
    touches = events["kind"].isin([*TOUCH_KINDS, "merge"]).to_numpy()
    if not touches.any():
        return pd.Series(dtype="bool")
    entry = (events["kind"] == "status").to_numpy()
    # entry   1  0  1  0  0  1      stays are numbered by the entries; what comes before a ticket's first
    # stay    1  1  2  2  2  3      entry has the number of another ticket's stay, and is no touch of it
    stay = np.cumsum(entry)
    ticket = events["ticket"].astype("str").to_numpy()
    touched = np.zeros(len(events) + 1, dtype=bool)
    own = touches & (stay > 0)
    own[own] = ticket[own] == ticket[entry][stay[own] - 1]
    touched[stay[own]] = True
    stays = pd.Series(touched[1 : entry.sum() + 1], index=events.loc[entry, "after"].astype("str"))
    return stays.groupby(level=0).mean() >= WORKED
