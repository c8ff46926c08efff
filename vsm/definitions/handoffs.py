"""Handoffs: where responsibility passed from one holder, team or discipline to another, and what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from vsm.definitions.visits import DONE, WORK, StageFacts, Visit, by_ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Handoff:
    """One row of HANDOFFS; the three booleans say on which levels responsibility changed."""

    handoff: int
    ticket: str
    given: datetime
    taken: datetime
    from_stage: str
    to_stage: str
    from_holder: str | None
    to_holder: str | None
    from_team: str | None
    to_team: str | None
    person: bool
    team: bool
    discipline: bool
    back: bool
    wait: timedelta


def list_handoffs(visits: Sequence[Visit], *, stage_of: Mapping[str, StageFacts]) -> list[Handoff]:
    """List the handoffs of visits that are sorted by ticket and time.

    A handoff is between two consecutive work visits of a ticket, whatever queues are between, if the person,
    the team or the discipline differs. A level on which either side is unknown claims nothing. The discipline
    is the one that vsm.toml sets for the stage, else the stage's team.
    """
    stages = {stage.name: stage for stage in stage_of.values()}
    handoffs: list[Handoff] = []
    for ticket, visits_of_one in by_ticket(visits).items():
        for sender, receiver in pairwise([visit for visit in visits_of_one if visit.kind == WORK]):
            here, there = stages[sender.stage], stages[receiver.stage]
            person = _differ(sender.holder, receiver.holder)
            team = _differ(sender.team, receiver.team)
            discipline = _differ(here.discipline or here.team, there.discipline or there.team)
            if not (person or team or discipline):
                continue
            # It could be started from the sender's end or, if it was done since, from the last reopening.
            between = visits_of_one[sender.n + 1 : receiver.n]
            given = max([sender.end, *(visit.end for visit in between if visit.kind == DONE)])
            handoffs.append(
                Handoff(
                    handoff=len(handoffs),
                    ticket=ticket,
                    given=given,
                    taken=receiver.work_start,
                    from_stage=sender.stage,
                    to_stage=receiver.stage,
                    from_holder=sender.holder,
                    to_holder=receiver.holder,
                    from_team=sender.team,
                    to_team=receiver.team,
                    person=person,
                    team=team,
                    discipline=discipline,
                    back=there.position < here.position,
                    wait=receiver.work_start - given,
                )
            )
    return handoffs


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
