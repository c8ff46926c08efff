"""What has changed since the last report? Claims that are new, gone, and better or worse by a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, inf, isfinite, sqrt
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
    """How does one claim stand against the last report?

    ``kind`` is ``new``, ``gone``, ``better``, ``worse``, or ``same``, which means that no change is shown.
    """

    kind: Kind
    rule: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        """Say it as one plain sentence."""
        return self.sentence


def remembered(findings: Sequence[Finding]) -> tuple[dict[str, Any], ...]:
    """What has to be kept of findings, so that the next report can be held against them? Plain JSON.

    Examples
    --------
    >>> remembered([])
    ()
    """
    return tuple(
        {name: str(getattr(finding, name)) for name in ("rule", "subject", "claim")}
        | {name: float(getattr(finding, name)) for name in ("share", "low", "high")}
        | {"n": int(finding.n)}
        for finding in findings
    )


def changes_since(before: Sequence[Mapping[str, Any]], now: Sequence[Finding]) -> list[ClaimChange]:
    """What has changed since these findings were kept?

    A claim is known again by its rule and its subject. It is better or worse where the difference of its
    shares of lead time is too large for chance: two-sided z-test with the standard errors that the two 95 %
    intervals tell, at 5 % over all claims together (Holm's step-down procedure, S. Holm 1979). Two reports
    mostly rest on the same tickets; the test takes them for independent, so it is careful: it misses small
    changes rather than seeing some that are none. A new claim was not borne by the data before; one that is
    gone is no longer, which does not say that its cause is.

    Parameters
    ----------
    before
        As ``remembered`` gave them.
    now
        The findings of this report.

    Returns
    -------
    list of ClaimChange
        New ones first, then worse, better, gone, same; within each in the order of the findings.

    Examples
    --------
    >>> changes_since([], [])
    []
    """
    known = {(told["rule"], told["subject"]): told for told in before}
    here = {(finding.rule, finding.subject): finding for finding in now}
    both = [name for name in here if name in known]
    moved = set(_told_apart({name: _p_value(known[name], here[name]) for name in both}))
    changes = [_new(here[name]) for name in here if name not in known]
    changes += [_moved(known[name], here[name], shown=name in moved) for name in both]
    changes += [_gone(known[name]) for name in known if name not in here]
    return sorted(changes, key=lambda change: _ORDER.index(change.kind))


def _p_value(old: Mapping[str, Any], new: Finding) -> float:
    """How easily would chance make such a difference? 1 where an interval is not known."""
    spread = sqrt(_error(old["low"], old["high"]) ** 2 + _error(new.low, new.high) ** 2)
    if not isfinite(spread) or not isfinite(old["share"] - new.share):
        return 1.0
    if spread == 0:
        return 1.0 if old["share"] == new.share else 0.0
    return erfc(abs(new.share - old["share"]) / spread / sqrt(2))


def _error(low: float, high: float) -> float:
    width = high - low
    return width / (2 * _REACH) if isfinite(width) else inf


def _told_apart(p_values: Mapping[tuple[str, str], float]) -> list[tuple[str, str]]:
    """Which differences stand, when all are looked at together? Holm's procedure."""
    found = []
    for place, (name, p_value) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        if p_value > _LEVEL / (len(p_values) - place):
            break
        found.append(name)
    return found


def _new(finding: Finding) -> ClaimChange:
    return ClaimChange("new", finding.rule, finding.subject, f"New: {finding.claim}")


def _gone(told: Mapping[str, Any]) -> ClaimChange:
    sentence = f"No longer borne by the data: {told['claim']}"
    return ClaimChange("gone", told["rule"], told["subject"], sentence)


def _moved(old: Mapping[str, Any], new: Finding, *, shown: bool) -> ClaimChange:
    about = f"{new.subject}: {percent(old['share'])} of lead time before, now {percent(new.share)}"
    if not shown:
        return ClaimChange("same", new.rule, new.subject, f"{about}; the data show no change.")
    kind: Kind = "worse" if new.share > old["share"] else "better"
    return ClaimChange(kind, new.rule, new.subject, f"{kind.capitalize()}: {about}.")
