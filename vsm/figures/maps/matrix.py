"""The handoff matrix: from each team to each, how often and how long work waits."""

from typing import Final

import networkx as nx
import plotly.graph_objects as go

from vsm.counts import counted
from vsm.figures.labels import edge_hover, escape, number, text_width, wrapped
from vsm.figures.marks import scale_bar
from vsm.figures.theme import INK, SIDE, framed, nothing_to_see
from vsm.findings.durations import short_duration

_TITLE: Final = "What handoffs between teams cost"
_CAPTION: Final = (
    "n = {handoffs} of {tickets}. Cell: number of handoffs and median wait until work is started; colour: "
    "total wait. Grey: between persons of one team, whatever the wait. Empty: no handoff.{cut}"
)
_DAY: Final = 86400.0
_MUTED: Final = ((0.0, "#e6e8ea"), (1.0, "#e6e8ea"))
# Its dark end still bears dark text: one colour of text for all cells.
_COST: Final = ((0.0, "#f3f0f9"), (1.0, "#9580c8"))
_ROW: Final = 58
_ONE_LINE, _WHOLE_MEDIAN = 4, 6
_UPRIGHT: Final = 8


def handoff_matrix(team_network: "nx.DiGraph[str]", *, title: str | None = None, most: int = 16) -> go.Figure:
    """Handoff matrix: from each team to each, how often and how long it waits; at most ``most`` teams.

    Parameters
    ----------
    team_network
        As ``vsm.model.network.team_network`` gives it; teams are drawn in its order.
    most
        How many teams are drawn, those with most handoffs; the caption says what is left out.

    Returns
    -------
    Figure
        Two heat maps, ``between teams`` and ``within a team``, of the wait in days.

    Examples
    --------
    >>> network = nx.DiGraph(name="teams", tickets=9)
    >>> waits = {"wait_median": 9e4, "wait_p85": 2e5, "wait_total": 864000.0, "share": 1.0}
    >>> network.add_edge("Build", "Test", count=10, tickets=9, back=0, **waits)
    >>> list(handoff_matrix(network).data[0].z)
    [[None, 10.0], [None, None]]
    >>> handoff_matrix(network).layout.meta["alt"].split(". ")[1]
    'The costliest handoff is Build → Test: 10 d in total, median 1 d 1 h, n 10.'
    """
    if not team_network.number_of_edges():
        return nothing_to_see(
            of="handoff_matrix", title=title or _TITLE, hint="No handoff between known teams has been seen."
        )
    handoffs, tickets = team_network.size(weight="count"), team_network.graph.get("tickets", 0)
    costliest, known = costliest_handoff(team_network), len(team_network)
    busiest = sorted(team_network, key=lambda team: (-_through(team_network, team), team))[:most]
    team_network = team_network.subgraph(busiest)
    teams = list(team_network)
    between = [(u, v) for u, v in team_network.edges if u != v]
    within = [(u, v) for u, v in team_network.edges if u == v]
    figure = go.Figure(
        [
            _heat(team_network, between, "between teams", _COST, showscale=bool(between)),
            _heat(team_network, within, "within a team", _MUTED, showscale=False),
        ]
    )
    rows, columns = [wrapped(team, width=16, lines=3) for team in teams], _column_names(teams)
    ticks = {
        "tickvals": list(range(len(teams))),
        "showgrid": False,
        "fixedrange": True,
        "ticklabelstandoff": 6,
    }
    edges = [-0.5, len(teams) - 0.5]
    figure.update_layout(
        xaxis={
            **ticks,
            "ticktext": columns,
            "side": "top",
            "tickangle": -90 if len(teams) > _UPRIGHT else 0,
            "range": edges,
            "title": {"text": "to team"},
        },
        yaxis={**ticks, "ticktext": rows, "range": edges[::-1], "title": {"text": "from team"}},
    )
    n = {"handoffs": counted(handoffs, "handoff"), "tickets": counted(tickets, "ticket")}
    cut = "" if len(teams) <= _WHOLE_MEDIAN else " Medians are cut to their largest unit."
    if known > len(teams):
        rest = counted(handoffs - team_network.size(weight="count"), "handoff")
        cut += f" Not drawn: {counted(known - len(teams), 'team')} with fewer handoffs, {rest} in all."
    return framed(
        figure,
        of="handoff_matrix",
        title=title or _TITLE,
        caption=_CAPTION.format(**n, cut=cut),
        alt=f"Handoffs between {counted(known, 'team')}: {n['handoffs']} of {n['tickets']}. {costliest}",
        body=_ROW * len(teams),
        head=_column_height(columns),
        foot=70,
        left=SIDE + 34 + text_width(rows, size=12),
    )


def _through(network: "nx.DiGraph[str]", team: str) -> int:
    """How many handoffs a team gives or takes; one from person to person within it counts once."""
    within = network.get_edge_data(team, team, default={"count": 0})["count"]
    return int(network.degree(team, weight="count") - within)


def _column_names(teams: list[str]) -> list[str]:
    """Wrap the names to a column's width on a page of 700 pixels; many of them stand upright."""
    if len(teams) > _UPRIGHT:
        return [wrapped(team, width=20, lines=1) for team in teams]
    return [wrapped(team, width=min(22, int(530 / len(teams) / 7)), lines=3) for team in teams]


def _column_height(columns: list[str]) -> int:
    if len(columns) > _UPRIGHT:
        return 40 + text_width(columns, size=12)
    return 28 + 16 * max(name.count("<br>") + 1 for name in columns)


def _heat(
    network: "nx.DiGraph[str]",
    pairs: list[tuple[str, str]],
    name: str,
    scale: tuple[tuple[float, str], ...],
    *,
    showscale: bool,
) -> go.Heatmap:
    teams = list(network)
    place = {team: number for number, team in enumerate(teams)}
    days: list[list[float | None]] = [[None] * len(teams) for _ in teams]
    texts = [[""] * len(teams) for _ in teams]
    facts = [[""] * len(teams) for _ in teams]
    for pair in pairs:
        row, column, about = place[pair[0]], place[pair[1]], network.edges[pair]
        days[row][column] = about["wait_total"] / _DAY
        texts[row][column] = _cell(about["count"], short_duration(about["wait_median"]), teams=len(teams))
        facts[row][column] = handoff_facts(pair, network)
    return go.Heatmap(
        z=days,
        text=texts,
        texttemplate="%{text}",
        textfont={"size": 11 if len(teams) > _UPRIGHT else 13, "color": INK},
        hovertext=facts,
        hoverinfo="text",
        hoverongaps=False,
        name=name,
        colorscale=[list(stop) for stop in scale],
        zmin=0,
        zmax=max([about for line in days for about in line if about is not None], default=1.0) or 1.0,
        xgap=3,
        ygap=3,
        showscale=showscale,
        colorbar=scale_bar("total wait, days", y=-10 / (_ROW * len(teams)), nticks=6),
    )


def _cell(count: int, median: str, *, teams: int) -> str:
    """Write the count and the median, on two lines where cells are narrow, then cut to one unit."""
    shown = median if teams <= _WHOLE_MEDIAN else " ".join(median.split()[:2])
    return f"{number(count)}×{' · ' if teams <= _ONE_LINE else '<br>'}{escape(shown)}"


def handoff_facts(pair: tuple[str, str], network: "nx.DiGraph[str]") -> str:
    """The box beside the pointer of the handoffs from one team to another."""
    about = network.edges[pair]
    back = {"returns to an earlier stage": number(about["back"])}
    return edge_hover(pair, about, noun="handoff", share="share of all waiting in handoffs", **back)


def costliest_handoff(network: "nx.DiGraph[str]") -> str:
    """A sentence on the handoff between two teams that waits longest in total, for alt texts."""
    between = [pair for pair in network.edges if pair[0] != pair[1]]
    if not between:
        return "None of them goes to another team."
    sender, receiver = max(between, key=lambda pair: network.edges[pair]["wait_total"])
    about = network.edges[sender, receiver]
    return (
        f"The costliest handoff is {sender} → {receiver}: {short_duration(about['wait_total'])} in total, "
        f"median {short_duration(about['wait_median'])}, n {number(about['count'])}."
    )
