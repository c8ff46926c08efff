"""A stream small enough to count by hand, and how to read what a figure draws of one."""

import html
import re
from functools import cache
from typing import Any, Final

import networkx as nx
import pandas as pd
import plotly.graph_objects as go

from vsm.model.bottlenecks import stage_shares
from vsm.model.lifecycle import stage_visits_from_visits
from vsm.model.network import stage_network, team_network
from vsm.model.objectives import flow_distribution
from vsm.model.who_waits import DELIVERED, NEW, STILL
from vsm.tables import HANDOFFS, VISITS, WAITS, conform

START: Final = pd.Timestamp("2026-01-05", tz="UTC")
DAY: Final = pd.Timedelta(days=1)
KINDS: Final = {"Ideas": "queue", "Build": "work", "Supplier": "external", "Test": "work", "Done": "done"}
TEAMS: Final = {"Build": "web", "Test": "qa"}
Life = tuple[tuple[str, float], ...]

# 25 days until the three finishes: 9 in Ideas, 10 in Build, 2 at the supplier's, 4 in Test. One is open.
LIVES: Final[tuple[Life, ...]] = (
    (("Ideas", 3), ("Build", 4), ("Supplier", 2), ("Build", 1), ("Test", 2), ("Done", 1)),
    (("Ideas", 1), ("Build", 2), ("Test", 1), ("Build", 3), ("Test", 1), ("Done", 1)),
    (("Ideas", 5), ("Done", 1)),
    (("Ideas", 6),),
)
HOSTILE: Final = (
    '<script>alert("stage")</script>',
    '<b>Build</b> & "ship" it\'s',
    "%{y} %{customdata[0]}<extra></extra>",
    "<a href='javascript:alert(1)'>Test</a> &lt;",
    "From $5k to $10k",
    "A stage whose name goes on and on, as if nobody would ever have to read it " * 3,
)


class SmallStream:
    """What the model measures of these lifecycles; each life's last visit is open.

    ``names`` gives stages other names than theirs, ``teams`` other teams than web and qa.
    """

    def __init__(
        self,
        *lifecycles: Life,
        names: dict[str, str] | None = None,
        teams: dict[str, str] | None = None,
        minimum: int = 4,
    ) -> None:
        name = {stage: stage for stage in KINDS} | (names or {})
        team = TEAMS if teams is None else teams
        self.visits = visits_from_lives(lifecycles or LIVES, name)
        about = [
            (name[stage], KINDS[stage], team.get(stage), position) for position, stage in enumerate(KINDS)
        ]
        stages = pd.DataFrame(about, columns=["stage", "kind", "team", "position"])
        stages["status"] = stages["stage"]
        stage_visits = stage_visits_from_visits(self.visits, _waits(self.visits), stages=stages)
        self.shares = stage_shares(stage_visits, _lives(self.visits), stages=stages, minimum=minimum)
        self.network = stage_network(stage_visits, stages=stages, minimum=minimum)


@cache
def small_stream() -> SmallStream:
    """What the model measures of ``LIVES``, once for all tests that only read it."""
    return SmallStream()


def visits_from_lives(lifecycles: tuple[Life, ...], names: dict[str, str]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for number, life in enumerate(lifecycles):
        entered = START
        for n, (stage, days) in enumerate(life):
            left = entered + days * DAY
            visit = {"ticket": f"jira:{number}", "n": n, "stage": names[stage], "kind": KINDS[stage]}
            times = {"entered": entered, "left": left if n < len(life) - 1 else pd.NaT, "elapsed": days * DAY}
            rows.append(visit | times | {"revisit": False, "bulk": False})
            entered = left
    frame = pd.DataFrame(rows, columns=VISITS.names)
    instants = {side: pd.to_datetime(frame[side], utc=True) for side in ("entered", "left")}
    return conform(frame.assign(**instants), VISITS)


def _waits(visits: pd.DataFrame) -> pd.DataFrame:
    """Nobody works on what lies in a queue or outside; all else is work."""
    idle = visits[visits["kind"].isin(["queue", "external"])]
    pieces = idle.assign(start=idle["entered"], end=idle["entered"] + idle["elapsed"])
    return conform(pieces[["ticket", "n", "stage", "start", "end", "elapsed", "bulk"]], WAITS)


def _lives(visits: pd.DataFrame) -> pd.DataFrame:
    of_ticket = visits.astype({"ticket": "str"}).groupby("ticket")
    last, created = of_ticket.last(), of_ticket["entered"].first()
    finished = last["entered"].where(last["kind"] == "done")
    return last.assign(finished=finished, lead=finished - created, bulk=False).reset_index()


def teams_of(*handoffs: tuple[str, str, float]) -> "nx.DiGraph[str]":
    """The network of teams of (from team, to team, days of wait); each handoff is of its own ticket."""
    frame = pd.DataFrame(handoffs, columns=["from_team", "to_team", "days"])
    wait = frame["days"] * DAY
    same: dict[str, Any] = {"from_stage": "Build", "to_stage": "Test", "person": True, "discipline": False}
    times: dict[str, Any] = {
        "handoff": range(len(frame)),
        "given": START,
        "taken": START + wait,
        "wait": wait,
    }
    tickets = [f"jira:{number}" for number in range(len(frame))]
    moved = frame["from_team"] != frame["to_team"]
    whole = frame.assign(
        ticket=tickets, team=moved, back=frame["from_team"] > frame["to_team"], **times, **same
    )
    return team_network(conform(whole, HANDOFFS))


def who_waits(*ways: tuple[str, str, float, float], level: str = "team") -> "nx.DiGraph[str]":
    """The handoff network of (upstream, downstream, share of 100 days now, before), in the order of its nodes."""
    ends = {NEW: -1.0, DELIVERED: 1e6, STILL: 1e6}
    graph: nx.DiGraph[str] = nx.DiGraph(
        level=level, waiting=8.64e6, tickets=40, begin="2026-01-01", end="2026-04-01", days=90,
        days_before=365,
    )  # fmt: skip
    for position, name in enumerate(dict.fromkeys(name for way in ways for name in way[:2])):
        kind = "end" if name in ends else "team" if level == "team" else "queue"
        graph.add_node(name, kind=kind, position=ends.get(name, float(position)))
    for upstream, downstream, share, before in ways:
        graph.add_edge(
            upstream, downstream, wait=8.64e6 * share, share=share, tickets=12, median=86400.0, stage="Ready",
            before=before,
        )  # fmt: skip
    return graph


def kinds_of_work(**delivered: int) -> pd.DataFrame:
    """The distribution of so many delivered tickets of each kind of work."""
    flows = [flow for flow, count in delivered.items() for _ in range(count)]
    tickets = [f"jira:{number}" for number in range(len(flows))]
    lifecycles = pd.DataFrame({"ticket": tickets, "finished": START, "bulk": False}).astype({"ticket": "str"})
    about = {"ticket": tickets, "flow": pd.array(flows, dtype="str"), "flow_by": "vsm.toml"}
    return flow_distribution(lifecycles, alignment=pd.DataFrame(about).astype("str"), minimum=12)


def traces(figure: go.Figure, name: str) -> list[Any]:
    """The figure's traces of this name; there must be one."""
    found = [trace for trace in figure.data if trace.name == name]
    assert found, f"no trace {name!r}, only {[trace.name for trace in figure.data]}"
    return found


def trace(figure: go.Figure, name: str) -> Any:
    """The figure's only trace of this name."""
    (found,) = traces(figure, name)
    return found


def notes(figure: go.Figure, name: str) -> list[str]:
    """The texts of the figure's annotations of this name, as they are read."""
    return [read(note.text) for note in figure.layout.annotations if note.name == name]


def read(markup: str) -> str:
    """What somebody reads of a label: without tags, on one line."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup.replace("<br>", " ")))


def facts(markup: str) -> dict[str, str]:
    """What the box beside the pointer tells, by the facts' names; the heading stands under an empty name."""
    heading, *lines = markup.split("<br>")
    return {"": read(heading)} | dict(read(line).split(": ", 1) for line in lines)
