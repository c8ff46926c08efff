"""Where work waits now: one short function per claim about the current period; each may make none.

The currency is the same for all: the time that tickets were open within the period. "20 % is spent waiting in
X" means that of all those hours, of finished and of open tickets alike, a fifth was waiting there.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.counts import counted
from vsm.findings.durations import humanize_duration, percent, time_of
from vsm.findings.finding import Basis, Finding, parts_by_key
from vsm.findings.present import Present
from vsm.findings.why import BECAUSE, asked_of, leading_cause, with_interval
from vsm.model.period import clipped
from vsm.model.queues import half_as_many
from vsm.model.weekly import completed_by_week
from vsm.quality.assumed import WORTH
from vsm.stats.shares import share_with_interval
from vsm.tables import among

UNKNOWN: Final = float("nan")
QUIET: Final = pd.Timedelta(weeks=4)
"""A queue that has been empty for so long asks for nothing."""
MOSTLY: Final = 0.5
MOVED: Final = 0.05
"""A problem is new, or solved, where it takes this share of the time or more, now or before."""


def stuck(present: Present) -> Iterator[Finding]:
    """Make one claim per stage in which open tickets are older than is usual there.

    Where that is not known, those are late that were there before the period began.
    """
    ages = present.ages[~present.ages["ticket"].isin(present.excluded)]
    for name, there in ages.groupby("stage", sort=False):
        stage = str(name)
        usual = there["stay_p85"].iloc[0]
        unusual = there["entered"] < present.period.begin if pd.isna(usual) else there["stay_beyond"] >= 0.85
        late = there[unusual].sort_values("stay", ascending=False, kind="stable")
        if len(late) < 2 or len(late) <= 0.15 * len(there):
            continue
        parts = clipped(
            late[["ticket", "entered", "bulk"]].assign(left=present.as_of),
            present.spans,
            start="entered",
            end="left",
        )
        units = parts[among(parts["ticket"], present.open.index)]
        finding = _of_time(present, "stuck", stage, units)
        if finding is None:
            continue
        some = "all" if len(late) == len(there) else f"{len(late)}"
        since = f"{present.period.begin:%Y-%m-%d}"
        how = (
            f"{some} of them since before {since}. How long is usual there cannot be said, since "
            f"{_why_unknown(present, stage)}"
            if pd.isna(usual)
            else f"{some} of them longer than 85 % of tickets stayed there ({humanize_duration(usual)})"
        )
        whole = among(late["ticket"], present.lives["ticket"]).all()
        alone = "" if whole else " (epics and sub-tasks not counted)"
        earlier, halved = _since_when(present, stage)
        half = "; the earlier count is of the last day with at most half as many" if halved else ""
        yield replace(
            finding,
            claim=(
                f"{len(there)} tickets {'wait' if stage in present.queued else 'are'} in '{stage}' now "
                f"({earlier}), {how}; the oldest since "
                f"{late['entered'].iloc[0]:%Y-%m-%d} ({humanize_duration(late['stay'].iloc[0])}). "
                f"{'They' if some == 'all' else f'Those {some}'} account for {percent(finding.share)} of the "
                f"time that tickets were open in {present.words}{alone}."
            ),
            title=(
                f"{counted(len(there), 'ticket')} {'wait' if stage in present.queued else 'are'} in "
                f"'{stage}', {some} of them {f'since before {since}' if pd.isna(usual) else 'over age'}"
            ),
            low=UNKNOWN,
            high=UNKNOWN,
            n=len(there),
            since=earlier,
            tickets=present.keys(late["ticket"]),
            caveat=f"A count of today's open tickets, so there is no interval{half}. They may wait for good "
            "reason.",
            experiment=(
                f"Ask whoever '{stage}' waits for, the oldest first, and agree on when an answer comes."
                if stage in present.outside
                else f"Go through the tickets in '{stage}' together, the oldest first: do what still "
                "matters, and close what nobody will do."
            ),
            stages=(stage,),
        )


def _since_when(present: Present, stage: str) -> tuple[str, bool]:
    """Say since when so many are there: how many were last there when it was at most half as many.

    Where that is longer ago than what the period is compared with: how many were there as the period began.
    Also gives whether it is a count of that last day.
    """
    stays = present.stage_visits
    stays = stays[(stays["stage"] == stage) & ~stays["ticket"].isin(present.excluded)]
    count, until = half_as_many(stays, as_of=present.as_of)
    if present.known_from is not None and until <= present.known_from:
        return f"more than half as many since before {present.known_from:%Y-%m-%d}", False
    begin = present.period.begin
    if until < (present.before or present.period).begin:
        there = (stays["entered"] <= begin) & ~(stays["left"] <= begin)
        return f"{int(there.sum())} on {begin:%Y-%m-%d}", False
    new = stays[stays["left"].isna() & (stays["entered"] >= until)]
    mostly = ", mostly by bulk edits" if new["bulk"].astype(bool).mean() > MOSTLY else ""
    return f"up from {count or 'none'} on {until:%Y-%m-%d}{mostly}", True


def _why_unknown(present: Present, stage: str) -> str:
    """Say why the 85th percentile of a stage is not known."""
    stays = present.stage_visits[present.stage_visits["stage"] == stage]
    gone = stays.loc[stays["left"].notna(), "ticket"].nunique()
    if gone < present.minimum:
        return f"only {counted(gone, 'ticket')} ever left it" if gone else "no ticket ever left it"
    return "more than 15 % stay longer than can be seen so far"


def queues(present: Present) -> Iterator[Finding]:
    """Make one claim per queue or external stage."""
    rhythm = present.batches[present.batches["beyond_chance"].astype(bool)].set_index("stage")
    ages = present.ages[~present.ages["ticket"].isin(present.excluded)]
    there = ages.groupby("stage").size()
    for name, rows in present.waiting[present.waiting["stage"].isin(present.queued)].groupby("stage"):
        stage = str(name)
        finding = _of_time(present, "queue", stage, rows)
        if finding is None or _too_few(present, finding):
            continue
        earlier = present.waiting_before[present.waiting_before["stage"] == stage]
        claim = _spent(present, finding, earlier, f"waiting in '{stage}'") + _why(present, rows)
        last, quiet, now = rows["end"].max(), False, counted(there.get(stage, 0), "ticket")
        if stage in there:
            claim += f" '{stage}' holds {now} now ({_since_when(present, stage)[0]})."
        else:
            quiet = present.as_of - last > QUIET
            claim += f" It has been empty since {last:%Y-%m-%d}." if quiet else " It is empty now."
        rule, experiment = "queue", f"Set a WIP limit for '{stage}', and swarm on the queue when it is full."
        if stage in there and _unstarted(present, stage) > MOSTLY:
            experiment = (
                f"Choose from the {now} in '{stage}' what will be started in the next four weeks, and close "
                "what nobody will do."
            )
        title = f"Work spends {percent(finding.share)} of its time waiting in '{stage}'"
        if stage in present.outside:
            experiment = asked_of(stage)
        if stage in rhythm.index:
            row = rhythm.loc[[stage]].to_dict("records")[0]
            rule, experiment = "batch", f"Empty '{stage}' twice as often, in batches half the size."
            title = f"Work waits for the next batch in '{stage}': {percent(finding.share)} of its time"
            claim += (
                f" Tickets leave it in batches: {row['batched']} of {row['departures']} departures, median "
                f"size {row['size']:g}, one every {humanize_duration(pd.Timedelta(row['every']))}, at most "
                f"{humanize_duration(pd.Timedelta(row['pause']))} apart."
            )
        yield replace(
            finding,
            rule=rule,
            claim=claim,
            title=title,
            caveat="Elapsed time, so nights and weekends count, of finished and open tickets.",
            experiment="" if quiet or finding.n < present.minimum else experiment,
            stages=(stage,),
        )


def _unstarted(present: Present, stage: str) -> float:
    """Give the share of the tickets in a stage on which nobody has ever worked."""
    ages = present.ages[present.ages["stage"] == stage]
    begun = present.lives.loc[present.lives["started"].notna(), "ticket"]
    return float((~among(ages["ticket"], begun)).mean())


def handoffs(present: Present) -> Iterator[Finding]:
    """Claim what the costliest handoff costs, whatever that is, and each other one that costs much."""
    pairs, level = handed_over(present)
    if pairs.empty:
        return
    waits = present.waiting.dropna(subset=["handoff"]).join(pairs["pair"], on="handoff", how="inner")
    before = present.waiting_before.dropna(subset=["handoff"]).join(pairs["pair"], on="handoff", how="inner")
    order = waits.groupby("pair")["seconds"].sum().sort_values(ascending=False, kind="stable")
    hidden = _unseen(present)
    for rank, pair in enumerate(order.index):
        rows = waits[waits["pair"] == pair]
        finding = _of_time(present, "handoff", str(pair), rows, least=WORTH if rank else 0.0)
        if finding is None or (rank and (_too_few(present, finding) or _mostly_queued(present, rows))):
            continue
        spent = _spent(present, finding, before[before["pair"] == pair], "waiting there")
        taken = pairs[(pairs["pair"] == pair) & present.within(pairs["taken"])]
        ends = pairs.loc[pairs["pair"] == pair, ["upstream", "downstream"]].iloc[0]
        upstream, downstream = ends["upstream"], ends["downstream"]
        where = (
            f"The costliest handoff is {pair}" if rank == 0 else f"Handoffs from {upstream} to {downstream}"
        )
        many = f"{counted(len(taken), 'handoff')} in {present.words}"
        worth = finding.n >= present.minimum and finding.share >= WORTH
        usual = f", median wait {humanize_duration(taken['wait'].median())}" if len(taken) else ""
        yield replace(
            finding,
            claim=f"{where}: {many}{usual}. {spent}{_why(present, rows)}",
            title=(
                f"{'Of all handoffs, ' if rank == 0 else ''}{pair}{' costs most' if rank == 0 else ''}: "
                f"{percent(finding.share)} of the time"
            ),
            caveat=(
                "The wait ends at the first trace of work; earlier work without a trace would shorten it."
                + (f" {hidden}" if rank == 0 and hidden else "")
            ),
            experiment=(
                ""
                if not worth
                else f"Let one person from {downstream} join {upstream} before the work is handed over."
                if level == "team"
                else f"Let whoever does '{downstream}' look at the work before it leaves '{upstream}'."
            ),
            stages=tuple(sorted(rows["stage"].unique())),
        )


def share_that_waited(present: Present, *, work_known: bool) -> str:
    """Say with its interval how much of lead time was waiting; where work is not known, in what queue most.

    Lead time is that of what was delivered in the period.
    """
    done = present.delivered.set_index("ticket")
    if work_known and len(done):
        work = present.visits[(present.visits["kind"] == "work") & present.visits["ticket"].isin(done.index)]
        worked = work.groupby(work["ticket"].astype("str"))["elapsed"].sum()
        waited = done["lead"] - worked.reindex(done.index, fill_value=pd.Timedelta(0))
        seconds, whole = waited.dt.total_seconds(), completed_by_week(present.delivered)
        where, what = "in queues", f"the lead time of {counted(len(done), 'delivered ticket')}"
    else:
        by = present.waiting.groupby(["stage", "ticket"])["seconds"].sum()
        if by.empty:
            return ""
        stage = str(by.groupby("stage").sum().idxmax())
        seconds, whole = by.loc[stage], present.by_week(present.open)
        where, what = f"in '{stage}'", f"the time that tickets were open in {present.words}"
    share, low, high = share_with_interval(seconds, whole=whole, minimum=present.minimum)
    row = {"share": share, "low": low, "high": high}
    return f"Waiting {where} was {with_interval(row)} of {what}."


def handed_over(present: Present) -> tuple[pd.DataFrame, str]:
    """Give the handoffs between teams by their number, or between stages where too little is known.

    Returns
    -------
    (table, level)
        ``pair, upstream, downstream, taken, wait``, indexed by handoff, and ``team`` or ``stage``.
    """
    mine = present.handoffs[present.handoffs["ticket"].isin(present.lives["ticket"])].set_index("handoff")
    level = "team" if present.teams_known else "stage"
    ends = (
        mine[[f"from_{level}", f"to_{level}"]]
        .dropna()
        .astype("str")
        .set_axis(["upstream", "downstream"], axis=1)
    )
    ends = ends[ends["upstream"] != ends["downstream"]]
    ends["pair"] = ends["upstream"] + " → " + ends["downstream"]
    return mine[["taken", "wait"]].join(ends, how="inner"), level


def _of_time(
    present: Present, rule: str, subject: str, rows: pd.DataFrame, *, least: float = WORTH
) -> Finding | None:
    """Begin a finding about pieces of time in the period: its cost, share, interval, n and tickets.

    None where it is less than the share ``least`` of the time that tickets were open.
    """
    each, total = rows.groupby("ticket")["seconds"].sum(), present.open.sum()
    if not total or each.empty or each.sum() < least * total:
        return None
    share, low, high = map(float, present.shares(pd.concat({subject: each}), present.open).iloc[0])
    return Finding(
        rule=rule,
        subject=subject,
        claim="",
        cost=time_of(each.sum()),
        share=share,
        low=low,
        high=high,
        n=len(each),
        tickets=present.keys(each.sort_values(ascending=False, kind="stable").index),
        caveat="",
        experiment="",
        basis=basis_of(present, rows, share),
    )


def _too_few(present: Present, finding: Finding) -> bool:
    """Whether a finding is of too few tickets, and too small to be named all the same."""
    return finding.n < present.minimum and finding.share < MOVED


def _spent(present: Present, finding: Finding, earlier: pd.DataFrame, what: str) -> str:
    """Say which share of the time that tickets were open was spent on it, with n, and before."""
    if finding.n < present.minimum:
        return f"Too few to say what {what} costs: n = {counted(finding.n, 'ticket')} in {present.words}."
    row = {"share": finding.share, "low": finding.low, "high": finding.high}
    whole = present.open_before.sum()
    compared = whole and len(present.open_before) >= present.minimum
    then = f"; {percent(earlier['seconds'].sum() / whole)} in {present.words_before}" if compared else ""
    share = with_interval(row)
    return (
        f"{share[:1].upper()}{share[1:]} of the time that tickets were open in {present.words} was spent "
        f"{what} (n = {finding.n} of {counted(len(present.open), 'ticket')}{then})."
    )


def _why(present: Present, rows: pd.DataFrame) -> str:
    """Say the cause that most of some waiting has, where one surely leads and the data can carry it."""
    if not present.causes_known:
        return ""
    plain = rows[~rows["bulk"].astype(bool)]
    lead = leading_cause(plain, present.by_week(present.open), minimum=present.minimum)
    # That work in an external stage waits for an external party is in vsm.toml already.
    if lead is None or (lead.cause == "external" and rows["stage"].isin(present.outside).all()):
        return ""
    least = "at least " if lead.cause == "unexplained" else ""
    part = with_interval({"share": lead.part, "low": lead.low, "high": lead.high})
    return f" Of that waiting, in working time, {least}{part} was {BECAUSE[lead.cause]}."


def _mostly_queued(present: Present, rows: pd.DataFrame) -> bool:
    """Whether one queue holds most of this waiting: that is a claim of its own."""
    by_stage = rows.groupby("stage")["seconds"].sum()
    queued = by_stage[by_stage.index.isin(present.queued)]
    return bool(len(queued) and queued.max() >= 0.8 * by_stage.sum())


def _unseen(present: Present) -> str:
    """Count what changes hands without being such a handoff, and where nobody can see whether it does."""
    begin, mine = present.period.begin, present.lives["ticket"]
    taken = present.handoffs[
        present.handoffs["ticket"].isin(mine) & present.within(present.handoffs["taken"])
    ]
    within = int((taken["person"] & ~taken["team"]).sum()) if present.teams_known else 0
    visits = present.visits[present.visits["ticket"].isin(mine) & (present.visits["entered"] >= begin)]
    unknown = int((visits["holder"].isna() & (visits["kind"] == "work")).sum())
    parts = [
        f"{counted(within, 'handoff')} between people of one team" if within else "",
        f"{counted(unknown, 'visit')} to work stages without a recorded holder, where handoffs stay invisible"
        if unknown
        else "",
    ]
    found = " and ".join(part for part in parts if part)
    return f"Not counted here: {found}." if found else ""


def basis_of(present: Present, rows: pd.DataFrame, share: float) -> Basis:
    """Say how the share of time is made, and what it would be by other definitions."""
    each = rows.groupby("ticket")["seconds"].sum()
    total = time_of(float(present.open.sum()))
    done = set(present.delivered["ticket"])
    finished = present.open[present.open.index.isin(done)].sum()
    tidied = rows["bulk"].astype(bool) if "bulk" in rows else pd.Series(data=False, index=rows.index)
    mine = rows.loc[rows["ticket"].isin(done), "seconds"]
    otherwise = {
        "only tickets delivered in the period": _ratio(mine, finished if len(mine) else 0.0),
        "without visits of bulk edits": _ratio(rows.loc[~tidied, "seconds"], present.open.sum()),
    }
    if "working" in rows:
        otherwise["working time"] = _ratio(rows["working"], present.working_time)
    return Basis(
        definition="time within the period, to the second; what was before or after it does not count.",
        population=(
            f"{counted(len(present.open), 'unit')} of work, open for some time from "
            f"{present.period.begin:%Y-%m-%d} to {present.period.end:%Y-%m-%d}"
            f"{', without the days left out' if present.days_off else ''}, finished or not."
        ),
        formula=(
            f"{humanize_duration(time_of(float(each.sum())))} of {counted(len(each), 'ticket')} ÷ "
            f"{humanize_duration(total)} in which tickets were open = {percent(share)}."
        ),
        **parts_by_key(each, key=present.key),
        otherwise=otherwise,
    )


def _ratio(part: "pd.Series[Any]", whole: float) -> float:
    return float(part.sum() / whole) if whole else UNKNOWN
