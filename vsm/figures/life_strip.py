"""One ticket's life as a strip of a page of many: drawn by the browser alone, without plotly."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from vsm.figures.ticket_life import LANE_NAMES
from vsm.model.ticket_life import LANES

_TAG: Final = re.compile(r"<[^>]+>")
_SIGNS: Final = {
    "triangle-up": "▲", "line-ns-open": "|", "x-thin-open": "✕", "circle": "●", "square": "■",
    "diamond": "◆", "star": "★", "star-square": "✦",
}  # fmt: skip
_LINE: Final = "repeating-linear-gradient({}deg, #ffffff8c 0 1.5px, transparent 1.5px 6px)"
_HATCHES: Final = {
    "/": _LINE.format(-45), "\\": _LINE.format(45), "|": _LINE.format(90), "-": _LINE.format(0),
    "x": f"{_LINE.format(-45)}, {_LINE.format(45)}",
    ".": "radial-gradient(#ffffff8c 1px, transparent 1.2px) 0 0 / 5px 5px",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How all bars, or marks, of one name look: CSS of the fill or colour, and the sign of a mark."""

    fill: str
    colour: str
    sign: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A bar, or a mark (without ``width``): where, in percent of the strip, what it is and what it says."""

    name: str
    at: float
    width: float | None
    label: str
    facts: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The lanes of one life, by their names, from the top; ``days`` are the beginning, middle and end."""

    alt: str
    days: tuple[str, ...]
    lanes: Mapping[str, tuple[Piece, ...]]
    looks: Mapping[str, Look]


def strip_of(spec: Mapping[str, Any]) -> Strip:
    r"""The strip of what ``life_specs`` gives of one ticket.

    Examples
    --------
    >>> bar = {"type": "bar", "name": "work", "base": ["2026-01-05T00:00Z"], "x": [43_200_000], "y": [0]}
    >>> bar |= {"text": ["Build"], "hovertext": ["<b>Build</b><br>kind: work"]}
    >>> bar |= {"marker": {"color": "#0072b2", "pattern": {"shape": ""}}}
    >>> axis = {"range": ["2026-01-05T00:00Z", "2026-01-06T00:00Z"]}
    >>> strip = strip_of({"data": [bar], "layout": {"xaxis": axis, "meta": {"alt": "A life."}}})
    >>> strip.lanes["stage"]
    (Piece(name='work', at=0.0, width=50.0, label='Build', facts='Build\nkind: work'),)
    """
    begin, end = (pd.Timestamp(each) for each in spec["layout"]["xaxis"]["range"])
    room, first, last = end - begin, end, begin
    lanes: dict[str, list[Piece]] = {LANE_NAMES[lane]: [] for lane in LANES}
    looks: dict[str, Look] = {}
    for trace in spec["data"]:
        bars = trace["type"] == "bar"
        looks.setdefault(trace["name"], _look(trace["marker"]))
        for place, y in enumerate(trace["y"]):
            at = pd.Timestamp(trace["base" if bars else "x"][place])
            length = pd.Timedelta(milliseconds=trace["x"][place] if bars else 0)
            width = length / room if bars else None
            first, last = min(first, at), max(last, at + length)
            lanes[LANE_NAMES[LANES[int(y)]]].append(
                Piece(
                    name=trace["name"],
                    at=round(100 * (at - begin) / room, 3),
                    width=None if width is None else round(100 * width, 3),
                    label=_plain(trace["text"][place]) if bars else "",
                    facts=_plain(trace["hovertext"][place]),
                )
            )
    # Not of the axis: that begins before the ticket does, and ends after the last thing known of it.
    days = tuple(f"{at:%Y-%m-%d}" for at in (first, first + (last - first) / 2, last))
    shown = {name: tuple(pieces) for name, pieces in lanes.items() if pieces}
    return Strip(spec["layout"]["meta"]["alt"], days, shown, looks)


def _look(marker: Mapping[str, Any]) -> Look:
    colour = str(marker["color"])
    hatch = _HATCHES.get(marker.get("pattern", {}).get("shape", ""))
    fill = f"{hatch}, {colour}" if hatch else colour
    return Look(fill, colour, _SIGNS.get(marker.get("symbol", ""), ""))


def _plain(markup: str) -> str:
    return html.unescape(_TAG.sub("", markup.replace("<br>", "\n")))
