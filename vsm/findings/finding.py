"""What is one claim worth telling?"""

from dataclasses import dataclass

import pandas as pd


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
