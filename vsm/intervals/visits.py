"""Where did each ticket stay, with whom, from when to when?"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals.states import states_from_events
from vsm.people import Teams
from vsm.tables import TOUCH_KINDS, VISITS, conform, empty

AHEAD: Final = -1


def visits_from_events(
    events: pd.DataFrame, *, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Where did each ticket stay, with whom, from when to when?

    A visit is an unbroken stay in one stage with one holder, half-open ``[entered, left)``; the visits of
    a ticket tile its life from creation to ``as_of``. In a work stage the holder is the assignee, else
    whoever moved the ticket in; a change of holder begins a new visit. In a queue or outside stage it is
    the holder of the next work visit, known only afterwards; nobody holds what is done. The team is the
    holder's at the visit's beginning in a work stage and the stage's elsewhere, each with the other as
    fallback; a team that the tracker itself names for the ticket comes between them, and after it the team
    whose components or repositories the ticket concerns.

    A ticket that was found deleted or hidden before it was done ends there: its last visit is left at that
    instant, for no other stage. Nothing counts that came after; one that was done stays done.

    Parameters
    ----------
    events
        EVENTS in their order, with persons in place of accounts (``People.identify``) and without bots
        (``People.of_humans``).
    stages
        As ``stages_from_names`` gives them.
    team_of
        Which team each person is in, and when; a plain mapping of person → team says that it never changes.
    as_of
        The instant that counts as now, with zone; later events are not seen.

    Returns
    -------
    DataFrame
        VISITS, sorted by ticket and ``n``. Open visits have no ``left``; their ``elapsed`` runs to
        ``as_of``. Stays of zero length are no visits. ``working`` and ``blocked`` are missing: no calendar
        and no blocks have been applied. No events give no visits.

    Examples
    --------
    >>> from vsm.eventlog.stages import stages_from_names
    >>> from vsm.tables import EVENTS, NAMES, empty
    >>> from vsm.workflow import Workflow
    >>> stages = stages_from_names(empty(NAMES), workflow=Workflow())
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> visits_from_events(empty(EVENTS), stages=stages, team_of={}, as_of=now).shape
    (0, 15)
    """
    if events.empty:
        return empty(VISITS)
    states = _described(states_from_events(events, stages=stages, as_of=as_of), stages)
    states = _cut(states, deletions=events[(events["kind"] == "delete") & (events["at"] <= as_of)])
    if states.empty:
        return empty(VISITS)
    visits = _ends(_holders(_split(states)), as_of)
    visits["team"] = _teams(visits, team_of if isinstance(team_of, Teams) else Teams(team_of))
    visits["bulk"] = _bulk(visits)
    visits = visits.assign(**_touches(visits, events[events["at"] <= as_of]))
    visits["n"] = visits.groupby("ticket", observed=True).cumcount()
    return conform(visits, VISITS)


def _described(states: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """Write out what the stage's number means."""
    about = stages.drop_duplicates("stage").reset_index(drop=True)
    columns = {"stage": "stage", "kind": "kind", "team": "stage_team", "batch": "batch"}
    words = about[list(columns)].rename(columns=columns).iloc[states["stage"]].reset_index(drop=True)
    return pd.concat([states.drop(columns="stage"), words], axis=1)


def _cut(states: pd.DataFrame, *, deletions: pd.DataFrame) -> pd.DataFrame:
    """End lives where the ticket was found gone (``end``), unless it was done by then."""
    if deletions.empty:
        return states.assign(end=pd.Series(pd.NaT, index=states.index, dtype=states["at"].dtype))
    found = deletions.groupby(deletions["ticket"].astype("str"))["at"].min()
    ticket = states["ticket"].astype("str")
    gone = ticket.map(found).astype(states["at"].dtype)
    last = states["kind"].where(~(states["at"] > gone)).groupby(ticket).transform("last")
    end = gone.where(last != "done")
    return states.assign(end=end)[~((states["at"] > gone) | (states["at"] >= end))].reset_index(drop=True)


def _split(states: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that begin a visit: another stage, or another holder in a work stage."""
    stay = states["moved"].cumsum()
    mover = states["mover"].astype("str").where(states["moved"]).groupby(stay).transform("first")
    holder = states["assignee"].astype("str").fillna(mover).where(states["kind"] == "work")
    same = (holder == holder.shift()) | (holder.isna() & holder.shift().isna())
    begins = states["moved"] | ~same
    return states.assign(stay=stay, holder=holder, mover=mover)[begins].reset_index(drop=True)


def _holders(visits: pd.DataFrame) -> pd.DataFrame:
    """Give queue and outside visits the holder of the ticket's next work visit."""
    ahead = next_work_visit(visits)
    holder = (
        visits["holder"]
        .reindex(pd.Index(np.where(ahead == AHEAD, len(visits), ahead)))
        .reset_index(drop=True)
    )
    waits = visits["kind"].isin(["queue", "outside"])
    return visits.assign(holder=visits["holder"].where(~waits, holder))


def next_work_visit(visits: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Which row is each visit's own or next work visit of the same ticket? −1 where there is none.

    ``visits`` must be sorted by ticket and time.

    Examples
    --------
    >>> visits = pd.DataFrame({"ticket": ["a", "a", "b"], "kind": ["queue", "work", "queue"]})
    >>> next_work_visit(visits).tolist()
    [1, 1, -1]
    """
    rows = np.arange(len(visits))
    beyond = len(visits)
    work = np.where(visits["kind"] == "work", rows, beyond)
    ahead = np.minimum.accumulate(work[::-1])[::-1]
    ticket = visits["ticket"].astype("category").cat.codes.to_numpy()
    reached = ahead < beyond
    reached[reached] = ticket[ahead[reached]] == ticket[reached]
    return np.where(reached, ahead, AHEAD)


def _ends(visits: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    grouped = visits.groupby("ticket", observed=True)
    left = grouped["at"].shift(-1).fillna(visits["end"])
    stays = visits.drop_duplicates("stay")
    again = stays.set_index("stay").duplicated(["ticket", "stage"])
    return visits.assign(
        entered=visits["at"],
        left=left,
        elapsed=left.fillna(as_of) - visits["at"],
        revisit=visits["stay"].map(again).astype(bool),
    )


def _teams(visits: pd.DataFrame, teams: Teams) -> "pd.Series[Any]":
    holder = teams.at(visits["holder"], visits["entered"])
    stage, ticket = visits["stage_team"], visits["team"].astype("str")
    ticket = ticket.fillna(visits["ticket"].astype("str").map(teams.of_ticket).astype("str"))
    work = holder.fillna(ticket).fillna(stage)
    return work.where(visits["kind"] == "work", stage.fillna(ticket).fillna(holder))


def _bulk(visits: pd.DataFrame) -> "pd.Series[bool]":
    """Mark visits that a bulk move began or ended, unless that move left a stage meant for batches."""
    grouped = visits.groupby("ticket", observed=True)
    meant = grouped["batch"].shift().eq(other=True)
    begun = visits["moved"] & visits["bulk"] & ~meant
    ended = begun.groupby(visits["ticket"], observed=True).shift(-1).eq(other=True)
    return begun | ended


def _touches(visits: pd.DataFrame, events: pd.DataFrame) -> "dict[str, pd.Series[Any]]":
    """Find the first and the last evidence that the holder of a work visit worked in it.

    Moving the ticket in oneself is one, taking the assignment oneself is one, and a comment, worklog,
    commit or review inside the visit; moving it on oneself is the last one, but tells nothing about the
    beginning.
    """
    work = visits["kind"] == "work"
    itself = visits["mover"].where(visits["moved"], visits["assigner"].astype("str"))
    arrived = work & (itself == visits["holder"])
    follows = visits["ticket"].astype("str") == visits["ticket"].astype("str").shift(-1)
    mover = visits["mover"].where(visits["moved"]).shift(-1).where(follows)
    moved_on = visits["left"].where(work & (mover == visits["holder"]))
    first = visits["entered"].where(arrived, _nearest(visits, events, side="entered"))
    last = moved_on.fillna(_nearest(visits, events, side="left")).fillna(first)
    return {"first_touch": first, "last_touch": last}


def _nearest(visits: pd.DataFrame, events: pd.DataFrame, *, side: str) -> "pd.Series[Any]":
    """Find the touch by the holder nearest to the visit's beginning, or to its end, inside it."""
    touches = events[events["kind"].isin(TOUCH_KINDS)].dropna(subset=["actor"])
    touches = touches.astype({"ticket": "str", "actor": "str"}).rename(columns={"actor": "holder"})
    stays = visits[visits["kind"] == "work"].astype({"ticket": "str"}).reset_index()
    stays["left"] = stays["left"].fillna(stays["entered"] + stays["elapsed"] + pd.Timedelta(microseconds=1))
    seen = pd.merge_asof(
        stays[["index", "ticket", "holder", side]].sort_values(side),
        touches.assign(touched=touches["at"])[["ticket", "holder", "at", "touched"]].sort_values("at"),
        left_on=side,
        right_on="at",
        by=["ticket", "holder"],
        direction="forward" if side == "entered" else "backward",
        allow_exact_matches=side == "entered",
    )
    touched = seen.set_index("index")["touched"].reindex(visits.index)
    return touched.where((touched >= visits["entered"]) & ~(touched >= visits["left"]))
