"""Waits: all of a ticket's time before it was finished for good in which nobody worked on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vsm.definitions.handoffs import Handoff
from vsm.definitions.visits import DONE, WORK, Visit, by_ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """One whole wait, before it is cut by causes: at most one a visit, numbered ``n`` as the visit is."""

    ticket: str
    n: int
    handoff: int | None
    stage: str
    holder: str | None
    team: str | None
    start: datetime
    end: datetime
    elapsed: timedelta
    bulk: bool


def finished_for_good(visits: Sequence[Visit]) -> datetime | None:
    """When one ticket entered the done stages that it never left again; None while open, or if it is gone."""
    if visits and visits[-1].left is not None:
        return None  # a last visit ends only where the ticket was found deleted
    finished = None
    for visit in reversed(visits):
        if visit.kind != DONE:
            break
        finished = visit.entered
    return finished


def list_waits(visits: Sequence[Visit], *, handoffs: Sequence[Handoff], as_of: datetime) -> list[Wait]:
    """List the waits of visits that are sorted by ticket and time.

    A work visit waits from its entry until work starts; any other visit waits all the time. Since visits tile
    a ticket's life, waits and work are the lead time. A wait between a handoff's ``given`` and ``taken``
    belongs to the handoff.
    """
    waits = []
    for ticket, visits_of_one in by_ticket(visits).items():
        horizon = finished_for_good(visits_of_one) or as_of
        handoffs_of_one = [handoff for handoff in handoffs if handoff.ticket == ticket]
        for visit in visits_of_one:
            start = visit.entered
            end = min(visit.work_start if visit.kind == WORK else visit.end, horizon)
            if start >= end:
                continue
            of_handoff = None
            for handoff in handoffs_of_one:
                if handoff.given <= start and end <= handoff.taken:
                    of_handoff = handoff.handoff
            waits.append(
                Wait(
                    ticket=ticket,
                    n=visit.n,
                    handoff=of_handoff,
                    stage=visit.stage,
                    holder=visit.holder,
                    team=visit.team,
                    start=start,
                    end=end,
                    elapsed=end - start,
                    bulk=visit.bulk,
                )
            )
    return waits
