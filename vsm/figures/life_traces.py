"""Of which bars and points is the strip of a ticket's life made? Traces as plain dicts, ready for plotly."""

from typing import Any, Final

import pandas as pd

from vsm.figures.bar_marks import filled
from vsm.figures.causes import CAUSE_COLOURS, CAUSE_PATTERNS
from vsm.figures.labels import escape, hover, short_duration, text_width
from vsm.figures.template import BACK, KIND_COLOURS, KIND_PATTERNS, KIND_WORDS, PAPER, SOFT
from vsm.model.ticket_life import LANES

LANE_NAMES: Final = {
    "stage": "stage", "hands": "in whose hands", "wait": "why it waited", "trace": "traces", "code": "code",
}  # fmt: skip
_THICK: Final = {"stage": 0.62, "hands": 0.46, "wait": 0.46}
_NARROW: Final = 540
"""Pixels of time on a page of 700."""
_MILLI: Final = pd.Timedelta(milliseconds=1)
_NIGHT: Final = "off hours"
_COLOURS: Final = KIND_COLOURS | CAUSE_COLOURS | {_NIGHT: "#c3cbd3"}
_PATTERNS: Final = KIND_PATTERNS | CAUSE_PATTERNS | {_NIGHT: ""}
_MARKS: Final = {
    "handoff": ("triangle-up", BACK), "move": ("line-ns-open", SOFT), "bulk edit": ("x-thin-open", SOFT),
    "comment": ("circle", "#0072b2"), "worklog": ("square", "#0072b2"), "review": ("diamond", "#0072b2"),
    "commit": ("circle", "#009e73"), "merge": ("diamond", "#009e73"), "release": ("star", "#009e73"),
    "deploy": ("star-square", "#009e73"),
}  # fmt: skip


def life_bars(spans: pd.DataFrame, *, room: pd.Timedelta) -> list[dict[str, Any]]:
    """Which bars show what lasted? A trace a lane and kind, or cause; each kind is told once in the legend.

    Parameters
    ----------
    spans
        As ``life_spans`` gives them, of one ticket.
    room
        How much time the figure shows, which tells whose name fits.
    """
    drawn: list[dict[str, Any]] = []
    known: set[str] = set()
    for of, rows in spans.groupby(spans["lane"] + "/" + spans["group"], sort=False):
        lane, group = str(of).split("/")
        colour, pattern = _COLOURS[group], _PATTERNS[group]
        style = filled(colour, pattern if lane != "hands" else "")
        name = f"waited: {group}" if lane == "wait" else KIND_WORDS[group]
        told = rows.to_dict("records")
        drawn.append(
            {
                "type": "bar",
                "base": list(rows["start"]),
                "x": [(row["end"] - row["start"]) / _MILLI for row in told],
                "y": [LANES.index(lane)] * len(rows),
                "width": _THICK[lane],
                "orientation": "h",
                "name": name,
                "legendgroup": name,
                "showlegend": name not in known,
                "marker": style
                | {"opacity": 0.55 if lane == "hands" else 1, "line": {"width": 1, "color": PAPER}},
                "text": [_inside(row, room) for row in told],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"size": 11},
                "hovertext": [_span_facts(row) for row in told],
                "hoverinfo": "text",
            }
        )
        known.add(name)
    return drawn


def _inside(row: dict[Any, Any], room: pd.Timedelta) -> str:
    """Name a bar that has room for its name even on a narrow page; the others are told beside the pointer."""
    name = escape(row["label"])
    return name if (row["end"] - row["start"]) / room * _NARROW > text_width([name], size=11) + 8 else ""


def _span_facts(row: dict[Any, Any]) -> str:
    whom = {"stage": "team", "hands": "who", "wait": "waited for"}[row["lane"]]
    return hover(
        row["label"],
        [
            ("lane", LANE_NAMES[row["lane"]]),
            ("kind", KIND_WORDS.get(row["group"], "") if row["lane"] == "stage" else ""),
            (whom, "" if pd.isna(row["who"]) else row["who"]),
            ("from", f"{row['start']:%Y-%m-%d %H:%M}"),
            ("to", f"{row['end']:%Y-%m-%d %H:%M}"),
            ("elapsed", short_duration(row["elapsed"])),
            ("working time", "" if pd.isna(row["working"]) else short_duration(row["working"])),
        ],
    )


def life_points(marks: pd.DataFrame) -> list[dict[str, Any]]:
    """Which points show what happened at one instant? A trace a kind.

    Parameters
    ----------
    marks
        As ``life_marks`` gives them, of one ticket.

    Examples
    --------
    >>> life_points(pd.DataFrame({"what": []}))
    []
    """
    return [
        {
            "type": "scatter",
            "x": list(rows["at"]),
            "y": [LANES.index(lane) + (0.36 if what == "handoff" else 0.0) for lane in rows["lane"]],
            "mode": "markers",
            "name": what,
            "marker": {
                "symbol": symbol,
                "size": 11,
                "color": colour,
                "opacity": 0.9,
                "line": {"width": 2, "color": colour} if "open" in symbol else {"width": 1, "color": PAPER},
            },
            "hovertext": [_mark_facts(row) for row in rows.to_dict("records")],
            "hoverinfo": "text",
        }
        for what, (symbol, colour) in _MARKS.items()
        if len(rows := marks[marks["what"] == what])
    ]  # fmt: skip


def _mark_facts(row: dict[Any, Any]) -> str:
    return hover(
        row["what"],
        [
            ("at", f"{row['at']:%Y-%m-%d %H:%M}"),
            ("who", "" if pd.isna(row["who"]) else row["who"]),
            ("says", "" if pd.isna(row["detail"]) else row["detail"][:80]),
        ],
    )
