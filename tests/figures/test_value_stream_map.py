"""The value stream map, against visits counted by hand."""

import re

import networkx as nx
import plotly.graph_objects as go
import pytest

from tests.figures.small_stream import SmallStream, facts, notes, read, small_stream, trace
from vsm.figures import value_stream_map
from vsm.figures.theme import KIND_COLOURS


def drawn() -> go.Figure:
    return value_stream_map(small_stream().network)


def written(figure: go.Figure, name: str) -> list[str]:
    return [read(text) for text in trace(figure, name).text]


def places(figure: go.Figure, name: str) -> list[float]:
    return list(trace(figure, name).x)


def test_process_boxes_tell_median_visits_and_what_came_back() -> None:
    """Build: visits of 1, 2, 3 and 4 days, two of four passed on for good. Test: two moves are too few."""
    figure = drawn()
    assert written(figure, "box names") == ["Build", "Test"]
    assert written(figure, "box teams") == ["web", "qa"]
    assert written(figure, "box data") == ["2 d 12 h n 4 C&A 50 %", "1 d n 3 C&A –"]
    assert places(figure, "box data") == places(figure, "box names") == [1, 3]


@pytest.mark.parametrize(
    ("ca", "words"), [(0.998, ">99 %"), (1.0, "100 %"), (0.0004, "<0.1 %"), (0.0, "0 %")]
)
def test_what_almost_never_came_back_fits_a_box(ca: float, words: str) -> None:
    """Over and under are written as signs there, since words would not fit; escaped, as all else."""
    network = SmallStream().network
    network.nodes["Build"]["ca"] = ca
    figure = value_stream_map(network)
    assert written(figure, "box data")[0].endswith(f"C&A {words}")
    assert not re.search(r"<(?!/?b>|br>)", trace(figure, "box data").text[0])


def test_triangles_tell_what_waits_now() -> None:
    """One ticket lies in Ideas, none at the supplier's."""
    figure = drawn()
    assert written(figure, "names") == ["Ideas", "Supplier"]
    assert written(figure, "waiting now") == ["1 now", "0 now"]
    assert written(figure, "inventory") == ["I", "I"]
    assert places(figure, "waiting now") == places(figure, "names") == [0, 2]


def test_the_ladder_bears_the_medians_of_visits_that_ended() -> None:
    """Ideas held tickets for 1, 3 and 5 days, and for 6 so far; waiting stands above, work below."""
    figure = drawn()
    assert written(figure, "medians") == ["3 d", "2 d 12 h", "2 d", "1 d"]
    assert places(figure, "medians") == [0, 1, 2, 3]
    wait, work, *_ = dict.fromkeys(trace(figure, "medians").y)
    assert wait > work
    assert list(trace(figure, "medians").y) == [wait, work, wait, work]


def test_the_ladders_steps_lie_under_their_stages() -> None:
    """A thick step of its kind's colour as wide as each stage's slot."""
    steps = {line.line.color: list(line.x) for line in drawn().data if line.name == "ladder"}
    assert steps[KIND_COLOURS["queue"]] == [-0.5, 0.5, None]
    assert steps[KIND_COLOURS["work"]] == [0.5, 1.5, None, 2.5, 3.5, None]
    assert steps[KIND_COLOURS["external"]] == [1.5, 2.5, None]


def test_the_totals_split_all_time_before_the_finish() -> None:
    """31 days with the open ticket's 6: 17 waiting, 14 in work stages."""
    assert written(drawn(), "totals") == ["waiting 55 %", "work 45 %"]


def test_the_customer_gets_what_was_finished() -> None:
    """Three tickets lie in Done."""
    figure = drawn()
    assert written(figure, "ends") == ["Done", "3 there", "Requests"]
    assert places(figure, "ends")[:2] == places(figure, "totals") == [4, 4]


def test_arrows_lead_from_the_source_through_each_stage_to_the_customer() -> None:
    """Five arrows, each beginning where the one before ended or on the other side of a box."""
    arrows = [note for note in drawn().layout.annotations if note.showarrow]
    ends = [(round(arrow.ax, 2), round(arrow.x, 2)) for arrow in arrows]
    assert ends == [(-0.85, 0), (0, 0.59), (1.41, 2), (2, 2.59), (3.41, 4)]


def test_the_pointer_finds_every_number_of_a_stage() -> None:
    """Build: 85 % of its visits ended within 3.55 days; 10 of 31 days lie there."""
    stages = trace(drawn(), "stages")
    assert list(stages.x) == [0, 1, 2, 3, 4]
    assert facts(stages.hovertext[1]) == {
        "": "Build", "kind": "work", "team": "web", "median visit": "2 d 12 h",
        "85th percentile": "3 d 13 h", "share of the time before the finish": "32 %",
        "complete and accurate": "50 %", "there now": "0 tickets", "n": "2 tickets, 4 visits",
    }  # fmt: skip
    assert facts(stages.hovertext[3])["complete and accurate"] == "too few to say"
    assert facts(stages.hovertext[4]) == {
        "": "Done", "kind": "done", "there now": "3 tickets", "n": "3 tickets, 3 visits"
    }  # fmt: skip


def test_the_sentence_tells_waiting_work_and_the_largest_part() -> None:
    """15 of 31 days lie in Ideas."""
    figure = drawn()
    assert figure.layout.meta["alt"] == (
        "Value stream map of 5 stages and 4 tickets: waiting 55 %, work 45 % of the time before the finish. "
        "The largest share is Ideas: 48 %, median 3 d, n 4 visits."
    )
    assert notes(figure, "caption")[0].startswith("n = 4 tickets, open")


def test_several_ends_share_the_customers_place() -> None:
    """What is done in two ways is counted together, and told apart by the pointer."""
    network = SmallStream().network
    network.add_node(
        "Dropped", **network.nodes["Done"] | {"position": 5, "open": 2, "tickets": 2, "visits": 2}
    )
    figure = value_stream_map(network)
    assert written(figure, "ends")[:2] == ["Done / Dropped", "5 there"]
    assert "Dropped" in trace(figure, "stages").hovertext[4]


def test_a_stream_without_an_end_claims_no_finished_ticket() -> None:
    """Tickets that nobody has finished: the customer is drawn, and no number at it."""
    figure = value_stream_map(SmallStream((("Ideas", 1), ("Build", 2))).network)
    assert written(figure, "ends") == ["Customer", "Requests"]
    assert len(trace(figure, "stages").x) == 2


@pytest.mark.parametrize(("stages", "rows"), [(1, 1), (5, 1), (6, 2), (10, 2), (11, 2), (12, 3), (30, 6)])
def test_a_long_stream_runs_on_in_rows(stages: int, rows: int) -> None:
    """At most six in a row, the customer included; every stage has a place of its own."""
    network: nx.DiGraph[str] = nx.DiGraph(name="stages", tickets=1)
    about = {**small_stream().network.nodes["Build"]}
    for position in range(stages):
        network.add_node(f"Stage {position}", **about | {"position": position})
    figure = value_stream_map(network)
    spots = list(zip(places(figure, "box names"), trace(figure, "box names").y, strict=True))
    assert written(figure, "box names") == [f"Stage {position}" for position in range(stages)]
    assert len(set(spots)) == stages
    assert len({y for _, y in spots}) <= rows
    assert figure.layout.yaxis.range[0] == -250 * rows
