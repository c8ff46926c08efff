"""What is one claim worth telling?"""

from dataclasses import dataclass
from html import escape
from typing import ClassVar, Final

import pandas as pd

from vsm.findings.shown_ticket import shown_ticket

NOTHING: Final = "Nothing to see yet: there are too few finished tickets to say anything."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is claimed, how sure is it, on what evidence, and what could be tried?

    Attributes
    ----------
    rule
        Which rule made it; named in ``vsm.findings.rules``.
    subject
        What it is about: a stage, or giver → receiver.
    claim
        One sentence with number, interval and n.
    cost
        Time of finished tickets that lies in it, in all; findings are ordered by it.
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

    def __str__(self) -> str:
        """Say the claim as one plain sentence."""
        return self.claim


class Findings(tuple[Finding, ...]):
    """What was found, the costliest first? A tuple that shows itself as sentences.

    Examples
    --------
    >>> print(Findings())
    Nothing to see yet: there are too few finished tickets to say anything.
    """

    __slots__ = ()

    nothing: ClassVar[str] = NOTHING

    def about(self, *rules: str) -> "Findings":
        """Which of them did these rules make?

        Examples
        --------
        >>> print(Findings().about("handoff"))
        No claim of this kind is borne by the data.
        """
        return _Chosen(finding for finding in self if finding.rule in rules)

    def __str__(self) -> str:
        """Say every claim on a line of its own."""
        return "\n".join(f"{n}. {finding.claim}" for n, finding in enumerate(self, start=1)) or self.nothing

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Show claims as a list, with caveat, evidence and what to try; every text is escaped."""
        if not self:
            return f"<p>{self.nothing}</p>"
        return f'<ol class="findings">{"".join(_item(finding) for finding in self)}</ol>'


class _Chosen(Findings):
    """Some of the findings: that there are none says nothing of the others."""

    __slots__ = ()

    nothing: ClassVar[str] = "No claim of this kind is borne by the data."


def _item(finding: Finding) -> str:
    evidence = ", ".join(map(shown_ticket, finding.tickets))
    return (
        f"<li><div><p><strong>{escape(finding.claim)}</strong></p>"
        f"<p>Try: {escape(finding.experiment)}</p>"
        f"<p><small>Beware: {escape(finding.caveat)} Look at: {evidence}.</small></p></div></li>"
    )
