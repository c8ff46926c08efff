"""Between which bounds does flow efficiency lie, were other tickets of the same stream drawn?"""

import numpy as np
import pandas as pd

from vsm.model.bottlenecks import bootstrap_shares
from vsm.model.flow import counted


def efficiency_interval(lives: pd.DataFrame, *, seed: int = 0, minimum: int = 12) -> tuple[float, float]:
    """How sure is ``flow_efficiency``? Its 95 % interval, by the bootstrap that draws whole tickets.

    Parameters
    ----------
    lives
        As ``lives_from_visits`` gives them; the counted ones are weighed.
    seed
        Of the bootstrap.
    minimum
        Under so many finished tickets with a lead time there is no interval.

    Returns
    -------
    (low, high)
        0 to 1; NaN where too few.

    Examples
    --------
    >>> day = pd.Timedelta(days=1)
    >>> row = {"finished": pd.Timestamp("2026-01-05"), "bulk": False, "lead": 4 * day, "work": day}
    >>> efficiency_interval(pd.DataFrame([row] * 12))
    (0.25, 0.25)
    """
    done = counted(lives)
    parts = [done["work"], done["lead"] - done["work"]]
    low, high = bootstrap_shares(
        np.column_stack([part.dt.total_seconds() for part in parts]), seed=seed, minimum=minimum
    )
    return float(low[0]), float(high[0])
