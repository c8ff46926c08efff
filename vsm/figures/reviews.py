"""How long reviews take, by step and by size; what waits for one now, who can review, and pipelines."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import TOO_FEW, hover, iso_day, number, text_width
from vsm.figures.links import linked_keys
from vsm.figures.marks import LEGEND_ABOVE, filled, row_axis, row_numbers, value_axis
from vsm.figures.tables import Columns, if_known, table_of
from vsm.figures.theme import INK, KIND_COLOURS, SIDE, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration

_HOUR: Final = pd.Timedelta(hours=1)
_DAY: Final = pd.Timedelta(days=1)
_ROW: Final = 34
_PAIR: Final = 46
"""Pixels of a row with one bar, and of one with two."""
STEPS: Final = {
    "first response": "First response",
    "first response, working time": "… in working time",
    "waiting": "Waiting for a review",
    "reviewing": "In review",
    "author": "Waiting for the author",
    "rework": "Rework",
    "merging": "Waiting to be merged",
    "ready to merged": "Ready to merged",
}
"""Steps by our rules, in order → what a reader calls them."""
WAITS_FOR: Final = {"waiting": "a review", "author": "its author", "merging": "the merge"}
_LOOKS: Final = {
    "everyone": (KIND_COLOURS["queue"], ""),
    "people": (KIND_COLOURS["queue"], ""),
    "AI agents": (KIND_COLOURS["work"], "/"),
}
_NO_REVIEWS: Final = "No pull request is known: vsm pull github or vsm pull gitlab reads them."
_TIMES_TITLE: Final = "How long each step of a review takes"
_SIZES_TITLE: Final = "Do large pull requests wait longer?"


def review_times(steps: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Review time: how long each step takes, of pull requests of people and of AI agents.

    Parameters
    ----------
    steps
        As ``review_steps`` gives them.

    Returns
    -------
    Figure
        Bars of medians, a row a step; a mark at the 85th percentile where it is known.
    """
    ours = steps[(steps["rule"] == "vsm") & steps["time"].notna()]
    groups = [by for by in ("people", "AI agents") if by in set(ours["by"])]
    shown = groups if len(groups) > 1 else ["everyone"]
    ours = ours[ours["by"].isin(shown)]
    if ours.empty:
        hint = _NO_REVIEWS if steps.empty else "Too few pull requests to say how long a review takes."
        return nothing_to_see(of="review_times", title=title or _TIMES_TITLE, hint=hint)
    unit, word = (_DAY, "days") if ours["time"].max() >= 3 * _DAY else (_HOUR, "hours")
    rows = [step for step in STEPS if step in set(ours["step"])]
    figure = go.Figure()
    for by in shown:
        mine = ours[ours["by"] == by].set_index("step").reindex(rows).dropna(subset=["time"])
        places = [rows.index(step) for step in mine.index]
        facts = [
            hover(
                STEPS[str(step)],
                [("of", by), ("median", short_duration(row["time"])),
                 ("85 % within", _or_unknown(row["p85"])), ("n", number(row["n"]))],
            )
            for step, row in mine.iterrows()
        ]  # fmt: skip
        colour, pattern = _LOOKS[by]
        figure.add_bar(
            x=[span / unit for span in mine["time"]], y=places, orientation="h", name=f"{by}, median",
            marker=filled(colour, pattern), hovertext=facts, hoverinfo="text", offsetgroup=by,
            showlegend=len(shown) > 1,
        )  # fmt: skip
    latest = ours[ours["by"] == shown[0]].set_index("step").reindex(rows)
    figure.add_scatter(
        x=[span / unit for span in latest["p85"]], y=list(range(len(rows))), mode="markers",
        name=f"85 % within{'' if len(shown) == 1 else f' ({shown[0]})'}",
        marker={"symbol": "line-ns-open", "size": 13, "color": INK, "line": {"width": 2}}, hoverinfo="skip",
    )  # fmt: skip
    texts = [
        " / ".join(
            short_duration(ours.loc[(ours["by"] == by) & (ours["step"] == step), "time"].max())
            for by in shown
        )
        for step in rows
    ]
    figure.update_layout(
        xaxis=value_axis(f"{word} (elapsed)"),
        yaxis=row_axis([STEPS[step] for step in rows]),
        legend=LEGEND_ABOVE,
        bargap=0.3,
        annotations=row_numbers(texts),
    )
    counts = ours[ours["step"] == "ready to merged"].set_index("by")["n"].reindex(shown).fillna(0)
    merged = " and ".join(f"{number(n)} of {by}" if len(shown) > 1 else number(n) for by, n in counts.items())
    return framed(
        figure,
        of="review_times",
        title=title or _TIMES_TITLE,
        caption=(
            "Medians, elapsed but where it says otherwise. First response: from ready for review to the "
            "first review or comment by somebody else who is no bot; what waits still counts as open. The "
            f"rows below: merged pull requests (n = {merged}), each with the sum of its rounds. Time as a "
            "draft is not counted."
        ),
        alt="Median time of each step of a review: "
        + ", ".join(f"{STEPS[step].lower()} {text}" for step, text in zip(rows, texts, strict=True))
        + ".",
        body=(_ROW if len(shown) == 1 else _PAIR) * len(rows),
        head=34,
        foot=46,
        left=SIDE + 150,
        right=SIDE + 14 + text_width(texts, size=12),
    )


def _or_unknown(span: pd.Timedelta) -> str:
    return "not reached" if pd.isna(span) else short_duration(span)


def review_sizes(sizes: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Review time by size: how long pull requests wait for the first response, by lines changed.

    Parameters
    ----------
    sizes
        As ``review_sizes`` of ``vsm.model.reviews`` gives them.
    """
    known = sizes[sizes["response"].notna()].reset_index(drop=True)
    if known.empty:
        hint = "Too few pull requests of any size, or their sizes are not known."
        return nothing_to_see(of="review_sizes", title=title or _SIZES_TITLE, hint=hint)
    unit, word = (_DAY, "days") if known["response"].max() >= 3 * _DAY else (_HOUR, "hours")
    rows = known.to_dict("records")
    texts = [f"{short_duration(row['response'])} (n = {number(row['n'])})" for row in rows]
    figure = go.Figure()
    figure.add_bar(
        x=[span / unit for span in known["response"]], y=list(known.index), orientation="h",
        marker=filled(KIND_COLOURS["queue"], ""), hoverinfo="text", showlegend=False,
        hovertext=[
            hover(
                f"{row['size']} lines",
                [("first response, median", short_duration(row["response"])),
                 ("85 % within", _or_unknown(row["p85"])), ("n", number(row["n"])),
                 ("merged without a review", if_known(percent)(row["unreviewed"]))],
            )
            for row in rows
        ],
    )  # fmt: skip
    figure.update_layout(
        xaxis=value_axis(f"{word} until the first response, median (elapsed)"),
        yaxis=row_axis([f"{row['size']} lines" for row in rows]),
        annotations=row_numbers(texts),
        bargap=0.35,
    )
    return framed(
        figure,
        of="review_sizes",
        title=title or _SIZES_TITLE,
        caption=(
            "Lines added and removed together. Medians by Kaplan–Meier: what waits still counts as open. "
            "Classes with too few are left out."
        ),
        alt="Median time to the first response by size: "
        + ", ".join(f"{row['size']} lines {text}" for row, text in zip(rows, texts, strict=True))
        + ".",
        body=_ROW * len(rows),
        foot=46,
        left=SIDE + 120,
        right=SIDE + 130,
    )


def waiting_reviews_table(waiting: pd.DataFrame, *, most: int = 20) -> Styler:
    """Pull requests that wait now, the longest first, each a link to its host."""
    columns: Columns = {
        "Pull request": [(key,) for key in waiting["key"].head(most)],
        "Waiting for": ("phase", WAITS_FOR.__getitem__),
        "Since": ("since", iso_day),
        "Waited": ("waited", short_duration),
        "Rounds": "rounds",
        "Lines": ("size", if_known(number, otherwise="unknown")),
        "Opened by": ("by", if_known(str, otherwise="unknown")),
    }
    caption = (
        f"{number(min(most, len(waiting)))} of n = {counted(len(waiting), 'open pull request')} that wait "
        "for somebody; drafts and those that somebody is reviewing or reworking are left out. Rounds: "
        "reviews that asked for changes. Elapsed time."
    )
    nothing = _NO_REVIEWS if waiting.empty else ""
    table = table_of(waiting.head(most), columns, caption, nothing=nothing)
    return table.format(linked_keys(waiting), subset=["Pull request"])


def recent_reviews_table(recent: pd.DataFrame, *, most: int = 100) -> Styler:
    """Pull requests of the current period, the longest wait for a review first, each a link to its host."""
    columns: Columns = {
        "Pull request": [(key,) for key in recent["key"].head(most)],
        "Waited for reviews": ("waited", short_duration),
        "First response": ("response", if_known(short_duration, otherwise="none yet")),
        "Rounds": "rounds",
        "Reviewed by": [
            "somebody else" if reviewed else "nobody else" for reviewed in recent["reviewed"].head(most)
        ],
        "Merged": ("merged", if_known(iso_day, otherwise="–")),
        "Lines": ("size", if_known(number, otherwise="unknown")),
        "Opened by": ("by", if_known(str, otherwise="unknown")),
    }
    caption = (
        f"{number(min(most, len(recent)))} of n = {counted(len(recent), 'pull request')} that were open in "
        "the current period, the longest wait first. Waited: until each review came, rounds together, so far "
        "where it waits still; time as a draft is not counted. Elapsed time."
    )
    nothing = _NO_REVIEWS if recent.empty else ""
    table = table_of(recent.head(most), columns, caption, nothing=nothing)
    return table.format(linked_keys(recent), subset=["Pull request"])


def review_rules_table(steps: pd.DataFrame) -> Styler:
    """What other tools' rules say of the same pull requests: DevLake's medians, LinearB's means."""
    mine = steps[(steps["by"] == "everyone")]
    columns: Columns = {
        "Rule": "rule",
        "Step": [STEPS.get(step, step.capitalize()) for step in mine["step"]],
        "n": "n",
        "Statistic": "statistic",
        "Time": lambda row: _measured(row["time"], row["n"]),
        "85th percentile": ("p85", if_known(short_duration, otherwise="–")),
    }
    caption = (
        "Ours: from ready for review, without bots and drafts, open ones included. DevLake: coding from the "
        "first commit to opening, pickup to the first comment or review by anybody else, bots too, review to "
        "the merge, deploy to the first successful production deployment. LinearB: the same steps from ready "
        "on, as means. Elapsed time. Their rules were written anew after their manuals; the tools were not "
        "run."
    )
    return table_of(mine, columns, caption, nothing=_NO_REVIEWS)


def review_reach_table(reach: pd.DataFrame) -> Styler:
    """Who can review: how many of each team do, and how much rests on one of them; nobody is named."""
    columns: Columns = {
        "Team": ("team", if_known(str, otherwise="(no team)")),
        "People": "people",
        "Who review": "reviewers",
        "Reviews": "reviews",
        "By the busiest": ("busiest", if_known(percent)),
        "Open requests": "asked",
        "To one person": ("at_one", if_known(percent)),
    }
    caption = (
        "The last 90 days. People: who opened, reviewed, or was asked to review pull requests. A review is "
        "one pull request of somebody else, once for each who reviewed or commented on it. Open requests: "
        "asked of a person and not answered yet. Teams of too few people are left out; nobody is named."
    )
    nothing = "In the last 90 days nobody reviewed, or only people of teams too small to be shown."
    return table_of(reach, columns, caption, nothing=nothing)


def pipelines_table(pipelines: pd.DataFrame, *, most: int = 12) -> Styler:
    """Pipelines: how long they are queued, run and held, how often they fail, and how often flakily."""
    columns: Columns = {
        "Pipeline": [
            f"{name} ({repository})" if name else str(repository)
            for name, repository in pipelines[["name", "repository"]].head(most).itertuples(index=False)
        ],
        "Runs": "attempts",
        "Queued": ("queued", _span),
        "Running": ("running", _span),
        "Waiting for approval": ("held", _span),
        "Failed": ("failed", if_known(percent)),
        "Flaky": _flaky,
        "Time lost": lambda row: short_duration(row["lost"]) if row["flakes"] else "–",
    }
    caption = (
        f"{number(min(most, len(pipelines)))} of {counted(len(pipelines), 'pipeline')}, in the current "
        "period. Medians. Flaky: failed, and succeeded later on the same commit, with a 95 % interval; time "
        "lost: from such a failure until that success, in all. Cancelled runs are not counted."
    )
    nothing = "No pipeline is known: vsm pull github or vsm pull gitlab reads them."
    return table_of(pipelines.head(most), columns, caption, nothing=nothing)


def _measured(time: pd.Timedelta, n: int) -> str:
    """Nobody recorded it, too few did, or this."""
    return short_duration(time) if pd.notna(time) else TOO_FEW if n else "unknown"


def _span(span: pd.Timedelta) -> str:
    return "–" if pd.isna(span) else short_duration(span)


def _flaky(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["flaky"]):
        return TOO_FEW
    low, high = (percent(row[side]).removesuffix(" %") for side in ("low", "high"))
    return f"{percent(row['flaky'])} ({low} – {high})"
