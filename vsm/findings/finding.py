"""One claim worth reporting, how its number is made, and how a list of claims shows itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from math import isnan
from typing import Any, Final, Self, SupportsIndex, overload

import pandas as pd

from vsm.counts import counted
from vsm.findings.durations import humanize_duration, percent, time_of

NOTHING: Final = "Nothing to show: there are too few delivered tickets to say anything."
NO_CLAIM: Final = "The data do not support a claim of this kind."
TRUST: Final = ("sound", "with caution", "not from these data")
_SHOWN_PARTS, _MOST_PARTS = 10, 1000
WORTH_SEEING: Final = 0.05
"""Findings about a smaller share of time are folded away; the first one never is."""


@dataclass(frozen=True, slots=True)
class Basis:
    """How the number of a finding is made, for whoever doubts it.

    Attributes
    ----------
    definition, population, formula
        What is counted, of which tickets, and what is divided by what, with the numbers.
    parts
        Key of each ticket → its part, the largest first; of many tickets the first thousand.
    more
        How many other tickets there are, and their part together.
    otherwise
        Other definition → the share by it.
    """

    definition: str
    population: str
    formula: str
    parts: Mapping[str, pd.Timedelta] = field(default_factory=dict)
    otherwise: Mapping[str, float] = field(default_factory=dict)
    more: tuple[int, pd.Timedelta] = (0, time_of(0))

    def lines(self) -> list[str]:
        """Give it in sentences."""
        shown = [f"{key} {humanize_duration(part)}" for key, part in [*self.parts.items()][:_SHOWN_PARTS]]
        rest = [*self.parts.values()][_SHOWN_PARTS:]
        if rest:
            count, time = len(rest) + self.more[0], sum(rest, self.more[1])
            shown.append(f"{counted(count, 'other')} together {humanize_duration(time)}")
        others = [f"{name}: {percent(share)}" for name, share in self.otherwise.items() if not isnan(share)]
        return [
            f"Definition: {self.definition}",
            f"Population: {self.population}",
            f"Formula: {self.formula}",
            *([f"Tickets: {', '.join(shown)}."] if shown else []),
            *([f"By other definitions: {'; '.join(others)}."] if others else []),
        ]


def parts_by_key(seconds: "pd.Series[Any]", *, key: "pd.Series[str]") -> dict[str, Any]:
    """Give ``parts`` and ``more`` of a ``Basis`` from the seconds and the key of each ticket."""
    ordered = seconds.sort_values(ascending=False, kind="stable")
    first, others = ordered.head(_MOST_PARTS), ordered.iloc[_MOST_PARTS:]
    parts = dict(zip(key.reindex(first.index), map(time_of, first), strict=True))
    return {"parts": parts, "more": (len(others), time_of(float(others.sum())))}


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its number, interval, evidence and caveat, and a suggested next step.

    Attributes
    ----------
    rule
        Which rule made it: the name of its kind.
    subject
        A stage, or upstream → downstream team.
    claim
        One or two sentences with number, interval and n.
    title
        The same in a few words: what a slide or a mail is headed with.
    cost
        The time that it is about, in all; findings are ordered by it. Findings about now count time within
        their period, those about the past the whole lead time of delivered tickets.
    share, low, high
        That cost as a share of the time that tickets were open in the period, or of all lead time, with its
        95 % interval.
    n
        Tickets it rests on.
    tickets
        Keys of the tickets that show it best.
    pulls
        Key and address of the pull requests that show it best, where it is about these; an address may be
        missing.
    caveat
        What would mislead.
    experiment
        What to try next; empty where nothing needs to be done.
    stages
        Those whose kind it rests on.
    question
        The question that it answers, of ``vsm.quality.coverage.CLAIMS``.
    trust, doubt
        Whether the data can answer that question: one of ``TRUST``; and, where not soundly, why.
    since
        Since when it is so, in a few words; empty where the claim says it, or nobody knows.
    basis
        How the number is made.
    """

    rule: str
    subject: str
    claim: str
    cost: pd.Timedelta
    share: float
    low: float
    high: float
    n: int
    tickets: tuple[str, ...]
    caveat: str
    experiment: str
    title: str = ""
    stages: tuple[str, ...] = ()
    question: str = ""
    trust: str = TRUST[0]
    doubt: str = ""
    since: str = ""
    pulls: tuple[tuple[str, str | None], ...] = ()
    basis: Basis | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Give the claim."""
        return self.claim

    @property
    def headline(self) -> str:
        """The claim, with the trust that it deserves where that is not sound."""
        return self.claim if self.trust == TRUST[0] else f"{self.claim} ({self.trust.capitalize()}.)"

    @property
    def trust_in_full(self) -> str:
        """How far it can be trusted, and why no further."""
        return f"{self.trust} ({self.doubt})" if self.doubt else self.trust

    def explain(self) -> str:
        """Say how the number is made: definition, population, formula, tickets, and other definitions."""
        lines = self.basis.lines() if self.basis else []
        trust = f"Trust: {self.trust_in_full}" + (f" ('{self.question}')." if self.question else ".")
        pulls = [f"Pull requests: {', '.join(key for key, _ in self.pulls)}."] if self.pulls else []
        return "\n".join([self.claim, *lines, *pulls, trust, f"Caveat: {self.caveat}"])


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that these data cannot answer, and what to record so that they can.

    Attributes
    ----------
    question
        Of ``vsm.quality.coverage.CLAIMS``.
    why
        The weakest evidence, in a sentence.
    record
        What would help; empty where there is only too little of it.
    subjects
        What would have been claimed about.
    """

    question: str
    why: str
    record: str
    subjects: tuple[str, ...]

    def __str__(self) -> str:
        """Say what cannot be claimed, why, and what to record."""
        record = f" To know, {self.record}." if self.record else ""
        return f"{self.question} cannot be said from these data ({self.why}).{record}"


class Findings(tuple[Finding, ...]):
    """What was found, the costliest first: a tuple that shows itself as sentences.

    Parameters
    ----------
    found
        The findings that the data support.
    nothing
        What to say where there is none.
    title
        What they are about: their period.
    gaps
        What would have been claimed if the data could carry it.
    left_out
        What was dismissed or excluded, in sentences.
    none_of
        Rule → why it made no claim, where that is known.
    hidden
        Rule and subject of what is found, but not shown: dismissed, or not from these data.
    """

    nothing: str
    title: str
    gaps: tuple[Gap, ...]
    left_out: tuple[str, ...]
    none_of: Mapping[str, str]
    hidden: frozenset[tuple[str, str]]

    @overload
    def __getitem__(self, at: SupportsIndex, /) -> Finding: ...
    @overload
    def __getitem__(self, at: slice, /) -> tuple[Finding, ...]: ...
    def __getitem__(self, at: SupportsIndex | slice, /) -> Finding | tuple[Finding, ...]:
        """Give one, or several: as a tuple does, with a type that completion can read."""
        return super().__getitem__(at)

    def __new__(
        cls,
        found: Iterable[Finding] = (),
        *,
        nothing: str = NOTHING,
        title: str = "",
        gaps: tuple[Gap, ...] = (),
        left_out: tuple[str, ...] = (),
        none_of: Mapping[str, str] | None = None,
        hidden: frozenset[tuple[str, str]] = frozenset(),
    ) -> Self:
        """Keep the findings in the order that they are given in."""
        made = super().__new__(cls, found)
        made.nothing, made.title, made.gaps, made.left_out = nothing, title, gaps, left_out
        made.none_of, made.hidden = none_of or {}, hidden
        return made

    def about(self, *rules: str) -> "Findings":
        """Give those that these rules made.

        Examples
        --------
        >>> print(Findings().about("handoff"))
        The data do not support a claim of this kind.
        """
        why = " ".join(filter(None, (self.none_of.get(rule) for rule in rules)))
        return Findings((finding for finding in self if finding.rule in rules), nothing=why or NO_CLAIM)

    def headlines(self, most: int = 3) -> "Findings":
        """Give the first ones that ask for something: each subject, and each next step, once.

        What is solved asks for nothing, even where some of it is left. Where there is no room for all,
        stages in which tickets are stuck stand back for what asks for something else: they ask for the same.
        """
        first: list[Finding] = []
        solved = {finding.subject for finding in self if finding.rule == "solved"}
        for finding in self:
            known = solved | {words for each in first for words in (each.subject, each.experiment)}
            if finding.experiment and not known & {finding.subject, finding.experiment}:
                first.append(finding)
        if len(first) > most:
            again = [finding for finding in first if finding.rule == "stuck"][1:]
            first = [finding for finding in first if finding not in again] + again
        return Findings(
            first[:most],
            nothing="Nothing to act on." if self else self.nothing,
            title=self.title,
            gaps=self.gaps,
            left_out=self.left_out,
        )

    def by_stage(self) -> dict[str, list[str]]:
        """Give what the findings that rest on the kind of each stage are about, each subject once."""
        subjects: dict[str, dict[str, None]] = {}
        for finding in self:
            for stage in finding.stages:
                subjects.setdefault(stage, {})[finding.subject] = None
        return {stage: list(about) for stage, about in subjects.items()}

    def notes(self) -> list[str]:
        """Say what cannot be claimed, and what was left out."""
        return [*map(str, self.gaps), *self.left_out]

    def __str__(self) -> str:
        """Give every claim on a line of its own, and what to try on the next."""
        tries = [f"\n   Try: {finding.experiment}" if finding.experiment else "" for finding in self]
        claims = [f"{n}. {finding.headline}{tries[n - 1]}" for n, finding in enumerate(self, start=1)]
        claims = claims or [self.nothing]
        return "\n".join([*([f"{self.title}:"] if self.title else []), *claims, *self.notes()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Show claims as a list, with caveat, evidence and next step; every text is escaped."""
        title = f"<p><strong>{escape(self.title)}</strong></p>" if self.title else ""
        large = [
            finding for place, finding in enumerate(self) if not place or not finding.share < WORTH_SEEING
        ]
        small = [finding for finding in self if finding not in large]
        claims = (
            f"<p>{escape(self.nothing)}</p>" if not self else f'<ol class="findings">{_items(large)}</ol>'
        )
        if small:
            claims += (
                f"<details><summary>{counted(len(small), 'smaller finding')}, under "
                f"{100 * WORTH_SEEING:.0f} % of the time</summary>"
                f'<ol class="findings" start="{len(large) + 1}">{_items(small)}</ol></details>'
            )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes())
        return f"{title}{claims}{f'<ul>{notes}</ul>' if notes else ''}"


def _items(findings: Iterable[Finding]) -> str:
    return "".join(map(_item, findings))


def _item(finding: Finding) -> str:
    """Show one finding as a list item, with a fold that says how its number is made."""
    act = f"<p>Try: {escape(finding.experiment)}</p>" if finding.experiment else ""
    pulls = [shown_ticket(key, address=address) for key, address in finding.pulls]
    keys = ", ".join([*map(shown_ticket, finding.tickets), *pulls])
    evidence = f" Evidence: {keys}." if keys else ""
    basis = "".join(f"<p>{escape(line)}</p>" for line in finding.basis.lines()) if finding.basis else ""
    fold = f"<details><summary>How this number is made</summary>{basis}</details>" if basis else ""
    head, claim = (
        finding.title or finding.headline,
        f"<p>{escape(finding.headline)}</p>" if finding.title else "",
    )
    return (
        f"<li><div><p><strong>{escape(head)}</strong></p>{act}{claim}"
        f"<p><small>Caveat: {escape(finding.caveat)}{evidence}</small></p>{fold}</div></li>"
    )


def shown_ticket(key: str, *, address: str | None = None) -> str:
    """Show a ticket's key in HTML: unbroken, escaped, and as a link where an address is given.

    The agreement with ``vsm.reports``: what carries ``data-ticket`` names one ticket by its key, and a report
    links it to that ticket's timeline.

    Parameters
    ----------
    address
        Of the web, checked before (``vsm.figures.links.web_address``).

    Examples
    --------
    >>> shown_ticket("R&D-1")
    '<span data-ticket="R&amp;D-1" style="white-space: nowrap">R&amp;D-1</span>'
    >>> 'href="https://a.example/AB-1"' in shown_ticket("AB-1", address="https://a.example/AB-1")
    True
    """
    name, look = escape(key), 'style="white-space: nowrap"'
    if address is None:
        return f'<span data-ticket="{name}" {look}>{name}</span>'
    return f'<a data-ticket="{name}" href="{escape(address)}" rel="noreferrer" {look}>{name}</a>'
