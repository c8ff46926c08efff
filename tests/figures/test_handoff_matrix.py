"""The matrix of handoffs between teams, against seven handoffs counted by hand."""

import plotly.graph_objects as go

from tests.figures.small_stream import facts, notes, read, teams_of, trace
from vsm.figures import handoff_matrix

# ops → ops: 1 and 2 days. ops → web: 3. web → ops: 1, 2 and 6. qa → web: 4.
HANDOFFS = (
    ("web", "ops", 1.0), ("web", "ops", 6.0), ("web", "ops", 2.0), ("ops", "web", 3.0), ("qa", "web", 4.0),
    ("ops", "ops", 1.0), ("ops", "ops", 2.0),
)  # fmt: skip


def drawn() -> go.Figure:
    return handoff_matrix(teams_of(*HANDOFFS))


def cells(figure: go.Figure, name: str, what: str) -> dict[tuple[str, str], object]:
    """What a heat map holds where it holds something, by (from team, to team) as the axes say."""
    rows, columns = (
        [read(text) for text in axis.ticktext] for axis in (figure.layout.yaxis, figure.layout.xaxis)
    )
    grid = getattr(trace(figure, name), what)
    return {
        (rows[y], columns[x]): value for y, line in enumerate(grid) for x, value in enumerate(line) if value
    }


def test_cells_are_the_wait_in_all_in_days() -> None:
    """1 + 2 + 6 days from web to ops; within a team it is told apart from what lies between teams."""
    figure = drawn()
    assert cells(figure, "between teams", "z") == {("ops", "web"): 3, ("qa", "web"): 4, ("web", "ops"): 9}
    assert cells(figure, "within a team", "z") == {("ops", "ops"): 3}


def test_cells_say_count_and_median() -> None:
    """Three handoffs from web to ops, half of them within 2 days; cells without a handoff say nothing."""
    figure = drawn()
    assert cells(figure, "between teams", "text") == {
        ("ops", "web"): "1× · 3 d", ("qa", "web"): "1× · 4 d", ("web", "ops"): "3× · 2 d"
    }  # fmt: skip
    assert cells(figure, "within a team", "text") == {("ops", "ops"): "2× · 1 d 12 h"}


def test_both_axes_name_the_same_teams_in_the_same_order() -> None:
    """Rows run downwards, so that the diagonal is a team's own handoffs."""
    layout = drawn().layout
    assert layout.xaxis.ticktext == layout.yaxis.ticktext == ("ops", "qa", "web")
    assert layout.xaxis.tickvals == layout.yaxis.tickvals == (0, 1, 2)
    assert layout.xaxis.range == layout.yaxis.range[::-1] == (-0.5, 2.5)
    assert (layout.yaxis.title.text, layout.xaxis.title.text) == ("from team", "to team")


def test_the_colour_begins_at_no_wait_and_ends_at_the_longest() -> None:
    """Only what lies between teams is weighed by colour and has a scale."""
    between, within = trace(drawn(), "between teams"), trace(drawn(), "within a team")
    assert (between.zmin, between.zmax, between.showscale) == (0, 9, True)
    assert len({colour for _, colour in within.colorscale}) == 1
    assert not within.showscale


def test_the_pointer_finds_every_number_of_a_cell() -> None:
    """9 of the 19 days of all handoffs; what leads to a team of an earlier name counts as a return here."""
    assert facts(str(cells(drawn(), "between teams", "hovertext")["web", "ops"])) == {
        "": "web → ops", "n": "3 handoffs, 3 tickets", "median wait": "2 d", "85th percentile": "4 d 19 h",
        "total wait": "9 d", "share of all waiting in handoffs": "47 %", "returns to an earlier stage": "3",
    }  # fmt: skip
    assert cells(drawn(), "between teams", "hovertext").keys() == {
        ("ops", "web"),
        ("qa", "web"),
        ("web", "ops"),
    }


def test_sentence_and_caption_count_all_handoffs() -> None:
    """Seven of seven tickets; the costliest way is web to ops, whatever the median."""
    figure = drawn()
    assert notes(figure, "caption")[0].startswith("n = 7 handoffs of 7 tickets.")
    assert figure.layout.meta["alt"] == (
        "Handoffs between 3 teams: 7 handoffs of 7 tickets. The costliest handoff is web → ops: "
        "9 d in total, median 2 d, n 3."
    )


def test_one_team_hands_off_to_itself_only() -> None:
    """A matrix of one grey cell, and no claim about other teams."""
    figure = handoff_matrix(teams_of(("ops", "ops", 2)))
    assert cells(figure, "within a team", "z") == {("ops", "ops"): 2}
    assert cells(figure, "between teams", "z") == {}
    assert figure.layout.meta["alt"] == (
        "Handoffs between 1 team: 1 handoff of 1 ticket. None of them goes to another team."
    )


def test_a_handoff_without_any_wait_is_a_cell_all_the_same() -> None:
    """Taken up at once is not the same as never handed off."""
    figure = handoff_matrix(teams_of(("ops", "web", 0)))
    assert [list(line) for line in trace(figure, "between teams").z] == [[None, 0.0], [None, None]]
    assert cells(figure, "between teams", "text") == {("ops", "web"): "1× · &lt;1 min"}


def test_many_teams_get_short_medians_and_upright_names() -> None:
    """Nine teams: 1 d 12 h is cut to 1 d, and the caption says so."""
    ring = [(f"team {n}", f"team {(n + 1) % 9}", 1.5) for n in range(9)]
    figure = handoff_matrix(teams_of(*ring))
    assert set(cells(figure, "between teams", "text").values()) == {"1×<br>1 d"}
    assert figure.layout.xaxis.tickangle == -90
    assert notes(figure, "caption")[0].endswith("Medians are cut to their largest unit.")
    assert "cut" not in notes(drawn(), "caption")[0]
