"""Explain one ticket: its life step by step, with the rule behind every number.

All numbers come from the definitions, so that they can be followed by hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from vsm.definitions.causes import NON_WORKING, Facts, Piece, list_causes
from vsm.definitions.handoffs import Handoff
from vsm.definitions.sentences import Sentences, duration_text, instant_text
from vsm.definitions.visits import WORK, Visit
from vsm.definitions.waits import Wait, finished_for_good
from vsm.errors import ParameterError


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a ticket's life.

    Attributes
    ----------
    rule
        ``visit``, ``handoff``, ``wait``, ``work``, or the cause of a part of a wait.
    visit
        Number of the visit, from 0, in which the step ends.
    start, end, elapsed
        From when to when, and how long. A cause may be interrupted by non-working time, which is a step of
        its own: its ``elapsed`` is what the cause accounts for.
    what, why
        What happened, and by which rule.
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
    """A ticket's life, explained. Shown as a table in Jupyter, as text by ``print``.

    Attributes
    ----------
    key, title
        As people know the ticket.
    steps
        Visit by visit.
    visits, handoffs, waits, pieces
        The rows behind the steps; ``pieces`` are waits cut by cause.
    created, end
        From when to when the ticket lived: until it was finished for good, was found deleted, or ``as_of``.
    state
        ``finished``, ``gone`` or ``open``.
    waited, worked, lead
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
        """How long it waited for each cause, the longest first; sums to ``waited``."""
        sums: dict[str, timedelta] = {}
        for piece in self.pieces:
            sums[piece.cause] = sums.get(piece.cause, timedelta()) + piece.elapsed
        return dict(sorted(sums.items(), key=lambda pair: pair[1], reverse=True))

    @property
    def summary(self) -> tuple[str, ...]:
        """When it lived, how long it waited for each cause, and the sum, as sentences."""
        ended = {"finished": "finished for good", "gone": "found deleted or hidden", "open": "still open"}
        total = {"finished": "lead time", "gone": "time until it was gone", "open": "age"}
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
        """Show the text at the prompt: a life's worth of rows would drown it."""
        return str(self)

    def _repr_html_(self) -> str:
        """Lay it out as a table: a bold row per visit, its steps below; every text is escaped."""
        heads = "".join(f'<th scope="col">{head}</th>' for head in ("From", "To", "Duration", "Step", "Why"))
        rows = []
        for step in self.steps:
            what, visit = escape(step.what), step.rule == "visit"
            what = f"<strong>{step.visit + 1}. {what}</strong>" if visit else f"&emsp;{what}"
            cells = [
                instant_text(step.start),
                instant_text(step.end),
                duration_text(step.elapsed),
                what,
                escape(step.why),
            ]
            rows.append("<tr>" + "".join(f'<td style="text-align: left">{c}</td>' for c in cells) + "</tr>")
        title = f": {escape(self.title)}" if self.title else ""
        return (
            f'<table><caption style="text-align: left"><strong>{escape(self.key)}</strong>{title}<br>'
            f"{escape(self.summary[0])}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table><p>{escape(self.summary[1])}<br>"
            f"<strong>{escape(self.summary[2])}</strong></p>"
        )


def explain(ticket: str, facts: Facts, *, keys: Mapping[str, str], title: str = "") -> Explanation:
    """Walk through one ticket's life: its visits, handoffs, work and waits, and what caused each wait.

    Parameters
    ----------
    ticket
        Ticket id.
    facts
        Of all tickets of the stream: whether a receiver was busy is known from the others.
    keys
        Ticket id → the key that people know it by.
    title
        What the ticket is about.

    Raises
    ------
    ParameterError
        Nothing is known of the ticket's life.
    """
    visits = facts.lives.get(ticket, [])
    if not visits:
        name = keys.get(ticket, ticket)
        raise ParameterError(f"{name} has no life to explain: it was not created by {facts.as_of:%Y-%m-%d}")
    handoffs = [handoff for handoff in facts.handoffs if handoff.ticket == ticket]
    waits = [wait for wait in facts.waits if wait.ticket == ticket]
    pieces = list_causes(waits, facts)
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
        waited=sum((wait.elapsed for wait in waits), timedelta()),
        worked=sum((visit.end - visit.work_start for visit in work), timedelta()),
    )


def _steps(
    visits: list[Visit], handoffs: list[Handoff], waits: list[Wait], pieces: list[Piece], words: "Sentences"
) -> Iterator[Step]:
    """Give a step for each visit, for the handoff that it takes, for its wait by cause, and for its work."""
    for visit in visits:
        n = visit.n
        yield Step(
            rule="visit",
            visit=n,
            start=visit.entered,
            end=visit.end,
            elapsed=visit.elapsed,
            what=f"{visit.stage} ({visit.kind})",
            why=words.visit(visit, visits),
        )
        if visit.kind == WORK:
            for handoff in handoffs:
                if handoff.taken == visit.work_start and visit.n == _receiver(handoff, visits).n:
                    yield Step(
                        rule="handoff",
                        visit=n,
                        start=handoff.given,
                        end=handoff.taken,
                        elapsed=handoff.wait,
                        what=words.handoff(handoff),
                        why=words.passing(handoff, visit, visits),
                    )
        for wait in waits:
            if wait.n == n:
                yield from _wait_steps(wait, visit, [p for p in pieces if p.wait is wait], words)
        if visit.kind == WORK and visit.work_start < visit.end:
            yield Step(
                rule="work",
                visit=n,
                start=visit.work_start,
                end=visit.end,
                elapsed=visit.end - visit.work_start,
                what=f"Work by {visit.holder or 'nobody known'}",
                why=words.start(visit),
            )


def _receiver(handoff: Handoff, visits: Iterable[Visit]) -> Visit:
    """The work visit that a handoff led to: the first that begins after what was given."""
    return next(v for v in visits if v.kind == WORK and v.entered >= handoff.given)


def _wait_steps(wait: Wait, visit: Visit, pieces: list[Piece], words: "Sentences") -> Iterator[Step]:
    yield Step(
        rule="wait",
        visit=wait.n,
        start=wait.start,
        end=wait.end,
        elapsed=wait.elapsed,
        what="Wait",
        why=words.wait(visit),
    )
    for run in _runs(pieces):
        rest = [piece for piece in run if piece.cause == NON_WORKING]
        for part in ([piece for piece in run if piece.cause != NON_WORKING], rest):
            if part:
                yield Step(
                    rule=part[0].cause,
                    visit=wait.n,
                    start=part[0].start,
                    end=part[-1].end,
                    elapsed=sum((piece.elapsed for piece in part), timedelta()),
                    what=f"{part[0].cause}" + (f" ({len(part)} stretches)" if len(part) > 1 else ""),
                    why=words.cause(part),
                )


def _runs(pieces: list[Piece]) -> list[list[Piece]]:
    """Put together pieces of one cause and receiver that only non-working time parts, with that time."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        former = [other for other in runs[-1] if other.cause != NON_WORKING] if runs else []
        same = not former or (piece.cause, piece.receiver[:2]) == (former[0].cause, former[0].receiver[:2])
        if runs and (piece.cause == NON_WORKING or same):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs
