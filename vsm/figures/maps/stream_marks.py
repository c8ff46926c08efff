"""What value stream maps are made of, on a page and on a phone: boxes, icons, arrows, steps and stars."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from vsm.figures.links import linked, tickets_link
from vsm.figures.maps.stream_layout import Slot
from vsm.figures.maps.stream_texts import stage_facts
from vsm.figures.theme import CAUSE_COLOURS, KIND_COLOURS, KIND_SHADES, SOFT

HEAD_FILL: Final = "#d3e5f1"
DATA_FILL: Final = "#f5f9fc"
_FACTORY: Final = ((-22, 0), (-22, 34), (-8, 22), (-8, 34), (6, 22), (6, 34), (20, 22), (20, 0))


def rect(x: tuple[float, float], y: tuple[float, float], **look: Any) -> dict[str, Any]:
    """A rectangle behind the marks; ``y`` counts downwards."""
    return {"type": "rect", "layer": "below", "x0": x[0], "x1": x[1], "y0": -y[0], "y1": -y[1], **look}


def boxes(x: tuple[float, float], tops: tuple[float, float, float]) -> list[dict[str, Any]]:
    """The head and the data box of a work stage; ``tops`` are their upper edges and the foot."""
    line = {"line": {"color": KIND_COLOURS["work"], "width": 1.5}}
    return [
        rect(x, (top, foot), fillcolor=fill, **line)
        for (top, foot), fill in zip(pairwise(tops), (HEAD_FILL, DATA_FILL), strict=True)
    ]


def factory(x: float, y: float, colour: str, *, scale: float = 1) -> dict[str, Any]:
    """The icon of the source, or of the customer, with its lower edge there; ``y`` counts downwards."""
    path = " L ".join(f"{scale * across:g},{scale * up:g}" for across, up in _FACTORY)
    return {
        "type": "path", "layer": "below", "path": f"M {path} Z", "xsizemode": "pixel", "ysizemode": "pixel",
        "xanchor": x, "yanchor": -y, "fillcolor": colour, "opacity": 0.9, "line": {"width": 0},
    }  # fmt: skip


def shade(slot: Slot, most: float) -> str:
    """The colour of a step of the ladder: the darker, the larger its share; text on it stays readable."""
    light, full, _ = KIND_SHADES[slot.about["kind"]]
    deepest = 0.55 if slot.works else 1.0
    return str(sample_colorscale([light, full], [deepest * slot.share / most if most else 0.0])[0])


def triangle(slot: Slot, scale: float) -> tuple[str, float, float, str]:
    """The mark of a stage: a triangle where it waits, else an unseen square for the pointer to find."""
    look = ("square", 64 * scale, 0.0) if slot.works else ("triangle-up", 44 * scale, 1.0)
    return (*look, KIND_COLOURS[slot.about["kind"]])


def stages_at(
    slots: Sequence[Slot], places: Sequence[tuple[float, float]], *, scale: float = 1
) -> go.Scatter:
    """The marks of stages, each leading to its tickets in a report; places count downwards."""
    looks = [triangle(slot, scale) for slot in slots]
    return go.Scatter(
        x=[x for x, _ in places],
        y=[-y for _, y in places],
        mode="markers",
        name="stages",
        marker={
            "symbol": [symbol for symbol, *_ in looks],
            "size": [size for _, size, *_ in looks],
            "opacity": [opacity for *_, opacity, _ in looks],
            "color": [colour for *_, colour in looks],
            "line": {"width": 0},
        },
        hovertext=[stage_facts(slot.name, slot.about) for slot in slots],
        hoverinfo="text",
        cliponaxis=False,
        **linked(tickets_link("stage", slot.name) for slot in slots),
    )


def stars(places: Sequence[tuple[float, float]], *, size: float) -> go.Scatter:
    """The bursts at the two longest waits; places count downwards."""
    return go.Scatter(
        x=[x for x, _ in places],
        y=[-y for _, y in places],
        mode="markers",
        name="bursts",
        marker={"symbol": "hexagram", "size": size, "color": CAUSE_COLOURS["blocked"], "line": {"width": 0}},
        hoverinfo="skip",
        cliponaxis=False,
    )


def arrow(
    begin: tuple[float, float],
    end: tuple[float, float],
    *,
    colour: str = SOFT,
    gaps: tuple[float, float] = (0, 0),
) -> dict[str, Any]:
    """An arrow between two places, which count downwards; ``gaps`` are pixels kept free at its ends."""
    return {
        "text": "", "showarrow": True, "ax": begin[0], "ay": -begin[1], "x": end[0], "y": -end[1],
        "axref": "x", "ayref": "y", "arrowhead": 2, "arrowsize": 1.1, "arrowwidth": 2, "arrowcolor": colour,
        "startstandoff": gaps[0], "standoff": gaps[1],
    }  # fmt: skip
