"""What the causes of some tickets' waits need to know of all others: narrow rows, by batch and by receiver.

Serially the rows of all tickets are looked at together. Where tickets are in partitions, each row goes to one
bucket: what may leave together by what it has in common, work and waits by their receiver::

    partition 0   leaving, work, members, asked   ──┬── bucket 0   until, worked   ──┬── partition 0
    partition 1   leaving, work, members, asked   ──┴── bucket 1   until, worked   ──┴── partition 1
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np

from vsm.config import Waiting
from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals
from vsm.intervals._kernels.arrays import Flags, Ints
from vsm.intervals._kernels.grouped_search import grouped_argsort
from vsm.intervals.causes.batches import batched_until
from vsm.intervals.causes.cause_rules import Worked
from vsm.intervals.causes.occupancy import (
    Members,
    Work,
    occupancy_of_persons,
    occupancy_of_teams,
    united_members,
)

Rows = TypeVar("Rows", bound=tuple[Any, ...])


class Leaving(NamedTuple):
    """One row a wait that may have left in a batch: see ``batched_until``; ``wait`` is its row."""

    key: Ints
    ready: Ints
    left: Ints
    ticket: Ints
    wait: Ints


class Asked(NamedTuple):
    """One row a part of a wait: for which person or else team it waited; ``part`` is its row."""

    person: Ints
    team: Ints
    start: Ints
    end: Ints
    ready: Ints
    part: Ints


class Until(NamedTuple):
    """Until when a wait, by its row, waited for the rest of its batch."""

    wait: Ints
    until: Ints


class Busy(NamedTuple):
    """When the receiver of a part, by its row, worked, and whether on something that was ready earlier."""

    part: Ints
    start: Ints
    end: Ints
    earlier: Flags


class Needs(NamedTuple):
    """What some tickets tell and ask."""

    leaving: Leaving
    work: Work
    members: Members
    asked: Asked


class Answers(NamedTuple):
    """What some tickets get to know; rows in no batch, and receivers who did not work, are left out."""

    until: Until
    busy: Busy


class Receivers:
    """When receivers worked on something else, ready earlier or later than what waits for them."""

    def __init__(self, work: Work, members: Members) -> None:
        self._sides = occupancy_of_persons(work), occupancy_of_teams(work, members)

    def busy(self, asked: Asked, *, cut: bool = True) -> Busy:
        """Give when they worked; without ``cut`` it is not asked on what."""
        found = []
        for occupancy, receivers in zip(self._sides, (asked.person, asked.team), strict=True):
            rows = np.flatnonzero(receivers >= 0)
            stretches = Intervals(np.arange(len(rows)), asked.start[rows], asked.end[rows])
            receiver, ready = receivers[rows], asked.ready[rows]
            worked = occupancy.worked(stretches, receiver)
            earlier = np.zeros(len(worked), dtype=bool)
            if cut:
                pieces, earlier = occupancy.split(worked, receiver[worked.parent], ready[worked.parent])
                worked = pieces.of(worked)
            found.append(Busy(asked.part[rows[worked.parent]], worked.start, worked.end, earlier))
        both = joined(found)
        return _taken(both, grouped_argsort(both.part, both.start))

    def worked(self, asked: Asked) -> Worked:
        """Give them as causes ask for them; ``asked`` are all parts."""

        def worked(rest: Intervals, *, earlier: bool | None) -> Intervals:
            person, team, ready = (column[rest.parent] for column in (asked.person, asked.team, asked.ready))
            here = Asked(person, team, rest.start, rest.end, ready, np.arange(len(rest)))
            busy = self.busy(here, cut=earlier is not None)
            pieces = Intervals(busy.part, busy.start, busy.end)
            return pieces if earlier is None else pieces[busy.earlier == earlier]

        return worked


def worked_of(busy: Busy) -> Worked:
    """Give when receivers worked as causes ask for it, from what is known of whole parts."""
    rows = _taken(busy, grouped_argsort(busy.part, busy.start))
    spans = {
        earlier: GroupedIntervals(*(column[holds] for column in rows[:3]))
        for earlier, holds in (
            (True, rows.earlier),
            (False, ~rows.earlier),
            (None, np.ones(len(rows.part), dtype=bool)),
        )
    }

    def worked(rest: Intervals, *, earlier: bool | None) -> Intervals:
        return spans[earlier].intersect(rest, rest.parent)

    return worked


def in_buckets(needs: Needs, *, buckets: int) -> list[Needs]:
    """Put each row into the bucket where all that concerns it comes together.

    Work goes to the bucket of who did it and to that of their team, and counts for no other there.
    """
    leaving, work, members, asked = needs
    of_persons = _split(work._replace(team=np.full_like(work.team, -1)), work.person, buckets)
    of_teams = _split(work._replace(person=np.full_like(work.person, -1)), work.team, buckets)
    receiver = np.where(asked.person >= 0, asked.person, asked.team)
    return [
        Needs(*rows)
        for rows in zip(
            _split(leaving, leaving.key, buckets),
            map(joined, zip(of_persons, of_teams, strict=True)),
            _split(members, members.team, buckets),
            _split(asked, receiver, buckets),
            strict=True,
        )
    ]


def answers_of(bucket: Sequence[Needs], *, rules: Waiting) -> list[Answers]:
    """Give each partition what it needs to know, from what all of them put into one bucket."""
    leaving, work, members = (joined(rows) for rows in list(zip(*bucket, strict=True))[:3])
    of = np.repeat(np.arange(len(bucket)), [len(needs.leaving.wait) for needs in bucket])
    # Each partition counts its own tickets from 0.
    until = until_of(leaving._replace(ticket=leaving.ticket * len(bucket) + of), rules)
    late = np.flatnonzero(until > leaving.ready)
    mine = _split(Until(leaving.wait[late], until[late]), of[late], len(bucket))
    receivers = Receivers(work, united_members(members))
    # One partition after another: a team may be waited for by a third of all tickets.
    return [Answers(late, receivers.busy(needs.asked)) for late, needs in zip(mine, bucket, strict=True)]


def until_of(leaving: Leaving, rules: Waiting) -> Ints:
    """Give until when each of these waited for its batch, as ``batched_until``."""
    return batched_until(
        leaving.key,
        leaving.ready,
        leaving.left,
        ticket=leaving.ticket,
        minutes=rules.batch_minutes,
        least=rules.batch_tickets,
    )


def joined(tables: Sequence[Rows]) -> Rows:
    """Give the rows of all tables, one after another; there is at least one table.

    Examples
    --------
    >>> one = Until(np.array([1]), np.array([5]))
    >>> joined([one, one]).wait.tolist()
    [1, 1]
    """
    return type(tables[0])(*map(np.concatenate, zip(*tables, strict=True)))


def _taken(table: Rows, rows: Ints) -> Rows:
    return type(table)(*(column[rows] for column in table))


def _split(table: Rows, number: Ints, buckets: int) -> list[Rows]:
    """Give the rows whose number is 0, 1, … modulo the buckets; those with −1 are nobody's."""
    bucket = np.where(number >= 0, number % buckets, -1)
    order = np.argsort(bucket, kind="stable")
    edges = np.searchsorted(bucket[order], np.arange(buckets + 1))
    return [_taken(table, order[first:beyond]) for first, beyond in pairwise(edges)]
