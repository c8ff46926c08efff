"""What slides are made of: bar charts in large letters, and sentences and tables that a deck can edit.

A slide says one thing in its title. Its chart is a plotly figure whose ``layout.meta`` has what the slide
says around it; ``Words`` are a slide without a picture. ``vsm.reports`` makes decks of both.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape as in_html
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.labels import escape, hover, text_width, wrapped
from vsm.figures.marks import filled
from vsm.figures.theme import SIDE, SOFT, TEMPLATE, keep_data_here

MIME: Final = "application/vnd.vsm.slide+json"
"""The agreement with ``vsm.reports``: what a slide says, as JSON, beside the HTML for a notebook."""
LETTER: Final = 32
"""Pixels of the smallest letters on a slide of 1280 × 720: 24 points on one of 960 × 540."""
SLIDE: Final = 1184.0
"""Pixels between the margins of a slide: a figure whose ``layout.width`` it is keeps its size."""
_HIGH: Final = 400
_CAPTION: Final = 42
BRIEF: Final = 72
"""Letters of a line of a slide."""
_CHARACTERS: Final = 24


@dataclass(frozen=True, slots=True)
class Words:
    """What a slide says: all is plain text, escaped where it is shown.

    Attributes
    ----------
    heading, line
        The message, and a sentence below it.
    items
        Sentences, one a bullet.
    rows
        A table, its head first; empty cells are to be filled in.
    notes
        For the speaker.
    """

    heading: str = ""
    line: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        heading = f"<h2>{in_html(self.heading)}</h2>" if self.heading else ""
        line = f"<p>{in_html(self.line)}</p>" if self.line else ""
        items = "".join(f"<li>{in_html(item)}</li>" for item in self.items)
        cells = ["".join(f"<td>{in_html(cell)}</td>" for cell in row) for row in self.rows]
        table = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"{heading}{line}{items and f'<ul>{items}</ul>'}{table and f'<table>{table}</table>'}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Give a deck its parts."""
        return {MIME: asdict(self)}


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a chart that PowerPoint can draw itself.

    Attributes
    ----------
    names, values, labels
        What is counted, how much it is, and what stands at the bar's end.
    colour, pattern
        Of all bars.
    lying
        One row a bar, the first on top; else they stand side by side.
    ticks
        Positions of standing bars that are named below the axis.
    """

    names: Sequence[str]
    values: Sequence[float]
    labels: Sequence[str]
    colour: str
    pattern: str = ""
    lying: bool = True
    ticks: Sequence[int] = ()


def slide_chart(
    bars: Bars, *, title: str, line: str = "", caption: str, alt: str, notes: Sequence[str] = ()
) -> go.Figure:
    """Draw a slide's chart, with what the slide says in ``layout.meta``.

    Parameters
    ----------
    title, line
        The message, and what to do about it: plain text.
    caption
        What the bars are, in ``BRIEF`` characters or twice as many: a second line takes room from the bars.
    notes
        For the speaker.
    """
    keep_data_here()
    places, values = list(range(len(bars.values))), list(bars.values)
    ends = [escape(label) for label in bars.labels]
    if bars.lying:
        names = [wrapped(name, width=_CHARACTERS) for name in bars.names]
        across: dict[str, Any] = {"x": values, "y": places, "orientation": "h"}
        sides = {"l": SIDE + text_width(names, size=LETTER), "r": 2 * SIDE + text_width(ends, size=LETTER)}
        axes = {
            "xaxis": {"visible": False, "fixedrange": True, "range": [0, max([*values, 0]) or 1]},
            "yaxis": _axis(places, names) | {"range": [len(places) - 0.5, -0.5], "ticklabelstandoff": 12},
            "margin": {**sides, "t": 10, "b": 10},
        }
    else:
        names = [escape(bars.names[place]) for place in bars.ticks]
        across = {"x": places, "y": values}
        upright = {"rangemode": "tozero", "nticks": 4, "fixedrange": True, "tickfont": {"size": LETTER}}
        axes = {
            "xaxis": _axis(bars.ticks, names) | {"tickangle": 0},
            "yaxis": upright,
            "margin": {"l": 110, "r": 80, "t": 44, "b": 60},
        }
    drawn = go.Bar(
        **across,
        marker=filled(bars.colour, bars.pattern),
        hoverinfo="text",
        hovertext=[
            hover(name, [("value", f"{value:,.10g}")]) for name, value in zip(bars.names, values, strict=True)
        ],
    )
    labels = [_label(bars, place, end) for place, end in enumerate(ends) if end]
    figure = go.Figure(drawn)
    figure.update_layout(
        template=TEMPLATE,
        title={"text": escape(title)},
        bargap=0.3 if bars.lying else 0.15,
        height=_HIGH - (_CAPTION if BRIEF < len(caption) <= 2 * BRIEF else 0),
        annotations=labels,
        meta={"alt": alt, "line": line, "notes": [*notes], "caption": caption, "bars": asdict(bars)},
        **axes,
    )
    return figure


def _axis(places: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    return {
        "tickvals": [*places], "ticktext": [*names], "tickfont": {"size": LETTER}, "showgrid": False,
        "fixedrange": True, "linecolor": SOFT,
    }  # fmt: skip


def _label(bars: Bars, place: int, text: str) -> dict[str, Any]:
    """Put a bar's number at its end."""
    value = bars.values[place]
    at: dict[str, Any] = {"x": place, "y": value, "yanchor": "bottom"}
    if bars.lying:
        at = {"x": value, "y": place, "xanchor": "left", "xshift": 10}
    return {"text": text, "name": "numbers", "showarrow": False, "font": {"size": LETTER}, **at}
