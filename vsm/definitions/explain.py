"""Explain one ticket: its history step by step, with the rule behind every number.

All numbers come from the definitions, so that they can be followed by hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from itertools import pairwise

from vsm.definitions.causes import NON_WORKING, Facts, Piece, list_causes
from vsm.definitions.handoffs import Handoff
from vsm.definitions.sentences import Sentences, duration_text, instant_text
from vsm.definitions.visits import WORK, Visit
from vsm.definitions.waits import Wait, finished_for_good
from vsm.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ticket's history.

    Attributes
    ----------
    rule
        ``visit``, ``handoff``, ``wait``, ``work``, or the cause of a part of a wait.
    visit
        Number of the visit, from 0, in which the step ends.
    elapsed
        Time that the step accounts for: a cause may be interrupted by non-working time, a step of its own.
    what, why
        The step, and the rule for it, in words.
    """

    rule: str
    visit: int
    start: datetime
    end: datetime
    elapsed: timedelta
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Explanation:
    """A ticket's history, explained. Shown as a table in Jupyter, as text by ``print``.

    Attributes
    ----------
    steps
        Visit by visit.
    visits, handoffs, waits, pieces
        The rows behind the steps; ``pieces`` are waits cut by cause.
    end
        When the ticket was finished for good, was found deleted, or ``as_of``.
    state
        ``finished``, ``gone`` or ``open``.
    waited, worked
        ``waited + worked == lead``.
    """

    key: str
    title: str
    steps: tuple[Step, ...]
    visits: tuple[Visit, ...]
    handoffs: tuple[Handoff, ...]
    waits: tuple[Wait, ...]
    pieces: tuple[Piece, ...]
    created: datetime
    end: datetime
    state: str
    waited: timedelta
    worked: timedelta

    @property
    def lead(self) -> timedelta:
        """Lead time, or the ticket's age while it is not finished."""
        return self.end - self.created

    @property
    def by_cause(self) -> Mapping[str, timedelta]:
        """Waiting time by cause, the longest first; sums to ``waited``."""
        sums: dict[str, timedelta] = {}
        for piece in self.pieces:
            sums[piece.cause] = sums.get(piece.cause, timedelta()) + piece.elapsed
        return dict(sorted(sums.items(), key=lambda pair: pair[1], reverse=True))

    @property
    def summary(self) -> tuple[str, ...]:
        """Its dates, its waiting time by cause, and the sum, as sentences."""
        ended = {"finished": "finished for good", "gone": "found deleted or hidden", "open": "still open"}
        total = {"finished": "lead time", "gone": "time until it was deleted or hidden", "open": "age"}
        causes = ", ".join(f"{cause} {duration_text(time)}" for cause, time in self.by_cause.items())
        return (
            f"Created {instant_text(self.created)}, {ended[self.state]} {instant_text(self.end)} (UTC).",
            f"Waits by cause: {causes}." if causes else "It never waited.",
            f"Waits {duration_text(self.waited)} + work {duration_text(self.worked)} = "
            f"{total[self.state]} {duration_text(self.lead)}.",
        )

    def __str__(self) -> str:
        """Lay it out as text: a paragraph per visit, its steps indented."""
        lines = [f"{self.key}: {self.title}" if self.title else self.key, self.summary[0]]
        for step in self.steps:
            span = f"{instant_text(step.start)} to {instant_text(step.end)}, {duration_text(step.elapsed)}"
            if step.rule == "visit":
                lines += ["", f"{step.visit + 1}. {step.what}: {span}", f"   {step.why}"]
            else:
                lines += [f"   - {step.what}: {span}", f"     {step.why}"]
        return "\n".join([*lines, "", *self.summary[1:]])

    def __repr__(self) -> str:
        """Show the text at the prompt, not the many rows."""
        return str(self)

    def _repr_html_(self) -> str:
        """Lay it out as a table: a bold row per visit, its steps below; every text is escaped."""
        heads = "".join(f'<th scope="col">{head}</th>' for head in ("From", "To", "Duration", "Step", "Why"))
        rows = []
        for step in self.steps:
            what, visit = escape(step.what), step.rule == "visit"
            what = f"<strong>{step.visit + 1}. {what}</strong>" if visit else f"&emsp;{what}"
            times = instant_text(step.start), instant_text(step.end), duration_text(step.elapsed)
            cells = (*times, what, escape(step.why))
            rows.append("<tr>" + "".join(f'<td style="text-align: left">{c}</td>' for c in cells) + "</tr>")
        title = f": {escape(self.title)}" if self.title else ""
        return (
            f'<table><caption style="text-align: left"><strong>{escape(self.key)}</strong>{title}<br>'
            f"{escape(self.summary[0])}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table><p>{escape(self.summary[1])}<br>"
            f"<strong>{escape(self.summary[2])}</strong></p>"
        )


def explain(ticket: str, facts: Facts, *, keys: Mapping[str, str], title: str = "") -> Explanation:
    """Explain one ticket: its visits, handoffs, work and waits, and what caused each wait.

    Parameters
    ----------
    facts
        Of all tickets of the stream: whether a receiver was busy is known from the others.
    keys
        Ticket id → its key.

    Raises
    ------
    ParameterError
        The ticket has no history by ``facts.as_of``.
    """
    visits = facts.visits_of.get(ticket, [])
    if not visits:
        name = keys.get(ticket, ticket)
        raise ParameterError(
            f"{name} has no history to explain: it was not created by {facts.as_of:%Y-%m-%d}"
        )
    handoffs = [handoff for handoff in facts.handoffs if handoff.ticket == ticket]
    waits = [wait for wait in facts.waits if wait.ticket == ticket]
    pieces = list_causes(waits, facts)
    waited = sum((piece.elapsed for piece in pieces), timedelta())
    in_parts = sum((wait.elapsed for wait in waits), timedelta()) - waited
    finished, gone = finished_for_good(visits), visits[-1].left
    end = finished or gone or facts.as_of
    work = [visit for visit in visits if visit.kind == WORK and visit.entered < end]
    return Explanation(
        key=keys.get(ticket, ticket),
        title=title,
        steps=tuple(_steps(visits, handoffs, waits, pieces, Sentences(facts, keys))),
        visits=tuple(visits),
        handoffs=tuple(handoffs),
        waits=tuple(waits),
        pieces=tuple(pieces),
        created=visits[0].entered,
        end=end,
        state="finished" if finished else "gone" if gone else "open",
        waited=waited,
        worked=sum((visit.end - visit.work_start for visit in work), in_parts),
    )


def _steps(
    visits: list[Visit], handoffs: list[Handoff], waits: list[Wait], pieces: list[Piece], words: Sentences
) -> Iterator[Step]:
    """Give a step for each visit, for the handoff that led to it, for its wait by cause, and for its work."""
    work_visits = [visit for visit in visits if visit.kind == WORK]
    received = {
        receiver.n: handoff
        for sender, receiver in pairwise(work_visits)
        for handoff in handoffs
        if (handoff.from_stage, handoff.from_holder) == (sender.stage, sender.holder)
        and (handoff.to_stage, handoff.to_holder) == (receiver.stage, receiver.holder)
        and handoff.taken == receiver.work_start
    }
    wait_of = {wait.n: wait for wait in waits}
    for visit in visits:
        n, what = visit.n, f"{visit.stage} ({visit.kind})"
        yield Step("visit", n, visit.entered, visit.end, visit.elapsed, what, words.visit(visit, visits))
        if (handoff := received.get(n)) is not None:
            why = words.passing(handoff, visit, visits)
            yield Step("handoff", n, handoff.given, handoff.taken, handoff.wait, words.handoff(handoff), why)
        if (wait := wait_of.get(n)) is not None:
            of_wait = [piece for piece in pieces if piece.wait is wait]
            waited = sum((piece.elapsed for piece in of_wait), timedelta())
            in_parts = wait.elapsed - waited
            if waited or not in_parts:
                why = words.wait(visit, in_parts=bool(in_parts))
                yield Step("wait", n, wait.start, wait.end, waited, "Wait", why)
            if in_parts:
                what = "Work on parts"
                yield Step("work", n, wait.start, wait.end, in_parts, what, words.parts(wait.ticket))
            for part in _parts(of_wait):
                cause, elapsed = part[0].cause, sum((piece.elapsed for piece in part), timedelta())
                what = cause + (f" ({len(part)} stretches)" if len(part) > 1 else "")
                yield Step(cause, n, part[0].start, part[-1].end, elapsed, what, words.cause(part))
        start = visit.work_start
        if visit.kind == WORK and start < visit.end:
            who = visit.holder or "nobody known"
            yield Step("work", n, start, visit.end, visit.end - start, f"Work by {who}", words.start(visit))


def _parts(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Join pieces of one cause and receiver that only non-working time separates; it follows them."""
    runs: list[tuple[list[Piece], list[Piece]]] = []
    for piece in pieces:
        causes, rest = runs[-1] if runs else ([], [])
        same = not causes or (piece.cause, piece.receiver[:2]) == (causes[0].cause, causes[0].receiver[:2])
        if not runs or not (piece.cause == NON_WORKING or same):
            causes, rest = [], []
            runs.append((causes, rest))
        (rest if piece.cause == NON_WORKING else causes).append(piece)
    return (part for run in runs for part in run if part)
