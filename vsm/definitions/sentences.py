"""The sentences of an explanation: which event, which rule, which other tickets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from vsm.definitions.causes import (
    AT_CAPACITY,
    BATCHED,
    BLOCKED,
    NON_WORKING,
    OUTSIDE,
    OVERTAKEN,
    UNASSIGNED,
    Block,
    Facts,
    Piece,
    Stretch,
    ready_since,
)  # fmt: skip
from vsm.definitions.handoffs import Handoff
from vsm.definitions.review_moves import PULL
from vsm.definitions.states import MILESTONES, Event
from vsm.definitions.visits import DONE, EXTERNAL, WORK, StageFacts, Visit
from vsm.tables import PERSON_KINDS

LISTED: Final = 3
SHOWN: Final = {
    "review:waiting": "{pull} began to wait for a review",
    "review:reviewing": "{who} reviewed {pull}",
    "review:author": "{pull} began to wait for its author",
    "review:rework": "{who} began to rework {pull}",
    "review:merging": "{pull} began to wait to be merged",
    "pipeline:queued": "a pipeline of the ticket was queued",
    "pipeline:running": "a pipeline of the ticket ran",
    "pipeline:approval": "a pipeline of the ticket was held for an approval",
}
"""What showed a ticket in a stage that is not the tracker's."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The reasons in words; ``keys`` gives each ticket's key."""

    facts: Facts
    keys: Mapping[str, str]

    def visit(self, visit: Visit, visits: list[Visit]) -> str:
        """The events that began and ended a visit, and the rules for its holder and team."""
        holder = {
            "assigned": f"Holder: {visit.holder}, the assignee.",
            "in the field": f"Holder: {visit.holder}, named in {self._stage(visit).holder_field}.",
            "moved it in": f"Holder: {visit.holder}, who moved it in; nobody was assigned.",
            "started next": f"Holder: {visit.holder}, who held the next work visit.",
            "nobody": "Holder: nobody known.",
        }.get(visit.holder_rule, "")
        team = f"Team: {visit.team} ({visit.team_rule})." if visit.team else ""
        marks = [
            "It had left this stage before." if visit.revisit else "",
            "Started or ended by a bulk edit." if visit.bulk else "",
        ]
        begun = f"Began when {_change(visit)}." if visit.n else "Began when the ticket was created."
        if visit.n + 1 < len(visits):
            ended = f"Ended when {_change(visits[visit.n + 1])}."
        elif visit.kind == DONE:
            ended = "Finished for good: it stayed done."
        else:
            ended = "Ended when the ticket was found deleted or hidden." if visit.left else "Still open."
        return " ".join(text for text in (begun, ended, holder, team, *marks) if text)

    def _stage(self, visit: Visit) -> StageFacts:
        return self.facts.stages[visit.stage]

    def parts(self, ticket: str) -> str:
        """The parts of a ticket that were worked on while it waited itself."""
        parts = self._named(self.facts.parts_of.get(ticket, ()))
        return f"Somebody worked on {parts} meanwhile, which counts for this ticket."

    def handoff(self, handoff: Handoff) -> str:
        """The two sides of a handoff."""
        sides = [
            f"{holder or 'nobody known'} ({', '.join(word for word in (stage, team) if word)})"
            for holder, stage, team in (
                (handoff.from_holder, handoff.from_stage, handoff.from_team),
                (handoff.to_holder, handoff.to_stage, handoff.to_team),
            )
        ]
        return f"Handoff {'back ' if handoff.back else ''}from {sides[0]} to {sides[1]}"

    def passing(self, handoff: Handoff, receiver: Visit, visits: list[Visit]) -> str:
        """The levels that changed, and when it was given and taken."""
        levels = [word for word in ("person", "team", "discipline") if getattr(handoff, word)]
        differs = " and ".join([", ".join(levels[:-1]), levels[-1]] if levels[1:] else levels)
        reopened = any(visit.kind == DONE and visit.end == handoff.given for visit in visits)
        given = "when it was last reopened" if reopened else "when the work visit before it ended"
        return (
            f"Different {differs}. Given {instant_text(handoff.given)}, {given}; "
            f"taken {instant_text(handoff.taken)}, {_touch(receiver)}."
        )

    def start(self, visit: Visit) -> str:
        """When work started, and by which evidence."""
        return f"Counted from {instant_text(visit.work_start)}, {_touch(visit)}, to the end of the visit."

    def wait(self, visit: Visit, *, in_parts: bool = False) -> str:
        """Why a visit, or its beginning, is waiting time, but where parts of the ticket were worked on."""
        if in_parts:
            return (
                "Nobody worked on the ticket itself; time in which its parts were worked on is not counted."
            )
        if visit.kind == WORK:
            return f"In a work stage, but {visit.holder or 'nobody known'} had not started yet."
        if visit.kind == DONE:
            return "Done, but reopened later."
        if visit.kind == EXTERNAL:
            return "It was with somebody outside the stream."
        return "Nobody works on a ticket in a queue."

    def cause(self, pieces: list[Piece]) -> str:
        """The rule for these pieces of one cause and receiver."""
        piece = pieces[0]
        who = piece.receiver.person or piece.receiver.team or "the receiver"
        cause, facts, wait = piece.cause, self.facts, piece.wait
        if cause in (AT_CAPACITY, OVERTAKEN):
            return self._other_work(pieces, who)
        if cause == BLOCKED:
            by = {b.by for b in facts.blocked if b.ticket == wait.ticket and _overlap(b, pieces)}
            others = self._named(other for other in by if other is not None)
            return (
                f"Blocked by {others}."
                if others
                else "It was flagged, in a blocked stage, or a link blocked it."
            )
        if cause == BATCHED:
            batch = facts.batches[wait.ticket, wait.n]
            others = self._named({other.ticket for other in batch.waits} - {wait.ticket})
            how = "in one release" if batch.release else f"to {who}"
            return f"It left with {others} {how}; the last of them was ready {instant_text(batch.ready)}."
        return {
            OUTSIDE: "The stage waits for somebody outside the stream.",
            NON_WORKING: f"Outside the working hours of {who} (calendar '{piece.receiver.calendar.name}').",
            UNASSIGNED: "Nobody was assigned, and neither the stage nor the ticket belongs to a team.",
        }.get(cause, f"No rule applies: the data do not say why {who} did not start on it.")

    def _other_work(self, pieces: list[Piece], who: str) -> str:
        """The other tickets that the receiver worked on meanwhile, and when they had become ready."""
        piece, facts = pieces[0], self.facts
        visits = facts.visits_of[piece.wait.ticket]
        ready = ready_since(visits[piece.wait.n], visits)
        of_person = facts.work_of_person.get(piece.receiver.person or "", [])
        of_team = facts.work_of_team.get(piece.receiver.team or "", [])
        earlier = piece.cause == AT_CAPACITY
        others = {
            stretch.visit.ticket
            for stretch in (of_person if piece.receiver.person else of_team)
            if (stretch.ready <= ready) == earlier and _overlap(stretch, pieces)
        }
        order = "had become ready no later" if earlier else "became ready later"
        only = "" if earlier else " only"
        return (
            f"{who} was working{only} on {self._named(others)}, which {order} than this ticket "
            f"({instant_text(ready)})."
        )

    def _named(self, tickets: Iterable[str]) -> str:
        names = sorted(self.keys.get(ticket, ticket) for ticket in tickets)
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        return ", ".join(names[:LISTED]) + more


def _overlap(span: Block | Stretch, pieces: list[Piece]) -> bool:
    return any(span.start < piece.end and piece.start < span.end for piece in pieces)


def _change(visit: Visit) -> str:
    """Describe the event that began a visit."""
    event = visit.began
    if event is None:
        return "it was created"
    who = event.actor
    if event.kind == "team":
        given = f"gave it to {event.after}" if event.after else "took it from its team"
        return f"{who} {given}" if who else f"its team became {event.after or 'unknown'}"
    if event.kind == "holder":
        return f"{who or 'somebody'} set {event.field} to {event.after or 'nobody'}"
    if event.kind == "assignee":
        given = f"assigned it to {event.after}" if event.after else "unassigned it"
        return f"{who or 'somebody'} {given}"
    if event.source in (MILESTONES, PULL):
        return _shown(event, visit)
    return f"{who} moved it to {visit.stage}" if who else f"it was moved to {visit.stage}"


def _shown(event: Event, visit: Visit) -> str:
    """Describe what commits, a review or a pipeline showed; the record names the pull request."""
    _, _, pull = event.ref.partition(" ")
    if not pull:
        return f"Git showed it in {visit.stage}"
    text = SHOWN.get(str(event.after), "no pull request or pipeline showed it elsewhere")
    return text.format(pull=pull, who=visit.holder or "somebody")


def _touch(visit: Visit) -> str:
    """Describe the evidence for the start of work."""
    if visit.touch_rule == "entry":
        assigned = visit.began is not None and visit.began.kind in PERSON_KINDS
        return f"when {visit.holder} {'assigned it to themselves' if assigned else 'moved it in'}"
    if visit.touch_rule:
        return f"at the first {visit.touch_rule} by {visit.holder}"
    return "at its entry, without other evidence"


def instant_text(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}"


def duration_text(time: timedelta) -> str:
    """A duration to the second: 2 d 04:10:33."""
    hours, rest = divmod(time.seconds, 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return f"{time.days} d {clock}" if time.days else clock
