"""What the events themselves say of stages: their order, and whether anybody works there."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.tables import TOUCH_KINDS

TRACES: Final = (*TOUCH_KINDS, "merge")
WORKED: Final = 0.5
"""From this share of stays with a trace of work on, a status is taken for one in which people work."""


def order_by_majorities(groups: Iterable[pd.DataFrame], *, stage_of: Mapping[str, str]) -> list[str]:
    """Give stages in the order that most moves follow.

    Of each ticket the first entry into each stage counts. Between each two stages the majority of the moves
    decides; where majorities run in a circle, or two stages have no move between them, the strongest chain of
    majorities does (the method of Schulze, 2011). What is still even goes by the typical step at which
    tickets reach a stage, then by which was reached first: never by names.

    Parameters
    ----------
    groups
        EVENTS, in their order, in groups of whole tickets.
    stage_of
        Status → stage; other statuses are passed over.

    Examples
    --------
    >>> walks = {"a": ["1", "3", "2"], "b": ["1", "3", "2"], "c": ["1", "2", "3"]}
    >>> rows = [(ticket, "status", status, 0) for ticket, walk in walks.items() for status in walk]
    >>> events = pd.DataFrame(rows, columns=["ticket", "kind", "after", "at"])
    >>> order_by_majorities([events], stage_of={"1": "Open", "2": "Check", "3": "Build"})
    ['Open', 'Build', 'Check']
    """
    stages = pd.Index(list(dict.fromkeys(stage_of.values())), dtype="str")
    counts, steps = (np.zeros((len(stages), len(stages)), dtype=np.int64) for _ in range(2))
    reached = list[Any]()
    for events in groups:
        first = _first_entries(events, stage_of)
        number = stages.get_indexer(pd.Index(first["stage"]))
        follows = (first["ticket"] == first["ticket"].shift()).to_numpy()[1:]
        np.add.at(counts, (number[:-1][follows], number[1:][follows]), 1)
        np.add.at(steps, (number, first.groupby("ticket").cumcount()), 1)
        reached.append(first.groupby("stage", sort=False)["at"].min())
    if not sum(map(len, reached)):
        return []
    chain = np.maximum(counts - counts.T, 0)
    for by in range(len(stages)):  # the weakest link of the best chain over the stages so far
        chain = np.maximum(chain, np.minimum(chain[:, [by]], chain[[by], :]))
    at = pd.concat([first for first in reached if len(first)]).groupby(level=0, sort=False).min()
    place = stages.get_indexer(at.index)
    about = pd.DataFrame({"at": at, "ahead": -(chain > chain.T).sum(axis=1)[place]})
    about["step"] = [
        np.median(np.repeat(np.arange(len(stages), dtype=np.int16), steps[stage])) for stage in place
    ]
    return [str(stage) for stage in about.sort_values(["ahead", "step", "at"], kind="stable").index]


def _first_entries(events: pd.DataFrame, stage_of: Mapping[str, str]) -> pd.DataFrame:
    """Give the first entry of each ticket into each stage: ``ticket``, ``stage`` and ``at``."""
    moves = events.loc[events["kind"] == "status", ["ticket", "after", "at"]]
    entries = pd.DataFrame(
        {
            "ticket": moves["ticket"].astype("str"),
            "stage": moves["after"].astype("str").map(stage_of),
            "at": moves["at"],
        }
    )
    return entries.dropna(subset=["stage"]).drop_duplicates(["ticket", "stage"])


def worked_in(groups: Iterable[pd.DataFrame]) -> "pd.Series[bool]":
    """Give whether people work in each status: a comment, worklog, commit or review in most stays says so.

    Parameters
    ----------
    groups
        EVENTS, in their order, in groups of whole tickets.

    Returns
    -------
    Series
        By status, of all that were ever entered; empty where nothing of the kind was ever recorded.

    Examples
    --------
    >>> rows = [("a", "status", "1"), ("a", "status", "2"), ("a", "comment", None), ("b", "status", "1")]
    >>> worked_in([pd.DataFrame(rows, columns=["ticket", "kind", "after"])]).to_dict()
    {'1': False, '2': True}
    """
    found, traces = list[pd.DataFrame](), False
    for events in groups:
        found.append(_touched_stays(events))
        traces |= bool(events["kind"].isin(TRACES).any())
    if not traces:
        return pd.Series(dtype="bool")
    stays = pd.concat(found).groupby(level=0).sum()
    return stays["sum"] / stays["size"] >= WORKED


def _touched_stays(events: pd.DataFrame) -> pd.DataFrame:
    """Count the stays in each status, and those with a trace of work."""
    touches = events["kind"].isin(TRACES).to_numpy()
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
    return stays.groupby(level=0).agg(["size", "sum"])
