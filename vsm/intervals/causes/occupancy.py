"""What each receiver worked on at every instant: a timeline of the earliest-ready ticket in work.

A person works while a work visit of theirs is open; a team while its tickets in work are at least as many as
its active members. A member is active while holding a work visit, and for some days after each trace in the
log.
"""

from typing import Final, NamedTuple

import numpy as np

from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals, union
from vsm.intervals._kernels.arrays import NEVER, Flags, Ints
from vsm.intervals._kernels.grouped_search import GroupedSearch, grouped_argsort
from vsm.intervals._kernels.range_query import SegmentTree, range_minimum
from vsm.intervals._kernels.runs import run_starts

DAY: Final = 86_400_000_000
BLOCK: Final = 1 << 20


class Work(NamedTuple):
    """One row per stretch of work; −1 is nobody. ``ready`` is since when the ticket could be started."""

    person: Ints
    team: Ints
    start: Ints
    end: Ints
    ready: Ints


class Traces(NamedTuple):
    """One row per act: who did something, for which team, and when; −1 is none."""

    person: Ints
    team: Ints
    at: Ints


class Members(NamedTuple):
    """One row per stretch in which a member of a team is active; those of one member are disjoint."""

    person: Ints
    team: Ints
    start: Ints
    end: Ints


class Occupancy:
    """What each receiver worked on: segments of their time, with the earliest ``ready`` of what was in work.

    Receivers are numbers; NEVER stands where nothing was worked on. Ann holds A (ready at 3) from 10 to 30
    and B (ready at 5) from 20 to 50::

        receiver  ann  ann  ann  ann          at     10   20   30   50
        in work    A   A+B   B    –           ready   3    3    5  NEVER

    Segments with the same ``ready`` are joined: at 20 nothing changes for those who wait.

    Parameters
    ----------
    receiver, at, ready
        Where segments begin, sorted by receiver and instant; each receiver's last one has NEVER.

    Examples
    --------
    >>> free = Occupancy(np.array([0, 0]), np.array([10, 30]), np.array([NEVER, NEVER]))
    >>> len(free.worked(Intervals(np.array([0]), np.array([0]), np.array([50])), np.array([0])))
    0
    """

    def __init__(self, receiver: Ints, at: Ints, ready: Ints) -> None:
        news = run_starts(ready, receiver)
        self._receiver, self._at, self._ready = receiver[news], at[news], ready[news]
        self._begins = GroupedSearch(self._receiver, self._at)
        self._tree = SegmentTree(self._ready)
        works = self._ready != NEVER
        starts = np.flatnonzero(works & run_starts(works, self._receiver))
        # A receiver's segments end with NEVER, so each stretch of work ends where the next NEVER begins.
        ends = np.flatnonzero(~works & np.append(False, works[:-1])) if len(works) else starts
        self._spans = GroupedIntervals(self._receiver[starts], self._at[starts], self._at[ends])

    def worked(self, pieces: Intervals, receiver: Ints) -> Intervals:
        """Give when in each piece its receiver worked on anything; ``parent`` is the row in ``pieces``."""
        return self._spans.intersect(pieces, receiver)

    def split(self, pieces: Intervals, receiver: Ints, ready: Ints) -> tuple[Intervals, Flags]:
        """Cut pieces into when something ready no later was in work, and when only what came later.

        A ticket ready at 4 waits for ann from 10 to 50 (see above)::

            segment ready    3    5          earlier = segment's ready ≤ 4:  T at 10, F at 30
            pieces       10 ─ 30   30 ─ 50

        Each round jumps, by the segment tree, to the next segment at which the answer turns: as many rounds
        as the piece with most turns has, each over all pieces that are not at their end yet.

        Parameters
        ----------
        pieces
            Stretches in which the receiver worked throughout.
        ready
            Since when each piece's ticket was ready.

        Returns
        -------
        tuple
            The pieces cut, ``parent`` being the row, and for each whether something earlier was in work.
        """
        row, at = np.arange(len(pieces)), pieces.start
        here = self._begins.searchsorted(receiver, at, side="right") - 1
        parts: list[tuple[Ints, Ints, Ints, Flags]] = []
        while len(row):
            earlier = self._ready[here] <= ready[row]
            turn = self._next_turn(here, earlier, ready[row])
            beyond = np.append(self._at, NEVER)[turn]
            other = (
                np.append(self._receiver, -1)[turn] != receiver[row]
            )  # the turn is on somebody else's timeline
            until = np.where(other, pieces.end[row], np.minimum(beyond, pieces.end[row]))
            parts.append((row, at, until, earlier))
            more = until < pieces.end[row]
            row, at, here = row[more], until[more], turn[more]
        if not parts:
            return pieces, np.zeros(0, dtype=bool)
        number, start, end, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = grouped_argsort(number, start)
        return Intervals(number, start, end)[order], kind[order].astype(bool)

    def _next_turn(self, here: Ints, earlier: Flags, ready: Ints) -> Ints:
        """Give the next segment at which the answer is another one."""
        turn = np.empty(len(here), dtype=np.int64)
        for flag, search in ((True, self._tree.next_above), (False, self._tree.next_not_above)):
            rows = np.flatnonzero(earlier == flag)
            turn[rows] = search(here[rows] + 1, ready[rows])
        return turn


def occupancy_of_persons(work: Work) -> Occupancy:
    """Give what each person worked on; receivers are the numbers of persons.

    Examples
    --------
    >>> one = np.array([0])
    >>> busy = occupancy_of_persons(Work(one, one, one, one + 5, one))
    >>> busy.worked(Intervals(one, one, one + 9), one).end.tolist()
    [5]
    """
    known = (work.person >= 0) & (work.start < work.end)
    line = Timeline((work.person[known], work.start[known], work.end[known]))
    return Occupancy(line.group, line.at, line.minimum(0, work.ready[known]))


def occupancy_of_teams(work: Work, members: Members) -> Occupancy:
    """Give what each team worked on while as many of its tickets were in work as it had active members.

    Examples
    --------
    >>> one = np.array([0])
    >>> work, none = Work(one, one, one, one + 5, one), np.array([], dtype=np.int64)
    >>> busy = occupancy_of_teams(work, active_members(work, Traces(none, none, none), days=14))
    >>> busy.worked(Intervals(one, one, one + 9), one).end.tolist()
    [5]
    """
    known = (work.team >= 0) & (work.start < work.end)
    in_work = work.team[known], work.start[known], work.end[known]
    line = Timeline(in_work, (members.team, members.start, members.end))
    tickets, active = line.depth(0), line.depth(1)
    ready = line.minimum(0, work.ready[known])
    return Occupancy(line.group, line.at, np.where((tickets > 0) & (tickets >= active), ready, NEVER))


def active_members(work: Work, traces: Traces, *, days: float) -> Members:
    """Give when each member of a team is active: while holding its work, and some days after each trace.

    Examples
    --------
    >>> one, none = np.array([0]), np.array([], dtype=np.int64)
    >>> active_members(Work(one, one, one, one + 5, one), Traces(none, none, none), days=14).end.tolist()
    [5]
    """
    held = (work.team >= 0) & (work.person >= 0) & (work.start < work.end)
    found = [Members(work.person[held], work.team[held], work.start[held], work.end[held])]
    # People leave many traces within some days: those of one block after another are few stretches.
    for first in range(0, len(traces.at), BLOCK):
        person, team, at = (column[first : first + BLOCK] for column in traces)
        acted = (team >= 0) & (person >= 0)
        since = at[acted]
        found.append(united_members(Members(person[acted], team[acted], since, since + int(days * DAY))))
    return united_members(Members(*map(np.concatenate, zip(*found, strict=True))))


def united_members(members: Members) -> Members:
    """Give the disjoint stretches that these make together, those of each member and team.

    Those of some tickets may be united first and then with those of others: that gives the same.

    Examples
    --------
    >>> one, at = np.zeros(2, dtype=np.int64), np.array([0, 5])
    >>> united_members(Members(one, one, at, at + 7)).end.tolist()
    [12]
    """
    persons = int(members.person.max(initial=0)) + 1
    pair, since, until = union(members.team * persons + members.person, members.start, members.end)
    return Members(pair % persons, pair // persons, since, until)


class Timeline:
    """Each group's time, cut into segments wherever any of several sets of spans begins or ends.

    ::

        spans of set 0     10 ──────── 30                edges   10  20  30  50
                                20 ──────────── 50       depth    1   2   1   0     cumsum(begin − end)
        ranges of segments  [0, 2)  [1, 3)

    Parameters
    ----------
    sets
        Of each set: the group, start and end of its spans.
    """

    def __init__(self, *sets: tuple[Ints, Ints, Ints]) -> None:
        group = np.concatenate([side for group, _, _ in sets for side in (group, group)])
        edge = np.concatenate([side for _, *sides in sets for side in sides])
        order = grouped_argsort(group, edge)
        news = run_starts(edge[order], group[order])
        self.group, self.at = group[order][news], edge[order][news]
        segment = np.empty(len(order), dtype=np.int64)
        segment[order] = np.cumsum(news) - 1
        lengths = np.cumsum([len(group) for group, _, _ in sets for _ in range(2)])
        sides = np.split(segment, lengths[:-1])
        self._ranges = list(zip(sides[::2], sides[1::2], strict=True))

    def minimum(self, number: int, value: Ints) -> Ints:
        """Give the least value of this set's spans over each segment; NEVER where none is."""
        first, last = self._ranges[number]
        return range_minimum(first, last, value, segments=len(self.at))

    def depth(self, number: int) -> Ints:
        """Give how many of this set's spans are over each segment."""
        begin, end = (np.bincount(side, minlength=len(self.at)) for side in self._ranges[number])
        return np.cumsum(begin - end)
