"""Why work waited: each wait is cut where anything changes; a piece gets the first cause that holds."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import Clock
from vsm.config import Waiting
from vsm.intervals._kernels.algebra import Intervals, subtract
from vsm.intervals._kernels.arrays import Ints
from vsm.intervals._kernels.coding import decode, instants_of
from vsm.intervals._kernels.grouped_search import MAX_KEY
from vsm.intervals._kernels.runs import run_ends, run_starts
from vsm.intervals.causes.cause_rules import (
    IN_PARTS,
    Calendars,
    CauseRule,
    WaitContext,
    Worked,
    cause_rules,
)
from vsm.intervals.causes.cut_waits import CutWaits
from vsm.intervals.causes.exchange import Needs, Receivers, until_of
from vsm.intervals.causes.occupancy import DAY
from vsm.intervals.causes.receivers import Parts, parts_of_waits, words_of
from vsm.people import Teams
from vsm.tables import CAUSES, WAITS, conform, empty

OF_WAIT: Final = ("ticket", "n", "handoff", "stage", "holder", "team", "bulk")
ROOM: Final = 1_000_000
"""Days of waiting that are cut together: each night is a piece, so this bounds what is in memory."""


SEEN: Final = ("ticket", "at", "kind", "after", "actor", "source", "field")
"""What causes read of EVENTS: of a large log, a copy of all columns would be much memory."""


def causes_of_waits(
    waits: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    events: pd.DataFrame,
    stages: pd.DataFrame,
    teams: Teams,
    blocked: pd.DataFrame,
    in_parts: pd.DataFrame,
    clock: Clock,
    rules: Waiting,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Give waits cut into pieces with one cause each.

    The receiver of a wait is the person who was assigned meanwhile, else the team of the stage (or the one
    that the tracker or vsm.toml names for the ticket), else whoever started on it. Every wait is cut where
    anything changes, and a piece gets the first cause that holds, in the order of ``rules.order``:

    ``blocked``
        Flagged, or an open blocking link. Misleads where flags are forgotten.
    ``external``
        The stage waits for somebody outside the stream. Misleads where the answer had long come.
    ``non-working time``
        Outside the working calendar of the receiver's team. Misleads where the calendar is only assumed.
    ``unassigned``
        Nobody was assigned, in a source that records assignees, and neither stage nor ticket belongs to a
        team. Misleads where a team knows what is its own, and vsm.toml does not say so.
    ``batched``
        It left with others of the same receiver, or with a release, until the last of them was ready.
        Misleads where tickets are dragged along a board together that were worked on one by one.
    ``at capacity``
        The receiver worked on something that had become ready earlier: a person while another work visit of
        theirs was open, a team while its tickets in work were at least as many as its active members.
        Misleads where tickets are forgotten "In Progress" (see ``rules.work``).
    ``overtaken``
        The receiver worked, but only on what had become ready later. It may have been right to do so.
    ``unexplained``
        None of these. Nothing in the data explains it: the less is recorded, the more there is of it.

    Whatever the number of tickets, no wait is compared with every other: timelines of receivers are searched
    by halving, so that run time grows with events and pieces, not with their square. Others (Kronos:
    Lashkevich, Milani, Chapela-Campa, Dumas: "Unveiling the causes of waiting time in business processes from
    event logs", 2023) subtract causes too, but charge contention to whoever finally took the work, and know
    neither teams' queues, blocks nor holidays.

    Parameters
    ----------
    waits, visits
        WAITS as ``waits_from_visits`` gives them, and the VISITS that they came from.
    events
        EVENTS, with persons for accounts and without bots.
    stages
        As ``stages_from_names`` gives them.
    teams
        Which team each person is in, and when.
    blocked
        ``ticket, start, end``: disjoint spans, as ``blocked_spans`` gives them.
    in_parts
        When somebody worked on parts of a ticket, as ``work_of_parts`` gives it: that is no waiting.
    clock
        Working calendars of the teams, covering the whole time.
    rules
        Order of causes, windows and thresholds.
    as_of
        The instant that counted as now.

    Returns
    -------
    DataFrame
        WAITS. The pieces of each wait, and the work on parts meanwhile, sum to it, exactly; no two that
        follow one another have the same cause and receiver. ``working`` is in the calendar of the receiver's
        team, where a receiver has none of the visit's team.
    """
    if waits.empty:
        return empty(WAITS)
    seen = pd.DataFrame({name: events[name] for name in SEEN}, copy=False)
    late = (seen["at"] > as_of).to_numpy()
    seen = seen[~late] if late.any() else seen
    words = words_of(visits, seen, stages=stages, teams=teams)
    context = WaitContext(waits, visits, stages, teams, blocked, in_parts, rules, words, as_of)
    assigning = sources_with_assignees(seen)
    parts = parts_of_waits(waits, seen, stages=stages, teams=teams, words=words, assigning=assigning)
    cut = CutWaits(context, parts)
    return _table(_pieces_of_all(cut, cut.needs(seen[["actor", "at"]]), clock), cut)


def _pieces_of_all(cut: CutWaits, needs: Needs, clock: Clock) -> "_Pieces":
    """Give the pieces where needs are of all; of a large log, what receivers worked on is much memory."""
    until, worked = until_of(needs.leaving, cut.context.rules), Receivers(needs.work, needs.members)
    return _pieces(cut, clock=clock, until=until, worked=worked.worked(needs.asked))


def sources_with_assignees(events: pd.DataFrame) -> frozenset[str]:
    """Give the sources that recorded an assignee."""
    assigned = (events["kind"] == "assignee") & events["after"].notna()
    return frozenset(events.loc[assigned, "source"].unique())


def with_causes(cut: CutWaits, *, clock: Clock, until: Ints, worked: Worked) -> pd.DataFrame:
    """Give the pieces of these waits, as ``causes_of_waits``, once it is known what others did meanwhile."""
    return _table(_pieces(cut, clock=clock, until=until, worked=worked), cut)


class _Pieces(NamedTuple):
    """Pieces of waits, by part, with the number of each one's cause, and the working time in each."""

    pieces: Intervals
    cause: npt.NDArray[np.int8]
    working: Ints


def _pieces(cut: CutWaits, *, clock: Clock, until: Ints, worked: Worked) -> _Pieces:
    context, parts = cut.context, cut.parts
    calendars = Calendars.of(clock, parts, context)
    rules = cause_rules(context, parts, calendars, until=until, worked=worked)
    return _cut(parts, rules, calendars, order=context.rules.order)


def _cut(
    parts: Parts, rules: Mapping[str, CauseRule], calendars: Calendars, *, order: tuple[str, ...]
) -> _Pieces:
    """Give the pieces of all parts, cut block by block."""
    blocks: tuple[list[Any], ...] = ([], [], [], [], [])
    for rows in _blocks(parts.pieces):
        pieces, cause = _joined(*_first_that_holds(parts, rules, rows=rows, order=order), parts)
        sides = (pieces.parent, pieces.start, pieces.end, cause.astype(np.int8), calendars.working(pieces))
        for block, side in zip(blocks, sides, strict=True):
            block.append(side)
    whole = list[Any]()
    for block in blocks:
        whole.append(np.concatenate(block))
        block.clear()  # one side after another, so that only one of them is in memory twice
    return _Pieces(Intervals(*whole[:3]), *whole[3:])


def _blocks(parts: Intervals) -> Iterator[slice]:
    """Give the rows of parts in blocks of some ``ROOM`` days of waiting; each wait is whole.

    ::

        wait      0   0   1   2      days so far  6  9  13  19      ROOM 8: waits 0 | 1 | 2 begin in room
        days      6   3   4   6      room         0  1   1   2      0, 1 and 2
    """
    days = np.cumsum((parts.end - parts.start) // DAY + 1)
    waits = np.flatnonzero(run_starts(parts.parent))
    room = (days[waits] - 1) // ROOM
    begins = [*waits[run_starts(room)].tolist(), len(parts)]
    return map(slice, begins[:-1], begins[1:])


def _first_that_holds(
    parts: Parts, rules: Mapping[str, CauseRule], *, rows: slice, order: tuple[str, ...]
) -> tuple[Intervals, Ints]:
    """Let each cause take what it accounts for out of what the causes before it have left of these parts.

    ::

        whole          0 ────────────────────────── 100
        blocked             20 ── 40                          rest  0 ─ 20, 40 ─ 100
        non-working               40 ──── 70                  rest  0 ─ 20, 70 ─ 100
        unexplained    0 ── 20              70 ──── 100       what is left at the end
    """
    whole = parts.pieces
    rest = Intervals(np.arange(rows.start, rows.stop), whole.start[rows], whole.end[rows])
    rest = subtract(rest, rules[IN_PARTS](rest)).of(rest)
    found, causes = [], []
    for cause in order:
        taken = rules[cause](rest)
        found.append(taken.of(rest))
        causes.append(np.full(len(taken), CAUSES.index(cause)))
        rest = subtract(rest, taken).of(rest)
    found.append(rest)
    causes.append(np.full(len(rest), CAUSES.index("unexplained")))
    pieces = Intervals.together(found)
    line = _order(whole, pieces, rows)
    return pieces[line], np.concatenate(causes)[line]


def _order(whole: Intervals, pieces: Intervals, rows: slice) -> Ints:
    """Order pieces of these rows by what they were cut from, then by time: as if waits lay end to end."""
    length = whole.end[rows] - whole.start[rows]
    if length.sum(dtype=np.float64) > MAX_KEY:
        return np.lexsort((pieces.start, pieces.parent))
    begins = np.cumsum(length) - length
    return np.argsort((begins - whole.start[rows])[pieces.parent - rows.start] + pieces.start, kind="stable")


def _joined(pieces: Intervals, cause: Ints, parts: Parts) -> tuple[Intervals, Ints]:
    """Make one of pieces of one wait that follow one another with the same cause and the same receiver."""
    wait, part = parts.pieces.parent[pieces.parent], pieces.parent
    starts = run_starts(wait, cause, parts.person[part], parts.team[part])
    starts[1:] |= pieces.start[1:] != pieces.end[:-1]  # work on a part in between
    first, last = np.flatnonzero(starts), np.flatnonzero(run_ends(starts))
    return Intervals(part[first], pieces.start[first], pieces.end[last]), cause[first]


def _table(found: _Pieces, cut: CutWaits) -> pd.DataFrame:
    (pieces, cause, working), parts = found, cut.parts
    waits, words = cut.context.waits, cut.context.words
    times = {
        "start": instants_of(pieces.start),
        "end": instants_of(pieces.end),
        "elapsed": (pieces.end - pieces.start).view("m8[us]"),
        "working": working.view("m8[us]"),
    }
    # A receiver is a person or a team: both are named in one column.
    names = pd.Index([*words.persons, *(team for team in words.teams if team not in words.persons)])
    of_team = np.append(names.get_indexer(words.teams), -1)[parts.team]
    receiver = np.where(parts.person >= 0, parts.person, of_team).astype(np.int32)[pieces.parent]
    wait = parts.pieces.parent[pieces.parent]
    del pieces, found  # of a large log, much memory
    columns = {
        **{name: waits[name].array.take(wait) for name in OF_WAIT},
        "receiver": decode(receiver, names),
        "cause": decode(cause, pd.Index(CAUSES)),
        "carried": pd.array([pd.NA], dtype="boolean").take(np.zeros(len(cause), dtype=np.intp)),
        **times,
    }
    return conform(pd.DataFrame(columns, copy=False), WAITS)
