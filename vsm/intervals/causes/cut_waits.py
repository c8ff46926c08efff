"""Waits of whole tickets, cut where their receiver changes: what they tell others, and ask of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.intervals._kernels.arrays import Ints
from vsm.intervals._kernels.coding import encode
from vsm.intervals.causes.batches import ready_since
from vsm.intervals.causes.cause_rules import WaitContext
from vsm.intervals.causes.exchange import Asked, Leaving, Needs
from vsm.intervals.causes.occupancy import Traces, Work, active_members
from vsm.intervals.causes.receivers import Parts
from vsm.intervals.handoffs import work_start


@dataclass(frozen=True)
class CutWaits:
    """Waits with what causes look at, and their parts, which have one receiver each."""

    context: WaitContext
    parts: Parts

    def needs(self, events: pd.DataFrame) -> Needs:
        """Give what these waits need to know of others, and what others need to know of them.

        Parameters
        ----------
        events
            EVENTS of the same tickets, up to the as-of instant.
        """
        work = self._work()
        members = active_members(work, self._traces(events), days=self.context.rules.active_days)
        return Needs(self.leaving(), work, members, self.asked())

    def leaving(self) -> Leaving:
        """Give what may have left in a batch."""
        waits = self.context.waits
        return Leaving(
            self._batch_keys(),
            micros_of(waits["start"]),
            micros_of(waits["end"]),
            encode(waits["ticket"], self.context.words.tickets),
            np.arange(len(waits)),
        )

    def asked(self) -> Asked:
        """Give whom each part waited for, from when to when."""
        person, team, pieces = self.parts.person, self.parts.team, self.parts.pieces
        ready = self._ready_since[self.context.visit_rows()][pieces.parent]
        return Asked(person, team, pieces.start, pieces.end, ready, np.arange(len(pieces)))

    @cached_property
    def _ready_since(self) -> Ints:
        return ready_since(self.context.visits)

    def _work(self) -> Work:
        """Give stretches of work: open work visits, or only what is between their first and last trace."""
        context, words = self.context, self.context.words
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
            self._ready_since[rows],
        )

    def _traces(self, events: pd.DataFrame) -> Traces:
        person = encode(events["actor"], self.context.words.persons)
        acts = np.flatnonzero(person >= 0)
        person, at = person[acts], micros_of(events["at"])[acts]
        return Traces(person, self.context.teams_of(person, at), at)

    def _batch_keys(self) -> Ints:
        """Number what may leave together: by stage, and by receiver unless it leaves in a release; else −1.

        What has not left, or was found gone, or was tidied up in bulk is in no batch. A release is a move
        into ``done``, or out of a stage with ``batch = true``. With P persons and T teams, the receivers of
        one stage are numbered without gaps, from 0 up::

            team T−1 … team 0   nobody   person 0 … person P−1   release
             −1−T   …   −2        −1         0    …    P−1          P       + T + 1

        and a key is stage · (P + T + 2) + that number.
        """
        context, parts = self.context, self.parts
        waits, visits, visit = context.waits, context.visits, context.visit_rows()
        persons, teams = len(context.words.persons), len(context.words.teams)
        ticket = encode(visits["ticket"], context.words.tickets)
        work, done = ((visits["kind"] == kind).to_numpy() for kind in ("work", "done"))
        goes_on = np.append(ticket[1:] == ticket[:-1], False)
        to_done = np.append(done[1:], False) & goes_on
        # A last visit that was left: the ticket was found gone.
        left = visits["left"].notna().to_numpy() & goes_on
        # At the beginning of a work visit: ends with the first touch, not with leaving the stage.
        hidden = work[visit]
        last_part = np.searchsorted(parts.pieces.parent, np.arange(len(waits)), side="right") - 1
        person, team = parts.person[last_part], parts.team[last_part]
        receiver = np.where(person >= 0, person, -2 - team)
        released = to_done[visit] | context.in_stages(context.stages["batch"])
        receiver = np.where(released & ~hidden, persons, receiver)
        known = (left[visit] | hidden) & ~waits["bulk"].to_numpy() & (receiver != -1)
        stage = encode(waits["stage"], pd.Index(context.stages["stage"].unique()))
        return np.where(known, stage * (persons + teams + 2) + receiver + teams + 1, -1)
