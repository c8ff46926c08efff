"""One ticket's life: visits, waits, handoffs and commits on one strip."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import escape, hover, text_width, unnamed
from vsm.figures.marks import filled, row_axis, upright
from vsm.figures.theme import (
    BACK,
    CAUSE_COLOURS,
    CAUSE_PATTERNS,
    KIND_COLOURS,
    KIND_PATTERNS,
    KIND_WORDS,
    PAPER,
    SIDE,
    SOFT,
    frame_layout,
    keep_data_here,
    nothing_to_see,
)
from vsm.findings.durations import percent, short_duration
from vsm.model.ticket_life import LANES, life_marks, life_spans, ticket_of_key

_Row = dict[Any, Any]
_LANE: Final = 58
_LEGEND_WIDTH: Final = 600
_LEGEND_LINE: Final = 21
MOST: Final = 2000
"""Bars and marks that are drawn of one ticket: more make a page of many megabytes."""
_CAPTION: Final = (
    "n = 1 ticket, {spans}; UTC. Holder: the team, else the person, of a visit to a work stage or an "
    "external party; waits: each with its cause, including nights and weekends in between. Activity: "
    "comments, logged work, reviews and moves on the board; code: from Git. Where nothing is drawn, nothing "
    "is recorded."
)


def ticket_life(
    visits: pd.DataFrame,
    *,
    key: str,
    waits: pd.DataFrame,
    handoffs: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    tickets: pd.DataFrame,
    aliases: Mapping[str, str] | None = None,
    title: str | None = None,
) -> go.Figure:
    """One ticket's life, from its creation to its finish or until now.

    Parameters
    ----------
    visits, waits, handoffs, events, commits, tickets
        VISITS, WAITS with causes, HANDOFFS, EVENTS with persons for accounts, COMMITS and TICKETS.
    key
        The ticket's, such as ``SHOP-12``, or the one it had before. Empty: a friendly sentence.
    aliases
        Former keys of renamed projects with today's.
    title
        Plain text; the ticket's key and title by default.

    Returns
    -------
    Figure
        Lanes: stages, hands, waits by cause, traces of work, code. A trace of bars a kind and cause, one of
        marks a kind of trace; the last ``MOST`` bars and marks, not more.

    Raises
    ------
    ParameterError
        No ticket has this key; keys that are written nearly so are named.
    """
    if not key.strip():
        hint = "No ticket was chosen, or none is open."
        return nothing_to_see(of="ticket_life", title=title or "Ticket timeline", hint=hint)
    ticket = ticket_of_key(tickets, key=key, events=events, aliases=aliases)
    about = tickets.loc[tickets["ticket"] == ticket, ["key", "summary"]].astype("str").iloc[0]
    heading = str(about["key"]) if pd.isna(about["summary"]) else f"{about['key']}: {about['summary']}"
    tables = {"waits": waits, "handoffs": handoffs, "events": events, "commits": commits}
    drawn = dict(life_specs(visits, keys={ticket: str(about["key"])}, title=title or heading, **tables))
    if ticket not in drawn:
        return nothing_to_see(
            of="ticket_life",
            title=title or key,
            hint="The ticket is outside of the chosen period, team or type.",
        )
    keep_data_here()
    return go.Figure(drawn[ticket])


def life_specs(
    visits: pd.DataFrame,
    *,
    keys: Mapping[str, str],
    waits: pd.DataFrame,
    handoffs: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    title: str | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """``data`` and ``layout`` of many tickets' lifecycles, by the tickets' ids, as ``ticket_life`` draws one.

    Each is made when it is asked for, in the order of ``keys`` (by ids); tickets that are not in what is
    looked at are left out. The ``title`` of each says whose life it is by default.
    """
    spans = life_spans(visits, tickets=list(keys), waits=waits)
    spans = spans.assign(**{name: spans[name].map(unnamed, na_action="ignore") for name in ("label", "who")})
    marks = life_marks(events, tickets=list(keys), handoffs=handoffs, commits=commits)
    marks = marks.assign(who=marks["who"].map(unnamed, na_action="ignore"))
    lived, marked = (_grouped(rows.to_dict("records"), "ticket") for rows in (spans, marks))
    for ticket, key in keys.items():
        if ticket in lived:
            life = _Life(lived[ticket], marked.get(ticket, []))
            yield ticket, _spec(life, key=key, title=title or f"Timeline of {key}")


def _grouped(rows: Iterable[_Row], *names: str) -> dict[str, list[_Row]]:
    """Group rows by what they have under these names, joined by a slash; groups as they first occur."""
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault("/".join(row[name] for name in names), []).append(row)
    return groups


def _spec(life: "_Life", *, key: str, title: str) -> dict[str, Any]:
    spans = [row for row in life.spans if row["end"] > life.shown[0]]
    marks = [row for row in life.marks if row["at"] >= life.shown[0]]
    drawn = [*_bars(spans, room=life.shown[1] - life.shown[0]), *_points(marks)]
    caption = _CAPTION.format(spans=counted(sum(row["lane"] == "stage" for row in life.spans), "visit"))
    if life.cut:
        caption += (
            f" Too much for one figure: only what happened since {life.shown[0]:%Y-%m-%d %H:%M} is drawn."
        )
    layout = frame_layout(
        of="ticket_life",
        title=title,
        caption=caption,
        alt=_alt(key, life),
        body=_LANE * len(LANES),
        head=40 + _legend_height(drawn),
        foot=56,
        left=SIDE + 14 + text_width(LANE_NAMES.values(), size=12),
    )
    layout |= {
        "barmode": "overlay",
        "xaxis": {
            "type": "date",
            "range": life.shown,
            "fixedrange": True,
            "nticks": 7,
            "title": {"text": "UTC"},
        },
        "yaxis": row_axis([LANE_NAMES[lane] for lane in LANES]),
        "shapes": [upright(at) for at in (life.created, life.ended)],
        "annotations": [*life.ends(), *_empty_lanes(life.spans, life.marks), *layout["annotations"]],
        "legend": {"x": 0, "y": 1 + 40 / (_LANE * len(LANES)), "xanchor": "left", "yanchor": "bottom"},
    }
    return {"data": drawn, "layout": layout}


class _Life:
    """From when to when the strip runs: ``shown`` leaves air; the time after the finish is cut.

    So is what came before the last ``MOST`` bars and marks.
    """

    def __init__(self, spans: list[_Row], marks: list[_Row]) -> None:
        stages = [row for row in spans if row["lane"] == "stage"]
        # The finish for good: where the last unbroken run of stages of the end begins.
        tail = [row["start"] for row in takewhile(lambda row: row["group"] == "done", reversed(stages))]
        self.finished = bool(tail)
        self.created = min(row["start"] for row in stages)
        self.ended = tail[-1] if tail else max(row["end"] for row in stages)
        last = max([self.ended, *(row["at"] for row in marks)])
        air = max((last - self.created) * 0.03, pd.Timedelta(minutes=1))
        self.shown = [self.created - air, last + 2 * air]
        begun = sorted([*(row["start"] for row in spans), *(row["at"] for row in marks)])
        self.cut = len(begun) > MOST
        if self.cut:
            self.shown[0] = begun[-MOST]
        self.marks = marks
        end = self.shown[1]
        self.spans = [row | {"end": min(row["end"], end)} for row in spans if row["start"] < end]

    def ends(self) -> list[dict[str, Any]]:
        late = (self.ended - self.created) / (self.shown[1] - self.shown[0]) > 0.4
        word = "finished" if self.finished else "open, until"
        return [
            _end(self.created, f"created {self.created:%Y-%m-%d}", "left", 16),
            _end(self.ended, f"{word} {self.ended:%Y-%m-%d}", "right" if late else "left", 16 * late),
        ]


def _end(at: pd.Timestamp, text: str, side: str, lift: int) -> dict[str, Any]:
    return {
        "text": escape(text), "name": "ends", "x": at, "xref": "x", "y": 1, "yref": "paper",
        "yanchor": "bottom", "xanchor": side, "yshift": lift, "showarrow": False, "font": {"size": 12},
    }  # fmt: skip


def _empty_lanes(spans: list[_Row], marks: list[_Row]) -> list[dict[str, Any]]:
    found = {row["lane"] for row in (*spans, *marks)}
    return [
        {
            "text": "nothing recorded", "name": "empty lane", "x": 0.5, "xref": "paper", "y": position,
            "yref": "y", "showarrow": False, "opacity": 0.6, "font": {"size": 12},
        }
        for position, lane in enumerate(LANES)
        if lane not in found
    ]  # fmt: skip


def _legend_height(drawn: list[Any]) -> int:
    """The pixels that the legend's lines take on a picture 700 pixels wide."""
    names = [trace["name"] for trace in drawn if trace.get("showlegend") is not False]
    wide = max((text_width([name], size=12) for name in names), default=0) + 48
    lines = -(-len(names) // max(_LEGEND_WIDTH // wide, 1))
    return _LEGEND_LINE * lines


def _alt(key: str, life: _Life) -> str:
    whole = life.ended - life.created
    lived = "to finish" if life.finished else "until now, open"
    sentence = (
        f"Timeline of {key}: {short_duration(whole)} from creation {lived}, "
        f"{counted(sum(row['what'] == 'handoff' for row in life.marks), 'handoff')}, "
        f"{counted(sum(row['lane'] in ('trace', 'code') for row in life.marks), 'recorded act')}."
    )
    waits = _grouped((row for row in life.spans if row["lane"] == "wait"), "label")
    if not waits or not whole:
        return f"{sentence} It never waited."
    by = {label: sum((row["elapsed"] for row in waits[label]), _NONE) for label in sorted(waits)}
    longest = max(by, key=by.__getitem__)
    return (
        f"{sentence} It waited {percent(sum(by.values(), _NONE) / whole)} of that time, longest {longest}: "
        f"{short_duration(by[longest])}."
    )


LANE_NAMES: Final = {
    "stage": "stage", "hands": "holder", "wait": "why it waited", "trace": "activity", "code": "code",
}  # fmt: skip
_THICK: Final = {"stage": 0.62, "hands": 0.46, "wait": 0.46}
_NARROW: Final = 540
"""Pixels of time on a page of 700."""
_MILLI: Final = pd.Timedelta(milliseconds=1)
_NONE: Final = pd.Timedelta(0)
_MARKS: Final = {
    "handoff": ("triangle-up", BACK), "move": ("line-ns-open", SOFT), "bulk edit": ("x-thin-open", SOFT),
    "comment": ("circle", "#0072b2"), "worklog": ("square", "#0072b2"), "review": ("diamond", "#0072b2"),
    "push": ("circle-open", "#009e73"),
    "commit": ("circle", "#009e73"), "merge": ("diamond", "#009e73"), "release": ("star", "#009e73"),
    "deploy": ("star-square", "#009e73"),
}  # fmt: skip


def _bars(spans: list[_Row], *, room: pd.Timedelta) -> list[dict[str, Any]]:
    """Bars of what lasted: a trace a lane and kind, or cause; each kind stands once in the legend.

    ``room`` is how much time the figure shows, which decides whose name fits.
    """
    drawn: list[dict[str, Any]] = []
    known: set[str] = set()
    for of, rows in _grouped(spans, "lane", "group").items():
        lane, group = of.split("/")
        waits = lane == "wait"
        colours, patterns = (CAUSE_COLOURS, CAUSE_PATTERNS) if waits else (KIND_COLOURS, KIND_PATTERNS)
        style = filled(colours[group], patterns[group] if lane != "hands" else "")
        name = f"waited: {group}" if waits else KIND_WORDS[group]
        drawn.append(
            {
                "type": "bar",
                "base": [row["start"] for row in rows],
                "x": [(row["end"] - row["start"]) / _MILLI for row in rows],
                "y": [LANES.index(lane)] * len(rows),
                "width": _THICK[lane],
                "orientation": "h",
                "name": name,
                "legendgroup": name,
                "showlegend": name not in known,
                "marker": style
                | {"opacity": 0.55 if lane == "hands" else 1, "line": {"width": 1, "color": PAPER}},
                "text": [_inside(row, room) for row in rows],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"size": 11},
                "hovertext": [_span_facts(row) for row in rows],
                "hoverinfo": "text",
            }
        )
        known.add(name)
    return drawn


def _inside(row: _Row, room: pd.Timedelta) -> str:
    """Name a bar that has room for its name even on a narrow page; the others are named on hover."""
    name = escape(row["label"])
    return name if (row["end"] - row["start"]) / room * _NARROW > text_width([name], size=11) + 8 else ""


def _span_facts(row: _Row) -> str:
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


def _points(marks: list[_Row]) -> list[dict[str, Any]]:
    """Marks of what happened at one instant: a trace a kind."""
    kinds = _grouped(marks, "what")
    return [
        {
            "type": "scatter",
            "x": [row["at"] for row in rows],
            "y": [LANES.index(row["lane"]) + (0.36 if what == "handoff" else 0.0) for row in rows],
            "mode": "markers",
            "name": what,
            "marker": {
                "symbol": symbol,
                "size": 11,
                "color": colour,
                "opacity": 0.9,
                "line": {"width": 2, "color": colour} if "open" in symbol else {"width": 1, "color": PAPER},
            },
            "hovertext": [_mark_facts(row) for row in rows],
            "hoverinfo": "text",
        }
        for what, (symbol, colour) in _MARKS.items()
        if (rows := kinds.get(what))
    ]  # fmt: skip


def _mark_facts(row: _Row) -> str:
    return hover(
        row["what"],
        [
            ("at", f"{row['at']:%Y-%m-%d %H:%M}"),
            ("who", "" if pd.isna(row["who"]) else row["who"]),
            ("detail", "" if pd.isna(row["detail"]) else row["detail"][:80]),
        ],
    )
