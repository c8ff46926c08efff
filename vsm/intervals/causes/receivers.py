"""Who was each wait waiting for? Waits are cut where the assignment changes: each part has one receiver."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals.causes.pieces import Pieces, carve
from vsm.intervals.codes import at_rows, declared_teams, numbers, team_of_tickets, words_in
from vsm.intervals.instants import Flags, Instants, Ints, expanded, in_order
from vsm.people import Teams


@dataclass(frozen=True, slots=True)
class Words:
    """Which numbers stand for which tickets, persons and teams?"""

    tickets: "pd.Index[Any]"
    persons: "pd.Index[Any]"
    teams: "pd.Index[Any]"


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of waits, with one receiver each?

    Attributes
    ----------
    pieces
        ``source`` is the row of the wait.
    assigned, owner, taker
        The person assigned; the team that the stage or the ticket belongs to; who took it up. −1: nobody.
    """

    pieces: Pieces
    assigned: Ints
    owner: Ints
    taker: Ints

    @property
    def unowned(self) -> Flags:
        """Where was nobody assigned, and no team there to own it?"""
        return (self.assigned < 0) & (self.owner < 0)

    @property
    def person(self) -> Ints:
        """Which person is the receiver? −1 where it is a team, or nobody."""
        return np.where(self.assigned >= 0, self.assigned, np.where(self.owner >= 0, -1, self.taker))

    @property
    def team(self) -> Ints:
        """Which team is the receiver? −1 where it is a person, or nobody."""
        return np.where(self.assigned >= 0, -1, self.owner)


def words_of(visits: pd.DataFrame, events: pd.DataFrame, *, stages: pd.DataFrame, teams: Teams) -> Words:
    """Which tickets, persons and teams are spoken of?"""
    assigned, of_team = (events.loc[events["kind"] == kind, "after"] for kind in ("assignee", "team"))
    return Words(
        pd.Index(visits["ticket"].cat.categories),
        words_in(visits["holder"], events["actor"], assigned),
        words_in(visits["team"], of_team, stages["team"], declared_teams(teams)),
    )


def parts_of_waits(
    waits: pd.DataFrame, events: pd.DataFrame, *, stages: pd.DataFrame, teams: Teams, words: Words
) -> Parts:
    """Who was each wait waiting for, from when to when?

    Parameters
    ----------
    waits
        As ``waits_from_visits`` gives them.
    events
        EVENTS up to the as-of instant, with persons for accounts.
    """
    ticket = numbers(waits["ticket"], words.tickets)
    whole = Pieces(np.arange(len(waits)), micros_of(waits["start"]), micros_of(waits["end"]))
    assignments = _Told(events, "assignee", words.tickets, words.persons)
    pieces = carve(whole, assignments.changes(ticket, whole))
    mine = ticket[pieces.source]
    assigned = assignments.at(mine, pieces.start)
    return Parts(
        pieces,
        assigned,
        _owners(waits, events, stages=stages, teams=teams, words=words)[pieces.source],
        numbers(waits["holder"], words.persons)[pieces.source],
    )


def _owners(
    waits: pd.DataFrame, events: pd.DataFrame, *, stages: pd.DataFrame, teams: Teams, words: Words
) -> Ints:
    """Find the team of each wait: its stage's, else the tracker's for the ticket, else the components'."""
    ticket = numbers(waits["ticket"], words.tickets)
    about = stages.drop_duplicates("stage")
    by_stage = numbers(about["team"], words.teams)[
        numbers(waits["stage"], pd.Index(about["stage"].astype("str")))
    ]
    told = _Told(events, "team", words.tickets, words.teams).at(ticket, micros_of(waits["start"]))
    belongs = team_of_tickets(words.tickets, teams=teams, known=words.teams)[ticket]
    return np.where(by_stage >= 0, by_stage, np.where(told >= 0, told, belongs))


class _Told:
    """What did the events of one kind last say of each ticket?"""

    def __init__(
        self, events: pd.DataFrame, kind: str, tickets: "pd.Index[Any]", known: "pd.Index[Any]"
    ) -> None:
        rows = events[events["kind"] == kind]
        ticket, at = numbers(rows["ticket"], tickets), micros_of(rows["at"])
        order = in_order(ticket, at)
        self._ticket, self._at = ticket[order], at[order]
        self._said = np.append(numbers(rows["after"], known)[order], -1)
        self._instants = Instants(self._ticket, self._at)

    def at(self, ticket: Ints, at: Ints) -> Ints:
        """Tell the number said last by each instant, −1 where nothing was, or nobody."""
        row = self._instants.until(ticket, at) - 1
        return np.where(at_rows(self._ticket, row) == ticket, self._said[row], -1)

    def changes(self, ticket: Ints, whole: Pieces) -> Pieces:
        """Tell every instant inside each piece at which something was said, as pieces of no length."""
        first = self._instants.until(ticket, whole.start)
        number, row = expanded(first, self._instants.before(ticket, whole.end))
        return Pieces(number, self._at[row], self._at[row])
