"""The network of teams: who stands where, and what arrows, marks and boxes tell of the handoffs."""

from itertools import permutations
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.figures.small_stream import facts, notes, read, teams_of, trace
from vsm.figures import team_network
from vsm.figures.maps.teams_layout import oval_from_network, ring
from vsm.figures.marks import wait_colour

WEB_QA = [("web", "qa", 2.0)] * 8 + [("qa", "web", 0.5)] * 2 + [("qa", "qa", 3.0)]
DAY = 86400.0


def test_arrows_tell_handoffs_by_width_and_median_wait_by_colour() -> None:
    """Eight of two days and two of half a day: the widest is 11 pixels, the other a quarter of it."""
    figure = team_network(teams_of(*WEB_QA))
    there, back = trace(figure, "web → qa"), trace(figure, "qa → web")
    assert (there.line.width, back.line.width) == (11.0, 2.75)
    assert (there.line.color, back.line.color) == (wait_colour(2 * DAY), wait_colour(DAY / 2))
    assert sorted(trace(figure, "facts").text) == ["2× · 12 h", "8× · 2 d"]


def test_an_arrow_leads_from_giver_to_receiver() -> None:
    """It begins at the sender's mark and its head stands at the receiver's."""
    figure = team_network(teams_of(("web", "qa", 1)))
    teams = trace(figure, "teams")
    names = [read(text) for text in trace(figure, "names").text]
    (sender, receiver) = (
        (teams.x[position], teams.y[position]) for position in (names.index("web"), names.index("qa"))
    )
    line, head = trace(figure, "web → qa"), trace(figure, "arrow heads")
    assert hypot(line.x[0] - sender[0], line.y[0] - sender[1]) < 40
    assert hypot(head.x[0] - receiver[0], head.y[0] - receiver[1]) < 40
    assert line.x[0] < head.x[0]


def test_the_box_beside_the_pointer_tells_what_a_way_costs() -> None:
    """Eight handoffs of two days are sixteen days, of twenty in all."""
    told = facts(trace(team_network(teams_of(*WEB_QA)), "web → qa").hovertext)
    assert told == {
        "": "web → qa",
        "n": "8 handoffs, 8 tickets",
        "median wait": "2 d",
        "85th percentile": "2 d",
        "total wait": "16 d",
        "share of all waiting in handoffs": "80 %",
        "returns to an earlier stage": "8",
    }


def test_marks_count_handoffs_and_names_tell_those_within() -> None:
    """web gives eight and takes two; qa has one more, from person to person."""
    figure = team_network(teams_of(*WEB_QA))
    assert sorted(trace(figure, "teams").text) == ["10", "11"]
    assert sorted(read(text) for text in trace(figure, "names").text) == ["qa within: 1× · 3 d", "web"]
    told = [facts(text) for text in trace(figure, "teams").hovertext]
    (qa,) = [fact for fact in told if fact[""] == "qa"]
    assert qa["received from other teams"] == "8 handoffs"
    assert qa["total wait until it started them"] == "16 d"


def test_the_sentence_names_the_costliest_way() -> None:
    """By wait in all, not by number."""
    figure = team_network(teams_of(*[("web", "qa", 1.0)] * 5, ("qa", "ops", 9.0)))
    assert figure.layout.meta["alt"] == (
        "Network of 3 teams: 6 handoffs of 6 tickets. The costliest handoff is qa → ops: "
        "9 d in total, median 9 d, n 1."
    )


def test_one_team_alone_is_drawn_without_arrows() -> None:
    """And without a scale for them."""
    figure = team_network(teams_of(("web", "web", 1)))
    assert [one.name for one in figure.data] == ["arrow heads", "teams", "names", "facts"]
    assert figure.layout.meta["alt"].endswith("None of them goes to another team.")


@pytest.mark.slow
def test_rare_ways_and_the_smallest_of_many_teams_are_told_not_drawn() -> None:
    """One of 200 handoffs is rare; of fourteen teams the twelve busiest are drawn."""
    rare = team_network(teams_of(*[("web", "qa", 1.0)] * 199, ("qa", "web", 1.0)))
    assert "Not drawn: 1 handoff on rare paths." in notes(rare, "caption")[0]
    many = team_network(teams_of(*[(f"t{n:02}", "hub", 1.0) for n in range(13) for _ in range(14 - n)]))
    assert len(trace(many, "teams").x) == 12
    assert "Not drawn: 2 teams and 5 handoffs on rare paths." in notes(many, "caption")[0]


PAIRS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.just(1.0)), min_size=1, max_size=25
)


@given(PAIRS)
def test_the_ring_is_as_short_as_swaps_can_make_it_and_ways_are_apart(
    handoffs: list[tuple[str, str, float]],
) -> None:
    """No two teams could change places and shorten the ways; the same for the handoffs in any order."""
    network = teams_of(*handoffs)
    order = ring(network)
    assert sorted(order) == sorted(network)
    assert order == ring(teams_of(*reversed(handoffs)))
    weights: dict[tuple[str, str], int] = {(u, v): about["count"] for u, v, about in network.edges(data=True)}

    def length(names: list[str]) -> int:
        steps = {way: abs(names.index(way[0]) - names.index(way[1])) for way in weights}
        return sum(weight * min(steps[way], len(names) - steps[way]) for way, weight in weights.items())

    if len(order) <= 3:
        assert length(order) == min(length(list(other)) for other in permutations(order))
    for one in range(len(order)):
        for two in range(one):
            swapped = order.copy()
            swapped[one], swapped[two] = order[two], order[one]
            assert length(swapped) >= length(order)


@pytest.mark.slow
@pytest.mark.parametrize("teams", [3, 6, 9, 12])
def test_ways_keep_off_names_and_other_teams(teams: int) -> None:
    """Neighbours and those two apart: no arrow crosses a third team's mark, or a name."""
    names = [f"Team number {n}" for n in range(teams)]
    pairs = [(names[n], names[(n + step) % teams]) for n in range(teams) for step in (1, 2, -1)]
    network = teams_of(*[(a, b, 1.0) for a, b in pairs if a != b])
    oval = oval_from_network(network, ways=sorted(set(pairs)))
    for way, points in oval.ways.items():
        for team, (x, y) in oval.centres.items():
            left, low, right, high = oval.boxes[team]
            assert not any(left < px < right and low < py < high for px, py in points)
            if team not in way:
                assert min(hypot(px - x, py - y) for px, py in points) > oval.radii[team]
