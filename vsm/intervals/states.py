"""In which stage, with which assignee, was each ticket after every instant at which something changed?"""

from typing import Final

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import at_rows, instants_of, latest_row, named, numbers
from vsm.intervals.instants import Flags, Ints

KINDS: Final = ("created", "status", "assignee", "team")
NOBODY: Final = -1
NEVER: Final = np.iinfo(np.int64).max


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
    rows = _known(events, as_of)
    ticket, at = rows["ticket"].cat.codes.to_numpy().astype(np.int64), micros_of(rows["at"])
    created = _least(ticket, at, (rows["kind"] == "created").to_numpy(), len(rows["ticket"].cat.categories))
    born = created[ticket] != NEVER
    rows, ticket, at = rows[born], ticket[born], np.maximum(at, created[ticket])[born]
    last = _last_of_run(ticket, at)
    kind = rows["kind"].to_numpy()
    number, changes = _stage_after(rows, stages)
    stage = _filled(number, ticket)
    said = {word: _carried(kind == word, ticket)[last] for word in ("assignee", "team")}
    here = {
        "mover": _within(changes, ticket, at)[last],
        "assigner": _within(kind == "assignee", ticket, at)[last],
    }
    kept = stage[last] != NOBODY
    at, ticket, stage = at[last][kept], ticket[last][kept], stage[last][kept]
    actor, after, tickets = rows["actor"].cat, rows["after"].cat, rows["ticket"].cat.categories
    bulk = np.append(rows["bulk"].to_numpy(), False)[here["mover"][kept]]
    moved = np.ones(len(stage), dtype=bool)
    moved[1:] = (stage[1:] != stage[:-1]) | (ticket[1:] != ticket[:-1])
    return pd.DataFrame(
        {
            "ticket": named(ticket, tickets),
            "at": instants_of(at),
            "stage": stage,
            **{word: named(at_rows(after.codes, row[kept]), after.categories) for word, row in said.items()},
            **{word: named(at_rows(actor.codes, row[kept]), actor.categories) for word, row in here.items()},
            "bulk": bulk,
            "moved": moved,
        }
    )


def _known(events: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Keep what tells of status, assignee and team, up to the instant that counts as now."""
    told = np.append(np.isin(events["kind"].cat.categories, KINDS), False)[
        events["kind"].cat.codes.to_numpy()
    ]
    return events[told & (events["at"] <= as_of).to_numpy()]


def _least(group: Ints, values: Ints, counts: Flags, groups: int) -> Ints:
    least = np.full(groups, NEVER)
    np.minimum.at(least, group[counts], values[counts])
    return least


def _last_of_run(ticket: Ints, at: Ints) -> Flags:
    """Mark the last row of every run of equal ticket and instant."""
    differs = (ticket[1:] != ticket[:-1]) | (at[1:] != at[:-1])
    return np.append(differs, np.ones(min(len(ticket), 1), dtype=bool))


def _stage_after(rows: pd.DataFrame, stages: pd.DataFrame) -> tuple[Ints, Flags]:
    """Give status events the number of their stage, and tell which are moves: self transitions are none."""
    code = {name: number for number, name in enumerate(stages["stage"].drop_duplicates())}
    number = stages.set_index(stages["status"].astype("str"))["stage"].map(code)
    after = rows["after"].cat
    of_word = number.reindex(after.categories.astype("str")).fillna(NOBODY).astype("int64").to_numpy()
    status = (rows["kind"] == "status").to_numpy()
    stage = np.where(status, at_rows(of_word, after.codes.to_numpy().astype(np.int64)), NOBODY)
    before = numbers(rows["before"], after.categories)
    same = (before != NOBODY) & (before == after.codes.to_numpy())
    stage = np.where(same, NOBODY, stage)
    return stage, stage != NOBODY


def _filled(values: Ints, ticket: Ints) -> Ints:
    """Carry the last known value forward within each ticket."""
    return at_rows(values, _carried(values != NOBODY, ticket), missing=NOBODY)


def _carried(said: Flags, ticket: Ints) -> Ints:
    """Tell the row in which something was last said of each ticket."""
    row = latest_row(said)
    return np.where(at_rows(ticket, row, missing=NOBODY) == ticket, row, NOBODY)


def _within(said: Flags, ticket: Ints, at: Ints) -> Ints:
    """Tell the row in which something was last said at the very same ticket and instant."""
    row = _carried(said, ticket)
    return np.where(at_rows(at, row, missing=NEVER) == at, row, NOBODY)
