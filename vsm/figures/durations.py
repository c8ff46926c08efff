"""How does a figure say a duration?"""

import numpy as np
import pandas as pd

from vsm.findings.durations import spoken


def short_duration(duration: pd.Timedelta | float) -> str:
    """How long is it, as briefly as a label must say it? The same words and cuts as in the findings.

    Parameters
    ----------
    duration
        Elapsed time, or seconds of it; a day is 24 hours.

    Returns
    -------
    str
        The two largest units, cut, not rounded; a dash where it is missing. Not escaped.

    Examples
    --------
    >>> short_duration(pd.Timedelta("2 days 04:10:00")), short_duration(2100.0), short_duration(59.0)
    ('2 d 4 h', '35 min', '<1 min')
    >>> short_duration(1e11)
    '1,157,407 d 9 h'
    >>> short_duration(pd.NaT), short_duration(float("nan"))
    ('–', '–')
    """
    if pd.isna(duration):
        return "–"
    # In microseconds: pandas' own unit for seconds ends at 292 years, which many tickets together reach.
    length = (
        duration
        if isinstance(duration, pd.Timedelta)
        else pd.Timedelta(np.timedelta64(round(float(duration) * 1_000_000), "us"))
    )
    return spoken(length) if length >= pd.Timedelta(minutes=1) else "<1 min"
