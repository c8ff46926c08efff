"""What was known of the visits at an instant, as arrays: nothing that happened later is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import run_ends, run_starts
from vsm.intervals.handoffs import work_start
from vsm.model.replay.steps import Floats, Ints

Flags = npt.NDArray[np.bool_]
QUEUE, ACTIVE, OUTSIDE, FINISHED = range(4)
KINDS: Final = {"queue": QUEUE, "work": ACTIVE, "external": OUTSIDE, "done": FINISHED}
DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Past:
    """VISITS until an instant, sorted by ticket and time; seconds of the epoch, NaN while open.

    Attributes
    ----------
    at
        The instant.
    stages, kinds
        By the code of a stage: its name, in stream order, and its kind, one of ``KINDS``.
    teams
        By the code of a stage: the team that vsm.toml names, or None.
    people
        By the code of a holder: who it is. Nothing that leaves this package says it.
    ticket, stage, holder, entered, begun, left, bulk
        By visit. ``holder`` is -1 where nobody is known; ``begun`` is the first evidence of work.
    team
        By visit: the holder's team, or None.
    unit, discarded
        By the code of a ticket: whether it is a unit of work, and had been discarded by then.
    """

    at: float
    stages: tuple[str, ...]
    kinds: Ints
    teams: tuple[str | None, ...]
    people: tuple[str, ...]
    ticket: Ints
    stage: Ints
    holder: Ints
    entered: Floats
    begun: Floats
    left: Floats
    bulk: Flags
    team: npt.NDArray[Any]
    unit: Flags
    discarded: Flags


def past_of(
    visits: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    outcomes: pd.DataFrame,
    at: pd.Timestamp,
) -> Past:
    """Give what was known at an instant, without containers such as epics, which nobody works on as such.

    A visit that had not ended by then is open, and what was begun later is not there. ``outcomes``: what was
    said of each ticket, and when (``outcomes_said``).
    """
    known = visits[(visits["entered"] < at).to_numpy()]
    unit = tickets.set_index(tickets["ticket"].astype("str"))["unit"].astype("str").fillna("unit")
    work_on = set(unit.index[~unit.isin(["container", "out of scope"])])
    ticket = known["ticket"].astype("str")
    known = known[ticket.isin(work_on).to_numpy()]
    code, names = pd.factorize(known["ticket"].astype("str"))
    order = np.lexsort((known["n"].to_numpy(), code))
    known, code = known.iloc[order], code[order]
    places = stages.sort_values("position").drop_duplicates("stage")
    number = {str(name): position for position, name in enumerate(places["stage"])}
    holder, people = pd.factorize(known["holder"].astype("str"))
    left = seconds_of(known["left"])
    begun, now = seconds_of(work_start(known)), at.timestamp()
    entered = seconds_of(known["entered"])
    said = outcomes[(outcomes["since"] < at) & ~(outcomes["to"] < at)]
    discarded = np.isin(names, said.loc[~said["delivered"], "ticket"].astype("object").to_numpy())
    return Past(
        at=now,
        stages=tuple(number),
        kinds=np.array([KINDS[str(kind)] for kind in places["kind"]], dtype=np.int64),
        teams=tuple(None if pd.isna(team) else str(team) for team in places["team"]),
        people=tuple(map(str, people)),
        ticket=code.astype(np.int64),
        stage=known["stage"].astype("str").map(number).to_numpy().astype(np.int64),
        holder=holder.astype(np.int64),
        entered=entered,
        begun=np.where(begun < now, begun, entered),
        left=np.where(left < now, left, np.nan),
        bulk=known["bulk"].to_numpy(dtype=bool),
        team=known["team"].astype("object").where(known["team"].notna(), None).to_numpy(),
        unit=unit.reindex(names).to_numpy() == "unit",
        discarded=discarded,
    )


def seconds_of(instants: "pd.Series[Any]") -> Floats:
    """Seconds of the epoch; NaN where an instant is missing.

    Examples
    --------
    >>> seconds_of(pd.Series(pd.to_datetime(["1970-01-01 00:00:01", None], utc=True))).tolist()
    [1.0, nan]
    """
    found: Floats = np.where(instants.notna(), micros_of(instants) / 1e6, np.nan)
    return found


@dataclass(frozen=True, slots=True)
class Stays:
    """Unbroken stays of tickets in one stage; ``first`` and ``last`` are visits. Rest as in ``Past``."""

    ticket: Ints
    stage: Ints
    entered: Floats
    left: Floats
    bulk: Flags
    first: Ints
    last: Ints
    opens: Flags
    ends: Flags


def stays_of(past: Past) -> Stays:
    """Join visits into stays; ``opens`` and ``ends`` mark the first and the last of each ticket."""
    begin = run_starts(past.ticket, past.stage)
    first, last = np.flatnonzero(begin), np.flatnonzero(run_ends(begin))
    bulk = np.add.reduceat(past.bulk.astype(np.int64), first) > 0 if len(first) else past.bulk[:0]
    opens = run_starts(past.ticket[first])
    return Stays(
        past.ticket[first], past.stage[first], past.entered[first], past.left[last], bulk, first, last,
        opens, run_ends(opens),
    )  # fmt: skip


def rows_by(codes: Ints, rows: Flags) -> Iterator[tuple[int, Ints]]:
    """Give each code that any of these rows has, in order, and which of the rows have it.

    One sort, since a look at every row for each code costs thousands of looks where there are many people.

    Examples
    --------
    >>> codes, chosen = np.array([7, 2, 7, 2]), np.array([True, True, True, False])
    >>> [(code, rows.tolist()) for code, rows in rows_by(codes, chosen)]
    [(2, [1]), (7, [0, 2])]
    """
    row = np.flatnonzero(rows)
    row = row[np.argsort(codes[row], kind="stable")]
    known, first = np.unique(codes[row], return_index=True)
    return zip(known.tolist(), np.split(row, first)[1:], strict=True)
