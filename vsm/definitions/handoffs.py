"""Handoffs: where responsibility passed from one holder, team or discipline to another, and what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from vsm.definitions.visits import DONE, WORK, StageFacts, Visit, lives_of


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

    A handoff lies between two consecutive work visits of a ticket, whatever queues lie between, if the
    person, the team or the discipline differs. A level on which either side is unknown claims nothing.
    """
    stages = {stage.name: stage for stage in stage_of.values()}
    handoffs: list[Handoff] = []
    for ticket, life in lives_of(visits).items():
        for giver, receiver in pairwise([visit for visit in life if visit.kind == WORK]):
            here, there = stages[giver.stage], stages[receiver.stage]
            person = _differ(giver.holder, receiver.holder)
            team = _differ(giver.team, receiver.team)
            discipline = _differ(_discipline(here), _discipline(there))
            if not (person or team or discipline):
                continue
            given = _given(giver, receiver, life)
            handoffs.append(
                Handoff(
                    handoff=len(handoffs),
                    ticket=ticket,
                    given=given,
                    taken=receiver.work_start,
                    from_stage=giver.stage,
                    to_stage=receiver.stage,
                    from_holder=giver.holder,
                    to_holder=receiver.holder,
                    from_team=giver.team,
                    to_team=receiver.team,
                    person=person,
                    team=team,
                    discipline=discipline,
                    back=there.place < here.place,
                    wait=receiver.work_start - given,
                )
            )
    return handoffs


def _discipline(stage: StageFacts) -> str | None:
    """The discipline that vsm.toml sets for the stage, else the stage's team."""
    return stage.discipline or stage.team


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _given(giver: Visit, receiver: Visit, life: list[Visit]) -> datetime:
    """When it could first be taken up: at the giver's end or, if it was done since, at the last reopening."""
    reopened = [visit.end for visit in life if visit.kind == DONE and giver.n < visit.n < receiver.n]
    return max([giver.end, *reopened])
