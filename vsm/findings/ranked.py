"""All claims of a stream in their order: about now, and about the past; with what they leave out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.config.findings import FindingRules
from vsm.findings import habits, now, rules
from vsm.findings.finding import Finding, Findings
from vsm.findings.present import Present
from vsm.findings.rules import Evidence
from vsm.findings.trust import TIME, trusted
from vsm.findings.why import WORTH
from vsm.model.lifecycle import completed, units_of_work

NOW: Final[tuple[Callable[[Present], Iterator[Finding]], ...]] = (
    now.stuck, now.queues, now.handoffs, now.growing, now.moved, habits.ping_pongs, habits.first_handover,
    habits.discarded, habits.failures, habits.hidden_work, habits.tidied_up,
)  # fmt: skip
PAST: Final[tuple[Callable[[Evidence], Iterator[Finding]], ...]] = (
    rules.batches, rules.queues, rules.returns, rules.handoffs, rules.why,
)  # fmt: skip


def findings_about_now(present: Present, *, claims: pd.DataFrame, assumed: Mapping[Any, str]) -> Findings:
    """Give what costs most in the current period, the costliest first.

    Parameters
    ----------
    claims
        As ``claims_from_coverage`` gives them: what the data cannot carry becomes a gap, not a finding.
    assumed
        Stages whose kind is a guess → what it was guessed from.
    """
    level = now.handed_over(present)[1]
    made = [finding for rule in NOW for finding in rule(present)]
    # Where stages stand in for teams, a handoff rests on statuses alone.
    stages = [
        replace(each, question=TIME) if each.rule in ("handoff", "ping-pong") else each for each in made
    ]
    found, gaps = trusted(stages if level == "stage" else made, claims, assumed=assumed)
    ranked, dismissed = _dismissed(_by_cost(found), present.rules, present.as_of)
    begin, end = present.period
    return Findings(
        ranked,
        title=f"{present.words.capitalize()} ({begin:%Y-%m-%d} to {end:%Y-%m-%d})",
        nothing=_nothing(present, gaps=any(gap.subjects for gap in gaps), dismissed=bool(dismissed)),
        none_of={"handoff": _no_handoff(present)},
        gaps=gaps,
        left_out=(*dismissed, *_excluded(present)),
    )


def findings_about_past(
    evidence: Evidence,
    rules_: FindingRules,
    *,
    claims: pd.DataFrame,
    assumed: Mapping[Any, str],
    as_of: pd.Timestamp,
) -> Findings:
    """Give what cost most of the lead time of all tickets that were delivered: the costliest first.

    Only tickets that were finished for good, and not by a bulk edit, are weighed. Nothing is claimed that
    rests on fewer than ``minimum`` of them, or that concerns under 1 % of lead time. Costs of different
    findings may overlap, since work that comes back waits in queues again: never add them up.
    """
    if evidence.stage_visits.empty:
        return Findings()
    done = completed(evidence.lifecycles)["finished"]
    made = [finding for rule in PAST for finding in rule(evidence)]
    worth = [finding for finding in made if finding.share >= WORTH or finding.rule == "handoff"]
    found, gaps = trusted(worth, claims, assumed=assumed)
    ranked, dismissed = _dismissed(_by_cost(found), rules_, as_of)
    span = f" from {done.min():%Y-%m-%d} to {done.max():%Y-%m-%d}" if len(done) else ""
    return Findings(
        ranked, title=f"All {len(done)} tickets delivered{span}", gaps=gaps, left_out=tuple(dismissed)
    )


def _by_cost(found: Iterable[Finding]) -> list[Finding]:
    """Put the costliest first; where nothing needs to be done, last.

    Open tickets that make up most of what their stage costs stand before it: they are what to act on.
    """
    found = list(found)
    most: dict[str, pd.Timedelta] = {}
    for each in found:
        most[each.subject] = max(each.cost, most.get(each.subject, each.cost))

    def rank(finding: Finding) -> tuple[bool, pd.Timedelta, bool]:
        first = finding.rule == "stuck" and finding.cost >= most[finding.subject] / 2
        return bool(finding.experiment), most[finding.subject] if first else finding.cost, first

    return sorted(found, key=rank, reverse=True)


def _dismissed(
    found: list[Finding], rules_: FindingRules, as_of: pd.Timestamp
) -> tuple[list[Finding], list[str]]:
    """Take out what vsm.toml dismisses until a day that has not passed, and say so."""
    kept, said = found, []
    for rule in rules_.dismiss:
        if rule.until <= as_of.date():
            continue
        gone = [
            finding
            for finding in kept
            if finding.subject.casefold() == rule.subject.casefold() and rule.rule in (None, finding.rule)
        ]
        kept = [finding for finding in kept if finding not in gone]
        what = "Dismissed" if gone else "Nothing found to dismiss"
        said.append(f"{what} until {rule.until}: '{rule.subject}': {rule.reason}.")
    return kept, said


def _excluded(present: Present) -> list[str]:
    """Say what vsm.toml excludes, and which tickets of these are not there."""
    known, said = set(present.key.str.casefold()), []
    for rule in present.rules.exclude:
        keys = [key if key.casefold() in known else f"{key} (no such ticket)" for key in rule.tickets]
        said.append(f"Left out: {', '.join(keys) or f'{rule.since} to {rule.until}'}: {rule.reason}.")
    return said


def _nothing(present: Present, *, gaps: bool, dismissed: bool) -> str:
    """Say why there is nothing to say: too few, all of it clean-up, not from these data, or nothing waits."""
    least = present.minimum
    if present.lives.empty:
        return "Nothing to see yet: there are no tickets."
    if len(present.open) < least:
        return f"Too few to say: {len(present.open)} tickets were open in {present.words}, of {least} needed."
    finished = units_of_work(present.lifecycles)
    finished = finished[finished["finished"].notna()]
    if len(finished) >= least and finished["bulk"].astype(bool).all():
        return (
            f"All of it is clean-up: each of the {len(finished)} finished tickets was closed by a bulk edit, "
            "so when their work was done is not known."
        )
    if gaps:
        return "Nothing can be claimed from these data."
    if dismissed:
        return "Nothing but what was dismissed."
    return (
        f"Nothing waits: no queue or handoff takes 1 % of the time that tickets were open in {present.words}."
    )


def _no_handoff(present: Present) -> str:
    """Say why no handoff is claimed."""
    pairs, level = now.handed_over(present)
    known = "No teams are known" if level == "stage" else "Teams are known"
    if pairs.empty:
        return f"{known}, and no ticket passed from one {level} to another: there is no handoff to measure."
    return f"No handoff made work wait in {present.words}."
