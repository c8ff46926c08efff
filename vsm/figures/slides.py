"""The slides of a retrospective: each says one thing, in its title, and shows one picture of it in large letters.

A slide is a bar chart, whose ``layout.meta`` has what the slide says around it, or ``Words``; or None, where
there is nothing to say, so that a deck has no empty slide. ``vsm.reports`` makes decks of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as in_html
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.labels import escape, hover, text_width, wrapped
from vsm.figures.marks import filled
from vsm.figures.theme import SIDE, SOFT, TEMPLATE

MIME: Final = "application/vnd.vsm.slide+json"
"""The agreement with ``vsm.reports``: what a slide says, as JSON, beside the HTML for a notebook."""
LETTER: Final = 32
"""Pixels of the smallest letters on a slide of 1280 × 720: 24 points of one of 960 × 540."""
HIGH: Final = 400
_CHARACTERS: Final = 24


@dataclass(frozen=True, slots=True)
class Words:
    """A slide of sentences, which shows itself; all is plain text, escaped here."""

    heading: str
    line: str = ""
    items: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    opening: bool = False

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Give it as HTML for a notebook, and as parts for a deck."""
        level = "h1" if self.opening else "h2"
        items = "".join(f"<li>{in_html(item)}</li>" for item in self.items)
        line = f"<p>{in_html(self.line)}</p>" if self.line else ""
        html = f"<{level}>{in_html(self.heading)}</{level}>{line}{f'<ul>{items}</ul>' if items else ''}"
        parts = {name: getattr(self, name) for name in ("heading", "line", "opening")}
        return {"text/html": html, MIME: {**parts, "items": [*self.items], "notes": [*self.notes]}}


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one colour and pattern, one for each category."""

    name: str
    values: Sequence[float]
    colour: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart that a deck can draw itself, as PowerPoint's own chart.

    Attributes
    ----------
    categories, series
        What is counted, and the bars; several series are stacked.
    lying
        Bars lie, one row a category, the first on top; else they stand side by side.
    labels
        What stands beside each bar; empty: nothing.
    ticks
        Positions of the categories that are named below standing bars; by default all.
    """

    categories: Sequence[str]
    series: Sequence[Series]
    lying: bool = True
    labels: Sequence[str] = ()
    ticks: Sequence[int] = field(default=())


def slide_chart(
    chart: Chart,
    *,
    title: str,
    line: str = "",
    caption: str,
    alt: str,
    notes: Sequence[str] = (),
    unit: str = "",
) -> go.Figure:
    """Draw a slide's chart, with what the slide says in ``layout.meta``.

    Parameters
    ----------
    title, line
        The message, and what to do about it: plain text.
    caption
        What the bars are, in under 70 characters: more has no room.
    notes
        For the speaker.
    unit
        Of the numbers: at the axis of standing bars.
    """
    places = list(range(len(chart.categories)))
    sums = [sum(series.values[place] for series in chart.series) for place in places]
    figure = go.Figure([_bars(chart, series) for series in chart.series])
    if chart.lying:
        names = [wrapped(name, width=_CHARACTERS) for name in chart.categories]
        ends = text_width(map(escape, chart.labels), size=LETTER)
        axes = {
            "xaxis": {"visible": False, "fixedrange": True, "range": [0, max(sums, default=1) or 1]},
            "yaxis": _axis(places, names) | {"range": [len(places) - 0.5, -0.5], "ticklabelstandoff": 12},
            "margin": {"l": SIDE + text_width(names, size=LETTER), "r": ends + 2 * SIDE, "t": 10, "b": 10},
        }
    else:
        shown = chart.ticks or places
        names = [escape(chart.categories[place]) for place in shown]
        axes = {
            "xaxis": _axis(shown, names) | {"tickangle": 0},
            "yaxis": {
                "rangemode": "tozero", "nticks": 4, "fixedrange": True, "tickfont": {"size": LETTER},
                "ticksuffix": f" {unit}" if unit else "",
            },
            "margin": {"l": 110, "r": 60, "t": 44, "b": 60},
        }  # fmt: skip
    if len(chart.series) > 1:
        axes["legend"] = {
            "font": {"size": LETTER},
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "traceorder": "normal",
        }
        axes["margin"]["t"] = 60
    about = {
        "alt": alt, "line": line, "notes": [*notes], "caption": caption, "slide": True,
        "chart": {
            "categories": [*chart.categories], "lying": chart.lying, "labels": [*chart.labels],
            "series": [{"name": each.name, "values": [*each.values], "colour": each.colour}
                       for each in chart.series],
        },
    }  # fmt: skip
    figure.update_layout(
        template=TEMPLATE,
        title={"text": escape(title)},
        barmode="stack",
        bargap=0.3 if chart.lying else 0.15,
        height=HIGH,
        meta=about,
        annotations=[
            _label(escape(label), place, total, lying=chart.lying)
            for place, (label, total) in enumerate(zip(chart.labels, sums, strict=False))
            if label
        ],
        **axes,
    )
    return figure


def _label(text: str, place: int, end: float, *, lying: bool) -> dict[str, Any]:
    """Put a bar's number at its end."""
    at = (
        {"x": end, "y": place, "xanchor": "left", "xshift": 10}
        if lying
        else {"x": place, "y": end, "yanchor": "bottom"}
    )
    return {"text": text, "name": "numbers", "showarrow": False, "font": {"size": LETTER}, **at}


def _axis(places: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    return {
        "tickvals": [*places], "ticktext": [*names], "tickfont": {"size": LETTER}, "showgrid": False,
        "fixedrange": True, "linecolor": SOFT,
    }  # fmt: skip


def _bars(chart: Chart, series: Series) -> go.Bar:
    places, values = list(range(len(series.values))), [*series.values]
    across = {"x": values, "y": places} if chart.lying else {"x": places, "y": values}
    return go.Bar(
        **across,
        orientation="h" if chart.lying else "v",
        name=escape(series.name),
        marker=filled(series.colour, series.pattern),
        hoverinfo="text",
        hovertext=[
            hover(name, [(series.name, f"{value:,.10g}")])
            for name, value in zip(chart.categories, values, strict=True)
        ],
        showlegend=len(chart.series) > 1,
    )


def with_words(figure: go.Figure, *, title: str, line: str = "", notes: Sequence[str] = ()) -> go.Figure:
    """Give a figure of the pages as a slide, which says this around it."""
    meta: Mapping[str, Any] = figure.layout.meta or {}
    figure.layout.meta = {**meta, "line": line, "notes": [*notes], "heading": title}
    return figure
