"""One claim worth reporting, and how a list of claims shows itself."""

from dataclasses import dataclass
from html import escape
from typing import ClassVar, Final

import pandas as pd

NOTHING: Final = "Nothing to see yet: there are too few delivered tickets to say anything."


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its number, interval, evidence and caveat, and a suggested next step.

    Attributes
    ----------
    rule
        Which rule of ``vsm.findings.rules`` made it.
    subject
        A stage, or upstream → downstream team.
    claim
        One sentence with number, interval and n.
    cost
        The time of delivered tickets that it is about, in all; findings are ordered by it.
    share, low, high
        That cost as a share of all lead time, with its 95 % interval.
    n
        Tickets it rests on.
    tickets
        Keys of the tickets that show it best.
    caveat
        What would mislead.
    experiment
        What to try next.
    stages
        Those whose kind it rests on.
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
    stages: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Give the claim."""
        return self.claim


class Findings(tuple[Finding, ...]):
    """What was found, the costliest first: a tuple that shows itself as sentences."""

    __slots__ = ()

    nothing: ClassVar[str] = NOTHING

    def about(self, *rules: str) -> "Findings":
        """Give those that these rules made.

        Examples
        --------
        >>> print(Findings().about("handoff"))
        The data do not support a claim of this kind.
        """
        return _Chosen(finding for finding in self if finding.rule in rules)

    def by_stage(self) -> dict[str, list[str]]:
        """Give what the findings that rest on the kind of each stage are about, each subject once."""
        subjects: dict[str, dict[str, None]] = {}
        for finding in self:
            for stage in finding.stages:
                subjects.setdefault(stage, {})[finding.subject] = None
        return {stage: list(about) for stage, about in subjects.items()}

    def __str__(self) -> str:
        """Give every claim on a line of its own."""
        return "\n".join(f"{n}. {finding.claim}" for n, finding in enumerate(self, start=1)) or self.nothing

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Show claims as a list, with caveat, evidence and next step; every text is escaped."""
        if not self:
            return f"<p>{self.nothing}</p>"
        items = (
            f"<li><div><p><strong>{escape(finding.claim)}</strong></p>"
            f"<p>Try: {escape(finding.experiment)}</p>"
            f"<p><small>Caveat: {escape(finding.caveat)} "
            f"Evidence: {', '.join(map(shown_ticket, finding.tickets))}.</small></p></div></li>"
            for finding in self
        )
        return f'<ol class="findings">{"".join(items)}</ol>'


class _Chosen(Findings):
    """Some of the findings: that there are none says nothing about the others."""

    __slots__ = ()

    nothing: ClassVar[str] = "The data do not support a claim of this kind."


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
