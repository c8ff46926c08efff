"""When each cause holds: rules from stretches of waiting to the parts that a cause accounts for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pandas as pd

from vsm.clock import ALWAYS, Calendar, Clock
from vsm.config import Waiting
from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals
from vsm.intervals._kernels.arrays import NEVER, Flags, Ints
from vsm.intervals._kernels.coding import encode
from vsm.intervals.causes.receivers import Parts, Words
from vsm.intervals.parts import spans_of_tickets
from vsm.intervals.stage_codes import encode_teams
from vsm.people import Teams

LONG_AGO: Final = -NEVER

IN_PARTS: Final = "work on parts"
"""No cause: somebody worked on a part of the ticket, so that it did not wait."""

CauseRule = Callable[[Intervals], Intervals]
"""Stretches of waiting (``parent``: row in ``Parts``) → what a cause explains (``parent``: row in those)."""


class Worked(Protocol):
    """When receivers worked on something else; ``parent`` is the row in the stretches of waiting."""

    def __call__(self, rest: Intervals, *, earlier: bool | None) -> Intervals:
        """Give when: on anything ready earlier, on later things only, or (None) on anything at all."""


@dataclass(frozen=True, slots=True)
class WaitContext:
    """What the rules look at, as ``causes_of_waits`` takes it, of whole tickets."""

    waits: pd.DataFrame
    visits: pd.DataFrame
    stages: pd.DataFrame
    teams: Teams
    blocked: pd.DataFrame
    in_parts: pd.DataFrame
    rules: Waiting
    words: Words
    as_of: pd.Timestamp

    def teams_of(self, person: Ints, at: Ints) -> Ints:
        """Give the team of each person at each instant."""
        words = self.words
        return encode_teams(person, at, teams=self.teams, persons=words.persons, known=words.teams)

    def visit_rows(self) -> Ints:
        """Give the row in ``visits`` of each wait: its ticket's first row and ``n`` more."""
        ticket = encode(self.visits["ticket"], self.words.tickets)
        first: Ints = np.searchsorted(ticket, np.arange(len(self.words.tickets)))
        rows: Ints = first[encode(self.waits["ticket"], self.words.tickets)] + self.waits["n"].to_numpy()
        return rows

    def in_stages(self, holds: "pd.Series[bool]") -> Flags:
        """Mark the waits in stages for which this holds, by row of ``stages``."""
        marked: Flags = self.waits["stage"].isin(set(self.stages.loc[holds, "stage"])).to_numpy()
        return marked


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendar that the receiver of each part works by; ``of_part`` are positions in ``known``."""

    known: tuple[Calendar, ...]
    of_part: Ints

    @classmethod
    def of(cls, clock: Clock, parts: Parts, context: WaitContext) -> "Calendars":
        """Give the calendars: of an agent, of the receiver's team, else of the visit's, else the default."""
        words = context.words
        team = np.where(parts.person >= 0, context.teams_of(parts.person, parts.pieces.start), parts.team)
        team = np.where(team >= 0, team, encode(context.waits["team"], words.teams)[parts.pieces.parent])
        agents = encode(pd.Series(sorted(clock.agents), dtype="str"), words.persons)
        team = np.where((parts.person >= 0) & np.isin(parts.person, agents), len(words.teams), team)
        # Teams share calendars: each is kept once. Team −1 picks the last place, that of the default; the one
        # before it is that of agents.
        by_team = [clock.calendar(str(name)) for name in words.teams] + [ALWAYS, clock.calendar(None)]
        known = list({id(calendar): calendar for calendar in by_team}.values())
        position = {id(calendar): number for number, calendar in enumerate(known)}
        return cls(tuple(known), np.array([position[id(calendar)] for calendar in by_team])[team])

    def closed(self) -> GroupedIntervals:
        """Give when each calendar is closed: before its first span, between its spans, and after the last."""
        start = [np.concatenate([[LONG_AGO], calendar.closes]) for calendar in self.known]
        end = [np.concatenate([calendar.opens, [NEVER]]) for calendar in self.known]
        group = np.repeat(np.arange(len(self.known)), [len(one) for one in start])
        starts, ends = np.concatenate(start), np.concatenate(end)
        real = starts < ends
        return GroupedIntervals(group[real], starts[real], ends[real])

    def working(self, pieces: Intervals) -> Ints:
        """Give the working time of each piece, by its receiver's calendar."""
        working = np.zeros(len(pieces), dtype=np.int64)
        of_piece = self.of_part[pieces.parent]
        for position, calendar in enumerate(self.known):
            rows = np.flatnonzero(of_piece == position)
            working[rows] = calendar.working(pieces.start[rows], pieces.end[rows])
        return working


def cause_rules(
    context: WaitContext, parts: Parts, calendars: Calendars, *, until: Ints, worked: Worked
) -> Mapping[str, CauseRule]:
    """Give one rule for each word of ``CAUSES`` but ``unexplained``, and ``IN_PARTS``.

    Parameters
    ----------
    until
        Until when each wait waited for the rest of its batch, as ``batched_until`` gives it.
    worked
        When receivers worked on something else.

    Examples
    --------
    >>> whole = Intervals(np.array([0, 1]), np.array([0, 0]), np.array([9, 9]))
    >>> _where(np.array([True, False]))(whole).parent.tolist()
    [0]
    """
    external = context.in_stages(context.stages["kind"] == "external")
    # Where "at capacity" comes first, what is left of their work is on later tickets only: no need to look
    # again.
    capacity_first = context.rules.order.index("at capacity") < context.rules.order.index("overtaken")
    return {
        IN_PARTS: _spans(context.in_parts, context, parts),
        "blocked": _spans(context.blocked, context, parts),
        "external": _where(external[parts.pieces.parent]),
        "non-working time": _covered(calendars.closed(), calendars.of_part),
        "unassigned": _where(parts.unassigned),
        "batched": _batched(until[parts.pieces.parent]),
        "at capacity": lambda rest: worked(rest, earlier=True),
        "overtaken": lambda rest: worked(rest, earlier=None if capacity_first else False),
    }


def _where(holds: Flags) -> CauseRule:
    """Account for whole stretches, by what holds for their part."""

    def rule(rest: Intervals) -> Intervals:
        rows = np.flatnonzero(holds[rest.parent])
        return Intervals(rows, rest.start[rows], rest.end[rows])

    return rule


def _covered(spans: GroupedIntervals, group: Ints) -> CauseRule:
    """Account for what these spans cover; ``group`` is that of each part."""
    return lambda rest: spans.intersect(rest, group[rest.parent])


def _spans(frame: pd.DataFrame, context: WaitContext, parts: Parts) -> CauseRule:
    """Account for what these spans of tickets cover."""
    tickets = context.words.tickets
    return _covered(
        spans_of_tickets(frame, tickets), encode(context.waits["ticket"], tickets)[parts.pieces.parent]
    )


def _batched(until: Ints) -> CauseRule:
    """Let waits of a stage that left to one receiver, or in a release, wait for the last of their batch."""

    def rule(rest: Intervals) -> Intervals:
        ends = np.minimum(until[rest.parent], rest.end)
        rows = np.flatnonzero(rest.start < ends)
        return Intervals(rows, rest.start[rows], ends[rows])

    return rule
