"""What cost most of the lead time of delivered tickets: one short function per claim; each may make none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from vsm.findings.durations import humanize_duration, percent
from vsm.findings.finding import Finding, parts_by_key
from vsm.findings.why import BECAUSE, asked_of, leading_cause, with_interval
from vsm.model.causes import MEANINGS
from vsm.model.lifecycle import completed
from vsm.model.weekly import completed_by_week
from vsm.quality.assumed import WORTH
from vsm.tables import DURATION, among


@dataclass(frozen=True)
class Evidence:
    """The tables that rules look at, as their functions in ``vsm.model`` give them.

    ``costs`` are ``handoff_costs`` between teams, ``returns`` ``return_costs``; under ``minimum`` tickets
    nothing is claimed.
    """

    tickets: pd.DataFrame
    handoffs: pd.DataFrame
    waits: pd.DataFrame
    stage_visits: pd.DataFrame
    lifecycles: pd.DataFrame
    shares: pd.DataFrame
    batches: pd.DataFrame
    costs: pd.DataFrame
    returns: pd.DataFrame
    minimum: int

    @cached_property
    def done(self) -> frozenset[str]:
        """The completed tickets."""
        return frozenset(completed(self.lifecycles)["ticket"])

    @cached_property
    def key(self) -> "pd.Series[str]":
        """The key of each ticket."""
        return self.tickets.set_index(self.tickets["ticket"].astype("str"))["key"].astype("str")

    @cached_property
    def lead(self) -> pd.DataFrame:
        """The lead time of each completed ticket, in ``seconds``, and the ``week`` of its completion."""
        return completed_by_week(self.lifecycles)

    def parts(self, stage: str) -> dict[str, Any]:
        """Give how long each completed ticket was in a stage, as ``parts_by_key`` does."""
        counted = among(self.stage_visits["ticket"], self.done) & ~self.stage_visits["bulk"].astype(bool)
        mine = self.stage_visits[counted & (self.stage_visits["stage"] == stage)]
        return parts_by_key(mine.groupby("ticket")["elapsed"].sum().dt.total_seconds(), key=self.key)

    @cached_property
    def waited(self) -> pd.DataFrame:
        """WAITS without bulk edits, elapsed and working in seconds."""
        rows = self.waits[~self.waits["bulk"].astype(bool)]
        rows = rows.astype(dict.fromkeys(("ticket", "stage", "cause"), "str"))
        times = {name: rows[old].astype(DURATION).dt.total_seconds()
                 for name, old in (("seconds", "elapsed"), ("working", "working"))}  # fmt: skip
        return rows.assign(**times)

    @cached_property
    def longest(self) -> Mapping[Any, Any]:
        """The tickets that spent most time in each stage, visits of bulk edits left out."""
        counted = among(self.stage_visits["ticket"], self.done) & ~self.stage_visits["bulk"].astype(bool)
        each = self.stage_visits[counted].groupby(["stage", "ticket"])["elapsed"].sum()
        return _first_of(each.sort_values(ascending=False, kind="stable").reset_index(), ["stage"])

    @cached_property
    def handed_over(self) -> pd.DataFrame:
        """The handoffs of completed tickets, the longest wait first."""
        plain = self.handoffs.astype(dict.fromkeys(("ticket", "from_team", "to_team"), "str"))
        return plain[plain["ticket"].isin(self.done)].sort_values("wait", ascending=False, kind="stable")


def _first_of(ordered: pd.DataFrame, by: list[str]) -> Mapping[Any, Any]:
    """Give the first five tickets of each group."""
    return ordered.groupby(by).head(5).groupby(by)["ticket"].agg(tuple).to_dict()


def queues(evidence: Evidence) -> Iterator[Finding]:
    """Make one claim per queue or external stage that tickets do not leave in batches."""
    batched = set(_rhythmic(evidence)["stage"])
    shares, finished = evidence.shares, len(completed(evidence.lifecycles))
    for row in shares[shares["kind"].isin(["queue", "external"])].to_dict("records"):
        stage = row["stage"]
        if row["tickets"] < evidence.minimum or stage in batched:
            continue
        yield Finding(
            rule="queue",
            subject=stage,
            claim=(
                f"{with_interval(row)} of lead time is spent waiting in '{stage}' "
                f"({row['tickets']} of {finished} delivered tickets; median "
                f"{humanize_duration(row['median'])}, 85th percentile {humanize_duration(row['p85'])})."
            ),
            cost=row["total"],
            tickets=_keys(evidence, pd.Index(evidence.longest.get(stage, ()))),
            caveat="Elapsed time, so nights and weekends count; it does not show why work waited.",
            experiment=asked_of(stage)
            if row["kind"] == "external"
            else f"Set a WIP limit for '{stage}', and swarm on the queue when it is full.",
            stages=(stage,),
            **_numbers(row),
        )


def batches(evidence: Evidence) -> Iterator[Finding]:
    """Make one claim per stage that most tickets leave in batches, three of them or more."""
    shares = evidence.shares.set_index("stage")
    for row in _rhythmic(evidence).to_dict("records"):
        stage = row["stage"]
        if stage not in shares.index or shares.loc[stage, "tickets"] < evidence.minimum:
            continue
        share = shares.loc[[stage]].to_dict("records")[0]
        yield Finding(
            rule="batch",
            subject=stage,
            claim=(
                f"Tickets leave '{stage}' in batches: {row['batched']} of {row['departures']} departures "
                f"came in {row['batches']} batches (median size {row['size']:g}, one every "
                f"{humanize_duration(row['every'])}). {with_interval(share)} of lead time is spent waiting "
                f"there (n = {share['tickets']} delivered tickets)."
            ),
            cost=share["total"],
            tickets=_keys(evidence, pd.Index(evidence.longest.get(stage, ()))),
            caveat=(
                f"Departures at most {humanize_duration(row['pause'])} apart count as a batch, intended or "
                f"not; at random {percent(row['by_chance'])} of them would."
            ),
            experiment=f"Empty '{stage}' twice as often, in batches half the size.",
            stages=(stage,),
            **_numbers(share),
        )


def returns(evidence: Evidence) -> Iterator[Finding]:
    """Claim how much lead time goes into visits to stages that the ticket had left before."""
    for row in evidence.returns.to_dict("records"):
        if row["tickets"] < evidence.minimum:
            continue
        yield Finding(
            rule="return",
            subject="moves backwards",
            claim=(
                f"{row['tickets']} of {row['finished']} delivered tickets "
                f"({percent(row['tickets'] / row['finished'])}) returned to a stage that they had left, and "
                f"spent {humanize_duration(row['median'])} there again (median): {with_interval(row)} of "
                "lead time."
            ),
            cost=row["total"],
            tickets=_keys(evidence, pd.Index(row["longest"])),
            caveat="Some returns are intended, such as a review that asks for a change.",
            experiment="Where work returns most often, agree on what must be true before it is passed on.",
            **_numbers(row),
        )


def handoffs(evidence: Evidence) -> Iterator[Finding]:
    """Claim what the costliest handoff costs, and each other one whose wait is in no single queue."""
    costs, ends = evidence.costs, ["from_team", "to_team"]
    between = costs[costs["from_team"] != costs["to_team"]].to_dict("records")
    enough = [row for row in between if row["tickets"] >= evidence.minimum]
    if not enough:
        return
    longest, in_one_queue = _first_of(evidence.handed_over, ends), _in_one_queue(evidence)
    for rank, row in enumerate(enough):
        upstream, downstream = pair = row["from_team"], row["to_team"]
        if rank and (pair in in_one_queue or row["share"] < WORTH):
            continue
        yield Finding(
            rule="handoff",
            subject=f"{upstream} → {downstream}",
            claim=(
                f"Handoffs from {upstream} to {downstream} take {with_interval(row)} of lead time: work "
                f"waits {humanize_duration(row['median'])} (median) until {downstream} starts (n = "
                f"{row['handoffs']} handoffs, {row['tickets']} of {len(evidence.done)} delivered tickets)."
            ),
            cost=row["wait"],
            tickets=_keys(evidence, pd.Index(longest[pair]).drop_duplicates()),
            caveat="The wait ends at the first trace of work; earlier work without a trace would shorten it.",
            experiment=f"Let one person from {downstream} join {upstream} before the work is handed over.",
            stages=_stages_between(evidence, upstream, downstream),
            **_numbers(row),
        )


def why(evidence: Evidence) -> Iterator[Finding]:
    """Claim why work waits where it costs most: at the costliest place with a cause that surely leads."""
    places = [found for rule in (batches, queues, handoffs) for found in rule(evidence)]
    outside = set(evidence.shares.loc[evidence.shares["kind"] == "external", "stage"])
    rows = _waits_by_place(evidence)
    for costly in sorted(places, key=lambda found: found.cost, reverse=True):
        kind = "handoff" if costly.rule == "handoff" else "stage"
        waits = evidence.waited.iloc[rows.get((kind, costly.subject), [])]
        lead = leading_cause(waits, evidence.lead, minimum=evidence.minimum)
        # That work in an external stage waits for an external party is in vsm.toml already.
        if lead is None or (lead.cause == "external" and costly.subject in outside):
            continue
        least = "At least " if lead.cause == "unexplained" else ""
        part = with_interval({"share": lead.part, "low": lead.low, "high": lead.high})
        where = f"from {costly.subject}" if costly.rule == "handoff" else f"in '{costly.subject}'"
        yield Finding(
            rule="why",
            subject=costly.subject,
            claim=(
                f"{least}{part} of the working time that finished work waited {where} was spent "
                f"{BECAUSE[lead.cause]} (n = {lead.tickets} of {lead.waited} tickets that waited there)."
            ),
            cost=lead.cost,
            share=lead.share,
            low=lead.bounds[0],
            high=lead.bounds[1],
            n=lead.tickets,
            tickets=_keys(evidence, lead.longest),
            caveat=MEANINGS[lead.cause].caveat,
            experiment=MEANINGS[lead.cause].experiment,
            stages=costly.stages,
        )
        return


def _numbers(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Take a share of lead time, its interval, and the number of tickets from a row of a measure."""
    return {"share": row["share"], "low": row["low"], "high": row["high"], "n": row["tickets"]}


def _waits_by_place(evidence: Evidence) -> Mapping[tuple[str, str], Any]:
    """Give the rows of WAITS in each stage, and in the handoffs between each two teams."""
    waits, handoffs = evidence.waited, evidence.handoffs
    pair = handoffs["from_team"].astype("str") + " → " + handoffs["to_team"].astype("str")
    places = {
        "stage": waits["stage"].astype("str"),
        "handoff": waits["handoff"].map(dict(zip(handoffs["handoff"], pair, strict=True))),
    }
    return {
        (kind, str(place)): rows
        for kind, column in places.items()
        for place, rows in waits.groupby(column.to_numpy()).indices.items()
    }


def _in_one_queue(evidence: Evidence) -> frozenset[Any]:
    """Give the pairs of teams for which one queue or external stage holds most (80 %) of the waiting."""
    pairs = evidence.handed_over.set_index("handoff")[["from_team", "to_team"]]
    waits = evidence.waits[["handoff", "stage", "elapsed"]].astype({"stage": "str", "elapsed": DURATION})
    waits = waits.dropna(subset=["handoff"]).join(pairs, on="handoff", how="inner")
    by_stage = waits.groupby(["from_team", "to_team", "stage"])["elapsed"].sum()
    queued = evidence.shares.loc[evidence.shares["kind"].isin(["queue", "external"]), "stage"]
    there = by_stage[by_stage.index.isin(queued, level="stage")]
    whole = by_stage.groupby(["from_team", "to_team"]).sum()
    most = there.groupby(["from_team", "to_team"]).max().reindex(whole.index)
    return frozenset(whole.index[(whole > pd.Timedelta(0)) & (most >= 0.8 * whole)])


def _stages_between(evidence: Evidence, upstream: str, downstream: str) -> tuple[str, ...]:
    """Give the stages in which work waited from these teams' handoffs on."""
    rows = evidence.handed_over
    between = rows.loc[(rows["from_team"] == upstream) & (rows["to_team"] == downstream), "handoff"]
    waited = evidence.waits.loc[evidence.waits["handoff"].isin(between), "stage"]
    return tuple(sorted(waited.astype("str").unique()))


def _rhythmic(evidence: Evidence) -> pd.DataFrame:
    return evidence.batches[evidence.batches["beyond_chance"].astype(bool)]


def _keys(evidence: Evidence, tickets: "pd.Index[str] | pd.Series[str]") -> tuple[str, ...]:
    return tuple(evidence.key.reindex(tickets))
