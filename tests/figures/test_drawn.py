"""The figures in a real headless Chromium: drawn, offline, and no text on another or cut."""

from itertools import pairwise
from pathlib import Path

import networkx as nx
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser

from tests.figures.drawn import Drawn, drawn_figures
from tests.figures.small_stream import HOSTILE, KINDS, SmallStream, kinds_of_work, teams_of, who_waits
from tests.streams import sample_stream
from vsm.figures import (
    flow_distribution_bars,
    flow_map,
    handoff_matrix,
    handoff_network,
    time_by_stage,
    value_stream_map,
)
from vsm.model.who_waits import DELIVERED, NEW

NAMES = ("shares", "map", "flow", "matrix", "network")
MARKS = {"shares": 11, "map": 10, "flow": 23, "matrix": 2, "network": 12}
Pages = dict[tuple[str, int], Drawn]


@pytest.fixture(scope="module")
def sample(browser: Browser, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The sample's figures, on a wide page and on a narrow one, and those that are drawn anew for a phone."""
    stream, file = sample_stream(sample_folder), tmp_path_factory.mktemp("sample") / "figures.html"
    figures = {
        "shares": time_by_stage(stream.stage_shares),
        "map": stream.plot.value_stream_map(),
        "flow": flow_map(stream.network),
        "matrix": handoff_matrix(stream.team_network),
        "network": handoff_network(stream.handoff_network),
    }
    phone = {name: go.Figure(figures[name].layout.meta["narrow"]) for name in ("map", "network")}
    sizes = ((1100, figures), (700, figures), (360, phone))
    return {
        (name, width): drawn
        for width, shown in sizes
        for name, drawn in drawn_figures(browser, shown, file=file, width=width).items()
    }


def hostile_figures(number: int, name: str) -> dict[str, go.Figure]:
    """Figures of a stream whose stages, teams and titles bear this name."""
    stages = {stage: f"{position} {name}" for position, stage in enumerate(KINDS)}
    stream = SmallStream(names=stages, teams={"Build": name, "Test": f"2 {name}"})
    teams = teams_of((name, f"2 {name}", 2), (name, name, 1))
    waiting = who_waits((NEW, name, 0.2, 0.1), (name, f"2 {name}", 0.6, 0.1), (f"2 {name}", name, 0.2, 0.1))
    return {
        f"shares-{number}": time_by_stage(stream.shares, title=name),
        f"map-{number}": value_stream_map(stream.network, title=name),
        f"flow-{number}": flow_map(stream.network, title=name),
        f"matrix-{number}": handoff_matrix(teams, title=name),
        f"network-{number}": handoff_network(waiting, title=name),
    }


@pytest.fixture(scope="module")
def hostile(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawn]:
    """Every figure with every hostile name, on one narrow page."""
    parts = [hostile_figures(number, name) for number, name in enumerate(HOSTILE)]
    figures = {name: figure for part in parts for name, figure in part.items()}
    file = tmp_path_factory.mktemp("hostile") / "figures.html"
    return drawn_figures(browser, figures, file=file, width=700)


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, width) for name in NAMES for width in (1100, 700)), ("map", 360), ("network", 360)],
)
def test_the_sample_is_drawn_offline_and_can_be_read(sample: Pages, name: str, width: int) -> None:
    """As wide as the page, with marks; no message, no request; every text whole and on free ground."""
    drawn = sample[name, width]
    assert (drawn.said, drawn.called) == ([], [])
    assert drawn.drawings >= 1
    assert drawn.marks >= MARKS[name]
    assert drawn.size[0] == width
    assert len(drawn.lines) > 12
    assert drawn.cut() == []
    assert drawn.overlapping() == []
    assert drawn.spilled() == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
@pytest.mark.parametrize("name", NAMES)
def test_hostile_and_long_names_are_drawn_as_they_are(
    hostile: dict[str, Drawn], name: str, number: int
) -> None:
    """No dialog, no link and no message; names are broken and cut, and stand in nobody's way."""
    drawn = hostile[f"{name}-{number}"]
    assert (drawn.said, drawn.called, drawn.links) == ([], [], 0)
    assert drawn.cut() == []
    assert drawn.overlapping() == []
    assert drawn.spilled() == []
    shown = [line.text for line in drawn.lines]
    assert HOSTILE[number] in shown or any(
        len(text) > 40 and HOSTILE[number].startswith(text) for text in shown
    )


@pytest.mark.parametrize("width", [1100, 700])
def test_kinds_of_work_are_drawn_and_can_be_read(browser: Browser, tmp_path: Path, width: int) -> None:
    """With shares and without, however long the title: five bars or none, every text whole and free."""
    many = kinds_of_work(feature=520, defect=319, risk=4, debt=38, unknown=12)
    figures = {
        "many": flow_distribution_bars(many, title=HOSTILE[-1]),
        "few": flow_distribution_bars(kinds_of_work(feature=2, defect=1)),
    }
    for drawn in drawn_figures(browser, figures, file=tmp_path / "kinds.html", width=width).values():
        assert (drawn.said, drawn.called, drawn.links) == ([], [], 0)
        assert drawn.size[0] == width
        assert len(drawn.lines) >= 8
        assert (drawn.cut(), drawn.overlapping(), drawn.spilled()) == ([], [], [])


def test_the_legend_of_causes_stays_below_the_title(
    browser: Browser, sample_folder: Path, tmp_path: Path
) -> None:
    """By handoff, by team and by stage, on a page of 700 pixels, as on paper."""
    plot = sample_stream(sample_folder).plot
    figures = {by: plot.causes_ladder(by=by) for by in ("passing", "team", "stage")}
    for drawn in drawn_figures(browser, figures, file=tmp_path / "causes.html", width=700).values():
        assert (drawn.cut(), drawn.overlapping()) == ([], [])


def test_the_measure_finds_texts_that_overlap_are_cut_or_spill(browser: Browser, tmp_path: Path) -> None:
    """The measure itself, on a figure that does all three."""
    figure = value_stream_map(SmallStream().network)
    wide = "far too wide for a box of this map"
    for x, text in ((1, wide), (1.05, wide), (4.2, "beyond the right edge of the whole figure")):
        figure.add_annotation(x=x, y=-90, text=text, showarrow=False)
    (bad,) = drawn_figures(browser, {"map": figure}, file=tmp_path / "bad.html", width=700).values()
    assert (wide, wide) in bad.overlapping()
    assert "beyond the right edge of the whole figure" in bad.cut()
    assert wide in bad.spilled()


TEAM_NAMES = (
    "Support", "Product management", "Web", "Mobile apps", "Platform and infrastructure", "Quality assurance",
    "Data", "Security & compliance", "Design", "Release engineering", "Payments", "Customer success organisation",
)  # fmt: skip


def network_of(count: int) -> "nx.DiGraph[str]":
    """So many teams in a row, each passing work on to the next, some past it, some back."""
    row = [NEW, *TEAM_NAMES[:count], DELIVERED]
    ways = [*pairwise(row), *zip(row[1:-1:2], row[3:-1:2], strict=False)]
    ways += zip(row[2:-1:2], row[1:-1:2], strict=False)
    return who_waits(*((a, b, 1 / len(ways), 0.5 / len(ways)) for a, b in ways))


@pytest.fixture(scope="module")
def networks() -> dict[str, go.Figure]:
    """Handoff networks of one team to twelve."""
    return {f"teams-{count}": handoff_network(network_of(count)) for count in range(1, len(TEAM_NAMES) + 1)}


@pytest.mark.parametrize("width", [360, 700, 1100])
def test_networks_can_be_read_from_one_team_to_twelve(
    browser: Browser, networks: dict[str, go.Figure], tmp_path: Path, width: int
) -> None:
    """Names and shares stand apart from each other, whether teams stand beside or below each other."""
    figures = networks
    if width < 400:
        figures = {name: go.Figure(figure.layout.meta["narrow"]) for name, figure in figures.items()}
    for name, drawn in drawn_figures(browser, figures, file=tmp_path / "t.html", width=width).items():
        assert (drawn.said, drawn.called) == ([], []), name
        assert drawn.cut() == [], name
        assert drawn.overlapping() == [], name
