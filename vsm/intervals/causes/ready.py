"""Since when was each ticket ready to be taken up?"""

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.instants import Ints


def ready_since(visits: pd.DataFrame) -> Ints:
    """Since when was each visit's ticket ready to be taken up? Microseconds since the epoch.

    Since somebody last let go of it: through all queues that it has gone through from there. What comes back
    from outside, or from ``done``, is ready from then on.

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
    ticket = visits["ticket"].astype("category").cat.codes.to_numpy()
    kind = visits["kind"].astype("str").to_numpy()
    begins = np.ones(len(visits), dtype=bool)
    begins[1:] = (ticket[1:] != ticket[:-1]) | (kind[:-1] == "work")
    begins[1:] |= np.isin(kind[:-1], ["external", "done"]) & (kind[1:] != kind[:-1])
    last = np.maximum.accumulate(np.where(begins, np.arange(len(visits)), 0))
    return micros_of(visits["entered"])[last]
