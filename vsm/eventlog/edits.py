"""Reopenings that only edit: somebody reopened a ticket, put something right, and closed it again."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.tables import TOUCH_KINDS

LONGEST: Final = 3_600_000_000
"""Microseconds from a reopening to the closing after it."""


def reopened_to_edit(events: pd.DataFrame, *, stages: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark the status changes of reopenings that only edit, by row of EVENTS.

    A ticket that leaves the done stages and is back there within an hour, moved by one and the same person
    all the time, without a comment, worklog, commit or review in between, was not worked on again: trackers
    let nobody edit what is closed. It counts as finished when it was closed first. What was said in the very
    instant of the reopening, or of the closing, is in between: it came with them.

    ::

        row      kind      before  after    actor
        0       status     Build   Done     ann
        1       status     Done    Open     bob     opens: the next row that closes is 3
        2       resolution
        3       status     Open    Done     bob     35 minutes later: 1 and 3 are marked

    Parameters
    ----------
    events
        EVENTS in their order, with persons for accounts.
    stages
        As ``stages_from_names`` gives them.

    Examples
    --------
    >>> reopened_to_edit(pd.DataFrame({"kind": []}), stages=pd.DataFrame()).tolist()
    []
    """
    marked = np.zeros(len(events), dtype=bool)
    moving = (events["kind"] == "status").to_numpy(dtype=bool)
    row = np.flatnonzero(moving)
    if not len(row):
        return marked
    done = stages.loc[stages["kind"] == "done", "status"]
    before, after, ticket, actor = (
        events[name].cat.codes.to_numpy()[row] for name in ("before", "after", "ticket", "actor")
    )
    # By code; the last place, which −1 picks, is that of a missing word, and a first state opens nothing.
    closes, closed = (
        np.append(events[side].cat.categories.isin(done), False) for side in ("after", "before")
    )
    now = closes[after]
    opens = np.flatnonzero(closed[before] & ~now)
    # The next move into done, of any ticket; beyond the last one there is none.
    closing = np.append(np.flatnonzero(now), -1)
    close = closing[np.searchsorted(closing[:-1], opens)]
    at = micros_of(events["at"])
    lasted = at[row[close]] - at[row[opens]]
    soon = (
        (close > opens)
        & (ticket[close] == ticket[opens])
        & (actor[opens] >= 0)
        & (lasted > 0)  # dates without a time say nothing of an hour
        & (lasted <= LONGEST)
    )
    if not soon.any():
        return marked
    opens, close = opens[soon], close[soon]
    hands = np.cumsum(np.append(True, actor[1:] != actor[:-1]))
    touches = np.append(0, np.cumsum(events["kind"].isin(TOUCH_KINDS).to_numpy(dtype=bool)))
    state = events["ticket"].cat.codes.to_numpy(), at
    instant = np.cumsum(np.append(True, np.logical_or(*(side[1:] != side[:-1] for side in state))))
    first = np.searchsorted(instant, instant[row[opens]], side="left")
    beyond = np.searchsorted(instant, instant[row[close]], side="right")
    edits = (hands[close] == hands[opens]) & (touches[beyond] == touches[first])
    for opened, ended in zip(opens[edits], close[edits], strict=True):
        marked[row[opened : ended + 1]] = True
    return marked
