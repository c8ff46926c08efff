"""What was pulled, and of when? Every source with its records and the span that it tells of."""

from typing import Any, Final

import pandas as pd

_COLUMNS: Final[dict[str, Any]] = {
    "source": "str", "records": "int64", "what": "str", "tickets": "int64",
    "first": "datetime64[us, UTC]", "last": "datetime64[us, UTC]",
}  # fmt: skip


def sources_seen(
    events: pd.DataFrame, *, commits: pd.DataFrame, releases: pd.DataFrame, deploys: pd.DataFrame
) -> pd.DataFrame:
    """What does each source tell, how much of it, and from when to when?

    Parameters
    ----------
    events, commits, releases, deploys
        EVENTS, COMMITS, RELEASES and DEPLOYS.

    Returns
    -------
    DataFrame
        One row per source and what it tells (``events``, ``commits``, ``releases``, ``deployments``):
        ``source, what, records, tickets`` (that its events are of; 0 for what is of no ticket), ``first,
        last`` (instants of the first and the last).
    """
    told = [
        ("events", events["source"].astype("str"), events["at"], events["ticket"].astype("str")),
        ("commits", "git:" + commits["repository"].astype("str"), commits["committed"], None),
        ("releases", "git:" + releases["repository"].astype("str"), releases["at"], None),
        ("deployments", deploys["source"].astype("str"), deploys["at"], None),
    ]
    rows = []
    for what, source, at, ticket in told:
        for name, instants in at.groupby(source):
            tickets = 0 if ticket is None else ticket[source == name].nunique()
            span = {"first": instants.min(), "last": instants.max()}
            rows.append({"source": name, "what": what, "records": len(instants), "tickets": tickets, **span})
    found = pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object").astype(_COLUMNS)
    return found.sort_values(["source", "what"], kind="stable", ignore_index=True)
