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
    group, start, end = (column[known] for column in (work.person, work.start, work.end))
    receiver, at, ready = _segments(group, start, end, work.ready[known], others=())
    return Hands(receiver, at, ready)


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
    team, start, end = (column[known] for column in (work.team, work.start, work.end))
    member, active, until = _activity(work, traces, int(active_days * DAY))
    receiver, at, ready = _segments(
        team, start, end, work.ready[known], others=((member, active), (member, until))
    )
    in_work = _depth(receiver, at, team, start, end)
    members = _depth(receiver, at, member, active, until)
    return Hands(receiver, at, np.where((in_work > 0) & (in_work >= members), ready, NEVER))


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


def _segments(
    group: Ints, start: Ints, end: Ints, ready: Ints, *, others: tuple[tuple[Ints, Ints], ...]
) -> tuple[Ints, Ints, Ints]:
    """Cut each group's time wherever anything changes, and tell the least ``ready`` in each segment."""
    both = np.concatenate([group, group, *(part for part, _ in others)])
    edge = np.concatenate([start, end, *(at for _, at in others)])
    order = in_order(both, edge)
    both, edge = both[order], edge[order]
    news = np.ones(len(edge), dtype=bool)
    news[1:] = (edge[1:] != edge[:-1]) | (both[1:] != both[:-1])
    both, edge = both[news], edge[news]
    lines = Instants(both, edge)
    first, last = lines.before(group, start), lines.before(group, end)
    return both, edge, least_covering(first, last, ready, segments=len(edge))


def _depth(receiver: Ints, at: Ints, group: Ints, start: Ints, end: Ints) -> Ints:
    """Count how many spans of its group lie over each segment."""
    lines = Instants(receiver, at)
    step = np.zeros(len(at) + 1, dtype=np.int64)
    np.add.at(step, lines.before(group, start), 1)
    np.add.at(step, lines.before(group, end), -1)
    return np.cumsum(step)[:-1]
