"""What has changed since the last report: claims that are new, gone, and better or worse by a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, isfinite, sqrt
from typing import Any, Final, Literal

from vsm.findings.durations import percent
from vsm.findings.finding import Finding

Kind = Literal["new", "worse", "better", "gone", "same"]
_ORDER: Final[tuple[Kind, ...]] = ("new", "worse", "better", "gone", "same")
_LEVEL: Final = 0.05
_REACH: Final = 1.959964
"""A 95 % interval reaches so many standard errors to either side."""


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """One claim beside the last report: ``new``, ``gone``, ``better``, ``worse``, or ``same``."""

    kind: Kind
    rule: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        """Give the change as one plain sentence."""
        return self.sentence


def remembered(findings: Sequence[Finding]) -> tuple[dict[str, Any], ...]:
    """Give what has to be kept of findings so that the next report can compare itself: plain JSON."""
    return tuple(
        {name: str(getattr(finding, name)) for name in ("rule", "subject", "claim")}
        | {name: float(getattr(finding, name)) for name in ("share", "low", "high")}
        | {"n": int(finding.n)}
        for finding in findings
    )


def changes_since(before: Sequence[Mapping[str, Any]], now: Sequence[Finding]) -> list[ClaimChange]:
    """Compare findings with those that ``remembered`` kept.

    A claim is recognised by its rule and its subject. It is better or worse where the difference of its
    shares of lead time is too large for chance: two-sided z-test with the standard errors of the two 95 %
    intervals, at 5 % over all claims together (Holm's step-down procedure, S. Holm 1979). Two reports mostly
    rest on the same tickets, and the test takes them for independent, so it misses small changes rather than
    seeing some that are none. A claim that is gone is no longer supported by the data, which does not mean
    that its cause is gone.

    Returns
    -------
    list of ClaimChange
        New ones first, then worse, better, gone, same; within each in the order of the findings.
    """
    known = {(old["rule"], old["subject"]): old for old in before}
    here = {(finding.rule, finding.subject): finding for finding in now}
    both = [name for name in here if name in known]
    moved = _significant({name: _p_value(known[name], here[name]) for name in both})
    changes = [
        ClaimChange("new", finding.rule, finding.subject, f"New: {finding.claim}")
        for name, finding in here.items()
        if name not in known
    ]
    changes += [_compared(known[name], here[name], shown=name in moved) for name in both]
    changes += [
        ClaimChange("gone", *name, f"No longer supported by the data: {old['claim']}")
        for name, old in known.items()
        if name not in here
    ]
    return sorted(changes, key=lambda change: _ORDER.index(change.kind))


def _p_value(old: Mapping[str, Any], new: Finding) -> float:
    """Give the probability of such a difference by chance: 1 where an interval is not known."""
    widths = (old["high"] - old["low"], new.high - new.low)
    spread = sqrt(sum((width / (2 * _REACH)) ** 2 for width in widths))
    if not isfinite(spread) or not isfinite(old["share"] - new.share):
        return 1.0
    if spread == 0:
        return 1.0 if old["share"] == new.share else 0.0
    return erfc(abs(new.share - old["share"]) / spread / sqrt(2))


def _significant(p_values: Mapping[tuple[str, str], float]) -> set[tuple[str, str]]:
    """Give the differences that stand when all are looked at together: Holm's procedure."""
    found = set()
    for rank, (name, p_value) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        if p_value > _LEVEL / (len(p_values) - rank):
            break
        found.add(name)
    return found


def _compared(old: Mapping[str, Any], new: Finding, *, shown: bool) -> ClaimChange:
    shares = f"{new.subject}: {percent(old['share'])} of lead time before, now {percent(new.share)}"
    if not shown:
        return ClaimChange("same", new.rule, new.subject, f"{shares}; the data show no change.")
    kind: Kind = "worse" if new.share > old["share"] else "better"
    return ClaimChange(kind, new.rule, new.subject, f"{kind.capitalize()}: {shares}.")
