"""What has changed since the last report: lasting steps of waiting, and claims that are new or gone.

Steps are looked for in the stream's own weeks (``vsm.model.steps``), not in the difference of two reports:
windows of consecutive reports overlap, so a change moves from one to the next in small parts. What a report
said is kept, so that each change is reported once, and then as one that is still there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from vsm.findings.durations import humanize_duration
from vsm.findings.finding import Finding, Findings

Kind = Literal["worse", "new", "better", "gone", "still"]
_ORDER: Final[tuple[Kind, ...]] = ("worse", "new", "better", "gone", "still")
LASTS: Final = pd.Timedelta(weeks=13)
"""After so long a new level is the usual one."""
ABSENT: Final = pd.Timedelta(weeks=4)
"""A claim that is missing for so long is gone; before, it may be one that wavers about the minimum."""
SAME: Final = pd.Timedelta(weeks=3)
"""The week in which a step began may be found again a little earlier or later."""
_OF_CHANGE: Final = ("new", "solved", "shrinking")
"""Rules whose claims say themselves that something has changed, and pass with time."""
_COUNTS: Final = ("stuck", "causes")
"""Rules that count what is there today, which goes up and down: no change of theirs is reported."""


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """One change since the last report; ``still``: one that was reported before and lasts."""

    kind: Kind
    rule: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        """Give the change as one plain sentence."""
        return self.sentence


def remembered(
    findings: Sequence[Finding],
    *,
    steps: pd.DataFrame,
    as_of: pd.Timestamp,
    before: Sequence[Mapping[str, Any]] = (),
) -> tuple[dict[str, Any], ...]:
    """Give what has to be kept so that the next report knows what was said: plain JSON.

    Parameters
    ----------
    steps
        As ``waiting_steps`` gives them.
    before
        What the last report kept: claims that are missing now are kept until they count as gone.
    """
    day = as_of.isoformat()
    claims = {_name(each): {"seen": day, **each} for each in _claims(before) if not _is_gone(each, as_of)}
    claims |= {
        _identity(finding): {
            "rule": finding.rule, "subject": str(finding.subject), "claim": finding.claim, "seen": day,
        }
        for finding in findings
    }  # fmt: skip
    current = [
        {"step": _kind(row), "subject": row["stage"], "since": row["since"].isoformat()}
        for row in _current(steps, as_of)
    ]
    return (*claims.values(), *current)


def changes_since(
    before: Sequence[Mapping[str, Any]],
    findings: Findings,
    *,
    steps: pd.DataFrame,
    as_of: pd.Timestamp,
) -> list[ClaimChange]:
    """Give what has changed since a report that kept ``before`` (``remembered``).

    A lasting step of a queue is worse or better, once, and then still there until it has been so for a
    quarter. A claim, recognised by its rule and subject, is new where none like it was kept; it is gone once
    it has been missing for four weeks, which does not mean that its cause is gone. A queue that tickets
    leave in batches is the same queue.

    Returns
    -------
    list of ClaimChange
        Worse ones first, then new, better, gone and still.
    """
    said = [(old["step"], old["subject"], pd.Timestamp(old["since"])) for old in before if "step" in old]
    changes = []
    for row in _current(steps, as_of):
        kind, stage = _kind(row), row["stage"]
        if any((kind, stage) == each[:2] and abs(each[2] - row["since"]) <= SAME for each in said):
            kind = "still"
        sentence = (
            f"{kind.capitalize()}: waiting in '{stage}' {'rose' if row['up'] else 'fell'} from "
            f"{humanize_duration(row['before'])} to {humanize_duration(row['after'])} a ticket "
            f"(geometric mean), since the week of {row['since']:%Y-%m-%d}."
        )
        changes.append(ClaimChange(kind, "step", stage, sentence))
    known, here = {_name(old) for old in _claims(before)}, {_identity(finding) for finding in findings}
    here |= {_name({"rule": rule, "subject": subject}) for rule, subject in findings.hidden}
    stepped = {change.subject for change in changes}
    changes += [
        ClaimChange("new", finding.rule, finding.subject, f"{opening}{finding.claim}")
        for finding in findings
        if _identity(finding) not in known and finding.rule not in _COUNTS
        for opening in ([""] if finding.rule in _OF_CHANGE else ["New: "])
        if not (finding.rule in _OF_CHANGE and finding.subject in stepped)
    ]
    changes += [
        ClaimChange("gone", old["rule"], old["subject"], f"No longer supported by the data: {old['claim']}")
        for old in _claims(before)
        if _name(old) not in here and _is_gone(old, as_of) and old["rule"] not in (*_OF_CHANGE, *_COUNTS)
    ]
    return sorted(changes, key=lambda change: _ORDER.index(change.kind))


def _identity(finding: Finding) -> tuple[str, str]:
    return _name({"rule": finding.rule, "subject": str(finding.subject)})


def _claims(before: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [old for old in before if "rule" in old]


def _name(old: Mapping[str, Any]) -> tuple[str, str]:
    """Give what a claim is recognised by; a queue with and without batches is the same."""
    return ("queue" if old["rule"] == "batch" else old["rule"]), old["subject"]


def _is_gone(old: Mapping[str, Any], as_of: pd.Timestamp) -> bool:
    """Whether a claim has been missing for long; one that an earlier version kept was seen just now."""
    return as_of - pd.Timestamp(old.get("seen", as_of)) >= ABSENT


def _current(steps: pd.DataFrame, as_of: pd.Timestamp) -> list[dict[Any, Any]]:
    """Give the last step of each queue, unless it has been seen for so long that it is usual by now."""
    last = steps.drop_duplicates("stage", keep="last")
    return last[last["seen"] > as_of - LASTS].to_dict("records")


def _kind(step: Mapping[Any, Any]) -> Kind:
    return "worse" if step["up"] else "better"
