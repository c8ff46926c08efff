"""What do all figures look like? One template, one palette, one configuration.

Colours are Okabe and Ito's, told apart by people who see red and green alike; kinds of stages differ in
pattern or shape too. Text outside of a fill has no colour of its own, so that a page may turn dark.
"""

from typing import Any, Final

import plotly.graph_objects as go

INK: Final = "#1d2329"
SOFT: Final = "#7a848e"
RULE: Final = "#e2e3df"
PAPER: Final = "#ffffff"
FAINT: Final = "rgba(122,132,142,0.25)"

KIND_COLOURS: Final = {
    "queue": "#e69f00",
    "work": "#0072b2",
    "outside": "#cc79a7",
    "done": "#009e73",
    "bulk": "#9aa3ab",
}
KIND_PATTERNS: Final = {"queue": "/", "work": "", "outside": ".", "done": "-", "bulk": "x"}
KIND_SYMBOLS: Final = {
    "queue": "triangle-up",
    "work": "square",
    "outside": "diamond",
    "done": "circle",
    "bulk": "x",
}
KIND_WORDS: Final = {
    "queue": "waiting in a queue",
    "work": "work",
    "outside": "waiting for someone outside",
    "done": "done",
    "bulk": "clean-up, not flow",
}
BACK: Final = "#d55e00"
WAIT_SCALE: Final = ((0.0, "#c3cbd3"), (0.5, "#9a86c9"), (1.0, "#5d33a6"))

FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'

CONFIG: Final[dict[str, Any]] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "responsive": True,
    "modeBarButtonsToRemove": ["lasso2d", "select2d"],
}

_AXIS: Final = {
    "gridcolor": RULE,
    "linecolor": SOFT,
    "zeroline": False,
    "ticks": "",
    "title": {"font": {"size": 12}, "standoff": 8},
    "tickfont": {"size": 12},
}

TEMPLATE: Final = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 16, "t": 16},
            "font": {"size": 19, "weight": 600},
        },
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "bargap": 0.36,
        "hoverlabel": {
            "bgcolor": "#ffffff",
            "bordercolor": SOFT,
            "align": "left",
            "font": {"size": 13, "color": INK},
            "namelength": 0,
        },
        "legend": {"orientation": "h", "font": {"size": 12}, "itemclick": False, "itemdoubleclick": False},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": SOFT, "activecolor": INK},
        "dragmode": False,
    }
)
"""The template that every figure carries in its layout."""
