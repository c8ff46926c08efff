"""The value stream map, against visits counted by hand."""

import re

import networkx as nx
import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.figures.small_stream import SmallStream, facts, notes, read, small_stream, trace
from vsm.figures import value_stream_map
from vsm.figures.maps.stream_texts import cadence
from vsm.model.map_facts import MapFacts


def drawn() -> go.Figure:
    return value_stream_map(small_stream().network)


def written(figure: go.Figure, name: str) -> list[str]:
    return [read(text) for text in trace(figure, name).text]


def places(figure: go.Figure, name: str) -> list[float]:
    return list(trace(figure, name).x)


def test_data_boxes_are_labelled() -> None:
    """Build: visits of 1, 2, 3 and 4 days, two of four passed on for good. Test: two moves are too few."""
    figure = drawn()
    assert written(figure, "box names") == ["Build web", "Test qa"]
    assert written(figure, "box data") == ["PT 2.5 d %C&A 50 WIP 0", "PT 1.0 d %C&A – WIP 0"]
    assert places(figure, "box data") == places(figure, "box names") == [1, 3]


def test_people_and_limits_stand_where_they_are_known() -> None:
    """Six people in Build, of Test too few to say; a limit of five there, and of two tickets in Ideas."""
    facts_of = MapFacts(people={"Build": 6}, limits={"Test": 5, "Ideas": 2})
    figure = value_stream_map(small_stream().network, facts=facts_of)
    assert written(figure, "box data") == ["PT 2.5 d %C&A 50 WIP 0 people 6", "PT 1.0 d %C&A – WIP 0 of 5"]
    assert written(figure, "waiting now") == ["WIP 1 of 2", "WIP 0"]


def test_where_stays_are_known_with_open_ones_the_ladder_bears_these() -> None:
    """Half of the visits to Build last four days; of Ideas, half of the tickets are still there."""
    nan = float("nan")
    stays = {"Build": (4 * 86_400.0, nan), "Ideas": (nan, nan)}
    shown = value_stream_map(small_stream().network, facts=MapFacts(stays=stays))
    assert written(shown, "medians") == ["– 48 %", "4.0 d 32 %", "– 6.5 %", "– 13 %"]


def test_what_has_never_ended_has_an_unknown_median() -> None:
    """A stage that no ticket has left yet: no number, rather than none at all."""
    figure = value_stream_map(SmallStream((("Ideas", 1),)).network)
    assert written(figure, "medians") == ["– 100 %"]
    assert "median" not in figure.layout.meta["alt"]


@pytest.mark.parametrize(("ca", "words"), [(0.998, ">99"), (1.0, "100"), (0.0004, "<0.1"), (0.0, "0")])
def test_what_almost_never_came_back_fits_a_box(ca: float, words: str) -> None:
    """Over and under are written as signs there, since words would not fit; escaped, as all else."""
    network = SmallStream().network
    network.nodes["Build"]["ca"] = ca
    figure = value_stream_map(network)
    assert f"%C&A {words} WIP" in written(figure, "box data")[0]
    assert not re.search(r"<(?!/?b>|br>)", trace(figure, "box data").text[0])


def test_triangles_tell_what_waits_now() -> None:
    """One ticket lies in Ideas, none at the supplier's."""
    figure = drawn()
    assert written(figure, "names") == ["Ideas", "Supplier"]
    assert written(figure, "waiting now") == ["WIP 1", "WIP 0"]
    assert written(figure, "inventory") == ["I", "I"]
    assert places(figure, "waiting now") == places(figure, "names") == [0, 2]


def test_the_ladder_bears_the_medians_of_visits_that_ended_and_shares() -> None:
    """Ideas held tickets for 1, 3 and 5 days, and for 6 so far; waiting stands above, work below."""
    figure = drawn()
    assert written(figure, "medians") == ["3.0 d 48 %", "2.5 d 32 %", "2.0 d 6.5 %", "1.0 d 13 %"]
    assert places(figure, "medians") == [0, 1, 2, 3]
    wait, work, *_ = dict.fromkeys(trace(figure, "medians").y)
    assert wait > work
    assert list(trace(figure, "medians").y) == [wait, work, wait, work]


def test_a_step_of_the_ladder_is_the_darker_the_more_time_lies_there() -> None:
    """Each as wide as its stage's slot; the queue with 48 % has its kind's full colour, that with 6.5 % less."""
    steps = [shape for shape in drawn().layout.shapes if shape.type == "rect" and shape.x1 - shape.x0 == 1]
    assert [shape.x0 for shape in steps] == [-0.5, 0.5, 1.5, 2.5]
    assert [step.fillcolor for step in steps] == [
        "rgb(230, 159, 0)", "rgb(107, 175, 217)", "rgb(238, 199, 220)", "rgb(144, 197, 230)",
    ]  # fmt: skip


def test_the_two_longest_waits_bear_a_star() -> None:
    """At the beginning of their steps; what is worked on bears none."""
    stars = trace(drawn(), "bursts")
    assert sorted(stars.x) == pytest.approx([-0.46, 1.54])


def test_the_totals_split_all_time_before_the_finish() -> None:
    """31 days with the open ticket's 6: 17 waiting, 14 in work stages."""
    assert written(drawn(), "rails") == ["waiting", "work"]
    assert written(drawn(), "totals") == ["55 %", "45 %"]


def test_the_summary_box_has_lead_time_process_time_activity_ratio_and_rolled_accuracy() -> None:
    """The activity ratio is process time ÷ lead time of what was delivered; what is not known is a dash."""
    known = MapFacts(lead=pd.Timedelta(days=24), process=pd.Timedelta(hours=30), delivered=40, rolled=0.73)
    figure = value_stream_map(small_stream().network, facts=known)
    assert written(figure, "summary") == [
        "24 d mean lead time, delivered", "1.2 d mean process time", "5.2 % activity ratio", "73 % rolled %C&A",
    ]  # fmt: skip
    assert written(drawn(), "summary") == [
        "– mean lead time, delivered", "– mean process time", "– activity ratio", "– rolled %C&A",
    ]  # fmt: skip


def test_the_totals_are_of_the_same_tickets_as_the_ladder() -> None:
    """Of all of them, whatever is known of what was delivered; the title says so."""
    known = MapFacts(lead=pd.Timedelta(days=24), process=pd.Timedelta(hours=30), delivered=40, rolled=0.73)
    figure = value_stream_map(small_stream().network, facts=known)
    assert written(figure, "totals") == ["55 %", "45 %"]
    assert figure.layout.title.text == "Value stream map of 4 tickets, open ones too"


def test_demand_and_releases_stand_at_the_ends() -> None:
    """What arrives and is delivered a week, and how often there is a release; nothing where it is not known."""
    known = MapFacts(arrivals=12.4, deliveries=8.0, days=90, release_every=pd.Timedelta(days=14))
    figure = value_stream_map(small_stream().network, facts=known)
    assert written(figure, "ends") == ["Requests", "Customer", "12 a week", "8 a week"]
    assert written(figure, "releases") == ["released every 14 days"]
    assert written(drawn(), "ends") == ["Requests", "Customer"]
    assert written(drawn(), "releases") == []


@pytest.mark.parametrize(("days", "words"), [(14.0, "14 days"), (1.1, "day"), (0.25, "6 h"), (2.6, "3 days")])
def test_a_cadence_is_in_plain_words(days: float, words: str) -> None:
    """Whole days, a day, or hours."""
    assert cadence(MapFacts(release_every=pd.Timedelta(days=days))) == f"released every {words}"


def test_what_came_back_most_has_an_arrow_with_its_number() -> None:
    """From Test back to Build, once; of four moves on from Build two never came back, which is its %C&A."""
    figure = drawn()
    assert written(figure, "rework words") == ["1 back to Build (%C&A 50)"]
    assert list(trace(figure, "rework").x) == [3, 3, 1]


def test_arrows_lead_from_the_source_through_each_stage_to_the_customer() -> None:
    """Five arrows, each beginning where the one before ended or on the other side of a box."""
    arrows = [note for note in drawn().layout.annotations if note.showarrow]
    ends = [(round(arrow.ax, 2), round(arrow.x, 2)) for arrow in arrows if arrow.y == arrow.ay]
    assert ends == [(-0.95, 0), (0, 0.54), (1.46, 2), (2, 2.54), (3.46, 4.4)]


def test_the_pointer_finds_every_number_of_a_stage() -> None:
    """Build: 85 % of its visits ended within 3.55 days; 10 of 31 days lie there."""
    stages = trace(drawn(), "stages")
    assert list(stages.x) == [0, 1, 2, 3]
    assert facts(stages.hovertext[1]) == {
        "": "Build", "kind": "work", "team": "web", "median visit": "2 d 12 h",
        "85th percentile": "3 d 13 h", "share of the time before the finish": "32 %",
        "complete and accurate": "50 %", "there now": "0 tickets", "n": "2 tickets, 4 visits",
    }  # fmt: skip
    assert facts(stages.hovertext[3])["complete and accurate"] == "too few to say"


def test_the_pointer_finds_at_the_customer_what_is_done_in_two_ways() -> None:
    """Three tickets in Done, two in Dropped; nothing where there is no such stage."""
    network = SmallStream().network
    network.add_node(
        "Dropped", **network.nodes["Done"] | {"position": 5, "open": 2, "tickets": 2, "visits": 2}
    )
    (told,) = trace(value_stream_map(network), "customer").hovertext
    assert "<b>Done</b>" in told
    assert "<b>Dropped</b><br>kind: done<br>there now: 2 tickets" in told
    alone = value_stream_map(SmallStream((("Ideas", 1), ("Build", 2))).network)
    assert trace(alone, "customer").hoverinfo == "skip"


def test_the_sentence_tells_waiting_work_and_the_largest_part() -> None:
    """15 of 31 days lie in Ideas."""
    figure = drawn()
    assert figure.layout.meta["alt"] == (
        "Value stream map of 5 stages and 4 tickets: waiting 55 %, work 45 % of the time before the finish. "
        "The largest share is Ideas: 48 %, median 3 d, n 4 visits."
    )
    assert notes(figure, "caption")[0].startswith("n = 4 tickets, open")


def long_stream(*shares: float) -> "nx.DiGraph[str]":
    """Stages of work with these shares of all time, in a row."""
    network: nx.DiGraph[str] = nx.DiGraph(name="stages", tickets=1)
    about = {**small_stream().network.nodes["Build"]}
    for position, share in enumerate(shares):
        network.add_node(f"Stage {position}", **about | {"position": position, "share": share})
    return network


def test_what_came_back_to_a_stage_that_is_not_drawn_goes_between_its_neighbours() -> None:
    """From the third of four stages to the second, which is too small to be drawn."""
    network = long_stream(0.5, 0.004, 0.486, 0.01)
    edge = {"count": 3, "tickets": 3, "share": 1.0, "back": 3}
    network.add_edge("Stage 2", "Stage 1", **edge)
    assert list(trace(value_stream_map(network), "rework").x) == [1, 1, 0.5]


def test_stages_with_little_time_are_left_out_and_named() -> None:
    """Under 1 %, in the picture and in words; all of it counts in the totals."""
    figure = value_stream_map(long_stream(0.5, 0.004, 0.486, 0.01))
    assert written(figure, "box names") == ["Stage 0 web", "Stage 2 web", "Stage 3 web"]
    assert (
        notes(figure, "caption")[0]
        .replace("<br>", " ")
        .endswith("Not drawn: Stage 1, with 0.4 % of the time.")
    )
    assert written(figure, "totals")[-1] == "100 %"


def test_a_long_stream_is_one_row_of_the_largest_stages() -> None:
    """Eight of thirty, in the order of the stream; six of the others are named."""
    figure = value_stream_map(long_stream(*((30 - n) / 465 for n in range(30))))
    assert written(figure, "box names") == [f"Stage {n} web" for n in range(8)]
    assert len(set(trace(figure, "box names").y)) == 1
    assert "Stage 13 and 16 others" in notes(figure, "caption")[0].replace("<br>", " ")


def test_a_slide_has_fewer_stages_in_larger_letters() -> None:
    """Four at most, of 5 % and more, in letters of 24 points on a slide of its own width."""
    figure = value_stream_map(long_stream(0.3, 0.04, 0.3, 0.16, 0.14, 0.06), slide=True)
    assert written(figure, "box names") == ["Stage 0", "Stage 2", "Stage 3", "Stage 4"]
    assert {one.textfont.size for one in figure.data if one.mode == "text"} <= {32, 33}
    assert figure.layout.width == 1184


def test_a_slide_leaves_out_a_stage_rather_than_break_a_word() -> None:
    """Ten letters have no room on the fourth part of a slide."""
    network = nx.relabel_nodes(long_stream(0.3, 0.3, 0.2, 0.2), {"Stage 0": "Acceptance"})
    figure = value_stream_map(network, slide=True)
    assert written(figure, "box names") == ["Acceptance", "Stage 1", "Stage 2"]


def test_on_a_slide_what_came_back_leaves_room_for_the_releases() -> None:
    """Its words are cut, and end before those of the releases begin."""
    known = MapFacts(release_every=pd.Timedelta(days=14))
    network = nx.relabel_nodes(small_stream().network, {"Build": "Implementation of everything"})
    figure = value_stream_map(network, facts=known, slide=True)
    (words,), (cadence_words,) = written(figure, "rework words"), written(figure, "releases")
    assert (words, cadence_words) == ("1 back to Implementation…", "released every 14 days")
    low, high = figure.layout.xaxis.range
    reach = {
        name: 0.31 * 32 * len(text) * (high - low) / 1184
        for name, text in (("a", words), ("b", cadence_words))
    }
    assert places(figure, "rework words")[0] + reach["a"] < places(figure, "releases")[0] - reach["b"]
    assert places(figure, "releases")[0] + reach["b"] <= high


def test_on_a_slide_without_releases_what_came_back_is_said_above_its_arrow() -> None:
    """In the middle of it, as on a page."""
    figure = value_stream_map(small_stream().network, slide=True)
    line = list(trace(figure, "rework").x)
    assert places(figure, "rework words")[0] == (line[0] + line[-1]) / 2


def test_where_only_the_time_in_work_is_unknown_no_share_of_it_is_claimed() -> None:
    """Lead time is known; the map says neither how much of it is work nor how much is waiting."""
    known = MapFacts(lead=pd.Timedelta(days=12), delivered=30)
    figure = value_stream_map(small_stream().network, facts=known)
    assert written(figure, "totals") == ["–", "–"]
    assert "how much of the time is work is not known." in figure.layout.meta["alt"]


def test_on_a_phone_each_stage_has_a_row() -> None:
    """From top to bottom, with the same numbers."""
    known = MapFacts(arrivals=12.4, days=90, people={"Build": 6})
    figure = go.Figure(value_stream_map(small_stream().network, facts=known).layout.meta["narrow"])
    stages = trace(figure, "stages")
    assert len(set(stages.x)) == 1
    assert list(stages.y) == sorted(stages.y, reverse=True)
    assert written(figure, "box data")[:2] == ["Build", "PT 2.5 d · %C&A 50 WIP 0 · people 6"]
    assert written(figure, "names") == [
        "Ideas WIP 1", "Supplier WIP 0", "Requests 12 a week", "Customer", "Rework: 1 back to Build (%C&A 50), from Test",
    ]  # fmt: skip
    assert written(figure, "medians") == written(drawn(), "medians")
    assert len(written(figure, "summary")) == 4


def test_a_stage_leads_to_its_tickets() -> None:
    """On the page and on the phone."""
    figure = drawn()
    for one in (figure, go.Figure(figure.layout.meta["narrow"])):
        assert [place for (place,) in trace(one, "stages").customdata][1] == "tickets.html#stage-build"
