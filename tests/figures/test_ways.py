"""Which way a move takes on the flow map: heights, feet, and what is folded."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.figures.maps.flow_layout import Plan, mark_radius, moves_from_network, plan_from_network, spine

STAGES = "abcdefg"
EDGES = st.dictionaries(
    st.tuples(st.sampled_from(STAGES), st.sampled_from(STAGES)), st.integers(1, 400), max_size=20
)


def network_of(edges: dict[tuple[str, str], int]) -> "nx.DiGraph[str]":
    network: nx.DiGraph[str] = nx.DiGraph(name="stages", tickets=9)
    for position, name in enumerate(STAGES):
        network.add_node(name, position=position, share=1 / 7)
    for (sender, receiver), count in edges.items():
        network.add_edge(sender, receiver, count=count, tickets=count)
    return network


def planned(*ways: str) -> Plan:
    return plan_from_network(network_of({(way[0], way[1]): 1 for way in ways}), min_share=0.0)


@given(EDGES, st.floats(0, 1))
def test_drawn_and_folded_moves_are_all_moves(edges: dict[tuple[str, str], int], min_share: float) -> None:
    """Every edge is in one of the two, by its share; none is lost and none is drawn twice."""
    drawn, folded = moves_from_network(network_of(edges), min_share=min_share)
    assert sorted((move.sender, move.receiver) for move in drawn + folded) == sorted(edges)
    whole = sum(edges.values())
    assert all(move.about["count"] >= min_share * whole for move in drawn)
    assert all(move.about["count"] < min_share * whole for move in folded)


@given(EDGES)
def test_everything_lies_between_bottom_and_top(edges: dict[tuple[str, str], int]) -> None:
    """Arcs stay clear of the names above them; skips above the spine, returns below, the rest on it."""
    plan = plan_from_network(network_of(edges), min_share=0.0)
    for move, points in zip(plan.drawn, plan.paths, strict=True):
        heights = [y for _, y in points]
        assert plan.bottom < min(heights) <= max(heights) < plan.top
        way = move.end - move.start
        assert all(y == 0 if way == 1 else y > 0 if way > 1 else y < 0 for y in heights)


def test_an_edge_of_exactly_the_least_share_is_drawn() -> None:
    """One of a hundred moves, at 1 %."""
    drawn, folded = moves_from_network(network_of({("a", "b"): 99, ("a", "c"): 1}), min_share=0.01)
    assert (len(drawn), folded) == (2, [])


def test_longer_arcs_rise_higher() -> None:
    """Skips of two, three and six stages nest, and so do returns below."""
    up = [max(y for _, y in points) for points in planned("ac", "ad", "ag").paths]
    down = [min(y for _, y in points) for points in planned("ca", "da", "ga").paths]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert len(set(up)) == len(set(down)) == 3


def test_arcs_that_meet_at_a_stage_have_feet_of_their_own() -> None:
    """Three skips out of a and three returns into it: six feet, skips right of its middle and returns too."""
    plan = planned("ac", "ad", "ag", "ca", "da", "ga")
    feet = {
        (move.sender, move.receiver): points[-1][0] if move.back else points[0][0]
        for move, points in zip(plan.drawn, plan.paths, strict=True)
    }
    assert all(0 < foot < 0.5 for foot in feet.values())
    assert len(set(feet.values())) == 3
    assert feet["a", "c"] > feet["a", "d"] > feet["a", "g"]


def test_stages_of_one_place_stand_by_name() -> None:
    """The order does not hang on how the network was made."""
    network: nx.DiGraph[str] = nx.DiGraph()
    for name, position in (("Zeta", 1), ("Beta", 1), ("Start", 0)):
        network.add_node(name, position=position)
    assert spine(network) == ["Start", "Beta", "Zeta"]


@pytest.mark.parametrize(
    ("share", "radius"), [(-1.0, 6.0), (0.0, 6.0), (0.25, 15.0), (1.0, 24.0), (2.0, 24.0)]
)
def test_a_marks_radius_grows_with_the_root_of_its_share(share: float, radius: float) -> None:
    """A quarter of the time takes half of the growth; what is no share does not break the map."""
    assert mark_radius(share) == radius
