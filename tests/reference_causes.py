"""Why did it wait, told instant by instant? The referee of ``vsm.intervals.causes``.

Written from DESIGN §5 alone, in plain Python: at every step of a coarse clock (all instants of the log lie on
its steps) it asks for each waiting ticket which cause holds. Nothing is cleverer than that, and no code is
shared with what it judges.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference_rows import Row, StageFacts, Visit, Wait


@dataclass(frozen=True, kw_only=True)
class World:
    """What does the referee know? ``works`` says whether a team (or nobody's) is at work at an instant."""

    visits: Sequence[Visit]
    waits: Sequence[Wait]
    events: Sequence[Row]
    stage_of: Mapping[str, StageFacts]
    team_of: Mapping[str, str]
    blocked: Sequence[tuple[str, datetime, datetime]]
    works: Callable[[str | None, datetime], bool]
    as_of: datetime
    order: Sequence[str]
    batch_minutes: float
    batch_tickets: int
    active_days: float
    by_touches: bool


Told = tuple[str, str | None]


def reference_causes(world: World, step: timedelta) -> dict[tuple[str, datetime], Told]:
    """Which cause and which receiver does each step of waiting have? Keyed by ticket and start of the step."""
    told: dict[tuple[str, datetime], Told] = {}
    batches = {id(wait): _batched_until(wait, world) for wait in world.waits}
    for wait in world.waits:
        at = wait.start
        while at < wait.end:
            told[wait.ticket, at] = _told(wait, at, batches[id(wait)], world)
            at += step
    return told


def _told(wait: Wait, at: datetime, batched_until: datetime, world: World) -> Told:
    assigned, owner = _assigned(wait.ticket, at, world), _owner(wait, world)
    receiver = assigned or owner or wait.holder
    to_team = assigned is None and owner is not None
    person, team = (None, owner) if to_team else (receiver, None)
    calendar = owner if to_team else world.team_of.get(receiver or "") or wait.team
    kind = next(stage.kind for stage in world.stage_of.values() if stage.name == wait.stage)
    hands = _in_hand(person, team, at, world)
    mine = _ready(_visit_of(wait, world), world)
    holds = {
        "blocked": any(t == wait.ticket and start <= at < end for t, start, end in world.blocked),
        "outside": kind == "outside",
        "off hours": not world.works(calendar, at),
        "unowned": assigned is None and owner is None,
        "batched": at < batched_until,
        "busy": any(ready <= mine for ready in hands),
        "jumped": bool(hands) and all(ready > mine for ready in hands),
    }
    return next((cause for cause in world.order if holds[cause]), "idle"), receiver


def _assigned(ticket: str, at: datetime, world: World) -> str | None:
    told = [
        event["after"]
        for event in world.events
        if event["ticket"] == ticket and event["kind"] == "assignee" and event["at"] <= at
    ]
    return told[-1] if told else None


def _owner(wait: Wait, world: World) -> str | None:
    return next(stage.team for stage in world.stage_of.values() if stage.name == wait.stage)


def _visit_of(wait: Wait, world: World) -> Visit:
    return next(visit for visit in world.visits if (visit.ticket, visit.n) == (wait.ticket, wait.n))


def _ready(visit: Visit, world: World) -> datetime:
    """Walk back through queues to where somebody last let go, or where it came back from outside or done."""
    while True:
        before = [v for v in world.visits if v.ticket == visit.ticket and v.n == visit.n - 1]
        if not before or before[0].kind == "work":
            return visit.entered
        if before[0].kind in ("outside", "done") and before[0].kind != visit.kind:
            return visit.entered
        visit = before[0]


def _stretch(visit: Visit, world: World) -> tuple[datetime, datetime]:
    if world.by_touches:
        return visit.work_start, visit.last_touch or visit.work_start
    return visit.work_start, visit.left or world.as_of


def _in_hand(person: str | None, team: str | None, at: datetime, world: World) -> list[datetime]:
    """List since when the tickets were ready that the receiver works on at this instant."""
    work = [v for v in world.visits if v.kind == "work"]
    work = [v for v in work if _stretch(v, world)[0] <= at < _stretch(v, world)[1]]
    if person is not None:
        return [_ready(visit, world) for visit in work if visit.holder == person]
    if team is None:
        return []
    mine = [visit for visit in work if visit.team == team]
    active = {visit.holder for visit in mine} - {None}
    active |= {
        event["actor"]
        for event in world.events
        if world.team_of.get(event["actor"] or "") == team
        and event["at"] <= at < event["at"] + timedelta(days=world.active_days)
    }
    return [_ready(visit, world) for visit in mine] if len(mine) >= len(active) else []


def _batched_until(wait: Wait, world: World) -> datetime:
    """Chain the waits that left one after another with the same key; the last ready one ends the batching."""
    key = _batch_key(wait, world)
    if key is None:
        return wait.start
    same = sorted((w for w in world.waits if _batch_key(w, world) == key), key=lambda w: (w.end, w.ticket))
    chain: list[list[Wait]] = []
    for other in same:
        near = chain and other.end - chain[-1][-1].end <= timedelta(minutes=world.batch_minutes)
        if near:
            chain[-1].append(other)
        else:
            chain.append([other])
    batch = next(part for part in chain if any(other is wait for other in part))
    if len({other.ticket for other in batch}) < world.batch_tickets:
        return wait.start
    return min(wait.end, max(other.start for other in batch))


def _batch_key(wait: Wait, world: World) -> tuple[str, str] | None:
    if wait.bulk:
        return None
    visit = _visit_of(wait, world)
    hidden = visit.kind == "work"
    following = [v for v in world.visits if v.ticket == visit.ticket and v.n == visit.n + 1]
    if not hidden and not following:
        return None
    stage = next(stage for stage in world.stage_of.values() if stage.name == wait.stage)
    if not hidden and (stage.batch or following[0].kind == "done"):
        return wait.stage, "release"
    last = wait.end - timedelta(microseconds=1)
    assigned, owner = _assigned(wait.ticket, last, world), _owner(wait, world)
    if assigned is None and owner is not None:
        return wait.stage, f"team {owner}"
    receiver = assigned or wait.holder
    return None if receiver is None else (wait.stage, f"person {receiver}")
