"""What a retrospective looks at: what changed, where work waits now and why, what was tried, what is decided.

Each function gives one slide, or None where there is nothing to say, so that a deck has no empty slide.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from textwrap import shorten
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.config import Experiment
from vsm.counts import counted
from vsm.errors import ParameterError
from vsm.figures.change_words import by_how_much, in_days, remarks
from vsm.figures.labels import number
from vsm.figures.slides import Bars, Words, slide_chart
from vsm.figures.theme import CAUSE_COLOURS, KIND_COLOURS, KIND_PATTERNS, SOFT
from vsm.findings import Findings, Present, Summary, changes_since
from vsm.findings.durations import percent, short_duration
from vsm.findings.why import between
from vsm.model.ageing import LATE
from vsm.model.change import LEAD, experiments_judged
from vsm.model.map_facts import MapFacts
from vsm.model.steps import waiting_steps

_MOST: Final = 4
_TITLE: Final = 90
"""More characters make a title of three lines."""
_SUMMARY: Final = 30
_DAY: Final = pd.Timedelta(days=1)
_HOUR: Final = pd.Timedelta(hours=1)
_PHASES: Final = {
    "waiting": "waiting for a review",
    "reviewing": "in review",
    "author": "waiting for the author",
    "rework": "rework",
    "merging": "waiting to be merged",
}
"""Phases of a review, in order → what a slide calls them."""
_SHORT: Final = {
    "blocked": "blocked",
    "external": "external party",
    "unassigned": "nobody assigned",
    "batched": "rest of the batch",
    "at capacity": "receiver at capacity",
    "overtaken": "overtaken by later work",
    "unexplained": "no recorded reason",
}
_MAINLY: Final = {
    "blocked": "is blocked work",
    "external": "is for an external party",
    "unassigned": "has nobody assigned",
    "batched": "is for the rest of a batch",
    "at capacity": "is for a receiver at capacity",
    "overtaken": "is while later work goes first",
    "unexplained": "has no recorded reason",
}
"""Each cause after "20 % of the waiting in working hours …"."""


def opening(present: Present, summary: Summary, provenance: Mapping[str, str]) -> Words:
    """Which stream, which team and which period a deck is about, and how much the data can say of it."""
    teams = sorted(present.visits["team"].dropna().unique())
    every = f"teams {', '.join(teams)}" if 0 < len(teams) <= _MOST else "all teams" if teams else ""
    about = [
        provenance.get("stream", ""),
        f"only {provenance['where']}" if "where" in provenance else every,
        f"{_day(present.period.begin)} to {_day(present.period.end)}",
        f"the data can answer {summary.answered}",
    ]
    line = " · ".join(each for each in about if each)
    return Words(line=line[:1].upper() + line[1:])


def since_last(
    present: Present,
    summary: Summary,
    stage_visits: pd.DataFrame,
    experiments: Sequence[Experiment],
    *,
    last_retro: str = "",
) -> Words | None:
    """What has changed: problems that are new or solved, lasting steps since a day, measures, what was tried.

    Parameters
    ----------
    last_retro
        ``YYYY-MM-DD``; empty: since the current period began.

    Raises
    ------
    ParameterError
        It is no day.
    """
    try:
        day = date.fromisoformat(last_retro or f"{present.period.begin:%Y-%m-%d}")
    except ValueError:
        raise ParameterError(f"last_retro is '{last_retro}'; say a day such as 2026-05-01") from None
    begin = pd.Timestamp(datetime(day.year, day.month, day.day, tzinfo=UTC))
    steps = waiting_steps(stage_visits, as_of=present.as_of)
    changes = changes_since((), Findings(), steps=steps[steps["since"] >= begin], as_of=present.as_of)
    moved = [each for each in summary.findings if each.rule in ("new", "solved", "growing", "shrinking")]
    said = {change.subject: str(change) for change in changes}
    said |= {each.subject: f"{each.title}." for each in reversed(moved)}
    worse = [each.subject for each in moved if each.rule in ("new", "growing")]
    better = [each.subject for each in moved if each.rule in ("solved", "shrinking")]
    for change in changes:
        (worse if change.kind == "worse" else better).append(change.subject)
    measured = [tile for tile in summary.tiles if tile.better is not None]
    news = [f"{_named(worse)} got worse"] * bool(worse) + [f"{_named(better)} got better"] * bool(better)
    news = news or [
        f"{tile.measure.lower()} went from {tile.before} to {tile.value}" for tile in measured[:1]
    ]
    tried = [f"Tried from {_day(each.since)} on: {each.name}." for each in experiments if each.since >= day]
    if not (news or tried):
        return None
    rows = [(tile.measure, tile.value, f"{tile.before} {tile.when}") for tile in measured[:3]]
    return Words(
        f"Since {_day(day)}: {', '.join(news) or 'no lasting change is seen'}",
        items=tuple([*said.values(), *tried][:3]),
        rows=(("Measure", "Now", "It was"), *rows) if rows else (),
        notes=(
            "Only what lasts is named: a bad week is no change. Ask what else has changed.",
            *(each.claim for each in moved),
            *map(str, changes),
            f"Measures: {summary.about}",
            *map(str, measured),
        ),
    )


def reviews(findings: Findings, *, steps: pd.DataFrame) -> go.Figure | None:
    """How long pull requests wait for a review, and what to try; None where findings make no claim of it.

    Parameters
    ----------
    steps
        As ``review_steps`` of ``vsm.model.reviews`` gives them.
    """
    claims = findings.about("review", "reviewer", "unreviewed", "AI agents")
    about = next((each for each in claims if each.rule == "review"), None)
    ours = steps[(steps["rule"] == "vsm") & (steps["by"] == "everyone")].set_index("step")
    shown = ours.reindex(list(_PHASES)).dropna(subset=["time"])
    if about is None or "waiting" not in shown.index:
        return None
    n = int(shown["n"].iloc[0])
    return slide_chart(
        Bars(
            names=[_PHASES[str(phase)] for phase in shown.index],
            values=[round(time / _HOUR, 2) for time in shown["time"]],
            labels=[short_duration(time) for time in shown["time"]],
            colour=KIND_COLOURS["queue"],
            pattern=KIND_PATTERNS["queue"],
        ),
        title=f"Pull requests wait {short_duration(shown['time']['waiting'])} for a review (median)",
        line=f"Try: {about.experiment}",
        caption=f"Median time in each phase of a review, n = {counted(n, 'pull request')}",
        alt=f"Median time in each phase of a review, of {counted(n, 'merged pull request')}: "
        + ", ".join(f"{_PHASES[str(p)]} {short_duration(t)}" for p, t in shown["time"].items())
        + ".",
        notes=(
            *(each.claim for each in (about, *(each for each in claims if each is not about))),
            f"Caveat: {about.caveat}",
            *([f"Look at {', '.join(key for key, _ in about.pulls)}."] if about.pulls else []),
            "Ask authors and reviewers together: what would let the next review begin at once?",
        ),
    )


def where_time_goes(present: Present, facts: MapFacts, *, work_known: bool) -> str:
    """Say which part of lead time is waiting, or, where work is not recorded well enough, what waits most."""
    by = present.waiting.groupby("stage")["seconds"].sum() / present.open.sum()
    if work_known and facts.lead and facts.process is not None:
        return f"Work waits for {percent(1 - facts.process / facts.lead)} of its lead time"
    if by.empty:
        return "Where lead time goes"
    return f"Where the time goes: {percent(float(by.max()))} of it is waiting in '{by.idxmax()}'"


def causes(present: Present) -> go.Figure | None:
    """Why work waited in the current period: working time by cause, of all tickets; None where not known."""
    waits = present.waiting[~present.waiting["bulk"].astype(bool)]
    spent = waits[waits["cause"].isin(list(CAUSE_COLOURS)) & (waits["working"] > 0)]
    tickets = waits["ticket"].nunique()
    if not present.causes_known or spent.empty or tickets < present.minimum:
        return None
    each = spent.groupby(["cause", "ticket"])["working"].sum()
    found = present.shares(each, spent.groupby("ticket")["working"].sum())
    found = found.sort_values("share", ascending=False, kind="stable").head(_MOST)
    shares, sure = found["share"], between(found.iloc[0].to_dict())
    off = waits.loc[waits["cause"] == "non-working time", "seconds"].sum() / waits["seconds"].sum()
    return slide_chart(
        Bars(
            names=[_SHORT[str(cause)] for cause in shares.index],
            values=(100 * shares).round(1).tolist(),
            labels=[percent(share) for share in shares],
            colour=SOFT,
        ),
        title=f"{percent(shares.iloc[0])} of the waiting in working hours {_MAINLY[str(shares.index[0])]}",
        caption=(sure and f"The {percent(shares.iloc[0])} may be {sure}; ")
        + f"n = {number(tickets)}, working hours only",
        alt=f"Waiting in {present.words}, in working time, by cause; n = {counted(tickets, 'ticket')}.",
        notes=(
            f"All {counted(tickets, 'ticket')} that waited in {present.words}, finished or not. Each hour "
            f"counts once, under the first cause that applies. Nights, weekends and holidays, {percent(off)} "
            "of all waiting by the clock, are left out.",
            "At capacity: the receiver worked on what had become ready earlier. Overtaken: only on what "
            "became ready later. No recorded reason: that blames nobody.",
        ),
    )


def over_age(present: Present) -> Words | None:
    """The open tickets that have been in their stage longest for it; None where none is over age."""
    ages = present.ages[~present.ages["ticket"].isin(present.excluded)]
    late = ages[ages["stay_beyond"] >= LATE].sort_values("stay", ascending=False, kind="stable")
    if late.empty:
        return None
    most = late["stage"].value_counts()
    where = "all" if len(most) == 1 else f"{number(most.iloc[0])} of them"
    oldest = late.head(_MOST)
    about = present.tickets.set_index(present.tickets["ticket"].astype("str")).reindex(oldest["ticket"])
    columns = {
        "Ticket": about["key"].astype("str"),
        "Summary": about["summary"].map(partial(_cut, width=_SUMMARY if len(most) > 1 else 2 * _SUMMARY)),
        **({"Stage": oldest["stage"]} if len(most) > 1 else {}),
        "Time in stage": oldest["stay"].map(in_days),
    }
    rows = list(zip(*columns.values(), strict=True))
    return Words(
        f"{number(len(late))} of {counted(len(ages), 'open ticket')} are over age, {where} in "
        f"'{most.index[0]}'",
        line="Longer in their stage than 85 % of tickets stayed there; the oldest:",
        rows=(tuple(columns), *rows),
        notes=(
            "Do not go through them here. Name two people who do it this week: do what still matters, and "
            "close what nobody will do.",
            f"The first ten: {', '.join(present.key.reindex(late['ticket'].head(10)))}.",
        ),
    )


def experiment(
    experiments: Sequence[Experiment],
    stage_visits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    minimum: int,
) -> go.Figure | Words | None:
    """Whether the latest experiment helped, and the medians before and after; None where there is none."""
    if not experiments:
        return None
    latest = max(experiments, key=lambda each: each.since)
    judged = experiments_judged([latest], stage_visits, lifecycles, as_of=as_of, minimum=minimum)
    row = judged.to_dict("records")[0]
    what = LEAD if row["of"] == LEAD else f"the time in '{row['of']}'"
    times = [row["before"], row["after"]]
    known = not any(map(pd.isna, times))
    title = _answer(row, what=what, known=known)
    notes = (
        f"{row['name']}, since {row['since']}; expected: {what} {row['expect']}. {latest.change}".strip(),
        " ".join([f"Medians by Kaplan–Meier, tested by weeks: {row['answer']}.", *remarks(row["found"])]),
        "Other things changed as well: a test shows that times differ, not why. Not yet seen does not prove "
        "that nothing happened.",
        "The next experiment goes into experiments.toml in the work folder, with its first day.",
    )
    line = f"Since {_day(latest.since)}: {latest.change or latest.name}"
    if not known:
        return Words(title, items=(line,), notes=notes)
    return slide_chart(
        Bars(
            names=["before", "after"],
            values=[round(time / _DAY, 2) for time in times],
            labels=[in_days(time) for time in times],
            colour=KIND_COLOURS["work"],
        ),
        title=title,
        line=line,
        caption=f"Medians: {by_how_much(row)}; n = {row['n_before']:,} before, {row['n_after']:,} after",
        alt=f"Median of {what}: {in_days(times[0])} before, {in_days(times[1])} after “{latest.name}”.",
        notes=notes,
    )


def _answer(row: Mapping[Any, Any], *, what: str, known: bool) -> str:
    """Answer whether an experiment helped, by its name."""
    name = f"“{row['name']}”"
    before, after = (in_days(row[side]) for side in ("before", "after"))
    moved = f" from {before.removesuffix(' days')} to {after}" if known else ""
    change = "cut" if row["verdict"] == "shorter" else "stretched"
    if row["answer"] in ("yes", "no, the opposite"):
        yes = "Yes" if row["answer"] == "yes" else "No"
        whole = f"{yes}: {name} {change} {what}{moved}"
        return whole if len(whole) <= _TITLE else f"{yes}: {what} went{moved}"
    if row["answer"] == "not yet seen":
        return f"Not yet: no change of {what} is seen after {name}"
    return f"Did {name} help? {row['answer'][:1].upper()}{row['answer'][1:]}"


def _named(subjects: Sequence[str]) -> str:
    """Name the first two, each once."""
    each = [f"'{name}'" for name in dict.fromkeys(subjects)]
    return " and ".join([*each[:2], *([f"{len(each) - 2} more"] if len(each) > 2 else [])])


def _cut(summary: Any, *, width: int) -> str:
    return "" if pd.isna(summary) else shorten(str(summary), width, placeholder="\N{NO-BREAK SPACE}…")


def _day(at: date) -> str:
    return f"{at.day} {at:%B %Y}"
