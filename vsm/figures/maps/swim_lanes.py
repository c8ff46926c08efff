"""Swim lanes under a flow map, one per team: which team held the work in each stage."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import escape, hover
from vsm.figures.marks import filled, writing
from vsm.figures.theme import FAINT, SOFT
from vsm.findings.durations import percent, short_duration

LANE: Final = 40
"""Pixels of one lane: its name, and its bars below."""
MOST: Final = 7
UNKNOWN: Final = "team not known"
OTHERS: Final = "other teams"
_THICKEST: Final = 15.0
_THINNEST: Final = 1.5
_WIDTH: Final = 0.8


def lane_names(lanes: pd.DataFrame, *, stages: list[str]) -> list[str]:
    """The lanes from above: teams in the order in which work comes to them; none without teams.

    Parameters
    ----------
    lanes
        As ``vsm.model.network.team_lanes`` gives them.
    stages
        In the stream's order.
    """
    known = lanes.dropna(subset="team")
    if known.empty:
        return []
    held = known.groupby("team")["elapsed"].sum().sort_values(ascending=False, kind="stable")
    shown = known[known["team"].isin(held.index[:MOST])]
    position = shown["stage"].map({stage: at for at, stage in enumerate(stages)})
    centre = (position * shown["share"]).groupby(shown["team"]).sum() / shown.groupby("team")["share"].sum()
    names = [str(team) for team in centre.sort_values(kind="stable").index]
    rest = [OTHERS] * (len(held) > MOST)
    return [*names, *rest, *([UNKNOWN] * bool(lanes["team"].isna().any()))]


def lane_marks(lanes: pd.DataFrame, *, names: list[str], stages: list[str], top: float) -> list[Any]:
    """The traces of the lanes of ``lane_names``: bars, thicker with more of a stage's time, and names.

    The first lane begins at pixel ``top`` of the map.
    """
    if not names:
        return []
    rows = _rows(lanes, names, stages)
    return [
        go.Bar(
            x=[row["x"] for row in rows],
            y=[row["thick"] for row in rows],
            base=[top - LANE * (row["lane"] + 1) + 4 for row in rows],
            width=_WIDTH,
            marker=filled(SOFT, ""),
            name="lanes",
            hovertext=[_facts(row) for row in rows],
            hoverinfo="text",
            showlegend=False,
        ),
        writing(
            "lane names",
            [(-_WIDTH / 2, top - LANE * lane - 9, escape(name)) for lane, name in enumerate(names)],
            size=12,
            textposition="middle right",
            showlegend=False,
        ),
    ]


def lane_floors(count: int, *, top: float, width: tuple[float, float]) -> list[dict[str, Any]]:
    """The lines under the lanes, from side to side."""
    return [
        {
            "type": "line", "x0": width[0], "x1": width[1], "y0": top - LANE * (lane + 1),
            "y1": top - LANE * (lane + 1), "line": {"color": FAINT, "width": 1}, "layer": "below",
        }
        for lane in range(count)
    ]  # fmt: skip


def _rows(lanes: pd.DataFrame, names: list[str], stages: list[str]) -> list[dict[Any, Any]]:
    """Tell each bar's lane and place; teams beyond the lanes share one."""
    position = {stage: at for at, stage in enumerate(stages)}
    named = lanes.assign(
        lane=[UNKNOWN if pd.isna(team) else team if team in names else OTHERS for team in lanes["team"]]
    )
    sums = named.groupby(["stage", "lane"], sort=False)[["share", "elapsed", "visits", "tickets"]].sum()
    return [
        {
            **row,
            "name": row["lane"],
            "x": position[row["stage"]],
            "lane": names.index(row["lane"]),
            "thick": max(_THINNEST, _THICKEST * row["share"]),
        }
        for row in sums.reset_index().to_dict("records")
        if row["stage"] in position
    ]


def _facts(row: dict[Any, Any]) -> str:
    return hover(
        f"{row['name']} in {row['stage']}",
        [
            ("of the stage's time", percent(row["share"])),
            ("total elapsed", short_duration(row["elapsed"])),
            ("n", counted(row["visits"], "visit")),
        ],
    )
