"""Which claims can be made? One short function per claim; each may say nothing."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from vsm.findings.durations import humanize_duration, percent
from vsm.findings.finding import Finding, Findings
from vsm.findings.why import BECAUSE, leading_cause
from vsm.model.causes import MEANINGS
from vsm.model.lifecycle import completed


@dataclass(frozen=True, slots=True)
class Evidence:
    """What do the rules look at?

    Attributes
    ----------
    tickets, handoffs, waits
        TICKETS, HANDOFFS and WAITS.
    stays, lives, shares, batches, costs
        As ``vsm.model`` gives them: ``stage_visits_from_visits``, ``lifecycles_from_visits``,
        ``stage_shares``, ``batches_from_stage_visits`` and, between teams, ``handoff_costs``.
    returns
        As ``return_costs`` gives them.
    minimum, seed
        Under so many tickets nothing is claimed; of the bootstrap.
    """

    tickets: pd.DataFrame
    handoffs: pd.DataFrame
    waits: pd.DataFrame
    stays: pd.DataFrame
    lives: pd.DataFrame
    shares: pd.DataFrame
    batches: pd.DataFrame
    costs: pd.DataFrame
    returns: pd.DataFrame
    minimum: int
    seed: int


def findings_from_evidence(evidence: Evidence) -> Findings:
    """What costs this stream most? Findings, the costliest first.

    Only tickets that were finished for good, and not by a bulk edit, are weighed. A claim that fewer than
    ``minimum`` of them bear, or that concerns under 1 % of lead time, is not made. Costs of different
    findings may overlap, since work that comes back waits in queues again: they are to be read one by one,
    never added up.
    """
    if evidence.stays.empty:
        return Findings()
    found = [finding for rule in RULES for finding in rule(evidence) if finding.share >= WORTH]
    return Findings(sorted(found, key=lambda finding: finding.cost, reverse=True))


def _queues(evidence: Evidence) -> Iterator[Finding]:
    """Where does finished work wait longest? One claim per queue or outside stage without batches."""
    batched = set(_rhythmic(evidence)["stage"])
    shares, finished = evidence.shares, len(completed(evidence.lives))
    for row in shares[shares["kind"].isin(["queue", "external"])].to_dict("records"):
        if row["tickets"] < evidence.minimum or row["stage"] in batched:
            continue
        yield _finding(
            rule="queue",
            subject=row["stage"],
            claim=(
                f"Waiting in '{row['stage']}' takes {_bounded(row)} of all lead time: of {finished} finished "
                f"tickets {row['tickets']} came there, half of them for "
                f"{humanize_duration(row['median'])} or longer, "
                f"15 % for {humanize_duration(row['p85'])} or longer."
            ),
            row=row,
            cost=row["total"],
            tickets=_longest(evidence, row["stage"]),
            caveat="Elapsed time: nights and weekends count, and why it waited is not told here.",
            experiment=f"Limit how many tickets may wait in '{row['stage']}'; let givers help empty it.",
        )


def _batches(evidence: Evidence) -> Iterator[Finding]:
    """Which stages do tickets leave in batches? Where most departures are batched, three times or more."""
    shares = evidence.shares.set_index("stage")
    for row in _rhythmic(evidence).to_dict("records"):
        stage = row["stage"]
        if stage not in shares.index or shares.loc[stage, "tickets"] < evidence.minimum:
            continue
        share = shares.loc[[stage]].to_dict("records")[0]
        yield _finding(
            rule="batch",
            subject=stage,
            claim=(
                f"Tickets leave '{stage}' in batches: {row['batched']} of {row['departures']} departures in "
                f"{row['batches']} batches of {row['size']:g} (median), one every "
                f"{humanize_duration(row['every'])}; "
                f"waiting there takes {_bounded(share)} of all lead time (n = {share['tickets']} finished)."
            ),
            row=share,
            cost=share["total"],
            tickets=_longest(evidence, stage),
            caveat="A batch is told by departures within an hour of one another; nobody says it was meant.",
            experiment=f"Let tickets leave '{stage}' twice as often, with half as many at once.",
        )


def _returns(evidence: Evidence) -> Iterator[Finding]:
    """How much lead time goes into what came back? Stays in stages that the ticket had left before."""
    for row in evidence.returns.to_dict("records"):
        if row["tickets"] < evidence.minimum:
            continue
        part = percent(row["tickets"] / row["finished"])
        yield _finding(
            rule="return",
            subject="moves backwards",
            claim=(
                f"{row['tickets']} of {row['finished']} finished tickets ({part}) came back to a stage they "
                f"had left, and spent "
                f"{humanize_duration(row['median'])} there again (median): {_bounded(row)} of all "
                "lead time."
            ),
            row=row,
            cost=row["total"],
            tickets=_keys(evidence, pd.Index(row["longest"])),
            caveat="Some ways back are agreed on, such as a review that asks for a change.",
            experiment="Agree on what must be true before work is passed on, where it most often comes back.",
        )


def _team_handoffs(evidence: Evidence) -> Iterator[Finding]:
    """Which handoff between two teams costs most? Not where one queue holds it: that is its own claim."""
    costs, done = evidence.costs, completed(evidence.lives)["ticket"]
    handoffs = evidence.handoffs[evidence.handoffs["ticket"].astype("str").isin(done)]
    for row in costs[costs["from_team"] != costs["to_team"]].to_dict("records"):
        giver, receiver = row["from_team"], row["to_team"]
        pair = handoffs[(handoffs["from_team"] == giver) & (handoffs["to_team"] == receiver)]
        if row["tickets"] < evidence.minimum or _in_one_queue(evidence, pair):
            continue
        yield _finding(
            rule="handoff",
            subject=f"{giver} → {receiver}",
            claim=(
                f"From {giver} to {receiver}, work waits "
                f"{humanize_duration(row['median'])} (median) to be taken up, "
                f"{_bounded(row)} of all lead time "
                f"(n = {row['handoffs']} handoffs, {row['tickets']} of {len(done)} finished tickets)."
            ),
            row=row,
            cost=row["wait"],
            tickets=_keys(evidence, pair.nlargest(5, "wait")["ticket"].astype("str").drop_duplicates()),
            caveat="The wait ends at the first trace of work; work that left no trace would make it shorter.",
            experiment=f"Let one person of {receiver} join {giver} before the work is passed on.",
        )


def _why(evidence: Evidence) -> Iterator[Finding]:
    """Why does work wait where it costs most? Of the costliest place whose leading cause is sure."""
    places = [found for rule in (_batches, _queues, _team_handoffs) for found in rule(evidence)]
    for place in sorted(places, key=lambda found: found.cost, reverse=True):
        waits = _waits_at(evidence, place)
        lead = leading_cause(waits, evidence.lives, minimum=evidence.minimum, seed=evidence.seed)
        if lead is None or _known_before(evidence, place, lead.cause):
            continue
        part = _bounded({"share": lead.part, "low": lead.low, "high": lead.high})
        low, high = lead.bounds
        where = f"from {place.subject}" if place.rule == "handoff" else f"in '{place.subject}'"
        yield _finding(
            rule="why",
            subject=place.subject,
            claim=(
                f"Of the working time that finished work waited {where}, {part} went by "
                f"{BECAUSE[lead.cause]} (n = {lead.tickets} of {lead.waited} tickets that waited there)."
            ),
            row={"share": lead.share, "low": low, "high": high, "tickets": lead.tickets},
            cost=lead.cost,
            tickets=_keys(evidence, lead.longest),
            caveat=MEANINGS[lead.cause].beware,
            experiment=MEANINGS[lead.cause].experiment,
        )
        return


def _finding(
    *,
    rule: str,
    subject: str,
    claim: str,
    row: Mapping[Any, Any],
    cost: pd.Timedelta,
    tickets: tuple[str, ...],
    caveat: str,
    experiment: str,
) -> Finding:
    """Make a finding; its share of lead time, with interval and number of tickets, stands in the row."""
    return Finding(
        rule,
        subject,
        claim,
        cost,
        row["share"],
        row["low"],
        row["high"],
        row["tickets"],
        tickets,
        caveat,
        experiment,
    )


def _waits_at(evidence: Evidence, place: Finding) -> pd.DataFrame:
    """Which waits is this finding about?"""
    waits, handoffs = evidence.waits, evidence.handoffs
    if place.rule != "handoff":
        return waits[waits["stage"].astype("str") == place.subject]
    pair = handoffs["from_team"].astype("str") + " → " + handoffs["to_team"].astype("str")
    return waits[waits["handoff"].isin(handoffs.loc[pair == place.subject, "handoff"])]


def _known_before(evidence: Evidence, place: Finding, cause: str) -> bool:
    """Does the workflow say so already? What waits in an external stage waits for somebody outside."""
    outside = evidence.shares.loc[evidence.shares["kind"] == "external", "stage"]
    return cause == "external" and place.subject in set(outside)


def _in_one_queue(evidence: Evidence, handoffs: pd.DataFrame) -> bool:
    """Does most (80 %) of these handoffs' waiting lie in one queue or outside stage?"""
    waits = evidence.waits[evidence.waits["handoff"].isin(handoffs["handoff"])]
    by_stage = waits.groupby(waits["stage"].astype("str"))["elapsed"].sum()
    queued = evidence.shares.loc[evidence.shares["kind"].isin(["queue", "external"]), "stage"]
    whole = by_stage.sum()
    return bool(whole and by_stage.reindex(queued).max() >= 0.8 * whole)


def _rhythmic(evidence: Evidence) -> pd.DataFrame:
    found = evidence.batches
    return found[(found["batches"] >= 3) & (found["batched"] >= found["departures"] / 2)]


def _bounded(row: Mapping[Any, Any]) -> str:
    """Say a share with its interval, where there is one."""
    share = percent(row["share"])
    return share if math.isnan(row["low"]) else f"{share} ({percent(row['low'])} to {percent(row['high'])})"


def _longest(evidence: Evidence, stage: str) -> tuple[str, ...]:
    """Name those whose counted time there was longest: a stay of a bulk edit is no evidence of waiting."""
    done = completed(evidence.lives)["ticket"]
    stays = evidence.stays[~evidence.stays["bulk"].astype(bool)]
    here = stays[(stays["stage"] == stage) & stays["ticket"].isin(done)]
    return _keys(evidence, here.groupby("ticket")["elapsed"].sum().nlargest(5).index)


def _keys(evidence: Evidence, tickets: "pd.Index[str] | pd.Series[str]") -> tuple[str, ...]:
    keys = evidence.tickets.set_index(evidence.tickets["ticket"].astype("str"))["key"]
    return tuple(keys.reindex(tickets).astype("str"))


WORTH: Final = 0.01
RULES: Final = (_batches, _queues, _returns, _team_handoffs, _why)
