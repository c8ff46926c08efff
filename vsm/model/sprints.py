"""Sprints: what was committed to when they began, what came in later, and what was carried over."""

from typing import Any, Final

import pandas as pd

from vsm.intervals.blocks import FAR
from vsm.tables import INSTANT, among

_STAYS: Final[dict[str, Any]] = {"ticket": "str", "sprint": "str", "since": INSTANT, "until": INSTANT}
CLOSING: Final = pd.Timedelta(minutes=1)
"""Jira moves what is not done out of a sprint in the moment in which it is closed."""


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
    found = _stays(events)
    if found.empty:
        return found.assign(name=found["sprint"], started=found["since"], ended=found["until"])
    return found.merge(_known(names), on="sprint").sort_values(
        ["ticket", "since", "sprint"], ignore_index=True
    )


def in_sprints_now(events: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Give which ticket is in which sprint now, begun or not: ``ticket, name`` (the latest of the sprint)."""
    rows = names[names["kind"] == "sprint"].sort_values("last", kind="stable", na_position="first")
    latest = rows.groupby("id")["name"].last().rename_axis("sprint").reset_index()
    now = _stays(events)
    return now[now["until"] == FAR].merge(latest, on="sprint")[["ticket", "name"]]


def _stays(events: pd.DataFrame) -> pd.DataFrame:
    """Give when which ticket was in which sprint: ``ticket, sprint, since, until``."""
    moves = events.loc[events["kind"] == "sprint", ["ticket", "at", "after", "source"]]
    if moves.empty:
        return pd.DataFrame(columns=list(_STAYS)).astype(_STAYS)
    moves = moves.astype({"ticket": "str", "after": "str", "source": "str"})
    since: dict[str, dict[str, pd.Timestamp]] = {}
    stays: list[tuple[str, str, pd.Timestamp, pd.Timestamp]] = []
    for ticket, at, after, source in moves.itertuples(index=False, name=None):
        now = {f"{source}:{one.strip()}" for one in after.split(",")} if isinstance(after, str) else set()
        held = since.setdefault(ticket, {})
        stays += [(ticket, sprint, held.pop(sprint), at) for sprint in sorted(held.keys() - now)]
        held |= dict.fromkeys(sorted(now - held.keys()), at)
    stays += [(ticket, sprint, at, FAR) for ticket, held in since.items() for sprint, at in held.items()]
    return pd.DataFrame(stays, columns=list(_STAYS)).astype(_STAYS)


def _known(names: pd.DataFrame) -> pd.DataFrame:
    """Give the sprints that have begun: id, latest name, start and end.

    Issues that were read earlier may tell an older plan: the latest start, and the latest end, count.
    """
    rows = names[names["last"].notna()].sort_values("last", kind="stable")
    begun, ended = (
        rows[rows["kind"] == kind].drop_duplicates("id", keep="last").set_index("id")
        for kind in ("sprint", "sprint end")
    )
    known = begun[["name"]].assign(started=begun["last"], ended=ended["last"].reindex(begun.index))
    return known.rename_axis("sprint").reset_index()


def _kind_at(visits: pd.DataFrame, ticket: "pd.Series[str]", at: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give the kind of stage that each ticket was in at an instant; missing before and after its life."""
    stays = visits.loc[visits["ticket"].isin(set(ticket)), ["ticket", "entered", "left", "kind"]]
    stays = stays.astype({"ticket": "str", "kind": "str"})
    asked = (
        pd.DataFrame({"ticket": ticket, "at": at.astype(INSTANT)}).dropna().rename_axis("row").reset_index()
    )
    found = pd.merge_asof(
        asked.sort_values("at", kind="stable"),
        stays.sort_values("entered", kind="stable"),
        left_on="at",
        right_on="entered",
        by="ticket",
    ).set_index("row")
    return found["kind"].where(~(found["left"] <= found["at"])).reindex(ticket.index)


def carried_over(stays: pd.DataFrame, visits: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the stays in sprints that ended while the ticket was in them, still there, and not done."""
    ended = stays["ended"].where(stays["ended"] <= as_of)
    held = stays[(stays["since"] < ended) & (stays["until"] >= ended - CLOSING)]
    kind = _kind_at(visits, held["ticket"], held["ended"])
    return held[kind.notna() & (kind != "done")]


def mark_carried_over(
    waits: pd.DataFrame, stays: pd.DataFrame, visits: pd.DataFrame, *, as_of: pd.Timestamp
) -> "pd.Series[Any]":
    """Mark the pieces of waiting that end after their ticket was first carried over from a sprint.

    Missing everywhere where no sprint is known.
    """
    if stays.empty:
        return pd.Series(pd.NA, index=waits.index, dtype="boolean")
    first = carried_over(stays, visits, as_of=as_of).groupby("ticket")["ended"].min()
    known = first.reindex(waits["ticket"].cat.categories.astype("str")).astype(INSTANT)
    begun = known.array.take(waits["ticket"].cat.codes.to_numpy())
    return (waits["end"] > begun).astype("boolean")


def sprint_commitments(
    stays: pd.DataFrame, lifecycles: pd.DataFrame, visits: pd.DataFrame, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Give what each sprint took on, and what became of it; units of work only.

    Returns
    -------
    DataFrame
        One row per sprint by its start: ``sprint`` (name), ``started``, ``ended`` (missing while it is under
        way), counts: ``committed`` (in it when it began, and not done), ``added`` (later), ``removed`` (taken
        out before its end, and not done), ``finished`` (while in it), ``carried_over`` (in it at its end, and
        not done; 0 while it is under way).
    """
    units = set(lifecycles.loc[lifecycles["unit"], "ticket"])
    rows = stays[among(stays["ticket"], units) & (stays["started"] <= as_of)].reset_index(drop=True)
    since, until, started, end = rows["since"], rows["until"], rows["started"], rows["ended"].fillna(as_of)
    over = carried_over(rows, visits, as_of=as_of)
    done = visits.loc[visits["kind"] == "done", ["ticket", "entered"]].astype({"ticket": "str"})
    closed = rows[["ticket", "sprint"]].reset_index().merge(done, on="ticket").set_index("index")["entered"]
    inside = (closed > started.reindex(closed.index)) & (closed <= end.reindex(closed.index))
    inside &= (closed >= since.reindex(closed.index)) & (closed <= until.reindex(closed.index))
    undone = {name: _kind_at(visits, rows["ticket"], at) != "done" for name, at in
              {"start": started, "entry": since, "exit": until.where(until < FAR)}.items()}  # fmt: skip
    states: dict[str, Any] = {
        "committed": (since <= started) & (until > started) & undone["start"],
        "added": (since > started) & (since < end) & undone["entry"],
        "finished": rows.index.isin(closed.index[inside]) & ~rows.index.isin(over.index),
        "removed": (until > started) & (until < end - CLOSING) & undone["exit"],
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
