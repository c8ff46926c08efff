"""The handoff network: what its arrows, their shares and their links say, beside each other and on a phone."""

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from tests.figures.small_stream import facts, notes, read, trace, who_waits
from tests.figures.test_tables import shown
from vsm.figures import handoff_network, who_waits_table
from vsm.figures.labels import text_width
from vsm.figures.maps.handoff_network import way_link
from vsm.model.who_waits import DELIVERED, NEW, STILL

WEB_QA = (
    (NEW, "web", 0.1, 0.3), ("web", "qa", 0.5, 0.05), ("qa", "web", 0.2, 0.0), ("qa", DELIVERED, 0.12, 0.6),
    ("web", "web", 0.08, 0.05),
)  # fmt: skip
DRAWN = handoff_network(who_waits(*WEB_QA))


def narrow(figure: go.Figure) -> go.Figure:
    """The drawing for a phone."""
    return go.Figure(figure.layout.meta["narrow"])


def shares(figure: go.Figure) -> list[str]:
    return [read(text) for text in trace(figure, "shares").text]


def test_an_arrow_is_as_wide_as_its_share_of_all_waiting() -> None:
    """Of 22 pixels; only the widest has the deepest purple."""
    arrows = {one.name: one.line for one in DRAWN.data if "→" in str(one.name)}
    assert {name: line.width for name, line in arrows.items()} == pytest.approx(
        {"New work → web": 2.2, "web → qa": 11.0, "qa → web": 4.4, "qa → Delivered": 2.64}
    )
    assert [name for name, line in arrows.items() if line.color == "#5d33a6"] == ["web → qa"]


def test_shares_stand_beside_arrows_and_the_largest_says_of_what() -> None:
    """With the share before; what passes within a team is on no arrow."""
    assert shares(DRAWN) == [
        "10 % before: 30 %", "12 % before: 60 %", "20 % before: 0 %", "50 % of all waiting before: 5.0 %",
    ]  # fmt: skip
    assert trace(DRAWN, "shares").text[-1].startswith("<b>")


@pytest.mark.parametrize(
    ("level", "way", "title"),
    [
        ("team", ("web", "qa"), "Work from web waits for qa: 50 % of all waiting"),
        ("team", (NEW, "web"), "New work waits for web: 50 % of all waiting"),
        ("team", ("qa", DELIVERED), "Work waits for delivery after qa: 50 % of all waiting"),
        ("stage", ("Open", "Build"), "Open → Build: 50 % of all waiting"),
        ("stage", ("Open", STILL), "Tickets still in 'Open': 50 % of all waiting"),
    ],
)
def test_the_title_says_what_costs_most(level: str, way: tuple[str, str], title: str) -> None:
    """In words where teams are known."""
    assert handoff_network(who_waits((*way, 0.5, 0.1), level=level)).layout.title.text == title


def test_the_period_before_lies_behind_in_grey() -> None:
    """A line as wide as the share was then, and five pixels more; none where nothing waited then."""
    before = [one for one in DRAWN.data if one.name == "before"]
    assert sorted(one.line.width for one in before) == pytest.approx([7.0, 11.6, 18.2])
    assert DRAWN.data.index(before[-1]) < DRAWN.data.index(trace(DRAWN, "web → qa"))


def test_without_a_period_before_nothing_is_grey() -> None:
    """Neither a line nor a word."""
    network = who_waits(("web", "qa", 1.0, 0.0))
    network.graph["days_before"] = 0
    del network.edges["web", "qa"]["before"]
    figure = handoff_network(network)
    assert shares(figure) == ["100 % of all waiting"]
    assert "before" not in str(figure.to_json())


def test_an_arrow_that_bore_much_before_stays_as_a_grey_one() -> None:
    """What was solved can be seen."""
    figure = handoff_network(who_waits(("web", "qa", 1.0, 0.5), ("qa", "ops", 0.0, 0.5)))
    assert shares(figure) == ["none now before: 50 %", "100 % of all waiting before: 50 %"]
    assert [one.name for one in figure.data if "→" in str(one.name)] == ["web → qa"]


def test_caption_and_sentence_say_of_what_and_when() -> None:
    """The sentence names the largest share, whatever was largest before."""
    assert DRAWN.layout.meta["alt"] == (
        "Handoff network of 2 teams in the last 90 days. The largest share of all waiting is web → qa: 50 %, "
        "5.0 % in the 365 days before, most of it in Ready, n = 12 tickets."
    )
    assert notes(DRAWN, "caption")[0].replace("<br>", " ") == (
        "n = 40 tickets that waited in the 90 days to 2026-04-01, open ones too. Arrow: share of all their "
        "waiting in that time (100 d, elapsed). Grey: the 365 days before. Findings differ: "
        "theirs are shares of the time tickets were open, all paths of a stage together. New work: before "
        "anybody works on it. Delivered: behind the last stage of work. Not drawn: 8.0 % within a team. web → qa: "
        "mostly in 'Ready'."
    )


def test_nodes_bear_names_and_no_numbers() -> None:
    """Where work comes from and goes to are set apart."""
    assert [read(text) for text in trace(DRAWN, "names").text] == ["web", "qa"]
    assert [read(text) for text in trace(DRAWN, "ends").text] == ["New work", "Delivered"]


def test_the_pointer_finds_what_an_arrow_costs() -> None:
    """On the arrow and on its share."""
    arrows = trace(DRAWN, "arrows")
    found = {place: text for (place,), text in zip(arrows.customdata, arrows.hovertext, strict=True)}
    assert facts(found["tickets.html#handoff-web-qa"]) == {
        "": "web → qa",
        "share of all waiting, last 90 days": "50 %",
        "365 days before": "5.0 %",
        "n": "12 tickets",
        "wait in total": "50 d",
        "median of a ticket": "1 d",
        "most of it in": "Ready",
    }


@pytest.mark.parametrize("figure", [DRAWN, narrow(DRAWN)], ids=["page", "phone"])
def test_a_share_can_be_clicked_like_its_arrow(figure: go.Figure) -> None:
    """Each has a mark of its own with its arrow's address, a little beside where it begins."""
    marks = trace(figure, "arrows")
    places = {(x, y): place for x, y, (place,) in zip(marks.x, marks.y, marks.customdata, strict=True)}
    beside = {"middle right": (24, 0), "top center": (0, 24), "bottom center": (0, -24)}
    written = trace(figure, "shares")
    found = [
        places[x + beside[side][0], y + beside[side][1]]
        for x, y, side in zip(written.x, written.y, written.textposition, strict=True)
    ]
    assert found[2:] == ["tickets.html#handoff-qa-web", "tickets.html#handoff-web-qa"]


@pytest.mark.parametrize(
    ("level", "way", "place"),
    [
        ("team", ("web", "qa"), "tickets.html#handoff-web-qa"),
        ("team", (NEW, "web"), "tickets.html#waiting-ready"),
        ("team", ("qa", DELIVERED), "tickets.html#waiting-ready"),
        ("team", ("web", "web"), "tickets.html#waiting-ready"),
        ("stage", ("Open", "Build"), "tickets.html#move-open-build"),
        ("stage", ("Open", STILL), "tickets.html#queue-open"),
    ],
)
def test_every_way_leads_to_its_tickets(level: str, way: tuple[str, str], place: str) -> None:
    """Handoffs, moves, what waits in a stage now, or whatever waited there."""
    assert way_link(who_waits((*way, 0.5, 0.1), level=level), way) == place


def test_a_slide_has_five_nodes_and_three_shares_in_letters_of_24_points() -> None:
    """From top to bottom; what was before stands behind each share that has room."""
    ways = [(f"Team {a}", f"Team {b}", share, 0.1) for a, b, share in zip(
        range(6), range(1, 7), (0.1, 0.3, 0.05, 0.2, 0.06, 0.0), strict=True)]  # fmt: skip
    figure = handoff_network(who_waits(*ways), slide=True)
    assert [read(text) for text in trace(figure, "names").text] == [f"Team {n}" for n in range(5)]
    assert shares(figure) == [
        "10 % (before: 10 %)", "20 % (before: 10 %)", "30 % of all waiting (before: 10 %)",
    ]  # fmt: skip
    assert {one.textfont.size for one in figure.data if one.mode == "text"} == {32}
    assert (figure.layout.width, figure.layout.legend.font.size) == (1184, 32)


def test_on_a_phone_it_runs_from_top_to_bottom() -> None:
    """The same names and shares, each node below the one before."""
    figure = narrow(DRAWN)
    names, ends = trace(figure, "names"), trace(figure, "ends")
    assert list(names.x) + list(ends.x) == [0.0] * 4
    assert [*ends.y[:1], *names.y, *ends.y[1:]] == sorted([*ends.y, *names.y], reverse=True)
    assert shares(figure)[:2] == ["10 % before: 30 %", "12 % before: 60 %"]
    assert figure.layout.meta["alt"] == DRAWN.layout.meta["alt"]


def test_many_teams_stand_below_each_other_on_a_wide_page_too() -> None:
    """Seven do not fit beside each other."""
    teams = [f"Team {number}" for number in range(7)]
    figure = handoff_network(who_waits(*((a, b, 0.1, 0.1) for a, b in pairwise(teams))))
    assert set(trace(figure, "names").x) == {0.0}


def test_rare_ways_and_those_with_least_waiting_are_left_out_and_counted() -> None:
    """One way with a thousandth, and of four teams the two with most."""
    figure = handoff_network(
        who_waits(("a", "b", 0.9, 0.0), ("b", "a", 0.001, 0.0), ("c", "d", 0.099, 0.0)), most=2
    )
    assert [one.name for one in figure.data if "→" in str(one.name)] == ["a → b"]
    assert "Not drawn: 10 % on rare paths or for no known team." in notes(figure, "caption")[0].replace(
        "<br>", " "
    )


def test_the_table_has_the_same_shares_with_links_that_need_no_script() -> None:
    """The largest first, those within a team too."""
    table = who_waits_table(who_waits(*WEB_QA))
    assert shown(table)[0] == ["web → qa", "50 %", "5.0 %", "12", "1 d", "Ready"]
    assert [row[0] for row in shown(table)] == [
        "web → qa", "qa → web", "qa → Delivered", "New work → web", "within web",
    ]  # fmt: skip
    assert '<span data-tickets="tickets.html#handoff-web-qa">web → qa</span>' in table.to_html()


def test_the_table_of_no_waiting_says_so() -> None:
    """A sentence instead of rows."""
    empty: Any = who_waits()
    assert "No ticket has waited in the current period." in who_waits_table(empty).to_html()


def test_on_a_phone_shares_stand_clear_of_the_arrows_beside_them() -> None:
    """Two arcs at the right: the share of a straight arrow and that of the inner arc end before the next one."""
    ways = (("Received", "Open", 0.3, 0.05), ("Received", STILL, 0.0, 0.35), ("Open", "Done", 0.1, 0.1))
    figure = narrow(handoff_network(who_waits(*ways, ("Received", "Done", 0.6, 0.5), level="stage")))
    said = trace(figure, "shares")
    begin = dict(zip([read(text) for text in said.text], said.x, strict=True))
    inner = max(trace(figure, "Received → Done").x) - trace(figure, "Received → Done").line.width / 2
    outer = max(max(one.x) - one.line.width / 2 for one in figure.data if one.name == "before")
    assert begin["30 % before: 5.0 %"] + text_width(["before: 5.0 %"], size=11) <= inner
    assert begin["60 %"] + text_width(["60 %"], size=18) <= outer
