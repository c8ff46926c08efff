"""Whom each wait was waiting for: cut where the assignment changes, each part has one receiver."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.algebra import Intervals, subtract
from vsm.intervals._kernels.arrays import Flags, Ints
from vsm.intervals._kernels.coding import distinct_words, encode
from vsm.intervals._kernels.grouped_search import GroupedSearch, expand_ranges, grouped_argsort
from vsm.intervals._kernels.runs import take_or_missing
from vsm.intervals.stage_codes import declared_teams, encode_ticket_teams
from vsm.people import Teams
from vsm.tables import PERSON_KINDS


@dataclass(frozen=True, slots=True)
class Words:
    """The tickets, persons and teams that codes are positions in."""

    tickets: "pd.Index[Any]"
    persons: "pd.Index[Any]"
    teams: "pd.Index[Any]"


class Parts(NamedTuple):
    """Parts of waits with one receiver each.

    Attributes
    ----------
    pieces
        ``parent`` is the row of the wait.
    person, team
        The person who was assigned is the receiver; else the team that the stage or the ticket belongs to;
        else the person who started on it. −1: not this one.
    unassigned
        Whether nobody was assigned, where the ticket's source records who is, nor a team there to own it.
    """

    pieces: Intervals
    person: Ints
    team: Ints
    unassigned: Flags


def words_of(visits: pd.DataFrame, events: pd.DataFrame, *, stages: pd.DataFrame, teams: Teams) -> Words:
    """Give the tickets, persons and teams that occur."""
    assigned, of_team = (events.loc[events["kind"].isin(k), "after"] for k in (PERSON_KINDS, ["team"]))
    return Words(
        visits["ticket"].cat.categories,
        distinct_words(visits["holder"], events["actor"], assigned),
        distinct_words(visits["team"], of_team, stages["team"], declared_teams(teams)),
    )


def parts_of_waits(
    waits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    teams: Teams,
    words: Words,
    assigning: Collection[str],
) -> Parts:
    """Give whom each wait was waiting for, from when to when.

    Parameters
    ----------
    waits
        As ``waits_from_visits`` gives them.
    stages
        As ``stages_from_names`` gives them; who is in the stage's field counts before the assignee.
    events
        EVENTS up to the as-of instant, with persons for accounts.
    assigning
        The sources that record assignees, of all tickets.
    """
    ticket = encode(waits["ticket"], words.tickets)
    whole = Intervals(np.arange(len(waits)), micros_of(waits["start"]), micros_of(waits["end"]))
    assignments = _Latest(events, "assignee", words.tickets, words.persons)
    # What is subtracted has no length: it only cuts.
    pieces = subtract(whole, assignments.changes(ticket, whole))
    assigned = assignments.at(ticket[pieces.parent], pieces.start)
    for field in stages["holder_field"].dropna().unique():
        in_field = _Latest(events[events["field"] == field], "holder", words.tickets, words.persons)
        mine = waits["stage"].isin(set(stages.loc[stages["holder_field"] == field, "stage"])).to_numpy()
        rows = np.flatnonzero(mine[pieces.parent])
        changes = in_field.changes(ticket[pieces.parent[rows]], pieces[rows])
        cut = subtract(pieces, Intervals(rows[changes.parent], changes.start, changes.end))
        former, pieces = assigned[cut.parent], cut.of(pieces)
        person = in_field.at(ticket[pieces.parent], pieces.start)
        assigned = np.where(mine[pieces.parent] & (person >= 0), person, former)
    created = events.loc[(events["kind"] == "created") & events["source"].isin(assigning), "ticket"]
    owner = _owners(waits, events, stages=stages, teams=teams, words=words)[pieces.parent]
    taker = encode(waits["holder"], words.persons)[pieces.parent]
    recorded = np.zeros(len(words.tickets), dtype=bool)
    recorded[encode(created, words.tickets)] = True
    assignable = recorded[ticket][pieces.parent]
    return Parts(
        pieces,
        person=np.where(assigned >= 0, assigned, np.where(owner >= 0, -1, taker)),
        team=np.where(assigned >= 0, -1, owner),
        unassigned=assignable & (assigned < 0) & (owner < 0),
    )


def _owners(
    waits: pd.DataFrame, events: pd.DataFrame, *, stages: pd.DataFrame, teams: Teams, words: Words
) -> Ints:
    """Give the team of each wait: its stage's, else the tracker's for the ticket, else the components'."""
    ticket = encode(waits["ticket"], words.tickets)
    about = stages.drop_duplicates("stage")
    stage = encode(waits["stage"], pd.Index(about["stage"].astype("str")))
    of_stage = encode(about["team"], words.teams)[stage]
    of_tracker = _Latest(events, "team", words.tickets, words.teams).at(ticket, micros_of(waits["start"]))
    of_ticket = encode_ticket_teams(words.tickets, teams=teams, known=words.teams)[ticket]
    return np.where(of_stage >= 0, of_stage, np.where(of_tracker >= 0, of_tracker, of_ticket))


class _Latest:
    """What the events of one kind last recorded of each ticket, as positions in ``known``."""

    def __init__(
        self, events: pd.DataFrame, kind: str, tickets: "pd.Index[Any]", known: "pd.Index[Any]"
    ) -> None:
        rows = events[events["kind"] == kind]
        ticket, at = encode(rows["ticket"], tickets), micros_of(rows["at"])
        order = grouped_argsort(ticket, at)
        self._ticket, self._at = ticket[order], at[order]
        self._value = np.append(encode(rows["after"], known)[order], -1)
        self._instants = GroupedSearch(self._ticket, self._at)

    def at(self, ticket: Ints, at: Ints) -> Ints:
        """Give the value recorded last by each instant; −1 where there is none, or it is nobody."""
        row = self._instants.searchsorted(ticket, at, side="right") - 1
        return np.where(take_or_missing(self._ticket, row) == ticket, self._value[row], -1)

    def changes(self, ticket: Ints, whole: Intervals) -> Intervals:
        """Give every instant inside each piece at which something was recorded, as intervals of no length."""
        first = self._instants.searchsorted(ticket, whole.start, side="right")
        number, row = expand_ranges(first, self._instants.searchsorted(ticket, whole.end, side="left"))
        return Intervals(number, self._at[row], self._at[row])
