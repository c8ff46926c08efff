"""Since when each ticket is in view: its creation, or the beginning of the window where it is older."""

from typing import Any

import pandas as pd

from vsm.tables import DURATION, INSTANT


def seen_since(lifecycles: pd.DataFrame) -> "pd.Series[Any]":
    """Give when each ticket, the index, came into view; a ticket that is missing was so from its creation on.

    So were all whose lifecycles have no column ``seen_since``.
    """
    if "seen_since" not in lifecycles:
        return pd.Series([], index=pd.Index([], dtype="str"), dtype=INSTANT)
    return pd.Series(lifecycles["seen_since"].array, index=lifecycles["ticket"].astype("str"), dtype=INSTANT)


def window_start(lifecycles: pd.DataFrame) -> pd.Timestamp:
    """Give when the window begins: where older tickets came into view, else the first creation."""
    older = time_before(lifecycles, "created") > pd.Timedelta(0)
    return pd.Timestamp(
        lifecycles.loc[older, "seen_since"].max() if older.any() else lifecycles["created"].min()
    )


def time_before(lifecycles: pd.DataFrame, begin: str) -> "pd.Series[Any]":
    """Give how long after this instant of its life each ticket came into view."""
    if "seen_since" not in lifecycles:
        return pd.Series(pd.Timedelta(0), index=lifecycles.index, dtype=DURATION)
    before: pd.Series[Any] = (lifecycles["seen_since"] - lifecycles[begin]).astype(DURATION)
    return before.mask(before < pd.Timedelta(0), pd.Timedelta(0))
