"""The intervals of a log in partitions of whole tickets: the steps of the serial way, wherever each is done.

Visits, handoffs and when nobody worked are found partition by partition; why nobody did, once the narrow rows
that concern other tickets have been exchanged (``intervals.causes.exchange``)::

    moves ── stays ──┬── waits cut by receiver ── buckets ── answers ── WAITS
                     └── words, finishes, work on parts of all partitions: small, and known to each
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from operator import getitem
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import union_categoricals

from vsm.clock import Clock
from vsm.config import Waiting
from vsm.context import Context, Intervals, blocks_of, held_up, with_sums
from vsm.intervals import (
    blocked_spans,
    finished_at,
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
    work_of_parts,
)
from vsm.intervals.blocks import joined_spans
from vsm.intervals.causes.cause_rules import WaitContext
from vsm.intervals.causes.cut_waits import CutWaits
from vsm.intervals.causes.exchange import Answers, Needs, answers_of, in_buckets, joined, worked_of
from vsm.intervals.causes.receivers import Parts, Words, parts_of_waits, words_of
from vsm.intervals.causes.sweep import sources_with_assignees, with_causes
from vsm.intervals.codes import NOBODY, encode
from vsm.intervals.event_codes import COLUMNS, STATE_KINDS
from vsm.people import Teams
from vsm.tables import HANDOFFS, VISITS, WAITS, Table, conform, empty

MovesOf = Callable[[], pd.DataFrame]
"""Gives the moves of whole tickets where it is called: EVENTS as ``Context.moves``."""
OF_VISITS: Final = ("stage", "holder", "team")


class Workers(Protocol):
    """Who does the steps: the processes of a ``vsm.cluster.Cluster``."""

    def submit(self, work: Callable[..., Any], *args: Any) -> Any:
        """Promise what some work makes of these; promises among them are kept first."""

    def gather(self, promises: list[Any]) -> list[Any]:
        """Wait for what was promised."""

    def partitions(self, moves: int) -> int:
        """Give in how many partitions so many moves are worked on."""


@dataclass(frozen=True, slots=True)
class Common:
    """What the steps of all partitions are read by; as in ``Context``."""

    stages: pd.DataFrame
    teams: Teams
    clock: Clock
    waiting: Waiting
    unit_of: dict[str, str]
    as_of: pd.Timestamp

    @classmethod
    def of(cls, context: Context) -> "Common":
        """Give what partitions need of a context."""
        unit_of, waiting = dict(context.unit_of), context.workflow.waiting
        return cls(context.stages, context.people.teams, context.clock, waiting, unit_of, context.as_of)


class Found(NamedTuple):
    """What all partitions need to know of one."""

    persons: frozenset[str]
    teams: frozenset[str]
    assigning: frozenset[str]
    finished: "pd.Series[Any]"
    held_up: pd.DataFrame
    in_parts: pd.DataFrame


class Stays(NamedTuple):
    """The intervals of some tickets that need no others."""

    visits: pd.DataFrame
    handoffs: pd.DataFrame
    waits: pd.DataFrame
    found: Found


class Around(NamedTuple):
    """What is known of some tickets from all partitions; ``persons`` and ``teams`` are those of all."""

    persons: "pd.Index[Any]"
    teams: "pd.Index[Any]"
    assigning: frozenset[str]
    blocked: pd.DataFrame
    in_parts: pd.DataFrame


def intervals_in_partitions(
    context: Context, *, workers: Workers, partition: npt.NDArray[Any] | None = None
) -> Intervals:
    """Give what ``intervals_of`` gives, made in partitions.

    Parameters
    ----------
    workers
        Who does the steps.
    partition
        Of each ticket, by its code, from 0; by default neighbours are together.
    """
    common, tickets = Common.of(context), context.moves["ticket"].cat.categories
    if partition is None:
        partition = ranges_of_tickets(context.moves, workers.partitions(len(context.moves)))
    road = Road(moves_in_partitions(context.moves, partition), workers.submit(itself, common), workers)
    found = road.found()
    finished = pd.concat([part.finished for part in found])
    blocks = blocks_of(context, finished=finished, held_up=pd.concat([part.held_up for part in found]))
    waits = road.waits(found, blocked_spans(blocks, as_of=context.as_of))
    stays = workers.gather(road.stays)
    visits, _ = together([part.visits for part in stays], VISITS, tickets=tickets)
    handoffs, line = together([part.handoffs for part in stays], HANDOFFS, tickets=tickets)
    numbered = _with_numbers(workers.gather(waits), [len(part.handoffs) for part in stays], line)
    pieces, _ = together(numbered, WAITS, tickets=tickets)
    handoffs["handoff"] = np.arange(len(handoffs))
    if len(pieces):
        pieces = pieces.assign(
            **{name: pieces[name].cat.set_categories(visits[name].cat.categories) for name in OF_VISITS}
        )
    return with_sums(Intervals(visits, handoffs, pieces, blocks), context)


def moves_in_partitions(moves: pd.DataFrame, partition: npt.NDArray[Any]) -> list[MovesOf]:
    """Give the moves of each partition, with only what is read of them and words of its own.

    Parameters
    ----------
    moves
        EVENTS in their order.
    partition
        Of each ticket, by its code, from 0.
    """
    states = moves["kind"].isin(STATE_KINDS)
    narrow = moves[list(COLUMNS)].assign(
        ref=pd.factorize(moves["ref"])[0],
        **{side: moves[side].where(states) for side in ("before", "after")},
    )
    of_row = partition[moves["ticket"].cat.codes.to_numpy()]
    line = np.argsort(of_row, kind="stable")
    edges = np.searchsorted(of_row[line], np.arange(int(partition.max(initial=0)) + 2))
    words = narrow.select_dtypes("category").columns
    found = list[MovesOf]()
    for first, beyond in pairwise(edges):
        rows = narrow.iloc[line[first:beyond]].reset_index(drop=True)
        own = rows.assign(**{name: rows[name].cat.remove_unused_categories() for name in words})
        found.append(partial(itself, own))
    return found


def ranges_of_tickets(moves: pd.DataFrame, partitions: int) -> npt.NDArray[Any]:
    """Give the partition of each ticket, by its code: neighbours, about as many moves in each.

    Examples
    --------
    >>> moves = pd.DataFrame({"ticket": ["a", "a", "b", "c"]}).astype({"ticket": "category"})
    >>> ranges_of_tickets(moves, 2).tolist()
    [0, 1, 1]
    """
    counts = np.bincount(moves["ticket"].cat.codes, minlength=len(moves["ticket"].cat.categories))
    before = np.cumsum(counts) - counts
    return before * partitions // max(len(moves), 1)


class Road:
    """The steps from moves to WAITS, promised partition by partition."""

    def __init__(self, moves: Sequence[MovesOf], common: Any, workers: Workers) -> None:
        self.moves, self.common, self.workers = moves, common, workers
        self.stays = [workers.submit(stays_of, one, common) for one in moves]

    def found(self) -> list[Found]:
        """Give what each partition has found."""
        return self.workers.gather([self.workers.submit(_found, stays) for stays in self.stays])

    def waits(self, found: Sequence[Found], blocked: pd.DataFrame) -> list[Any]:
        """Promise the WAITS of each partition, once blocks of all tickets are known."""
        submit, number = self.workers.submit, len(self.moves)
        known = submit(itself, _around(found, blocked))
        # One partition after another, each taken apart at once: what a worker puts on disk is read back once.
        parts, *needs = zip(
            *(
                self._taken_apart(submit(cut_waits, *one, known, self.common, number), 1 + number)
                for one in zip(self.moves, self.stays, strict=True)
            ),
            strict=True,
        )
        answers = [self._taken_apart(submit(_answers, list(one), self.common), number) for one in needs]
        return [
            submit(_with_causes, *one, known, self.common)
            for one in zip(self.stays, parts, map(list, zip(*answers, strict=True)), strict=True)
        ]

    def _taken_apart(self, promise: Any, number: int) -> list[Any]:
        return [self.workers.submit(getitem, promise, place) for place in range(number)]


def itself(anything: Any) -> Any:
    """Give what was given: the promise of something that steps have in common."""
    return anything


def _found(stays: Stays) -> Found:
    return stays.found


def _answers(bucket: list[Needs], common: Common) -> list[Answers]:
    return answers_of(bucket, rules=common.waiting)


def stays_of(moves: MovesOf, common: Common) -> Stays:
    """Give the visits, handoffs and waits of some tickets, and what others need to know of them."""
    events, stages, as_of = moves(), common.stages, common.as_of
    visits = visits_from_events(events, stages=stages, team_of=common.teams, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    waits = waits_from_visits(visits, handoffs, as_of=as_of)
    seen = events[events["at"] <= as_of]
    words = words_of(visits, seen, stages=stages, teams=common.teams)
    found = Found(
        frozenset(words.persons),
        frozenset(words.teams),
        sources_with_assignees(seen),
        finished_at(visits),
        held_up(visits, stages=stages),
        work_of_parts(visits, common.unit_of, as_of=as_of),
    )
    return Stays(visits, handoffs, waits, found)


def _around(found: Sequence[Found], blocked: pd.DataFrame) -> Around:
    persons, teams, assigning = (
        frozenset[str]().union(*words) for words in list(zip(*found, strict=True))[:3]
    )
    in_parts = pd.concat([one.in_parts for one in found], ignore_index=True)
    return Around(
        pd.Index(sorted(persons), dtype="str"),
        pd.Index(sorted(teams), dtype="str"),
        assigning,
        blocked,
        joined_spans(in_parts["ticket"], in_parts["start"], in_parts["end"]),
    )


def cut_waits(
    moves: MovesOf, stays: Stays, around: Around, common: Common, buckets: int
) -> tuple[Parts | Needs, ...]:
    """Give the parts of some tickets' waits, then what goes into each bucket."""
    events = moves()
    seen, context = events[events["at"] <= common.as_of], _context(stays, around, common)
    parts = parts_of_waits(
        stays.waits, seen, stages=common.stages, teams=common.teams, words=context.words,
        assigning=around.assigning,
    )  # fmt: skip
    return parts, *in_buckets(CutWaits(context, parts).needs(seen), buckets=buckets)


def _context(stays: Stays, around: Around, common: Common) -> WaitContext:
    words = Words(stays.visits["ticket"].cat.categories, around.persons, around.teams)
    blocked, in_parts = (
        spans[encode(spans["ticket"], words.tickets) != NOBODY] for spans in (around.blocked, around.in_parts)
    )
    return WaitContext(
        stays.waits, stays.visits, common.stages, common.teams, blocked, in_parts, common.waiting, words,
        common.as_of,
    )  # fmt: skip


def _with_causes(
    stays: Stays, parts: Parts, answers: list[Answers], around: Around, common: Common
) -> pd.DataFrame:
    if stays.waits.empty:
        return empty(WAITS)
    cut = CutWaits(_context(stays, around, common), parts)
    late, busy = (joined(rows) for rows in zip(*answers, strict=True))
    until = cut.leaving().ready.copy()
    until[late.wait] = late.until
    return with_causes(cut, clock=common.clock, until=until, worked=worked_of(busy))


def _with_numbers(
    waits: list[pd.DataFrame], counts: list[int], line: npt.NDArray[np.int64]
) -> list[pd.DataFrame]:
    """Give WAITS with the numbers that their handoffs have among those of all partitions.

    ::

        partition   0  0  1         line   2  0  1     the second partition's handoff is the first of all
        handoff     0  1  0         number 1  2  0     of each, in the order of partitions
    """
    number = np.empty(len(line), dtype=np.int64)
    number[line] = np.arange(len(line))
    found = []
    for frame, begin in zip(waits, np.cumsum([0, *counts]), strict=False):
        local = frame["handoff"].to_numpy(dtype="int64", na_value=NOBODY)
        there = local != NOBODY
        local[there] = number[local[there] + begin]
        found.append(frame.assign(handoff=pd.arrays.IntegerArray(local, ~there)))
    return found


def together(
    frames: list[pd.DataFrame], table: Table, *, tickets: "pd.Index[Any]"
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Give the rows of all partitions by ticket, with one set of words a column, and where each row was."""
    most = max(frames, key=lambda frame: len(frame["ticket"].cat.categories))
    frames = [frame for frame in frames if len(frame)] or [most]
    if not len(frames[0]["ticket"].cat.categories):
        return frames[0], np.empty(0, dtype=np.int64)
    ticket = np.concatenate([encode(frame["ticket"], tickets) for frame in frames])
    line = np.argsort(ticket, kind="stable")
    columns: dict[str, Any] = {
        name: _column([frame[name] for frame in frames]).take(line)
        for name in table.names
        if name != "ticket"
    }
    columns["ticket"] = pd.Categorical.from_codes(ticket[line], tickets)
    made = pd.DataFrame({name: columns[name] for name in table.names}, copy=False)
    return conform(made, table), line


def _column(parts: list["pd.Series[Any]"]) -> Any:
    first = parts[0].dtype
    if not isinstance(first, pd.CategoricalDtype) or all(part.dtype == first for part in parts):
        return pd.concat(parts, ignore_index=True).array
    return union_categoricals(parts, sort_categories=True)
