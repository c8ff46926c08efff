"""Where did each ticket stay, with whom, from when to when?"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.codes import (
    at_rows,
    declared_teams,
    instants_of,
    latest_row,
    named,
    numbers,
    team_numbers,
    team_of_tickets,
    words_in,
)
from vsm.intervals.instants import Flags, Instants, Ints, in_order
from vsm.intervals.states import NEVER, states_from_events
from vsm.people import Teams
from vsm.tables import STAGE_KINDS, TOUCH_KINDS, VISITS, conform, empty

AHEAD: Final = -1
MISSING: Final = np.iinfo(np.int64).min


def visits_from_events(
    events: pd.DataFrame, *, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Where did each ticket stay, with whom, from when to when?

    A visit is an unbroken stay in one stage with one holder, half-open ``[entered, left)``; the visits of
    a ticket tile its life from creation to ``as_of``. In a work stage the holder is the assignee, else
    whoever moved the ticket in; a change of holder begins a new visit. In a queue or outside stage it is
    the holder of the next work visit, known only afterwards; nobody holds what is done. The team is the
    holder's at the visit's beginning in a work stage and the stage's elsewhere, each with the other as
    fallback; a team that the tracker itself names for the ticket comes between them, and after it the team
    whose components or repositories the ticket concerns.

    A ticket that was found deleted or hidden before it was done ends there: its last visit is left at that
    instant, for no other stage. Nothing counts that came after; one that was done stays done.

    Parameters
    ----------
    events
        EVENTS in their order, with persons in place of accounts (``People.identify``) and without bots
        (``People.of_humans``).
    stages
        As ``stages_from_names`` gives them.
    team_of
        Which team each person is in, and when; a plain mapping of person → team says that it never changes.
    as_of
        The instant that counts as now, with zone; later events are not seen.

    Returns
    -------
    DataFrame
        VISITS, sorted by ticket and ``n``. Open visits have no ``left``; their ``elapsed`` runs to
        ``as_of``. Stays of zero length are no visits. ``working`` and ``blocked`` are missing: no calendar
        and no blocks have been applied. No events give no visits.

    Examples
    --------
    >>> from vsm.eventlog.stages import stages_from_names
    >>> from vsm.tables import EVENTS, NAMES, empty
    >>> from vsm.workflow import Workflow
    >>> stages = stages_from_names(empty(NAMES), workflow=Workflow())
    >>> now = pd.Timestamp("2026-01-05", tz="UTC")
    >>> visits_from_events(empty(EVENTS), stages=stages, team_of={}, as_of=now).shape
    (0, 15)
    """
    if events.empty:
        return empty(VISITS)
    states = _cut(_described(states_from_events(events, stages=stages, as_of=as_of), stages), events, as_of)
    if states.empty:
        return empty(VISITS)
    known = team_of if isinstance(team_of, Teams) else Teams(team_of)
    return _Visits(states, events, stages=stages, teams=known, as_of=as_of).table()


def _described(states: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """Say what kind the stage is; ``end`` is missing: nothing ends but by another stage."""
    kind = stages.drop_duplicates("stage")["kind"].to_numpy(dtype="str")
    return states.assign(kind=kind[states["stage"]], end=NEVER)


def _cut(states: pd.DataFrame, events: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """End lives where the ticket was found gone (``end``), unless it was done by then."""
    deletions = events[(events["kind"] == "delete") & (events["at"] <= as_of)]
    if deletions.empty:
        return states
    found = deletions.groupby(deletions["ticket"].astype("str"))["at"].min()
    ticket = states["ticket"].astype("str")
    gone = ticket.map(found).astype(states["at"].dtype)
    last = states["kind"].where(~(states["at"] > gone)).groupby(ticket).transform("last")
    end = gone.where(last != "done")
    kept = ~((states["at"] > gone) | (states["at"] >= end))
    ends = np.where(end.isna(), NEVER, micros_of(end))
    return states.assign(end=ends)[kept].reset_index(drop=True)


class _Visits:
    """Visits as arrays, from the states of tickets: one value per visit, numbers for words, −1 for nobody."""

    def __init__(
        self,
        states: pd.DataFrame,
        events: pd.DataFrame,
        *,
        stages: pd.DataFrame,
        teams: Teams,
        as_of: pd.Timestamp,
    ) -> None:
        self.about, self.teams = stages.drop_duplicates("stage").reset_index(drop=True), teams
        self.tickets = states["ticket"].cat.categories
        self.persons = words_in(states["assignee"], states["mover"], states["assigner"])
        begins = self._split(states)
        at, ticket = micros_of(states["at"]), states["ticket"].cat.codes.to_numpy().astype(np.int64)
        self.ticket, self.entered = ticket[begins], at[begins]
        self.stage, self.kind = (
            states["stage"].to_numpy()[begins],
            states["kind"].to_numpy(dtype="str")[begins],
        )
        self.moved, self.work = states["moved"].to_numpy()[begins], self.kind == "work"
        self.tidied = states["bulk"].to_numpy()[begins]
        self.assigner = numbers(states["assigner"], self.persons)[begins]
        self.named_team = states["team"][begins].reset_index(drop=True)
        self.follows = np.append(self.ticket[1:] == self.ticket[:-1], np.zeros(1, dtype=bool))
        following = np.append(self.entered[1:], NEVER)
        self.left = np.where(self.follows, following, states["end"].to_numpy()[begins])
        self.now = int(micros_of(pd.Series([as_of]))[0])
        self.first_touch, self.last_touch = self._touches(events[events["at"] <= as_of])

    def _split(self, states: pd.DataFrame) -> Flags:
        """Mark where a visit begins: another stage, or another holder in a work stage."""
        moved = states["moved"].to_numpy()
        entry = latest_row(moved)
        mover = numbers(states["mover"], self.persons)[entry]
        assignee = numbers(states["assignee"], self.persons)
        work = (states["kind"] == "work").to_numpy()
        holder = np.where(work, np.where(assignee >= 0, assignee, mover), -1)
        begins = moved.copy()
        begins[1:] |= holder[1:] != holder[:-1]
        self.holder, self.mover = holder[begins], mover[begins]
        return begins

    def _touches(self, events: pd.DataFrame) -> tuple[Ints, Ints]:
        """Find the first and the last evidence that the holder of a work visit worked in it.

        Moving the ticket in oneself is one, taking the assignment oneself is one, and a comment, worklog,
        commit or review inside the visit; moving it on oneself is the last one, but tells nothing about the
        beginning. ``NEVER`` where there is none.
        """
        itself = np.where(self.moved, self.mover, self.assigner)
        held = self.work & (self.holder >= 0)
        arrived = held & (itself == self.holder)
        mover = np.append(np.where(self.moved, self.mover, -1)[1:], -1)
        passed = held & self.follows & (mover == self.holder)
        first, last = self._inside(events, held)
        first = np.where(arrived, self.entered, first)
        last = np.where(passed, self.left, np.where(last == NEVER, first, last))
        return first, last

    def _inside(self, events: pd.DataFrame, held: Flags) -> tuple[Ints, Ints]:
        """Find the first and the last touch by the holder inside each visit."""
        touches = events[(events["kind"].isin(TOUCH_KINDS) & events["actor"].notna()).to_numpy()]
        ticket, actor = numbers(touches["ticket"], self.tickets), numbers(touches["actor"], self.persons)
        known = (ticket >= 0) & (actor >= 0)
        pair, at = (ticket * len(self.persons) + actor)[known], micros_of(touches["at"])[known]
        order = in_order(pair, at)
        pair, at = pair[order], at[order]
        mine = np.where(held, self.ticket * len(self.persons) + self.holder, -1)
        lines = Instants(pair, at)
        begin, end = lines.before(mine, self.entered), lines.before(mine, self.left)
        some = begin < end
        first, last = (
            np.where(some, at_rows(at, np.where(some, row, -1)), NEVER) for row in (begin, end - 1)
        )
        return first, last

    def _holders(self) -> Ints:
        """Give queue and outside visits the holder of the ticket's next work visit."""
        ahead = at_rows(self.holder, _next_work(self.ticket, self.work))
        return np.where(np.isin(self.kind, ["queue", "outside"]), ahead, self.holder)

    def _revisits(self) -> Flags:
        """Tell whether the ticket had left this stage before; the same for all visits of one stay."""
        stay = np.flatnonzero(self.moved)
        again: Flags = (
            pd.Series(self.ticket[stay] * len(self.about) + self.stage[stay]).duplicated().to_numpy()
        )
        of_visit: Flags = again[np.cumsum(self.moved) - 1]
        return of_visit

    def _teams(self, holder: Ints) -> "pd.Series[Any]":
        """Name the team: the holder's or the stage's, one the other's fallback, the ticket's in between."""
        known = words_in(self.named_team, self.about["team"], declared_teams(self.teams))
        of_holder = team_numbers(holder, self.entered, teams=self.teams, persons=self.persons, known=known)
        of_stage = numbers(self.about["team"], known)[self.stage]
        of_ticket = numbers(self.named_team, known)
        belongs = team_of_tickets(self.tickets, teams=self.teams, known=known)[self.ticket]
        of_ticket = np.where(of_ticket >= 0, of_ticket, belongs)
        first, last = (np.where(self.work, *pair) for pair in ((of_holder, of_stage), (of_stage, of_holder)))
        return named(np.where(first >= 0, first, np.where(of_ticket >= 0, of_ticket, last)), known)

    def _bulk(self) -> Flags:
        """Mark visits that a bulk move began or ended, unless that move left a stage meant for batches."""
        meant = self.about["batch"].to_numpy(dtype=bool)[self.stage] & self.follows
        begun = self.moved & self.tidied & ~np.append(False, meant[:-1])
        ended: Flags = np.append(begun[1:], False) & self.follows
        either: Flags = begun | ended
        return either

    def table(self) -> pd.DataFrame:
        """How do they look as VISITS?"""
        holder = self._holders()
        times = {"left": self.left, "first_touch": self.first_touch, "last_touch": self.last_touch}
        first = np.append(True, ~self.follows[:-1])
        rows = np.arange(len(self.ticket))
        kinds, ends = pd.Index(STAGE_KINDS), np.where(self.left == NEVER, self.now, self.left)
        return conform(
            pd.DataFrame(
                {
                    "ticket": named(self.ticket, self.tickets),
                    "n": rows - latest_row(first),
                    "stage": named(self.stage, pd.Index(self.about["stage"].astype("str"))),
                    "kind": named(kinds.get_indexer(pd.Index(self.kind)), kinds),
                    "holder": named(holder, self.persons),
                    "team": self._teams(holder),
                    "entered": instants_of(self.entered),
                    **{name: instants_of(np.where(at == NEVER, MISSING, at)) for name, at in times.items()},
                    "elapsed": (ends - self.entered).view("m8[us]"),
                    "revisit": self._revisits(),
                    "bulk": self._bulk(),
                }
            ),
            VISITS,
        )


def _next_work(ticket: Ints, work: Flags) -> Ints:
    """Find each row's own or next work visit of the same ticket, −1 where there is none."""
    rows, beyond = np.arange(len(work)), len(work)
    ahead = np.minimum.accumulate(np.where(work, rows, beyond)[::-1])[::-1]
    mine = np.append(ticket, -1)[ahead] == ticket
    return np.where(mine, ahead, AHEAD)


def next_work_visit(visits: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Which row is each visit's own or next work visit of the same ticket? −1 where there is none.

    ``visits`` must be sorted by ticket and time.

    Examples
    --------
    >>> visits = pd.DataFrame({"ticket": ["a", "a", "b"], "kind": ["queue", "work", "queue"]})
    >>> next_work_visit(visits).tolist()
    [1, 1, -1]
    """
    ticket = visits["ticket"].astype("category").cat.codes.to_numpy().astype(np.int64)
    return _next_work(ticket, (visits["kind"] == "work").to_numpy())
