"""When tickets were ready to be started, and which waits ended together, as a batch."""

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.arrays import Ints
from vsm.intervals._kernels.coding import encode
from vsm.intervals._kernels.runs import run_start_index, run_starts
from vsm.intervals.stage_codes import DONE, EXTERNAL, STAGE_KIND, WORK


def ready_since(visits: pd.DataFrame) -> Ints:
    """Give since when each visit's ticket was ready to be started: microseconds since the epoch.

    Since the last work on it ended: through all queues that it has gone through from there. What comes back
    from an external stage, or from ``done``, is ready from then on::

        kind      work  queue  queue  work  external  queue
        starts      T     T      F      F       T       T       of a ticket, after work or external
        ready       0    10     10     10      40      50       entered, of the row that starts

    Parameters
    ----------
    visits
        VISITS, in their order.

    Examples
    --------
    >>> at = pd.Series(pd.to_datetime([0, 10, 20, 30], unit="us", utc=True))
    >>> visits = pd.DataFrame({"ticket": "a", "kind": ["work", "queue", "queue", "work"], "entered": at})
    >>> ready_since(visits).tolist()
    [0, 10, 10, 10]
    """
    starts = run_starts(visits["ticket"].astype("category").cat.codes.to_numpy())
    kind = encode(visits["kind"], pd.Index(list(STAGE_KIND)))
    before, other = kind[:-1], kind[1:] != kind[:-1]
    starts[1:] |= (before == WORK) | (((before == EXTERNAL) | (before == DONE)) & other)
    return micros_of(visits["entered"])[run_start_index(starts)]


def batched_until(key: Ints, ready: Ints, left: Ints, *, ticket: Ints, minutes: float, least: int) -> Ints:
    """Give until when each wait waited for the rest of its batch; its own ``ready`` where it left in none.

    Waits of one key that end one after another, with no longer pause than ``minutes`` between two, are a
    batch if they are of at least ``least`` tickets::

        left      20  21  29  90        minutes; sorted by key, then by left
        apart      T   F   F   T        more than 10 minutes after the one before: batches 0 0 0 1
        ready      1   5   9   2
        until      9   9   9   2        the latest ``ready`` of batches that are large enough

    Parameters
    ----------
    key
        What a batch has in common, a number; −1 for waits that cannot be in one.
    ready, left
        When each ticket became ready there, and when it left (microseconds).

    Returns
    -------
    array
        When the last member of the batch had become ready, never after the wait's own end.

    Examples
    --------
    >>> key, ticket = np.zeros(3, dtype=np.int64), np.arange(3)
    >>> ready, left = np.array([10, 20, 30]), np.array([100, 101, 102])
    >>> batched_until(key, ready, left, ticket=ticket, minutes=10, least=3).tolist()
    [30, 30, 30]
    """
    if not len(key):
        return ready
    order = np.lexsort((ticket, left, key))
    apart = run_starts(key[order])
    apart[1:] |= np.diff(left[order]) > int(minutes * 60e6)
    batch, first = np.cumsum(apart) - 1, np.flatnonzero(apart)
    last_ready = np.maximum.reduceat(ready[order], first)
    by_ticket = np.lexsort((ticket[order], batch))
    different = batch[by_ticket][run_starts(batch[by_ticket], ticket[order][by_ticket])]
    enough = (np.bincount(different, minlength=len(first)) >= least) & (key[order][first] >= 0)
    until = ready.copy()
    member = enough[batch]
    until[order[member]] = last_ready[batch[member]]
    return np.minimum(until, left)
