"""Since when each ticket is in view: its creation, or the beginning of the window where it is older."""

from typing import Any

import pandas as pd

from vsm.tables import DURATION, INSTANT


def seen_since(lifecycles: pd.DataFrame) -> "pd.Series[Any]":
    """Give when each ticket, the index, came into view; missing where nothing is known of a window.

    Lifecycles without a column ``seen_since`` are of tickets that were in view from their creation on.
    """
    seen = lifecycles["seen_since"].array if "seen_since" in lifecycles else pd.NaT
    return pd.Series(seen, index=lifecycles["ticket"].astype("str"), dtype=INSTANT)


def window_start(lifecycles: pd.DataFrame) -> pd.Timestamp:
    """Give when the window begins: where older tickets came into view, else the first creation."""
    late = seen_since(lifecycles)[(time_before(lifecycles, "created") > pd.Timedelta(0)).to_numpy()]
    return pd.Timestamp(late.max() if len(late) else lifecycles["created"].min())


def time_before(lifecycles: pd.DataFrame, begin: str) -> "pd.Series[Any]":
    """Give how long after this instant of its life each ticket came into view."""
    if "seen_since" not in lifecycles:
        return pd.Series(pd.Timedelta(0), index=lifecycles.index, dtype=DURATION)
    before: pd.Series[Any] = (lifecycles["seen_since"] - lifecycles[begin]).astype(DURATION)
    return before.mask(before < pd.Timedelta(0), pd.Timedelta(0))
