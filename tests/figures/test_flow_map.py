"""The flow map, against eleven moves counted by hand."""

import networkx as nx
import plotly.graph_objects as go

from tests.figures.small_stream import SmallStream, facts, notes, read, small_stream, trace
from vsm.figures import flow_map
from vsm.figures.theme import BACK, KIND_SYMBOLS

# Two tickets go back once each, one skips all work.
MOVES = {
    "Ideas → Build": 2, "Ideas → Done": 1, "Build → Supplier": 1, "Build → Test": 3, "Supplier → Build": 1,
    "Test → Build": 1, "Test → Done": 2,
}  # fmt: skip
BACKWARDS = {"Supplier → Build", "Test → Build"}
SKIPS = {"Ideas → Done", "Build → Test"}


def drawn(*, min_share: float = 0.0) -> go.Figure:
    return flow_map(small_stream().network, min_share=min_share)


def lines(figure: go.Figure) -> dict[str, go.Scatter]:
    return {line.name: line for line in figure.data if line.name and "→" in line.name}


def counts(figure: go.Figure) -> dict[str, str]:
    return {read(hover).split(" n: ")[0]: text for hover, text in zip(*_moves(figure), strict=True)}


def _moves(figure: go.Figure) -> tuple[list[str], list[str]]:
    moves = trace(figure, "moves")
    return list(moves.hovertext), list(moves.text)


def test_every_move_is_a_line_with_its_count() -> None:
    """Eleven moves on seven ways; each way's number stands beside it."""
    figure = drawn()
    assert lines(figure).keys() == MOVES.keys()
    assert counts(figure) == {way: str(count) for way, count in MOVES.items()}


def test_skips_run_above_and_returns_below_in_their_own_colour() -> None:
    """Straight on lies on the spine; only what leads back is orange."""
    for way, line in lines(drawn()).items():
        sides = {(y > 0) - (y < 0) for y in line.y}
        assert sides == ({-1} if way in BACKWARDS else {1} if way in SKIPS else {0}), way
        assert (line.line.color == BACK) == (way in BACKWARDS), way


def test_lines_are_as_wide_as_their_tickets_are_many() -> None:
    """Two of at most two tickets make the widest line, one makes half of it."""
    width = {way: line.line.width for way, line in lines(drawn()).items()}
    assert width["Build → Test"] == width["Ideas → Build"] == width["Test → Done"] == 11
    assert width["Test → Build"] == width["Ideas → Done"] == 5.5


def test_longer_waits_are_darker() -> None:
    """No wait at all from Build to Supplier, 2 days from Ideas to Build, 5 to Done."""
    shade = {
        way: sum(map(int, line.line.color.removeprefix("rgb(").rstrip(")").split(",")))
        for way, line in lines(drawn()).items()
        if way not in BACKWARDS
    }
    assert shade["Build → Supplier"] > shade["Ideas → Build"] > shade["Ideas → Done"]


def test_the_colour_scale_names_the_waits_it_shows() -> None:
    """From an hour to thirty days, by the logarithm."""
    bar = trace(drawn(), "scale").marker.colorbar
    assert list(bar.ticktext) == ["1 h", "6 h", "1 d", "3 d", "7 d", "30 d"]
    assert (bar.tickvals[0], bar.tickvals[-1]) == (0, 1)
    assert list(bar.tickvals) == sorted(bar.tickvals)


def test_every_arc_has_a_head_that_points_at_its_stage() -> None:
    """Arcs from above point down, those from below up; each ends beside its receiver."""
    figure = drawn()
    heads = trace(figure, "arc heads")
    arcs = [way for way in lines(figure) if way in BACKWARDS | SKIPS]
    order = list(small_stream().network)
    for way, x, y, angle in zip(arcs, heads.x, heads.y, heads.marker.angle, strict=True):
        assert abs(x - order.index(way.split(" → ")[1])) < 0.3
        assert (y < 0, angle % 360) == ((True, 0) if way in BACKWARDS else (False, 180))


def test_rare_ways_are_folded_and_said() -> None:
    """Under 15 % of eleven moves lie four ways with one move each; the rest is drawn."""
    figure = drawn(min_share=0.15)
    assert lines(figure).keys() == {"Ideas → Build", "Build → Test", "Test → Done"}
    assert counts(figure) == {"Ideas → Build": "2", "Build → Test": "3", "Test → Done": "2"}
    assert notes(figure, "caption")[0].endswith("4 moves on 4 rare paths not drawn.")
    assert notes(drawn(), "caption")[0].endswith("Every move is drawn.")


def test_caption_and_sentence_count_all_moves_folded_or_not() -> None:
    """Four tickets and eleven moves, two backwards; the ticket that skipped had waited five days."""
    for figure in (drawn(), drawn(min_share=0.15)):
        assert notes(figure, "caption")[0].startswith("n = 4 tickets, 11 moves, of open")
        assert figure.layout.meta["alt"] == (
            "Flow map of 5 stages, 4 tickets and 11 moves, 2 of them backwards (18 %). Most waiting is "
            "before the move from Ideas to Done: median 5 d, n 1."
        )


def test_stages_stand_in_order_by_kind_and_share() -> None:
    """Of 31 days 15, 10, 2 and 4; time in Done lies behind the finish and is not told."""
    figure = drawn()
    names, stages = trace(figure, "names"), trace(figure, "stages")
    assert [read(text) for text in names.text] == [
        "Ideas 48 %",
        "Build 32 %",
        "Supplier 6.5 %",
        "Test 13 %",
        "Done ",
    ]
    assert list(names.x) == list(stages.x) == [0, 1, 2, 3, 4]
    assert list(stages.marker.symbol) == [
        KIND_SYMBOLS[kind] for kind in ("queue", "work", "external", "work", "done")
    ]
    ideas, build, supplier, test, done = stages.marker.size
    assert ideas > build > test > supplier > done == 12


def test_the_pointer_finds_every_number_of_a_stage_and_a_move() -> None:
    """Ideas holds one ticket; 4 of 11 days of waiting before a move lie between Ideas and Build."""
    figure = drawn()
    assert facts(trace(figure, "stages").hovertext[0]) == {
        "": "Ideas", "kind": "waiting in a queue", "share of the time before the finish": "48 %",
        "median visit": "3 d", "there now": "1 ticket", "n": "4 tickets, 4 visits",
    }  # fmt: skip
    move = {
        "": "Ideas → Build", "n": "2 moves, 2 tickets", "median wait": "2 d", "85th percentile": "2 d 16 h",
        "total wait": "4 d", "share of all waiting on moves": "36 %",
    }  # fmt: skip
    assert facts(lines(figure)["Ideas → Build"].hovertext) == move
    assert facts(trace(figure, "moves").hovertext[0]) == move


def test_on_a_phone_names_stand_upright_above_their_stages() -> None:
    """Columns are too narrow there for words, and the drawing would be too small to read."""
    phone = drawn().layout.meta["narrow"]
    names = [note for note in phone["layout"]["annotations"] if note.get("textangle") == -90]
    assert [note["text"].split()[0] for note in names] == ["Ideas", "Build", "Supplier", "Test", "Done"]
    assert [note["x"] for note in names] == [0, 1, 2, 3, 4]
    assert "names" not in {trace["name"] for trace in phone["data"]}


def test_the_legend_names_the_kinds_there_are() -> None:
    """Returns stand in it only where one is drawn."""
    shown = [trace.name for trace in drawn().data if trace.showlegend is None]
    assert shown == ["queue", "work", "external", "done", "moves back"]
    onward = flow_map(SmallStream((("Ideas", 1), ("Build", 1), ("Done", 1))).network)
    assert [trace.name for trace in onward.data if trace.showlegend is None] == ["queue", "work", "done"]


def test_stages_between_which_nothing_moved_are_drawn() -> None:
    """One ticket that has stayed where it began: a mark, no line, and no waiting is claimed."""
    figure = flow_map(SmallStream((("Ideas", 6),)).network)
    assert lines(figure) == {}
    assert (
        figure.layout.meta["alt"] == "Flow map of 1 stage, 1 ticket and 0 moves, 0 of them backwards (0 %)."
    )


def test_a_stage_that_passes_work_to_itself_is_a_loop_below() -> None:
    """An edge from a stage to itself leads back, whoever made the network."""
    network: nx.DiGraph[str] = SmallStream().network
    network.add_edge("Build", "Build", **network.edges["Test", "Build"])
    loop = lines(flow_map(network))["Build → Build"]
    assert max(loop.y) < 0
    assert min(loop.x) < 1 < max(loop.x)


def test_of_more_stages_than_have_room_those_with_most_tickets_are_drawn() -> None:
    """150 stages had no room for a letter of their names; what is left out is counted."""
    network: nx.DiGraph[str] = nx.DiGraph(name="stages", tickets=200)
    for position in range(150):
        about = {"team": "", "visits": 3, "open": 0, "total": 9e5, "median": 3e5, "p85": 4e5, "share": 0.01}
        network.add_node(f"S{position}", kind="work", position=position, tickets=150 - position, **about)
    for position in range(149):
        waits = {"wait_median": 86400.0, "wait_p85": 2e5, "wait_total": 3e5}
        move = {"count": 2, "tickets": 2, "share": 0.01, "back": 0}
        network.add_edge(f"S{position}", f"S{position + 1}", **move, **waits)
    figure = flow_map(network, min_share=0.0)
    assert len(lines(figure)) == 23
    assert (
        "The 24 stages with the most tickets are drawn; 126 others, with 252 of 298 moves, are not"
        in figure.layout.meta["alt"]
    )
