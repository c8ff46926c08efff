"""Where was work passed on, and when did it wait? The referee's second half.

Part of ``tests.reference``, from which everything here is meant to be imported.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from tests.reference_rows import Handoff, StageFacts, Visit, Wait, finished_for_good


def reference_handoffs(visits: Sequence[Visit], *, stage_of: Mapping[str, StageFacts]) -> list[Handoff]:
    """Where did responsibility pass on? ``visits`` as ``reference_visits`` gives them.

    Of a ticket that was done in between, the receiver could not know that work was to be taken up before it
    was reopened: the handoff begins where the ticket last left ``done``, not where the giver's visit ended.
    Its time in ``done`` stays a wait, of no handoff.

    Examples
    --------
    >>> reference_handoffs([], stage_of={})
    []
    """
    stages = {stage.name: stage for stage in stage_of.values()}
    handoffs: list[Handoff] = []
    works = [visit for visit in visits if visit.kind == "work"]
    for giver, taker in pairwise(works):
        if giver.ticket != taker.ticket:
            continue
        here, there = stages[giver.stage], stages[taker.stage]
        person = _both_known_and_differ(giver.holder, taker.holder)
        team = _both_known_and_differ(giver.team, taker.team)
        discipline = _both_known_and_differ(here.discipline or here.team, there.discipline or there.team)
        if not (person or team or discipline):
            continue
        reopenings = [
            visit.end
            for visit in visits
            if visit.ticket == giver.ticket and visit.kind == "done" and giver.n < visit.n < taker.n
        ]
        given = max([giver.end, *reopenings])
        handoffs.append(
            Handoff(
                handoff=len(handoffs),
                ticket=giver.ticket,
                given=given,
                taken=taker.work_start,
                from_stage=giver.stage,
                to_stage=taker.stage,
                from_holder=giver.holder,
                to_holder=taker.holder,
                from_team=giver.team,
                to_team=taker.team,
                person=person,
                team=team,
                discipline=discipline,
                back=there.place < here.place,
                wait=taker.work_start - given,
            )
        )
    return handoffs


def _both_known_and_differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def reference_waits(visits: Sequence[Visit], *, handoffs: Sequence[Handoff], as_of: datetime) -> list[Wait]:
    """When did nobody work on a ticket, before it was finished for good?

    Examples
    --------
    >>> reference_waits([], handoffs=[], as_of=datetime(2024, 3, 1))
    []
    """
    waits = []
    for visit in visits:
        horizon = finished_for_good([v for v in visits if v.ticket == visit.ticket]) or as_of
        # Visits tile a life, so what is no work inside a visit is no work at all.
        start = visit.entered
        end = min(visit.work_start if visit.kind == "work" else visit.end, horizon)
        if start >= end:
            continue
        number = None
        for handoff in handoffs:
            if handoff.ticket == visit.ticket and handoff.given <= start and end <= handoff.taken:
                number = handoff.handoff
        waits.append(
            Wait(
                ticket=visit.ticket,
                n=visit.n,
                handoff=number,
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
