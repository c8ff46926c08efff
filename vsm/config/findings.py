"""What findings are about: their period, and what they leave out; and the changes that are to be tried."""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from vsm.config.calendars import hours_of_day
from vsm.config.toml import Line, Section, Word, parsable


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


_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "one_more": ("stage",), "released": ("every",), "without": ("stage",), "arriving": ("factor",),
    "first_in_first_out": ("stage",), "merged": ("stage", "other"), "split": ("stage",),
    "agent_takes_over": ("stage",), "limit": ("stage", "wip"),
}  # fmt: skip
_MAY: Final[dict[str, tuple[str, ...]]] = {
    "one_more": ("hours",), "released": ("stage",), "without": ("keep_work", "after"), "split": ("into",),
    "agent_takes_over": ("at_once", "pace"),
}  # fmt: skip
Tried = Literal[
    "one_more", "released", "without", "arriving", "first_in_first_out", "merged", "split",
    "agent_takes_over", "limit",
]  # fmt: skip


class WhatIfRule(Section):
    """A ``[[what_if]]``: a change that reports try on a replay of the stream.

    Each kind of ``change`` has keys of its own; another's is an error, as is one that is missing.
    """

    change: Tried
    stage: Line | None = None
    other: Line | None = None
    hours: Annotated[Word, parsable(hours_of_day)] | None = None
    every: int | None = Field(default=None, ge=1)
    factor: float | None = Field(default=None, ge=0, le=10)
    wip: int | None = Field(default=None, ge=1)
    into: int | None = Field(default=None, ge=2)
    at_once: int | None = Field(default=None, ge=1)
    pace: float | None = Field(default=None, gt=0)
    keep_work: bool | None = None
    after: Line | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Give the keys that are set, but for ``change``."""
        return {name: value for name, value in self if value is not None and name != "change"}

    @model_validator(mode="after")
    def _has_the_keys_of_its_change(self) -> Self:
        needs, may = _NEEDS[self.change], _MAY.get(self.change, ())
        missing = [name for name in needs if name not in self.arguments]
        others = [name for name in self.arguments if name not in (*needs, *may)]
        if missing or others:
            faults = [f"needs {name}" for name in missing] + [f"has no {name}" for name in others]
            raise ValueError(f'a [[what_if]] with change = "{self.change}" {" and ".join(faults)}')
        return self
