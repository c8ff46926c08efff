"""When each cause holds: rules from stretches of waiting to the parts that a cause accounts for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vsm.clock import ALWAYS, Calendar, Clock, micros_of
from vsm.config import Waiting
from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals
from vsm.intervals._kernels.arrays import NEVER, Flags, Ints
from vsm.intervals._kernels.coding import encode
from vsm.intervals._kernels.grouped_search import grouped_argsort
from vsm.intervals.causes.batches import batched_until, ready_since
from vsm.intervals.causes.occupancy import Traces, Work, occupancy_of_persons, occupancy_of_teams
from vsm.intervals.causes.receivers import Parts, Words
from vsm.intervals.handoffs import work_start
from vsm.intervals.parts import spans_of_tickets
from vsm.intervals.stage_codes import encode_teams
from vsm.people import Teams

LONG_AGO: Final = -NEVER

IN_PARTS: Final = "work on parts"
"""No cause: somebody worked on a part of the ticket, so that it did not wait."""

CauseRule = Callable[[Intervals], Intervals]
"""Stretches of waiting (``parent``: row in ``Parts``) → what a cause explains (``parent``: row in those)."""


@dataclass(frozen=True, slots=True)
class WaitContext:
    """What the rules look at, as ``causes_of_waits`` takes it; ``events`` up to ``as_of``."""

    waits: pd.DataFrame
    visits: pd.DataFrame
    events: pd.DataFrame
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

    def assignable(self) -> Flags:
        """Mark the waits of tickets whose source records assignees: of others nobody knows who had them."""
        kind, source = self.events["kind"], self.events["source"]
        known = set(source[(kind == "assignee") & self.events["after"].notna()].unique())
        created = self.events.loc[(kind == "created") & source.isin(known), "ticket"]
        marked: Flags = self.waits["ticket"].isin(set(created)).to_numpy()
        return marked

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


def cause_rules(context: WaitContext, parts: Parts, calendars: Calendars) -> Mapping[str, CauseRule]:
    """Give one rule for each word of ``CAUSES`` but ``unexplained``, and ``IN_PARTS``.

    Examples
    --------
    >>> whole = Intervals(np.array([0, 1]), np.array([0, 0]), np.array([9, 9]))
    >>> _where(np.array([True, False]))(whole).parent.tolist()
    [0]
    """
    external = context.in_stages(context.stages["kind"] == "external")
    receivers = _Receivers(context, parts)
    # Where "at capacity" comes first, what is left of their work is on later tickets only: no need to look
    # again.
    capacity_first = context.rules.order.index("at capacity") < context.rules.order.index("overtaken")
    return {
        IN_PARTS: _spans(context.in_parts, context, parts),
        "blocked": _spans(context.blocked, context, parts),
        "external": _where(external[parts.pieces.parent]),
        "non-working time": _covered(calendars.closed(), calendars.of_part),
        "unassigned": _where(parts.unowned & context.assignable()[parts.pieces.parent]),
        "batched": _batched(context, parts),
        "at capacity": lambda rest: receivers.worked(rest, earlier=True),
        "overtaken": lambda rest: receivers.worked(rest, earlier=None if capacity_first else False),
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


def _batched(context: WaitContext, parts: Parts) -> CauseRule:
    """Let waits of a stage that left to one receiver, or in a release, wait for the last of their batch."""
    waits, rules = context.waits, context.rules
    until = batched_until(
        _batch_keys(context, parts),
        micros_of(waits["start"]),
        micros_of(waits["end"]),
        ticket=encode(waits["ticket"], context.words.tickets),
        minutes=rules.batch_minutes,
        least=rules.batch_tickets,
    )[parts.pieces.parent]

    def rule(rest: Intervals) -> Intervals:
        ends = np.minimum(until[rest.parent], rest.end)
        rows = np.flatnonzero(rest.start < ends)
        return Intervals(rows, rest.start[rows], ends[rows])

    return rule


def _batch_keys(context: WaitContext, parts: Parts) -> Ints:
    """Number what may leave together: by stage, and by receiver unless it leaves in a release; −1 where none.

    What has not left, or was found gone, or was tidied up in bulk is in no batch. A release is a move into
    ``done``, or out of a stage with ``batch = true``. With P persons and T teams, the receivers of one stage
    are numbered without gaps, from 0 up::

        team T−1 … team 0   nobody   person 0 … person P−1   release
         −1−T   …   −2        −1         0    …    P−1          P       + T + 1

    and a key is stage · (P + T + 2) + that number.
    """
    waits, visits, visit = context.waits, context.visits, context.visit_rows()
    persons, teams = len(context.words.persons), len(context.words.teams)
    ticket = encode(visits["ticket"], context.words.tickets)
    work, done = ((visits["kind"] == kind).to_numpy() for kind in ("work", "done"))
    goes_on = np.append(ticket[1:] == ticket[:-1], False)
    to_done = np.append(done[1:], False) & goes_on
    left = (
        visits["left"].notna().to_numpy() & goes_on
    )  # a last visit that was left: the ticket was found gone
    hidden = work[
        visit
    ]  # at the beginning of a work visit: ends with the first touch, not with leaving the stage
    last_part = np.searchsorted(parts.pieces.parent, np.arange(len(waits)), side="right") - 1
    person, team = parts.person[last_part], parts.team[last_part]
    receiver = np.where(person >= 0, person, -2 - team)
    released = to_done[visit] | context.in_stages(context.stages["batch"])
    receiver = np.where(released & ~hidden, persons, receiver)
    known = (left[visit] | hidden) & ~waits["bulk"].to_numpy() & (receiver != -1)
    stage = waits["stage"].cat.codes.to_numpy().astype(np.int64)
    return np.where(known, stage * (persons + teams + 2) + receiver + teams + 1, -1)


class _Receivers:
    """When receivers worked on something else, ready earlier or later than what waits for them."""

    def __init__(self, context: WaitContext, parts: Parts) -> None:
        since = ready_since(context.visits)
        work, days = _work(context, since), context.rules.active_days
        teams = occupancy_of_teams(work, _traces(context), active_days=days)
        self._sides = ((occupancy_of_persons(work), parts.person), (teams, parts.team))
        self._ready = since[context.visit_rows()][parts.pieces.parent]

    def worked(self, rest: Intervals, *, earlier: bool | None) -> Intervals:
        """Give when they worked: on anything earlier, on later things only, or (None) on anything at all."""
        sides = []
        for occupancy, receivers in self._sides:
            rows = np.flatnonzero(receivers[rest.parent] >= 0)
            stretches, receiver = rest[rows], receivers[rest.parent[rows]]
            worked = occupancy.worked(stretches, receiver)
            if earlier is not None:
                ready = self._ready[stretches.parent[worked.parent]]
                cut, flags = occupancy.split(worked, receiver[worked.parent], ready)
                worked = cut.of(worked)[flags == earlier]
            sides.append(Intervals(rows[worked.parent], worked.start, worked.end))
        both = Intervals.together(sides)
        return both[grouped_argsort(both.parent, both.start)]


def _work(context: WaitContext, since: Ints) -> Work:
    """Give stretches of work: open work visits, or only what is between their first and last trace."""
    words = context.words
    rows = np.flatnonzero((context.visits["kind"] == "work").to_numpy())
    visits = context.visits.iloc[rows]
    start, end = work_start(visits), visits["left"].fillna(context.as_of)
    if context.rules.work == "touches":
        start, end = visits["first_touch"].fillna(start), visits["last_touch"].fillna(start)
    return Work(
        encode(visits["holder"], words.persons),
        encode(visits["team"], words.teams),
        micros_of(start),
        micros_of(end),
        since[rows],
    )


def _traces(context: WaitContext) -> Traces:
    acts = context.events[context.events["actor"].notna()]
    person, at = encode(acts["actor"], context.words.persons), micros_of(acts["at"])
    return Traces(person, context.teams_of(person, at), at)
