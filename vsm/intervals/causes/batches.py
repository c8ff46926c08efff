"""Which waits ended together, and when was the last of them ready?"""

import numpy as np

from vsm.intervals.instants import Ints


def batched_until(key: Ints, ready: Ints, left: Ints, *, ticket: Ints, minutes: float, least: int) -> Ints:
    """Until when did each wait wait for the rest of its batch? Its own ``ready`` where it left in none.

    Waits of one key that end one after another, with no longer pause than ``minutes`` between two, are a
    batch if they are of at least ``least`` tickets.

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
    order = np.lexsort((ticket, left, key))
    apart = np.ones(len(order), dtype=bool)
    apart[1:] = (np.diff(key[order]) != 0) | (np.diff(left[order]) > int(minutes * 60e6))
    batch = np.cumsum(apart) - 1
    begins = np.flatnonzero(apart)
    if not len(begins):
        return ready
    last = np.maximum.reduceat(ready[order], begins)
    whole = _different(batch, ticket[order], len(begins)) >= least
    whole &= key[order][begins] >= 0
    until = ready.copy()
    member = whole[batch]
    until[order[member]] = last[batch[member]]
    return np.minimum(until, left)


def _different(batch: Ints, ticket: Ints, batches: int) -> Ints:
    """Count the different tickets of each batch."""
    order = np.lexsort((ticket, batch))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(batch[order]) != 0) | (np.diff(ticket[order]) != 0)
    return np.bincount(batch[order][first], minlength=batches)
