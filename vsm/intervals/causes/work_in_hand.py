"""On what did each receiver work, at every instant? Lines of the earliest-ready ticket in their hands.

A person works while a work visit of theirs is open; a team while its tickets in work are at least as many as
its active members. A member is active while holding a work visit, and for some days after each trace left in
the log.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vsm.intervals.causes.ahead import NEVER, Line, least_covering
from vsm.intervals.causes.pieces import Pieces, Spans, united
from vsm.intervals.instants import Flags, Instants, Ints, in_order

DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """Which tickets lay in whose hands? One row per stretch of work, in any order; −1 is nobody.

    ``ready`` is when the ticket had become ready to be taken up.
    """

    person: Ints
    team: Ints
    start: Ints
    end: Ints
    ready: Ints


@dataclass(frozen=True, slots=True)
class Traces:
    """When did whom do anything, and for which team? One row per act; −1 is none."""

    person: Ints
    team: Ints
    at: Ints


class Hands:
    """What did each receiver work on? Segments of each receiver's time, with the earliest ``ready`` therein.

    Receivers are numbers; ``NEVER`` stands where nothing was worked on.

    Examples
    --------
    >>> hands = Hands(np.array([0, 0]), np.array([10, 30]), np.array([NEVER, NEVER]))
    >>> len(hands.worked(Pieces(np.array([0]), np.array([0]), np.array([50])), np.array([0])))
    0
    """

    def __init__(self, receiver: Ints, at: Ints, ready: Ints) -> None:
        news = np.ones(len(at), dtype=bool)
        news[1:] = (ready[1:] != ready[:-1]) | (receiver[1:] != receiver[:-1])
        self._receiver, self._at, self._ready = receiver[news], at[news], ready[news]
        self._begins = Instants(self._receiver, self._at)
        self._line = Line(self._ready)
        self._spans = self._worked()

    def _worked(self) -> Spans:
        """Join segments in which anything was worked on; a line of a receiver ends with ``NEVER``."""
        works = self._ready != NEVER
        fresh = np.ones(len(works), dtype=bool)
        fresh[1:] = ~works[:-1] | (self._receiver[1:] != self._receiver[:-1])
        begins = np.flatnonzero(works & fresh)
        ends = np.flatnonzero(~works & np.append(False, works[:-1])) if len(works) else begins
        return Spans(self._receiver[begins], self._at[begins], self._at[ends])

    def worked(self, pieces: Pieces, receiver: Ints) -> Pieces:
        """When in each piece did its receiver work on anything? ``source`` is the row in ``pieces``."""
        return self._spans.within(pieces, receiver)

    def split(self, pieces: Pieces, receiver: Ints, ready: Ints) -> tuple[Pieces, Flags]:
        """When was something in hand that had become ready no later, and when only what came later?

        Parameters
        ----------
        pieces
            Stretches in which the receiver worked throughout.
        ready
            Since when each piece's ticket was ready.

        Returns
        -------
        tuple
            The pieces cut, ``source`` being the row, and for each whether something earlier was in hand.
        """
        row, at = np.arange(len(pieces)), pieces.start
        here = self._begins.until(receiver, at) - 1
        parts: list[tuple[Ints, Ints, Ints, Flags]] = []
        while len(row):
            earlier = self._ready[here] <= ready[row]
            following = self._next(here, earlier, ready[row])
            beyond = np.append(self._at, NEVER)[following]
            other = np.append(self._receiver, -1)[following] != receiver[row]
            until = np.where(other, pieces.end[row], np.minimum(beyond, pieces.end[row]))
            parts.append((row, at, until, earlier))
            more = until < pieces.end[row]
            row, at, here = row[more], until[more], following[more]
        if not parts:
            return pieces, np.zeros(0, dtype=bool)
        number, start, end, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = in_order(number, start)
        return Pieces(number, start, end)[order], kind[order].astype(bool)

    def _next(self, here: Ints, earlier: Flags, ready: Ints) -> Ints:
        """Find the next segment at which the answer is another one."""
        following = np.empty(len(here), dtype=np.int64)
        for flag, search in ((True, self._line.next_above), (False, self._line.next_not_above)):
            rows = np.flatnonzero(earlier == flag)
            following[rows] = search(here[rows] + 1, ready[rows])
        return following


def hands_of_persons(work: Work) -> Hands:
    """On what did each person work? Receivers are the numbers of persons.

    Examples
    --------
    >>> one = np.array([0])
    >>> isinstance(hands_of_persons(Work(one, one, one, one + 5, one)), Hands)
    True
    """
    known = (work.person >= 0) & (work.start < work.end)
    lines = _Lines((work.person[known], work.start[known], work.end[known]))
    return Hands(lines.receiver, lines.at, lines.least(0, work.ready[known]))


def hands_of_teams(work: Work, traces: Traces, *, active_days: float) -> Hands:
    """On what did each team work, while as many of its tickets were in work as it had active members?

    Examples
    --------
    >>> one = np.array([0])
    >>> none = np.array([], dtype=np.int64)
    >>> hands = hands_of_teams(Work(one, one, one, one + 5, one), Traces(none, none, none), active_days=14)
    >>> hands.worked(Pieces(one, one, one + 9), one).end.tolist()
    [5]
    """
    known = (work.team >= 0) & (work.start < work.end)
    held = work.team[known], work.start[known], work.end[known]
    lines = _Lines(held, _activity(work, traces, int(active_days * DAY)))
    in_work, members = lines.depth(0), lines.depth(1)
    ready = lines.least(0, work.ready[known])
    return Hands(lines.receiver, lines.at, np.where((in_work > 0) & (in_work >= members), ready, NEVER))


def _activity(work: Work, traces: Traces, days: int) -> tuple[Ints, Ints, Ints]:
    """Unite each member's days of activity, by team: the team of each span, its start and its end."""
    held = (work.team >= 0) & (work.person >= 0) & (work.start < work.end)
    acted = (traces.team >= 0) & (traces.person >= 0)
    team = np.concatenate([work.team[held], traces.team[acted]])
    person = np.concatenate([work.person[held], traces.person[acted]])
    start = np.concatenate([work.start[held], traces.at[acted]])
    end = np.concatenate([work.end[held], traces.at[acted] + days])
    persons = int(person.max(initial=0)) + 1
    pair, since, until = united(team * persons + person, start, end)
    return pair // persons, since, until


class _Lines:
    """Each group's time, cut into segments wherever any of several sets of spans begins or ends."""

    def __init__(self, *sets: tuple[Ints, Ints, Ints]) -> None:
        both = np.concatenate([part for group, _, _ in sets for part in (group, group)])
        edge = np.concatenate([side for _, *sides in sets for side in sides])
        order = in_order(both, edge)
        news = np.ones(len(order), dtype=bool)
        news[1:] = (np.diff(edge[order]) != 0) | (np.diff(both[order]) != 0)
        self.receiver, self.at = both[order][news], edge[order][news]
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.cumsum(news) - 1
        ends = np.cumsum([len(group) for group, _, _ in sets for _ in range(2)])
        sides = np.split(place, ends[:-1])
        self._ranges = list(zip(sides[::2], sides[1::2], strict=True))

    def least(self, number: int, value: Ints) -> Ints:
        """Which is the least value of this set's spans that lie over each segment?"""
        first, last = self._ranges[number]
        return least_covering(first, last, value, segments=len(self.at))

    def depth(self, number: int) -> Ints:
        """How many of this set's spans lie over each segment?"""
        begin, end = (np.bincount(side, minlength=len(self.at)) for side in self._ranges[number])
        return np.cumsum(begin - end)
