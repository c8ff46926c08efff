"""What happened at one costly handoff? A picture to talk about: one ticket's wait, cause by cause."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.bar_marks import filled
from vsm.figures.causes import CAUSE_COLOURS, CAUSE_PATTERNS
from vsm.figures.frame import SIDE, framed, nothing_to_see
from vsm.figures.labels import counted_noun, escape, hover, percent, text_width, wrapped
from vsm.findings.durations import short_duration
from vsm.findings.why import BECAUSE
from vsm.model.handoffs import handoff_stories
from vsm.tables import CAUSES

WORDS: Final = BECAUSE | {"off hours": "at nights and on free days"}
_COLOURS: Final = CAUSE_COLOURS | {"off hours": "#5b6570"}
_PATTERNS: Final = CAUSE_PATTERNS | {"off hours": ""}
_HINT: Final = "No handoff has made enough finished tickets wait."
_DAY: Final = pd.Timedelta(days=1)
_ROW: Final = 52
_TITLE: Final = "What the costliest handoffs look like"


def handoff_slide(
    handoffs: pd.DataFrame,
    waits: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    place: int = 1,
    minimum: int,
    title: str | None = None,
) -> go.Figure | None:
    """What happened at the costliest handoff (or the second, or the third), told by one ticket?

    Parameters
    ----------
    handoffs, waits, lives, visits, blocks, tickets, as_of, minimum
        As ``handoff_stories`` takes them.
    place
        1: the costliest.
    title
        Plain text; giver and receiver by default.

    Returns
    -------
    Figure or None
        One bar a cause, which sum to the ticket's wait, in elapsed time. ``layout.meta`` has, beside
        ``alt``, the ``line`` and the speaker's ``notes`` of a slide. A kind sentence where no handoff can be
        told; None where there are fewer than ``place``, so that a deck has no empty slide.
    """
    about: dict[str, Any] = {
        "visits": visits,
        "blocks": blocks,
        "tickets": tickets,
        "as_of": as_of,
        "minimum": minimum,
    }
    stories = handoff_stories(
        handoffs, waits, lives, most=place, **({"minimum": 12, "seed": 0} | about)
    ).to_dict("records")
    if not stories and place == 1:
        return nothing_to_see(title=title or _TITLE, hint=_HINT)
    if len(stories) < place:
        return None
    return _drawn(stories[place - 1], title)


def _drawn(story: Mapping[Any, Any], title: str | None) -> go.Figure:
    causes = [cause for cause in CAUSES if story[cause] > pd.Timedelta(0)]
    causes.sort(key=lambda cause: -story[cause])
    names = [wrapped(WORDS[cause], width=26) for cause in causes]
    ends = [escape(short_duration(story[cause])) for cause in causes]
    unit, word = (_DAY, "days") if story["waited"] >= 3 * _DAY else (_DAY / 24, "hours")
    figure = go.Figure([_bar(story, cause, place, unit) for place, cause in enumerate(causes)])
    figure.update_layout(
        bargap=0.3,
        barmode="overlay",
        xaxis={"rangemode": "tozero", "fixedrange": True, "nticks": 6, "title": {"text": word}},
        yaxis={
            "range": [max(len(causes), 3) - 0.5, -0.5],
            "tickvals": list(range(len(causes))),
            "ticktext": names,
            "tickfont": {"size": 15},
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 8,
        },
    )
    framed(
        figure,
        title=title or _heading(story),
        caption=_caption(story),
        alt=f"{_line(story)} {_story(story)}",
        body=_ROW * max(len(causes), 3),
        foot=56,
        left=SIDE + 14 + text_width(names, size=15),
        right=SIDE + 14 + text_width(ends, size=16),
    )
    notes = [_story(story), *_beside(story)]
    figure.layout.meta = {**figure.layout.meta, "line": _line(story), "notes": notes}
    return figure


def _bar(story: Mapping[Any, Any], cause: str, place: int, unit: pd.Timedelta) -> go.Bar:
    return go.Bar(
        x=[story[cause] / unit],
        y=[place],
        orientation="h",
        name=cause,
        showlegend=False,
        text=[escape(short_duration(story[cause]))],
        textposition="outside",
        textfont={"size": 16},
        cliponaxis=False,
        marker=filled(_COLOURS[cause], _PATTERNS[cause]),
        hovertext=[_facts(story, cause)],
        hoverinfo="text",
    )


def _facts(story: Mapping[Any, Any], cause: str) -> str:
    facts = [
        ("waited", short_duration(story[cause])),
        ("of its wait", percent(story[cause] / story["waited"])),
        ("n", "1 ticket"),
    ]
    return hover(f"{story['key']}: {WORDS[cause]}", facts)


def _heading(story: Mapping[Any, Any]) -> str:
    if story["from"] == story["to"]:
        return f"Handed on within {story['to']}"
    return f"{story['from']} → {story['to']}"


def _line(story: Mapping[Any, Any]) -> str:
    """Say what this handoff costs in all."""
    cost = "" if pd.isna(story["share"]) else f"{percent(story['share'])} of all lead time; "
    half = short_duration(story["median"])
    return f"{cost}half wait {half} or longer; n = {story['tickets']:,} tickets."


def _story(story: Mapping[Any, Any]) -> str:
    title = "" if pd.isna(story["summary"]) else f" “{story['summary']}”"
    causes = sorted((cause for cause in CAUSES if story[cause]), key=lambda cause: -story[cause])
    why = ", ".join(f"{short_duration(story[cause])} {WORDS[cause]}" for cause in causes)
    return (
        f"{story['key']}{title} was given on {story['given']:%Y-%m-%d} and taken up on "
        f"{story['taken']:%Y-%m-%d}, {short_duration(story['waited'])} later: {why}."
    )


def _beside(story: Mapping[Any, Any]) -> list[str]:
    """Say what else the data know of that time, where they know anything."""
    said = []
    if story["meanwhile"]:
        said.append(f"Meanwhile the receiver had in hand: {', '.join(story['meanwhile'])}.")
    if story["blockers"]:
        said.append(f"It was blocked by: {', '.join(story['blockers'])}.")
    return said


def _caption(story: Mapping[Any, Any]) -> str:
    title = "" if pd.isna(story["summary"]) else f" “{story['summary']}”"
    return (
        f"The wait of {story['key']}{title}, {story['given']:%Y-%m-%d} to {story['taken']:%Y-%m-%d}, in "
        f"elapsed time; n = {counted_noun(story['handoffs'], 'handoff')} of finished tickets. Each hour "
        "stands under one cause; one in seven of those that wait here waits as long or longer."
    )
