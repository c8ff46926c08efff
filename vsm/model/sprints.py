"""Sprints: what was committed to when they began, what came in later, and what was carried over."""

from typing import Any, Final

import pandas as pd

from vsm.tables import INSTANT

CLOSING: Final = pd.Timedelta(minutes=1)
"""Jira moves what is not done out of a sprint in the moment in which it is closed."""
FAR: Final = pd.Timestamp("2262-01-01", tz="UTC").as_unit("us")


def sprint_stays(events: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Give when which ticket was in which sprint that has begun.

    Parameters
    ----------
    events
        EVENTS; those of kind ``sprint`` list the sprints that a ticket is in.
    names
        NAMES, which know when sprints began and ended.

    Returns
    -------
    DataFrame
        ``ticket, sprint`` (id; str), ``since, until`` (half-open; until the end of time where it still is in
        it), ``name, started, ended`` (missing while it is under way). One row a stay.
    """
    moves = events.loc[events["kind"] == "sprint", ["ticket", "at", "after", "source"]]
    moves = moves.astype({"ticket": "str", "after": "str", "source": "str"})
    since: dict[str, dict[str, pd.Timestamp]] = {}
    stays: list[tuple[str, str, pd.Timestamp, pd.Timestamp]] = []
    for ticket, at, after, source in moves.itertuples(index=False, name=None):
        now = {f"{source}:{one.strip()}" for one in after.split(",")} if isinstance(after, str) else set()
        held = since.setdefault(ticket, {})
        stays += [(ticket, sprint, held.pop(sprint), at) for sprint in sorted(held.keys() - now)]
        held |= dict.fromkeys(sorted(now - held.keys()), at)
    stays += [(ticket, sprint, at, FAR) for ticket, held in since.items() for sprint, at in held.items()]
    found = pd.DataFrame(stays, columns=["ticket", "sprint", "since", "until"])
    found = found.astype({"ticket": "str", "sprint": "str", "since": INSTANT, "until": INSTANT})
    return found.merge(_known(names), on="sprint").sort_values(
        ["ticket", "since", "sprint"], ignore_index=True
    )


def _known(names: pd.DataFrame) -> pd.DataFrame:
    """Give the sprints that have begun: id, latest name, start and end."""
    rows = names[(names["kind"] == "sprint") & names["first"].notna()].sort_values("last", kind="stable")
    known = rows.groupby("id").agg(name=("name", "last"), started=("first", "min"), ended=("last", "max"))
    known["ended"] = known["ended"].where(known["ended"] > known["started"])
    return known.rename_axis("sprint").reset_index()


def carried_over(stays: pd.DataFrame, finished: "pd.Series[Any]", *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the stays in sprints that ended while the ticket was in them and not done.

    ``finished`` is by ticket; missing while open.
    """
    finish = finished.reindex(stays["ticket"]).set_axis(stays.index)
    ended = stays["ended"].where(stays["ended"] <= as_of)
    held = (stays["since"] < ended) & (stays["until"] >= ended - CLOSING)
    return stays[held & ~(finish <= ended)]


def mark_carried_over(
    waits: pd.DataFrame, stays: pd.DataFrame, finished: "pd.Series[Any]", *, as_of: pd.Timestamp
) -> "pd.Series[Any]":
    """Mark the pieces of waiting that end after their ticket was first carried over from a sprint.

    Missing everywhere where no sprint is known.
    """
    if stays.empty:
        return pd.Series(pd.NA, index=waits.index, dtype="boolean")
    first = carried_over(stays, finished, as_of=as_of).groupby("ticket")["ended"].min()
    begun = first.reindex(waits["ticket"].astype("str")).set_axis(waits.index)
    return (waits["end"] > begun).astype("boolean")


def sprint_commitments(stays: pd.DataFrame, lifecycles: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give what each sprint took on, and what became of it; units of work only.

    Returns
    -------
    DataFrame
        One row per sprint by its start: ``sprint`` (name), ``started``, ``ended`` (missing while it is under
        way), counts: ``committed`` (in it when it began, and not done), ``added`` (later), ``removed`` (taken
        out before its end, and not done), ``finished`` (while in it), ``carried_over`` (in it at its end, and
        not done; 0 while it is under way).
    """
    finished = lifecycles.set_index("ticket")["finished"]
    units = set(lifecycles.loc[lifecycles["unit"], "ticket"])
    rows = stays[stays["ticket"].isin(units) & (stays["started"] <= as_of)]
    finish = finished.reindex(rows["ticket"]).set_axis(rows.index)
    end = rows["ended"].fillna(as_of)
    over = carried_over(rows, finished, as_of=as_of)
    since, until, started = rows["since"], rows["until"], rows["started"]
    states: dict[str, Any] = {
        "committed": (since <= started) & (until > started) & ~(finish <= started),
        "added": (since > started) & (since < end),
        "finished": (finish > started) & (finish <= end) & (since <= finish) & (until >= finish),
        "removed": (until > started) & (until < end - CLOSING) & ~(finish <= until),
        "carried_over": rows.index.isin(over.index),
    }
    tickets = rows.assign(**states).groupby(["started", "sprint", "ticket"])[list(states)].any()
    tickets["added"] &= ~tickets["committed"]
    tickets["removed"] &= ~(tickets["carried_over"] | tickets["finished"])
    counts = tickets.groupby(["started", "sprint"]).sum()
    about = rows.drop_duplicates("sprint").set_index("sprint")[["name", "ended"]]
    found = counts.reset_index().join(about, on="sprint")
    return found.assign(sprint=found["name"])[
        ["sprint", "started", "ended", "committed", "added", "removed", "finished", "carried_over"]
    ]
