"""What findings are about: their period, and what they leave out."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from vsm.config.toml import Line, Section, Word


class Dismissal(Section):
    """A ``[[findings.dismiss]]``: a finding that is known, and not shown until a day.

    ``subject`` is the finding's: a stage, or "upstream → downstream"; ``rule`` picks one of several findings
    about it.
    """

    subject: Line
    rule: Word | None = None
    reason: Line
    until: date


class Exclusion(Section):
    """A ``[[findings.exclude]]``: tickets, by key, or days that findings leave out, with the reason.

    Days are those from ``since`` to ``until``, both included: a freeze, a fair.
    """

    tickets: tuple[Word, ...] = ()
    since: date | None = None
    until: date | None = None
    reason: Line

    @model_validator(mode="after")
    def _names_tickets_or_days(self) -> Self:
        days = self.since is not None and self.until is not None
        if bool(self.tickets) == days or (self.since is None) != (self.until is None):
            raise ValueError("a [[findings.exclude]] needs either tickets, or since and until")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"a [[findings.exclude]] ends on {self.until}, before it begins")
        return self


class FindingRules(Section):
    """What findings about now are about, and leave out.

    They are of the last ``days``, or of the time in which the last ``delivered`` tickets were delivered if
    that is longer.
    """

    days: int = Field(default=90, ge=7, le=3660)
    delivered: int = Field(default=30, ge=1)
    dismiss: tuple[Dismissal, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
