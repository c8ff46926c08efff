"""How a team works now: what it discards, returns, hands over, breaks and tidies up in the current period."""

from collections.abc import Iterator
from math import isnan
from typing import Any, Final

import pandas as pd

from vsm.counts import counted
from vsm.findings.durations import humanize_duration, percent, time_of
from vsm.findings.finding import Basis, Finding
from vsm.findings.present import Present
from vsm.findings.why import BECAUSE, with_interval
from vsm.model.causes import MEANINGS
from vsm.model.efficiency import commits_in_queues
from vsm.model.lifecycle import was_discarded
from vsm.model.period import open_seconds
from vsm.model.ping_pong import ping_pong
from vsm.model.responsibility import first_handovers
from vsm.quality.assumed import WORTH
from vsm.stats.proportions import share_of

OFTEN: Final = 0.1
"""A habit is worth a claim from this share on."""
NOTHING: Final = pd.Timedelta(0)


def ping_pongs(present: Present) -> Iterator[Finding]:
    """Claim between which two teams, or else stages, work of the period went back and forth most."""
    mine = present.visits[present.visits["ticket"].isin(present.delivered["ticket"])]
    level = "team" if present.teams_known else "stage"
    found = ping_pong(mine, present.delivered, level=level, minimum=present.minimum)
    for row in found[found["share"] >= WORTH].head(1).to_dict("records"):
        pair = f"{row['a']} ↔ {row['b']}"
        yield Finding(
            rule="ping-pong",
            subject=pair,
            claim=(
                f"{row['tickets']} of {len(present.delivered)} tickets delivered in {present.words} went "
                f"back and forth between {row['a']} and {row['b']}, with {row['rounds']} returns: "
                f"{with_interval(row)} of the lead time of all delivered in it."
            ),
            title=(
                f"{row['tickets']} of {counted(len(present.delivered), 'ticket')} went back and forth "
                f"between {row['a']} and {row['b']}"
            ),
            cost=row["cost"],
            share=row["share"],
            low=row["low"],
            high=row["high"],
            n=row["tickets"],
            tickets=present.keys(pd.Index(row["evidence"])),
            caveat="Some returns are intended, such as a review that asks for a change.",
            experiment=f"Let {row['a']} and {row['b']} look at the next ticket together before it starts.",
            basis=Basis(
                definition="three turns or more between the same two, A B A; from the first return on.",
                population=f"{len(present.delivered)} tickets delivered in the period, whole.",
                formula=(
                    f"{humanize_duration(row['cost'])} ÷ "
                    f"{humanize_duration(time_of(present.delivered['lead'].dt.total_seconds().sum()))} = "
                    f"{percent(row['share'])}."
                ),
            ),
        )


def first_handover(present: Present) -> Iterator[Finding]:
    """Claim where teams first hand over what they started."""
    owners = present.owners[present.owners["ticket"].isin(present.delivered["ticket"])]
    found = first_handovers(owners, tickets=present.tickets)
    for row in found[found["tickets"] >= present.minimum].head(1).to_dict("records"):
        yield habit(
            "first handover",
            f"{row['from_team']} → {row['to_team']}",
            f"{row['tickets']} of {counted(len(owners), 'ticket')} delivered in {present.words} first "
            f"changed hands from {row['from_team']} to {row['to_team']}, entering '{row['stage']}'; together "
            f"they waited {humanize_duration(row['wait'])} for it.",
            n=row["tickets"],
            tickets=tuple(row["evidence"].split(", ")),
            caveat="A handover may be right; this one comes first, so without it the whole ticket stays.",
            experiment=f"Take one ticket to production without handing it over to {row['to_team']}.",
            stages=(row["stage"],),
            basis=Basis(
                definition="the first work of another team than the one that began the work.",
                population=f"{counted(len(owners), 'ticket')} delivered in the period.",
                formula=f"{row['tickets']} of {len(owners)}; waits of {row['waits']} of them are known.",
            ),
        )


def causes(present: Present) -> Iterator[Finding]:
    """Claim why work waits, over all waiting of the period, in working time."""
    waits = present.waiting[~present.waiting["bulk"].astype(bool)]
    spent = waits[waits["working"] > 0].dropna(subset=["cause"])
    each = spent.groupby(["cause", "ticket"])["working"].sum()
    tickets, elapsed = spent["ticket"].nunique(), float(waits["seconds"].sum())
    if tickets < present.minimum:
        return
    shares = present.shares(each, spent.groupby("ticket")["working"].sum())
    shares = shares.sort_values("share", ascending=False, kind="stable")
    (cause, row), *others = ((str(name), row) for name, row in shares.head(2).to_dict("index").items())
    rest = "".join(f", and {percent(other['share'])} {BECAUSE[name]}" for name, other in others)
    night = 1 - float(spent["working"].sum()) / elapsed
    yield Finding(
        rule="causes",
        subject="all waiting",
        claim=(
            f"Of all waiting in {present.words}, in working time, {with_interval(row)} was "
            f"{BECAUSE[cause]}{rest} (n = {counted(tickets, 'ticket')}). Nights, weekends and holidays "
            f"were {percent(night)} of the waiting by the clock."
        ),
        title=f"In working time, {percent(row['share'])} of waiting was {BECAUSE[cause]}",
        cost=time_of(float(waits.loc[waits["cause"] == cause, "seconds"].sum())),
        share=row["share"],
        low=row["low"],
        high=row["high"],
        n=tickets,
        tickets=present.keys(each.loc[cause].sort_values(ascending=False, kind="stable").index),
        caveat=MEANINGS[cause].caveat,
        experiment="",
    )


def discarded(present: Present) -> Iterator[Finding]:
    """Claim how much of what was finished in the period was given up."""
    ended = present.lives[present.within(present.lives["finished"])]
    ended = ended[~ended["bulk"].astype(bool)]
    gone = ended[was_discarded(ended)]
    seconds = open_seconds(gone, present.spans)
    counts = share_of(len(gone), len(ended), minimum=present.minimum)
    if not counts["share"] >= OFTEN:
        return
    total, usual = present.open.sum(), humanize_duration(pd.Timedelta(gone["lead"].median()))
    yield Finding(
        rule="discarded",
        subject="discarded work",
        claim=(
            f"{with_interval(counts)} of what was finished in {present.words} was discarded: {len(gone)} of "
            f"{len(ended)} tickets, open for {usual} until then (median)."
        ),
        title=f"{percent(counts['share'])} of what was finished was discarded",
        cost=time_of(float(seconds.sum())),
        share=float(seconds.sum() / total) if total else 0.0,
        low=float("nan"),
        high=float("nan"),
        n=len(gone),
        tickets=present.keys(gone.sort_values("lead", ascending=False, kind="stable")["ticket"]),
        caveat="Saying no is good work, the earlier the better; what closed in bulk edits is left out.",
        experiment="Agree what is not going to be done, and say so when it is reported.",
        basis=basis_of_count(
            "finished with a resolution, or in a status, that means that nothing was delivered.",
            f"{counted(len(ended), 'unit')} of work finished in the period, but not by bulk edits.",
            len(gone),
            len(ended),
        ),
    )


def tidied_up(present: Present) -> Iterator[Finding]:
    """Claim how much of what moved in the period was moved by clean-ups."""
    events = present.events
    moves = events[(events["kind"] == "status") & events["before"].notna()]
    moves = moves[present.within(moves["at"]) & moves["ticket"].isin(present.lives["ticket"])]
    bulk = moves[moves["bulk"].astype(bool)]
    counts = share_of(len(bulk), len(moves), minimum=present.minimum)
    if not counts["share"] >= OFTEN:
        return
    often = bulk["ticket"].astype("str").value_counts(sort=False)
    yield habit(
        "clean-up",
        "bulk edits",
        f"{with_interval(counts)} of all moves in {present.words} were bulk edits ({len(bulk)} of "
        f"{len(moves)}): when that work really moved is not known.",
        n=len(moves),
        tickets=present.keys(often.index),
        caveat="The same move of many tickets by one account within minutes; a release may look so.",
        experiment="Move tickets when the work moves, at the stand-up, instead of in a clean-up later.",
        basis=basis_of_count(
            "the same move of several tickets by one account within minutes ([rules] in vsm.toml).",
            f"{counted(len(moves), 'move')} of units of work in the period.",
            len(bulk),
            len(moves),
        ),
    )


def hidden_work(present: Present) -> Iterator[Finding]:
    """Claim how much of what was committed in the period was done while its ticket was in a queue."""
    linked, queued = commits_in_queues(present.visits, present.delivered, present.events)
    counts = share_of(queued, linked, minimum=present.minimum)
    if not counts["share"] >= OFTEN:
        return
    yield habit(
        "hidden work",
        "work in queues",
        f"{with_interval(counts)} of the commits on tickets delivered in {present.words} were made while the "
        f"ticket was in a queue ({queued} of {linked}): part of what looks like waiting is work.",
        n=linked,
        tickets=(),
        caveat="Commits are dated by their author; after a rebase the date may be another.",
        experiment="Move the ticket when somebody starts on it, or call the stage work in vsm.toml.",
        basis=basis_of_count(
            "commits of a ticket whose author's date falls into a visit to a queue.",
            f"{counted(linked, 'commit')} before the finish of tickets delivered in the period.",
            queued,
            linked,
        ),
    )


def failures(present: Present) -> Iterator[Finding]:
    """Claim how many deployments of the period failed."""
    mine = present.deployments
    mine = mine[present.within(mine["at"])]
    failed = mine[mine["failed"].astype(bool)]
    if failed.empty:
        return
    counts = share_of(len(failed), len(mine), minimum=present.minimum)
    many = f"{len(failed)} of {counted(len(mine), 'deployment')} in {present.words} failed"
    few = isnan(counts["share"])
    rate = ": too few to say how often they do" if few else f": {with_interval(counts)}"
    yield habit(
        "failed deployments",
        "deployments",
        f"{many}{rate}.",
        n=len(mine),
        tickets=tuple(dict.fromkeys(key for keys in failed["evidence"] for key in keys.split(", ") if key))[
            :5
        ],
        caveat="Only failures that left a trace: an incident, a rollback, a failed job.",
        experiment="" if few else "Deploy less at a time: half as much, twice as often.",
        basis=basis_of_count(
            "deployments with a trace of failure, as the page on deployments lists them.",
            f"{counted(len(mine), 'deployment')} to production in the period.",
            len(failed),
            len(mine),
        ),
    )


def habit(rule: str, subject: str, claim: str, **rest: Any) -> Finding:
    """Make a finding whose cost in time is not known: it comes after all that have one."""
    unknown = float("nan")
    return Finding(rule, subject, claim, cost=NOTHING, share=unknown, low=unknown, high=unknown, **rest)


def basis_of_count(definition: str, population: str, part: int, whole: int) -> Basis:
    """Say how a share of a count is made."""
    return Basis(
        definition, population, f"{part:,} ÷ {whole:,} = {percent(part / whole)}, Wilson's interval."
    )
