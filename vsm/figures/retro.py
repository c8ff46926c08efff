"""What a retrospective looks at: what changed, where work waits now and why, what was tried, what is decided."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.config import Experiment, Workflow
from vsm.errors import ParameterError
from vsm.figures.causes import CAUSE_COLOURS, CAUSE_PATTERNS
from vsm.figures.labels import number, pluralize
from vsm.figures.slides import Chart, Series, Words, slide_chart
from vsm.figures.tables import styled_table
from vsm.figures.theme import BACK, KIND_COLOURS, KIND_PATTERNS, SOFT
from vsm.findings import Finding, Findings, Present, changes_since
from vsm.findings.durations import humanize_duration, percent, time_of
from vsm.findings.why import BECAUSE
from vsm.model.ageing import LATE
from vsm.model.change import LEAD, experiments_judged
from vsm.model.steps import waiting_steps
from vsm.model.weekly import stage_counts

WORTH_A_SLIDE: Final = 0.05
"""Findings about less of the time that tickets were open have no slide, and nothing is proposed about them."""
_MOST: Final = 4
_WEEKS: Final = 26
_DAY: Final = pd.Timedelta(days=1)


def opening(present: Present, workflow: Workflow, provenance: Mapping[str, str]) -> Words:
    """The first slide: which stream, which team and which period a deck is about."""
    begin, end = present.period
    teams = sorted(present.visits["team"].dropna().unique())
    named = f"Teams: {', '.join(teams)}" if 0 < len(teams) <= _MOST else "All teams" if teams else ""
    about = [
        named,
        f"Only {provenance['where']}" if "where" in provenance else "",
        f"{_day(begin)} to {_day(end)}",
    ]
    return Words(
        f"{workflow.stream.name}: where does work wait, and what do we try next?",
        line=" · ".join(each for each in about if each),
        notes=(
            "Ten minutes to look, the rest to talk. Agree first: the numbers show where work waited, never who "
            "was slow.",
            "Everything shown is in the notebook next to this deck, with the code that produced it.",
            f"Made of: {', '.join(f'{name} {text}' for name, text in provenance.items())}.",
        ),
        opening=True,
    )


def since_last(
    present: Present,
    findings: Findings,
    stage_visits: pd.DataFrame,
    experiments: Sequence[Experiment],
    *,
    last_retro: str = "",
) -> Words:
    """What has changed since a day: problems that are new or solved, steps of waiting, what was tried.

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
        day = pd.Timestamp(datetime.fromisoformat(last_retro or f"{present.period.begin:%Y-%m-%d}"))
    except ValueError:
        raise ParameterError(f"last_retro is '{last_retro}'; say a day such as 2026-05-01") from None
    day = day.tz_localize(UTC) if day.tzinfo is None else day.tz_convert(UTC)
    steps = waiting_steps(stage_visits, as_of=present.as_of)
    changes = changes_since((), Findings(), steps=steps[steps["since"] >= day], as_of=present.as_of)
    moved = [each for each in findings if each.rule in ("new", "solved", "growing", "shrinking")]
    worse = [each.subject for each in moved if each.rule in ("new", "growing")]
    worse += [each.subject for each in changes if each.kind == "worse"]
    better = [each.subject for each in moved if each.rule in ("solved", "shrinking")]
    better += [each.subject for each in changes if each.kind == "better"]
    said = {change.subject: f"{change}" for change in reversed(changes)}
    said |= {each.subject: f"{each.title}." for each in reversed(moved)}
    tried = [f"Begun on {_date(each.since)}: {each.name}." for each in experiments if each.since >= day.date()]
    news = [f"worse: {_names(worse)}" if worse else "", f"better: {_names(better)}" if better else ""]
    since = "the last retro" if last_retro else _day(day)
    return Words(
        f"Since {since}, {'; '.join(each for each in news if each) or 'no queue has changed for good'}",
        items=tuple([*said.values(), *tried][:_MOST]),
        notes=(
            "Only what lasts is named: a bad week is no change. Ask what else has changed, and what nobody "
            "measures.",
            *(each.claim for each in moved),
            *map(str, changes),
        ),
    )


def to_act_on(findings: Findings) -> list[Finding]:
    """What a deck is about: the findings about now that are worth a slide, the costliest first."""
    return [each for each in findings.headlines(len(findings)) if each.share >= WORTH_A_SLIDE][:_MOST]


def finding(findings: Findings, visits: pd.DataFrame, *, stages: pd.DataFrame, as_of: pd.Timestamp, rank: int = 1) -> Any:
    """One finding about now, with what to do, and its queue week by week; None where there are fewer.

    Parameters
    ----------
    rank
        1 for what costs most; under ``WORTH_A_SLIDE`` of the time there is no slide.
    """
    found = to_act_on(findings)
    if len(found) < rank:
        return None
    about = found[rank - 1]
    line = f"Try: {about.experiment}" if about.experiment else ""
    notes = (
        about.claim,
        f"Caveat: {about.caveat}",
        *([f"Look at {', '.join(about.tickets)}."] if about.tickets else []),
        "Ask those who were there what happened. The data know when, not what was said.",
    )
    stage = about.subject if about.subject in set(stages["stage"]) else next(iter(about.stages), "")
    counts = stage_counts(visits, stages=stages, as_of=as_of).get(stage)
    if counts is None:
        return Words(about.title, line=line, items=(about.claim,), notes=notes)
    counts = counts.tail(_WEEKS)
    last = len(counts) - 1
    kind = str(stages.loc[stages["stage"] == stage, "kind"].iloc[0])
    return slide_chart(
        Chart(
            categories=[f"{week.day} {week:%b}" for week in counts.index],
            series=[Series(stage, counts.tolist(), KIND_COLOURS[kind], KIND_PATTERNS[kind])],
            lying=False,
            labels=[number(count) if place == last else "" for place, count in enumerate(counts)],
            ticks=sorted({0, last // 3, 2 * last // 3, last}),
        ),
        title=about.title,
        line=line,
        caption=f"Tickets in '{stage}' at the end of each week",
        alt=f"{about.claim} At the end of each week, {number(counts.iloc[0])} first and "
        f"{number(counts.iloc[-1])} last, were in '{stage}'.",
        notes=notes,
    )


def causes(present: Present) -> Any:
    """Why work waited in the current period: working time by cause, of all tickets; None where not known."""
    waits = present.waiting[~present.waiting["bulk"].astype(bool)]
    sums = waits.groupby("cause")["working"].sum().sort_values(ascending=False, kind="stable")
    sums = sums[sums.index.isin(list(CAUSE_COLOURS)) & (sums > 0)]
    tickets = waits["ticket"].nunique()
    if not present.causes_known or sums.empty or tickets < present.minimum:
        return None
    shares, off = sums / sums.sum(), waits["cause"] == "non-working time"
    shown = shares.head(_MOST + 1)
    nights = percent(float(waits.loc[off, "seconds"].sum() / waits["seconds"].sum()))
    first = str(shares.index[0])
    return slide_chart(
        Chart(
            categories=[BECAUSE[cause] for cause in shown.index],
            series=[Series("share of waiting", (100 * shown).round(1).tolist(), SOFT)],
            labels=[percent(share) for share in shown],
        ),
        title=f"In working hours, {percent(shares.iloc[0])} of all waiting is {BECAUSE[first]}",
        caption=f"Without nights and weekends ({nights} of all waiting); n = {number(tickets)}",
        alt=f"Waiting in {present.words}, in working time, by cause; n = {pluralize(tickets, 'ticket')}.",
        notes=(
            "At capacity: the receiver worked on what had become ready earlier. Overtaken: only on what became "
            "ready later. Unexplained: the data hold no reason, which blames nobody.",
            f"All {pluralize(tickets, 'ticket')} that waited in {present.words}, finished or not. Each hour "
            "counts once, under the first cause that applies.",
        ),
    )


def over_age(present: Present) -> Any:
    """Open tickets that have been in their stage unusually long, by stage; None where there are none."""
    ages = present.ages[~present.ages["ticket"].isin(present.excluded)]
    late = ages[ages["stay_beyond"] >= LATE].sort_values("stay", ascending=False, kind="stable")
    if late.empty:
        return None
    by = pd.DataFrame({"all": ages.groupby("stage").size(), "late": late.groupby("stage").size()}).fillna(0)
    by = by.sort_values(["late", "all"], ascending=False, kind="stable").head(_MOST + 1)
    first = by.index[0]
    where = "all" if len(late) == by["late"].iloc[0] else f"{number(by['late'].iloc[0])} of them"
    oldest = late.head(3)
    keys = [
        f"{key} ({humanize_duration(stay.round('D') if stay > 10 * _DAY else stay)})"
        for key, stay in zip(present.key.reindex(oldest["ticket"]), oldest["stay"], strict=True)
    ]
    return slide_chart(
        Chart(
            categories=[str(stage) for stage in by.index],
            series=[
                Series("over age", by["late"].tolist(), BACK, "/"),
                Series("others", (by["all"] - by["late"]).tolist(), KIND_COLOURS["bulk"]),
            ],
            labels=[f"{number(row.late)} of {number(row.all)}" for row in by.itertuples()],
        ),
        title=f"{number(len(late))} of {pluralize(len(ages), 'open ticket')} are over age, {where} in '{first}'",
        line=f"The oldest: {', '.join(keys)}",
        caption="Over age: there for longer than 85 % of tickets stayed",
        alt=f"{number(len(late))} of {pluralize(len(ages), 'open ticket')} have been in their stage for longer "
        "than 85 % of tickets stayed there.",
        notes=(
            "Do not go through them here. Name two people who do it this week: do next what matters, and close "
            "what nobody will do.",
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
) -> Any:
    """Whether the latest experiment helped, and the medians before and after; None where there is none."""
    if not experiments:
        return None
    latest = max(experiments, key=lambda each: each.since)
    judged = experiments_judged([latest], stage_visits, lifecycles, as_of=as_of, minimum=minimum)
    row = judged.to_dict("records")[0]
    what = "lead time" if row["of"] == LEAD else f"the time in '{row['of']}'"
    known = pd.notna(row["before"]) and pd.notna(row["after"])
    moved = f": {what} went {_from_to(row['before'], row['after'])}" if known else ""
    title = {
        "yes": f"Yes, it helped{moved}",
        "no, the opposite": f"No, it did the opposite{moved}",
        "not yet seen": f"No change is seen in {what} so far",
    }.get(row["answer"], f"Whether it helped: {row['answer']}{moved}")
    notes = (
        f"{row['name']}, since {row['since']}. {latest.change}".strip(),
        f"Expected: {what} {row['expect']}. Completed before and after: {row['n_before']:,} and "
        f"{row['n_after']:,}.",
        "Other things changed as well: a test shows that times differ, not why. Not yet seen does not prove "
        "that nothing happened.",
    )
    line = f"Tried since {_date(latest.since)}: {latest.name}"
    if not known:
        return Words(title, line=line, items=tuple(filter(None, [latest.change])), notes=notes)
    days = [round(row[side] / _DAY, 1) for side in ("before", "after")]
    return slide_chart(
        Chart(
            categories=["before", "after"],
            series=[Series("median", days, KIND_COLOURS["work"])],
            labels=[_in_days(row[side]) for side in ("before", "after")],
        ),
        title=title,
        line=line,
        caption=f"Median of {what}; n = {row['n_before']:,} before, {row['n_after']:,} after",
        alt=f"{title}. Medians before and after “{latest.name}”.",
        notes=notes,
    )


def decision(findings: Findings) -> Styler:
    """What is decided: proposals from what a deck shows, with empty fields for who and by when."""
    ideas = [each.experiment for each in to_act_on(findings)[:3]]
    what = [*ideas, "Or our own idea: …"]
    empty = [""] * len(what)
    return styled_table(pd.DataFrame({"What to try": what, "Who": empty, "By when": empty}), "")


def _names(subjects: Sequence[str]) -> str:
    """Name the first two, each once."""
    each = [f"'{name}'" for name in dict.fromkeys(subjects)]
    return " and ".join(each[:2]) + (f" and {len(each) - 2} more" if len(each) > 2 else "")


def _in_days(time: pd.Timedelta) -> str:
    """Say a long time in days, a short one in hours."""
    return f"{time / _DAY:,.1f} days" if time < 10 * _DAY else f"{time / _DAY:,.0f} days"


def _from_to(before: pd.Timedelta, after: pd.Timedelta) -> str:
    return f"from {_in_days(before).removesuffix(' days')} to {_in_days(after)}"


def _day(at: pd.Timestamp) -> str:
    return f"{at.day} {at:%B %Y}"


def _date(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"
