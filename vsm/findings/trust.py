"""What the data can carry: each finding bears the trust of the question that it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.findings.durations import percent
from vsm.findings.finding import TRUST, Finding, Gap
from vsm.quality.assumed import FROM

TIMES: Final = "How long tickets take"
TIME: Final = "Where their time goes"
TEAMS: Final = "Which team waits for which"
CAUSES: Final = "Why it waits"
WORK: Final = "How much of it is work"
QUESTION: Final[Mapping[str, str]] = dict.fromkeys(
    ("stuck", "queue", "batch", "growing", "shrinking", "new", "solved", "return"), TIME
) | {
    "handoff": TEAMS, "ping-pong": TEAMS, "first handover": TEAMS, "why": CAUSES, "causes": CAUSES,
    "discarded": "", "clean-up": "", "hidden work": WORK, "failed deployments": "",
    "review": "", "reviewer": "", "unreviewed": "", "AI agents": "", "flaky pipeline": "",
    "forecast": "", "service level": "",
}  # fmt: skip
"""Rule → the question of ``vsm.quality.coverage.CLAIMS`` that its findings answer; empty: a plain count."""
PRESENCE: Final = ("stuck", "growing", "shrinking")
"""What these count is there, whatever the data can say of durations."""


def trusted(
    found: Iterable[Finding], claims: pd.DataFrame, *, assumed: Mapping[Any, str]
) -> tuple[list[Finding], tuple[Gap, ...]]:
    """Give the findings that the data support, each with its trust, and what they cannot answer.

    Parameters
    ----------
    claims
        As ``claims_from_coverage`` gives them.
    assumed
        Stages whose kind is a guess → what it was guessed from.
    """
    answers = {row["claim"]: row for row in claims.to_dict("records")}
    kept: list[Finding] = []
    missing: dict[str, list[str]] = {}
    for finding in found:
        question = finding.question or QUESTION[finding.rule]
        verdict = answers[question]["verdict"] if question else "yes"
        if verdict not in ("yes", "with caution") and finding.rule not in PRESENCE:
            missing.setdefault(question, []).append(finding.subject)
            continue
        guessed = [stage for stage in finding.stages if stage in assumed]
        trust = TRUST[0] if verdict == "yes" and not guessed else TRUST[1]
        caveat = finding.caveat + _guessed(guessed, assumed)
        weak = [_weakest(answers[question])] if question and verdict == "with caution" else []
        doubt = "; ".join([*weak, *(f"the kind of '{stage}' is a guess" for stage in guessed)])
        kept.append(replace(finding, question=question, trust=trust, doubt=doubt, caveat=caveat))
    unanswered = [
        _gap(answer, tuple(dict.fromkeys(missing.get(question, ()))))
        for question, answer in answers.items()
        if question in missing or answer["verdict"] == "not from these data"
    ]
    return kept, tuple(unanswered)


def answered(claims: pd.DataFrame, question: str) -> bool:
    """Whether the data can answer a question, if only with caution."""
    return claims.set_index("claim").loc[question, "verdict"] in ("yes", "with caution")


def _weakest(answer: Mapping[Any, Any]) -> str:
    """Say what supports an answer least."""
    share = answer["share"]
    known = "nothing" if pd.isna(share) else f"only {percent(share)}" if share else "none"
    return f"{answer['evidence']}: {known} of {answer['n']:,} {answer['of']}"


def _gap(answer: Mapping[Any, Any], subjects: tuple[str, ...]) -> Gap:
    if answer["verdict"] == "too few to say":
        return Gap(answer["claim"], f"{answer['n']:,} {answer['of']} are too few", "", subjects)
    return Gap(answer["claim"], _weakest(answer), answer["help"], subjects)


def _guessed(stages: list[str], assumed: Mapping[Any, str]) -> str:
    """Say which of the kinds that a finding rests on nobody confirmed."""
    named = ", ".join(f"'{stage}' (from {FROM[assumed[stage]]})" for stage in stages)
    return f" Assumed, not confirmed: the kind of {named}." if stages else ""
