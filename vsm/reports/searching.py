"""How is a table searched in a notebook? DataTables by itables, offline: its script goes along."""

from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

HOURS = " (h)"


def explore(table: "pd.DataFrame | Styler") -> None:
    """Which rows of this table are looked for? Shows it with a search box, sortable by every column.

    For exploring in Jupyter, not for what is published: the script, about a megabyte, is kept in the notebook
    with the first table. Nothing is fetched, and text from the data is shown as it is.

    Parameters
    ----------
    table
        Any frame of a stream, or a table of ``vsm.figures``. Durations are shown in hours, so that they
        sort by length.

    Examples
    --------
    >>> explorable(pd.DataFrame({"wait": [pd.Timedelta(hours=36)]})).columns.tolist()
    ['wait (h)']
    """
    from itables import init_notebook_mode, show  # noqa: PLC0415 - a second of import for those who explore

    init_notebook_mode(all_interactive=False, connected=False)
    show(explorable(table), maxBytes=0, lengthMenu=[10, 25, 100], showIndex=False)


def explorable(table: "pd.DataFrame | Styler") -> pd.DataFrame:
    """Which frame is shown? Durations as hours, instants as text that sorts, rows numbered from 0.

    Examples
    --------
    >>> explorable(pd.DataFrame({"at": pd.to_datetime(["2026-01-05"], utc=True)}))["at"].tolist()
    ['2026-01-05 00:00']
    """
    frame: pd.DataFrame = table.data if isinstance(table, Styler) else table  # type: ignore[attr-defined]
    columns: dict[str, Any] = {}
    for name, values in frame.items():
        if pd.api.types.is_timedelta64_dtype(values.dtype):
            columns[f"{name}{HOURS}"] = (values.dt.total_seconds() / 3600).round(2)
        elif isinstance(values.dtype, pd.DatetimeTZDtype):
            columns[str(name)] = values.dt.strftime("%Y-%m-%d %H:%M")
        else:
            columns[str(name)] = values
    return pd.DataFrame(columns).reset_index(drop=True)
