"""In which stage, with which assignee, was each ticket after every instant at which something changed?"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

KINDS: Final = ("created", "status", "assignee", "team")
NOBODY: Final = -1


def states_from_events(events: pd.DataFrame, *, stages: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """What held after each instant at which a ticket's status, assignee or team changed?

    Changes that share an instant act together: only what holds after the last of them counts. Tickets
    that were not created by ``as_of`` are left out, and so is everything after it.

    Parameters
    ----------
    events
        EVENTS in order, with persons for accounts; only the kinds of ``KINDS`` are read.
    stages
        As ``stages_from_names`` gives them.

    Returns
    -------
    DataFrame
        One row per ticket and instant: ``ticket`` (category), ``at``, ``stage`` (row number of the
        stage's first status in ``stages``), ``assignee``, ``team`` (categories), ``mover`` (who changed
        the stage at this instant), ``assigner``, ``moved`` (the stage changed) and ``bulk`` (the move was
        a bulk edit).

    Examples
    --------
    >>> from vsm.tables import EVENTS, conform
    >>> at = pd.Timestamp("2026-01-05", tz="UTC")
    >>> rows = [{"ticket": "a", "at": at, "kind": kind, "after": after, "source": "x", "ref": kind, "seq": 0,
    ...          "bulk": False} for kind, after in (("created", None), ("status", "s"))]
    >>> stages = pd.DataFrame({"status": ["s"], "stage": ["Open"]})
    >>> states = states_from_events(conform(pd.DataFrame(rows), EVENTS), stages=stages, as_of=at)
    >>> states[["stage", "moved"]].to_numpy().tolist()
    [[0, True]]
    """
    rows = events[(events["at"] <= as_of) & events["kind"].isin(KINDS)]
    created = rows[rows["kind"] == "created"].groupby("ticket", observed=True)["at"].min()
    rows = rows[rows["ticket"].isin(created.index)].reset_index(drop=True)
    start = created.reindex(rows["ticket"]).set_axis(rows.index)
    at = rows["at"].clip(lower=start)
    ticket = rows["ticket"].cat.codes.to_numpy()
    last = _last_of_run(ticket, at.to_numpy())
    changes = _stage_after(rows, stages)
    said = {kind: _carried(rows["kind"] == kind, rows["after"], ticket) for kind in ("assignee", "team")}
    state = pd.DataFrame(
        {
            "ticket": rows["ticket"],
            "at": at,
            "stage": _filled(changes["stage"].to_numpy(), ticket),
            "assignee": said["assignee"],
            "team": said["team"],
            "mover": _within(changes["changes"].to_numpy(), rows["actor"], ticket, at.to_numpy()),
            "assigner": _within(
                (rows["kind"] == "assignee").to_numpy(), rows["actor"], ticket, at.to_numpy()
            ),
            "bulk": _within(changes["changes"].to_numpy(), rows["bulk"], ticket, at.to_numpy()).eq(
                other=True
            ),
        }
    )[last].reset_index(drop=True)
    state = state[state["stage"] != NOBODY].reset_index(drop=True)
    before = state.groupby("ticket", observed=True)["stage"].shift()
    return state.assign(moved=(before != state["stage"]))


def _last_of_run(ticket: npt.NDArray[Any], at: npt.NDArray[Any]) -> Flags:
    """Mark the last row of every run of equal ticket and instant."""
    differs = (ticket[1:] != ticket[:-1]) | (at[1:] != at[:-1])
    return np.append(differs, np.ones(min(len(ticket), 1), dtype=bool))


def _stage_after(rows: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """Give status events the number of their stage; self transitions change nothing."""
    code = {name: number for number, name in enumerate(stages["stage"].drop_duplicates())}
    number = stages.set_index("status")["stage"].map(code)
    status = (rows["kind"] == "status") & rows["after"].notna()
    stage = rows["after"].astype("str").map(number).where(status).fillna(NOBODY).astype("int64")
    same = rows["before"].astype("str") == rows["after"].astype("str")
    return pd.DataFrame({"stage": stage.where(~same, NOBODY), "changes": (stage != NOBODY) & ~same})


def _filled(values: Ints, ticket: npt.NDArray[Any]) -> Ints:
    """Carry the last known value forward within each ticket."""
    source = np.maximum.accumulate(np.where(values != NOBODY, np.arange(len(values)), NOBODY))
    known = (source != NOBODY) & (ticket[source] == ticket)
    return np.where(known, values[source], NOBODY)


def _carried(said: "pd.Series[bool]", after: pd.Series, ticket: npt.NDArray[Any]) -> pd.Series:
    """Carry what the last event of a kind said, "nobody" included, forward within each ticket."""
    source = _filled(np.where(said, np.arange(len(after)), NOBODY), ticket)
    return _taken(after, source)


def _within(said: Flags, values: pd.Series, ticket: npt.NDArray[Any], at: npt.NDArray[Any]) -> pd.Series:
    """Read ``values`` where something was last said at the very same ticket and instant, else missing."""
    source = _filled(np.where(said, np.arange(len(values)), NOBODY), ticket)
    return _taken(values, np.where((source != NOBODY) & (at[source] == at), source, NOBODY))


def _taken(values: pd.Series, rows: Ints) -> pd.Series:
    """Take values by row number; the number ``NOBODY`` gives a missing value."""
    return values.reindex(pd.Index(np.where(rows == NOBODY, len(values), rows))).reset_index(drop=True)
