"""How reviews go now: how long they wait, on whom they rest, and what skips them; flaky pipelines."""

from collections.abc import Iterator
from math import isnan
from typing import Final, Protocol

import pandas as pd

from vsm.counts import counted
from vsm.findings.durations import humanize_duration, percent
from vsm.findings.finding import Basis, Finding
from vsm.findings.habits import OFTEN, basis_of_count, habit
from vsm.findings.present import Present
from vsm.findings.why import with_interval
from vsm.model.reviews import review_period, time_in_phases, within_period
from vsm.stats.proportions import share_of

ONE: Final = 0.5
"""Reviews rest on one person from this share of a team's on."""
_MOST: Final = 5
"""So many pull requests are named."""
FLAKY: Final = 0.05
"""A pipeline is worth a claim where so many of its attempts fail without a cause."""


class ReviewTables(Protocol):
    """What these claims read of the stream's section on reviews."""

    @property
    def pulls(self) -> pd.DataFrame:
        """As ``pull_times`` gives them."""

    @property
    def phases(self) -> pd.DataFrame:
        """As ``phases_table`` gives them."""

    @property
    def recent(self) -> pd.DataFrame:
        """As ``reviews_in_period`` gives them."""

    @property
    def steps(self) -> pd.DataFrame:
        """As ``review_steps`` gives them."""

    @property
    def reach(self) -> pd.DataFrame:
        """As ``review_reach`` gives them."""

    @property
    def pipelines(self) -> pd.DataFrame:
        """As ``pipelines_by_name`` gives them."""


def claims_about_reviews(present: Present, tables: ReviewTables) -> Iterator[Finding]:
    """Claim what holds of the current period of reviews; nothing without pull requests."""
    if tables.pulls.empty:
        return
    rules = present.rules
    period = review_period(tables.pulls, as_of=present.as_of, days=rules.days, merged=rules.delivered)
    recent = within_period(tables.pulls, period)
    words = f"the last {counted(period.days, 'day')}"
    yield from _slow(recent, tables, words)
    yield from _one_reviewer(tables.reach)
    yield from _unreviewed(recent, tables, words, present.minimum)
    opened = recent[recent["opened"] >= period.begin]
    yield from _agents(opened, tables, words, present.minimum)
    yield from _flaky(tables.pipelines, words)


def _shown(rows: pd.DataFrame) -> tuple[tuple[str, str | None], ...]:
    """Give key and address of the first of them: the longest waits for a review."""
    first = rows.head(_MOST)
    pages = (url if str(url).lower().startswith(("http://", "https://")) else None for url in first["url"])
    return tuple(zip(first["key"], pages, strict=True))


def _slow(recent: pd.DataFrame, tables: ReviewTables, words: str) -> Iterator[Finding]:
    """Claim how long a first response takes, and how much of the way to the merge is waiting for review."""
    steps = tables.steps[(tables.steps["rule"] == "vsm") & (tables.steps["by"] == "everyone")]
    usual = steps.set_index("step").loc["first response"] if len(steps) else None
    merged = recent[recent["merged"].notna()]
    spent = time_in_phases(tables.phases).reindex(merged["pull"]).sum()
    whole = (merged["merged"] - merged["ready"]).sum()
    if usual is None or pd.isna(usual["time"]) or not whole:
        return
    share = spent["waiting"] / whole
    if share < OFTEN:
        return
    within = "" if pd.isna(usual["p85"]) else f", 85 % within {humanize_duration(usual['p85'])}"
    working = steps.set_index("step").loc["first response, working time", "time"]
    within += "" if pd.isna(working) else f" ({humanize_duration(working)} in working time, median)"
    yield habit(
        "review",
        "pull requests",
        f"Half of the pull requests of {words} had a first response within "
        f"{humanize_duration(usual['time'])} of being ready{within} (n = {usual['n']}). Waiting for a review "
        f"was {percent(share)} of the time from ready to merged.",
        title=f"Pull requests wait {humanize_duration(usual['time'])} for a first response (median)",
        n=int(usual["n"]),
        tickets=(),
        pulls=_shown(tables.recent),
        caveat="Elapsed time, so nights and weekends count; reviews that left no trace are not seen.",
        experiment="For two weeks, answer review requests before starting anything new.",
        basis=Basis(
            definition="ready for review → first review or comment by somebody else who is no bot; what "
            "still waits counts as open (Kaplan–Meier).",
            population=f"{counted(len(recent), 'pull request')} that were open in {words}.",
            formula=f"{humanize_duration(spent['waiting'])} waiting for review ÷ {humanize_duration(whole)} "
            f"from ready to merged, of {len(merged)} that were merged = {percent(share)}.",
        ),
    )


def _one_reviewer(reach: pd.DataFrame) -> Iterator[Finding]:
    """Claim where most reviews of a team rest on one of its people; nobody is named."""
    for row in reach[(reach["busiest"] >= ONE) & (reach["people"] > 2)].to_dict("records"):
        team = f"team {row['team']}" if isinstance(row["team"], str) else "people of no team"
        asked = (
            ""
            if isnan(row["at_one"])
            else f" Of {row['asked']} requests not answered yet, {percent(row['at_one'])} ask one person."
        )
        yield habit(
            "reviewer",
            team,
            f"One person did {percent(row['busiest'])} of the {row['reviews']} reviews by {team} in the last "
            f"90 days. Of its {row['people']} people who open or review pull requests, "
            f"{'all' if row['reviewers'] == row['people'] else row['reviewers']} review.{asked}",
            title=f"One person does {percent(row['busiest'])} of the reviews of {team}",
            n=row["reviews"],
            tickets=(),
            caveat="Counts pull requests, not their size; a maintainer may have to see all of them.",
            experiment="Let two more people review one kind of change, together with that person at first.",
            basis=Basis(
                definition="a pull request reviewed or commented on by a person other than its author; once "
                "for each who did.",
                population=f"{row['reviews']} such reviews in the last 90 days.",
                formula=f"{round(row['busiest'] * row['reviews'])} ÷ {row['reviews']} = "
                f"{percent(row['busiest'])}.",
            ),
        )


def _unreviewed(recent: pd.DataFrame, tables: ReviewTables, words: str, minimum: int) -> Iterator[Finding]:
    """Claim how much was merged that nobody else reviewed."""
    merged = recent[recent["merged"].notna() & (recent["by"] != "bot")]
    skipped = int((~merged["reviewed"].astype(bool)).sum())
    counts = share_of(skipped, len(merged), minimum=minimum)
    if not counts["share"] >= OFTEN:
        return
    yield habit(
        "unreviewed",
        "merges without a review",
        f"{with_interval(counts)} of the pull requests merged in {words} were reviewed by nobody but their "
        f"author ({skipped} of {len(merged)}).",
        title=f"{percent(counts['share'])} of merges were reviewed by nobody else",
        n=len(merged),
        tickets=(),
        pulls=_shown(tables.recent[tables.recent["pull"].isin(merged.loc[~merged["reviewed"], "pull"])]),
        caveat="A review in pairs or by talking leaves no trace. Those of bots are not counted.",
        experiment="Agree which changes need no review, and let the host ask for one on all others.",
        basis=basis_of_count(
            "merged without a review by another person or AI agent before the merge.",
            f"{counted(len(merged), 'pull request')} merged in the period, without those of bots.",
            skipped,
            len(merged),
        ),
    )


def _agents(opened: pd.DataFrame, tables: ReviewTables, words: str, minimum: int) -> Iterator[Finding]:
    """Claim how many pull requests AI agents open, and how long these wait beside those of people."""
    known = opened[opened["by"].isin(["person", "AI agent"])]
    theirs = int((known["by"] == "AI agent").sum())
    counts = share_of(theirs, len(known), minimum=minimum)
    if not counts["share"] >= OFTEN:
        return
    steps = tables.steps[(tables.steps["rule"] == "vsm") & (tables.steps["step"] == "first response")]
    first = steps.set_index("by")["time"]
    both = first.reindex(["AI agents", "people"])
    beside = (
        ""
        if both.isna().any()
        else f" They get a first response after {humanize_duration(both['AI agents'])} (median), those of "
        f"people after {humanize_duration(both['people'])}."
    )
    sizes = known.groupby("by")["size"].median()
    both_known = sizes.notna().all() and len(sizes) == len(both)
    lines = f"; {sizes['AI agent']:,.0f} lines against {sizes['person']:,.0f}, medians" if both_known else ""
    yield habit(
        "AI agents",
        "pull requests of AI agents",
        f"AI agents opened {with_interval(counts)} of the pull requests of {words} ({theirs} of "
        f"{len(known)}{lines}).{beside}",
        title=f"AI agents opened {percent(counts['share'])} of pull requests",
        n=len(known),
        tickets=(),
        pulls=_shown(tables.recent[tables.recent["pull"].isin(known.loc[known["by"] == "AI agent", "pull"])]),
        caveat=(
            "AI agents are known apps of GitHub, and those that vsm.toml names; what people did with their "
            "help counts as theirs."
        ),
        experiment="Limit how many of their pull requests may wait at once, and let them be bundled.",
        basis=basis_of_count(
            "opened by an account that vsm.toml calls an AI agent.",
            f"{counted(len(known), 'pull request')} opened in the period by people or AI agents.",
            theirs,
            len(known),
        ),
    )


def _flaky(pipelines: pd.DataFrame, words: str) -> Iterator[Finding]:
    """Claim which pipelines fail without a cause."""
    for row in pipelines[pipelines["flaky"] >= FLAKY].to_dict("records"):
        name = f"{row['name']} of {row['repository']}" if row["name"] else row["repository"]
        yield habit(
            "flaky pipeline",
            name,
            f"{with_interval(row | {'share': row['flaky']})} of the runs of {name} in {words} failed, and "
            f"then succeeded on the same commit ({row['flakes']} of "
            f"{row['attempts']}): {humanize_duration(row['lost'])} were lost until then.",
            title=f"{name}: {percent(row['flaky'])} of its runs fail without a cause",
            n=row["attempts"],
            tickets=(),
            caveat="A rerun may have succeeded since something outside the commit was repaired.",
            experiment="Take the tests that fail most often out of the way of merges, and repair one a week.",
            basis=basis_of_count(
                "failed, while a later attempt of the same pipeline on the same commit succeeded.",
                f"{counted(row['attempts'], 'attempt')} that succeeded or failed in the period.",
                row["flakes"],
                row["attempts"],
            ),
        )
