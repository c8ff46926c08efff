"""All claims of a stream in their order: about now, and about the past; with what they leave out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.config.findings import FindingRules
from vsm.counts import counted
from vsm.findings import habits, now, past, trends
from vsm.findings.durations import humanize_duration, percent, time_of
from vsm.findings.finding import Basis, Finding, Findings, Gap
from vsm.findings.past import Evidence
from vsm.findings.present import Present
from vsm.findings.reviews import ReviewTables, claims_about_reviews
from vsm.findings.trust import CAUSES, TIME, trusted
from vsm.model.lifecycle import completed, units_of_work
from vsm.quality.assumed import WORTH

_SHOWN: Final = 5
NOW: Final[tuple[Callable[[Present], Iterator[Finding]], ...]] = (
    now.stuck, now.queues, now.handoffs, trends.growing, trends.moved, habits.ping_pongs,
    habits.first_handover, habits.causes, habits.discarded, habits.failures, habits.hidden_work,
    habits.tidied_up,
)  # fmt: skip
PAST: Final[tuple[Callable[[Evidence], Iterator[Finding]], ...]] = (
    past.batches, past.queues, past.returns, past.handoffs, past.why,
)  # fmt: skip


def findings_about_now(
    present: Present, *, claims: pd.DataFrame, assumed: Mapping[Any, str], reviews: ReviewTables | None = None
) -> Findings:
    """Give what costs most in the current period, the costliest first.

    Parameters
    ----------
    claims
        As ``claims_from_coverage`` gives them: what the data cannot carry becomes a gap, not a finding.
    assumed
        Stages whose kind is a guess → what it was guessed from.
    reviews
        Of the stream's pull requests, where there are some.
    """
    level = now.handed_over(present)[1]
    made = [finding for rule in NOW for finding in rule(present)]
    made += claims_about_reviews(present, reviews) if reviews else []
    # Where stages stand in for teams, a handoff rests on statuses alone.
    stages = [
        replace(each, question=TIME) if each.rule in ("handoff", "ping-pong") else each for each in made
    ]
    found, gaps = trusted(stages if level == "stage" else made, claims, assumed=assumed)
    ranked, dismissed, hidden = _dismissed(_by_cost(found), present.rules, present.as_of)
    kept = {(finding.rule, finding.subject) for finding in ranked}
    begin, end = present.period
    return Findings(
        ranked,
        title=f"{present.words.capitalize()} ({begin:%Y-%m-%d} to {end:%Y-%m-%d})"
        if len(present.lives)
        else "",
        nothing=_nothing(present, gaps=any(gap.subjects for gap in gaps), dismissed=bool(hidden)),
        none_of={
            "handoff": _no_handoff(present, made, gaps=gaps, dismissed=dismissed),
            "causes": " ".join(str(gap) for gap in gaps if gap.question == CAUSES),
        },
        gaps=gaps,
        left_out=(*dismissed, *_excluded(present)),
        hidden=frozenset((finding.rule, finding.subject) for finding in made) - kept,
    )


def findings_about_past(
    evidence: Evidence,
    rules: FindingRules,
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
    ranked, dismissed, hidden = _dismissed(_by_cost(found), rules, as_of)
    span = f" from {done.min():%Y-%m-%d} to {done.max():%Y-%m-%d}" if len(done) else ""
    reasons = {
        f"Too few to say: {counted(len(done), 'ticket')} delivered, of {evidence.minimum} needed.": (
            len(done) < evidence.minimum
        ),
        "Nothing but what was dismissed.": bool(hidden),
        "Nothing can be claimed from these data.": any(gap.subjects for gap in gaps),
    }
    return Findings(
        [_with_basis(finding, evidence) for finding in ranked],
        title=f"All {counted(len(done), 'ticket')} delivered{span}" if len(done) > 1 else "",
        nothing=_first(
            reasons, otherwise="Nothing waited: no queue, handoff or return took 1 % of lead time."
        ),
        gaps=gaps,
        left_out=tuple(said for said in dismissed if said.startswith("Dismissed")),
    )


def _first(reasons: Mapping[str, bool], *, otherwise: str) -> str:
    return next((words for words, holds in reasons.items() if holds), otherwise)


def _with_basis(finding: Finding, evidence: Evidence) -> Finding:
    """Say how the number of a finding about the past is made."""
    whole = time_of(evidence.lead["seconds"].sum())
    basis = Basis(
        definition="whole durations, from creation to the finish for good, without visits of bulk edits.",
        population=f"{counted(len(evidence.lead), 'ticket')} delivered, not by bulk edits.",
        formula=(
            f"{humanize_duration(finding.cost)} of {counted(finding.n, 'ticket')} ÷ "
            f"{humanize_duration(whole)} of lead time = {percent(finding.share)}."
        ),
        **(evidence.parts(finding.stages[0]) if finding.rule in ("queue", "batch") else {}),
    )
    return replace(finding, basis=basis)


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
    found: list[Finding], rules: FindingRules, as_of: pd.Timestamp
) -> tuple[list[Finding], list[str], list[Finding]]:
    """Take out what vsm.toml dismisses until a day to come: what is left, sentences, what is out."""
    kept, said, out = found, [], []
    for rule in rules.dismiss:
        if rule.until <= as_of.date():
            continue
        gone = [
            finding
            for finding in kept
            if finding.subject.casefold() == rule.subject.casefold() and rule.rule in (None, finding.rule)
        ]
        out += gone
        kept = [finding for finding in kept if finding not in gone]
        what = "Dismissed" if gone else "Nothing found to dismiss"
        said.append(f"{what} until {rule.until}: '{rule.subject}': {rule.reason.rstrip('.')}.")
    return kept, said, out


def _excluded(present: Present) -> list[str]:
    """Say what vsm.toml excludes, and which tickets of these are not there."""
    known, said = set(present.key.str.casefold()), []
    for rule in present.rules.exclude:
        named = dict.fromkeys(rule.tickets)
        keys = [key if key.casefold() in known else f"{key} (no such ticket)" for key in named]
        more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        what = f"{', '.join(keys[:_SHOWN])}{more}" if keys else f"{rule.since} to {rule.until}"
        said.append(f"Left out: {what}: {rule.reason.rstrip('.')}.")
    return said


def _nothing(present: Present, *, gaps: bool, dismissed: bool) -> str:
    """Say why there is nothing to say: too few, all of it clean-up, not from these data, or nothing waits."""
    least, open_ones = present.minimum, counted(len(present.open), "unit")
    finished = units_of_work(present.lifecycles)
    finished = finished[finished["finished"].notna()]
    reasons = {
        "Nothing to show: there are no tickets.": present.lives.empty,
        "Nothing to see: all days of the period are left out.": not present.spans,
        f"Too few to say: {open_ones} of work open in {present.words}, of {least} needed.": (
            len(present.open) < least
        ),
        f"All of it is clean-up: each of the {len(finished)} finished tickets was closed by a bulk edit, so "
        "when their work was done is not known.": len(finished) >= least and bool(finished["bulk"].all()),
        "Nothing can be claimed from these data.": gaps,
        "Nothing but what was dismissed.": dismissed,
    }
    waits = f"no queue or handoff takes 1 % of the time that tickets were open in {present.words}"
    return _first(reasons, otherwise=f"Nothing waits: {waits}.")


def _no_handoff(present: Present, made: list[Finding], *, gaps: tuple[Gap, ...], dismissed: list[str]) -> str:
    """Say why no handoff is claimed."""
    about = {finding.subject for finding in made if finding.rule == "handoff"}
    if about:
        return " ".join([*(str(gap) for gap in gaps if about & {*gap.subjects}), *dismissed])
    pairs, level = now.handed_over(present)
    if not pairs.empty:
        return f"No handoff made work wait in {present.words}."
    why = ""
    if level == "stage":
        named = present.visits["team"].notna().any()
        why = " Which team waited is known of too few handoffs." if named else " No teams are known."
    return (
        f"No work passed from one {level} to another and to other hands: there is no handoff to measure.{why}"
    )
