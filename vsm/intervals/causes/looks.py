"""When does each cause hold? From stretches of waiting to those that a cause accounts for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vsm.clock import Calendar, Clock, micros_of
from vsm.config import Waiting
from vsm.intervals.causes.ahead import NEVER
from vsm.intervals.causes.batches import batched_until
from vsm.intervals.causes.pieces import Pieces, Spans
from vsm.intervals.causes.ready import ready_since
from vsm.intervals.causes.receivers import Parts, Words
from vsm.intervals.causes.work_in_hand import Hands, Traces, Work, hands_of_persons, hands_of_teams
from vsm.intervals.codes import numbers, team_numbers
from vsm.intervals.handoffs import work_start
from vsm.intervals.instants import Flags, Ints, in_order
from vsm.people import Teams

LONG_AGO: Final = -NEVER

Look = Callable[[Pieces], Pieces]
"""Given stretches of waiting (``source``: row in ``Parts``), which parts does a cause account for?"""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at? As ``causes_of_waits`` takes it; ``events`` up to ``as_of``."""

    waits: pd.DataFrame
    visits: pd.DataFrame
    events: pd.DataFrame
    stages: pd.DataFrame
    teams: Teams
    blocked: pd.DataFrame
    rules: Waiting
    words: Words
    as_of: pd.Timestamp

    def teams_of(self, person: Ints, at: Ints) -> Ints:
        """Which team was each person in at each instant?"""
        words = self.words
        return team_numbers(person, at, teams=self.teams, persons=words.persons, known=words.teams)

    def visit_rows(self) -> Ints:
        """In which row of ``visits`` does each wait lie?"""
        ticket = numbers(self.visits["ticket"], self.words.tickets)
        first: Ints = np.searchsorted(ticket, np.arange(len(self.words.tickets)))
        rows: Ints = first[numbers(self.waits["ticket"], self.words.tickets)] + self.waits["n"].to_numpy()
        return rows


@dataclass(frozen=True, slots=True)
class Calendars:
    """Which calendar does the receiver of each part work by? ``of_part`` are places in ``known``."""

    known: tuple[Calendar, ...]
    of_part: Ints

    @classmethod
    def of(cls, clock: Clock, parts: Parts, scene: Scene) -> "Calendars":
        """Which calendars are there? Of the receiver's team, else of the visit's, else the default."""
        words, rows = scene.words, parts.pieces.source
        team = np.where(
            parts.person >= 0,
            scene.teams_of(parts.person, parts.pieces.start),
            parts.team,
        )
        team = np.where(team >= 0, team, numbers(scene.waits["team"], words.teams)[rows])
        by_team = [*(clock.calendar(str(name)) for name in words.teams), clock.calendar(None)]
        known = list({id(calendar): calendar for calendar in by_team}.values())
        place = {id(calendar): number for number, calendar in enumerate(known)}
        return cls(tuple(known), np.array([place[id(calendar)] for calendar in by_team])[team])

    def closed(self) -> Spans:
        """When is each calendar closed? Spans by its place."""
        parts = []
        for place, calendar in enumerate(self.known):
            start = np.concatenate([[LONG_AGO], calendar.closes])
            end = np.concatenate([calendar.opens, [NEVER]])
            parts.append((np.full(len(start), place), start, end))
        group, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
        real = start < end
        return Spans(group[real], start[real], end[real])

    def working(self, pieces: Pieces) -> Ints:
        """How much working time lies in each piece, by its receiver's calendar?"""
        working = np.zeros(len(pieces), dtype=np.int64)
        of_piece = self.of_part[pieces.source]
        for place, calendar in enumerate(self.known):
            mine = np.flatnonzero(of_piece == place)
            working[mine] = calendar.working(pieces.start[mine], pieces.end[mine])
        return working


def looks_of(scene: Scene, parts: Parts, calendars: Calendars) -> Mapping[str, Look]:
    """When does each cause hold? One look for each word of ``CAUSES`` but ``unexplained``.

    Examples
    --------
    >>> whole = Pieces(np.array([0, 1]), np.array([0, 0]), np.array([9, 9]))
    >>> _where(np.array([True, False]))(whole).source.tolist()
    [0]
    """
    at_work = _AtWork.of(scene, parts)
    before = scene.rules.order.index("at capacity") < scene.rules.order.index("overtaken")
    return {
        "blocked": _blocked(scene, parts),
        "external": _where(
            (scene.waits["stage"].isin(_outside(scene.stages))).to_numpy()[parts.pieces.source]
        ),
        "non-working time": _by_group(calendars.closed(), calendars.of_part),
        "unassigned": _where(parts.unowned),
        "batched": _batched(scene, parts),
        "at capacity": at_work.earlier,
        "overtaken": at_work.anything if before else at_work.later,
    }


def _where(holds: Flags) -> Look:
    def look(rest: Pieces) -> Pieces:
        rows = np.flatnonzero(holds[rest.source])
        return Pieces(rows, rest.start[rows], rest.end[rows])

    return look


def _by_group(spans: Spans, group: Ints) -> Look:
    return lambda rest: spans.within(rest, group[rest.source])


def _outside(stages: pd.DataFrame) -> list[str]:
    return sorted(set(stages.loc[stages["kind"] == "external", "stage"]))


def _blocked(scene: Scene, parts: Parts) -> Look:
    tickets = scene.words.tickets
    if scene.blocked.empty:
        return _where(np.zeros(len(parts.pieces), dtype=bool))
    group, start = numbers(scene.blocked["ticket"], tickets), micros_of(scene.blocked["start"])
    order = np.lexsort((start, group))
    order = order[group[order] >= 0]
    known = Spans(group[order], start[order], micros_of(scene.blocked["end"])[order])
    return _by_group(known, numbers(scene.waits["ticket"], tickets)[parts.pieces.source])


def _batched(scene: Scene, parts: Parts) -> Look:
    """Let waits of a stage that left to one receiver, or in a release, wait for the last of their batch."""
    waits, rules = scene.waits, scene.rules
    until = batched_until(
        _batch_keys(scene, parts),
        micros_of(waits["start"]),
        micros_of(waits["end"]),
        ticket=numbers(waits["ticket"], scene.words.tickets),
        minutes=rules.batch_minutes,
        least=rules.batch_tickets,
    )[parts.pieces.source]

    def look(rest: Pieces) -> Pieces:
        ends = np.minimum(until[rest.source], rest.end)
        rows = np.flatnonzero(rest.start < ends)
        return Pieces(rows, rest.start[rows], ends[rows])

    return look


def _batch_keys(scene: Scene, parts: Parts) -> Ints:
    """Number what may leave together: by stage, and by the receiver unless it leaves in a release.

    What has not left, or was found gone, or was tidied up in bulk is in no batch. A release is a move into
    ``done``, or out of a stage with ``batch = true``.
    """
    waits, visits, visit = scene.waits, scene.visits, scene.visit_rows()
    ticket = numbers(visits["ticket"], scene.words.tickets)
    following = np.append(ticket[1:] == ticket[:-1], False)
    done = np.append((visits["kind"] == "done").to_numpy()[1:], False) & following
    meant = visits["stage"].isin(set(scene.stages.loc[scene.stages["batch"], "stage"])).to_numpy()
    left = visits["left"].notna().to_numpy() & (following | (visits["kind"] == "work").to_numpy())
    hidden = (visits["kind"] == "work").to_numpy()[visit]
    last = np.searchsorted(parts.pieces.source, np.arange(len(waits)), side="right") - 1
    receiver = np.where(parts.person[last] >= 0, parts.person[last], -2 - parts.team[last])
    receiver = np.where((done | meant)[visit] & ~hidden, len(scene.words.persons), receiver)
    known = (left[visit] | hidden) & ~waits["bulk"].to_numpy() & (receiver != -1)
    stage = waits["stage"].cat.codes.to_numpy().astype(np.int64)
    width = len(scene.words.persons) + len(scene.words.teams) + 3
    return np.where(known, stage * width + receiver + len(scene.words.teams) + 2, -1)


class _AtWork:
    """When did receivers work on something else, ready earlier or later than what waits for them?"""

    def __init__(self, persons: Hands, teams: Hands, parts: Parts, ready: Ints) -> None:
        self._sides = ((persons, parts.person), (teams, parts.team))
        self._ready = ready

    @classmethod
    def of(cls, scene: Scene, parts: Parts) -> "_AtWork":
        since = ready_since(scene.visits)
        work = _work(scene, since)
        days = scene.rules.active_days
        persons, teams = hands_of_persons(work), hands_of_teams(work, _traces(scene), active_days=days)
        return cls(persons, teams, parts, since[scene.visit_rows()][parts.pieces.source])

    def anything(self, rest: Pieces) -> Pieces:
        """When did they work at all?"""
        return self._found(rest, earlier=None)

    def earlier(self, rest: Pieces) -> Pieces:
        """When did they work on anything that had become ready no later?"""
        return self._found(rest, earlier=True)

    def later(self, rest: Pieces) -> Pieces:
        """When did they work only on what had become ready later?"""
        return self._found(rest, earlier=False)

    def _found(self, rest: Pieces, *, earlier: bool | None) -> Pieces:
        sides = []
        for hands, receivers in self._sides:
            rows = np.flatnonzero(receivers[rest.source] >= 0)
            mine, who = rest[rows], receivers[rest.source[rows]]
            worked = hands.worked(mine, who)
            if earlier is not None:
                ready = self._ready[mine.source[worked.source]]
                cut, flags = hands.split(worked, who[worked.source], ready)
                worked = Pieces(worked.source[cut.source], cut.start, cut.end)[flags == earlier]
            sides.append(Pieces(rows[worked.source], worked.start, worked.end))
        source, start, end = (
            np.concatenate([getattr(side, name) for side in sides]) for name in ("source", "start", "end")
        )
        order = in_order(source, start)
        return Pieces(source, start, end)[order]


def _work(scene: Scene, since: Ints) -> Work:
    """Tell stretches of work: open work visits, or only what lies between their first and last trace."""
    visits, words = scene.visits, scene.words
    rows = np.flatnonzero((visits["kind"] == "work").to_numpy())
    mine = visits.iloc[rows]
    start, end = work_start(mine), mine["left"].fillna(scene.as_of)
    if scene.rules.work == "touches":
        start, end = mine["first_touch"].fillna(start), mine["last_touch"].fillna(start)
    return Work(
        numbers(mine["holder"], words.persons),
        numbers(mine["team"], words.teams),
        micros_of(start),
        micros_of(end),
        since[rows],
    )


def _traces(scene: Scene) -> Traces:
    acts = scene.events[scene.events["actor"].notna()]
    person, at = numbers(acts["actor"], scene.words.persons), micros_of(acts["at"])
    return Traces(person, scene.teams_of(person, at), at)
