"""What holds for every figure: framed, said in words, repeatable, escaped, kind to empty streams."""

import copy
import json
import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import networkx as nx
import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.figures.small_stream import (
    HOSTILE,
    SmallStream,
    kinds_of_work,
    notes,
    read,
    small_stream,
    teams_of,
    who_waits,
)
from tests.figures.test_forecast_figures import steady
from tests.figures.test_stuck import aged, life
from tests.figures.test_weekly_figures import NOW, STAGES, VISITS
from tests.figures.test_weekly_figures import lifecycles as lives_until
from tests.model.test_ageing import stage_visits
from tests.model.test_causes import handoffs, lifecycles, waits
from tests.model.test_ticket_life import tickets as one_ticket
from tests.model.test_ticket_life import visits as one_life
from tests.model.test_weekly import waited
from tests.quality.test_coverage import of_tickets
from tests.streams import stream_of
from vsm.config import Waiting
from vsm.figures import (
    causes_ladder,
    cumulative_flow,
    cycle_time_scatter,
    deployment_weeks,
    flow_distribution_bars,
    flow_map,
    forecast_dates,
    forecast_fan,
    handoff_matrix,
    handoff_network,
    hit_rates,
    throughput_bars,
    time_by_stage,
    value_stream_map,
    wait_heat_map,
)
from vsm.figures.theme import FIELD_NAMES, framed
from vsm.model.who_waits import NEW
from vsm.stream import ValueStream
from vsm.tables import WAITS, empty

Draw = Callable[..., Any]
WEEKS = pd.DataFrame(
    {
        "week": pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-19"], utc=True),
        "deployments": [2, 0, 1],
        "changes": [5, 0, 1],
        "lead_median": pd.to_timedelta([3, None, 9], unit="D"),
        "failed": [1, 0, 0],
        "rework": [0, 0, 1],
        "succeeded": [1, 0, 0],
    }
)


def ladder(pieces: pd.DataFrame, **words: Any) -> go.Figure:
    """Draw the causes of these pieces of waiting, however few."""
    return causes_ladder(pieces, handoffs(), lifecycles(), rules=Waiting(), minimum=1, **words)


WEEKLY: dict[str, Any] = {"stages": STAGES, "as_of": NOW}
PIECES = waited(("a", "Open", 0, 7), ("b", "Build", 0, 10.5))


def cycles(lifecycles: pd.DataFrame, **words: Any) -> go.Figure:
    """Draw cycle times of tickets of ``cycling()``."""
    return cycle_time_scatter(
        lifecycles,
        visits=cycling().visits,
        tickets=cycling().tickets,
        clock=cycling().clock,
        minimum=12,
        **words,
    )


@cache
def cycling() -> ValueStream:
    """Thirteen tickets that took one to thirteen days, and one that is open."""
    lives = [[("Ready", 1), ("Build", day), ("Done", 1)] for day in range(1, 14)]
    return stream_of(*lives, [("Build", 1)])


EVERY: dict[str, tuple[Draw, Callable[[], Any]]] = {
    "bands": (partial(cumulative_flow, **WEEKLY), lambda: VISITS),
    "heat": (partial(wait_heat_map, **WEEKLY), lambda: PIECES),
    "throughput": (partial(throughput_bars, as_of=NOW, minimum=12, seed=0), lambda: lives_until(0, 0, 2)),
    "ageing": (aged, stage_visits),
    "coverage": (of_tickets, one_ticket),
    "life": (life, one_life),
    "causes": (ladder, waits),
    "cycles": (cycles, lambda: cycling().lifecycles),
    "delivery": (deployment_weeks, lambda: WEEKS),
    "kinds": (flow_distribution_bars, lambda: kinds_of_work(feature=12, defect=7, debt=1)),
    "shares": (time_by_stage, lambda: small_stream().shares),
    "fan": (
        lambda days, **words: forecast_fan(steady().answers, days, steady().hits, **words),
        lambda: steady().days,
    ),
    "dates": (
        lambda answers, **words: forecast_dates(answers, steady().days, **words),
        lambda: steady().answers,
    ),
    "rates": (hit_rates, lambda: steady().answers),
    "map": (value_stream_map, lambda: small_stream().network),
    "flow": (flow_map, lambda: small_stream().network),
    "matrix": (handoff_matrix, lambda: teams_of(("web", "qa", 2), ("qa", "web", 1), ("qa", "qa", 1))),
    "network": (
        handoff_network,
        lambda: who_waits((NEW, "web", 0.2, 0.3), ("web", "qa", 0.5, 0.2), ("qa", "web", 0.1, 0.0)),
    ),
}
NOTHING: "nx.DiGraph[str]" = nx.DiGraph(name="nothing", tickets=0)
EMPTY = {
    "bands": (
        partial(cumulative_flow, **WEEKLY),
        lambda: VISITS.iloc[:0],
        "No ticket has entered a stage so far.",
    ),
    "heat": (partial(wait_heat_map, **WEEKLY), lambda: PIECES.iloc[:0], "No ticket has waited so far."),
    "throughput": (
        partial(throughput_bars, as_of=NOW, minimum=12, seed=0),
        lambda: lives_until(0).iloc[:0],
        "No ticket has been created so far.",
    ),
    "coverage": (of_tickets, lambda: one_ticket().iloc[:0], "Nothing has been pulled so far."),
    "ageing": (aged, lambda: stage_visits().iloc[:0], "No ticket is open."),
    "life": (life, lambda: one_life().iloc[:0], "The ticket is outside of the chosen period, team or type."),
    "causes": (ladder, lambda: empty(WAITS), "No handoff has made enough delivered tickets wait."),
    "cycles": (
        cycles,
        lambda: cycling().lifecycles.tail(1),
        "No ticket has been delivered after work on it began.",
    ),
    "delivery": (deployment_weeks, lambda: WEEKS.iloc[:0], "No deployment and no release tag is known."),
    "kinds": (flow_distribution_bars, kinds_of_work, "No ticket has been delivered so far."),
    "shares": (
        time_by_stage,
        lambda: SmallStream((("Ideas", 1),)).shares,
        "No delivered ticket has spent time in a stage so far.",
    ),
    "dates": (
        lambda answers, **words: forecast_dates(answers, steady().days, **words),
        lambda: steady().answers.iloc[:0],
        "There is no forecast; the answers say why.",
    ),
    "rates": (hit_rates, lambda: steady().answers.iloc[:0], "No past forecast has an outcome so far."),
    "map": (value_stream_map, lambda: NOTHING, "No ticket has entered a stage so far."),
    "flow": (flow_map, lambda: NOTHING, "No ticket has entered a stage so far."),
    "matrix": (handoff_matrix, lambda: NOTHING, "No handoff between known teams has been seen."),
    "network": (
        handoff_network,
        lambda: NOTHING,
        "No ticket has waited in the current period.",
    ),
}
# The only markup that figures make themselves.
OURS = re.compile(r"</?b>|<br>|</?span( style='font-size:[0-9.]+(em|px)')?>")


@cache
def data_of(name: str) -> Any:
    """What a figure of ``EVERY`` draws; to read only."""
    return EVERY[name][1]()


@cache
def drawn(name: str) -> go.Figure:
    """A figure of ``EVERY``, drawn once for all tests that only look at it."""
    return EVERY[name][0](data_of(name))


every = pytest.mark.parametrize("name", EVERY)


def texts(thing: Any) -> list[str]:
    """Every text anywhere in a figure's JSON, but the alt text, which no figure shows."""
    if isinstance(thing, str):
        return [thing]
    if isinstance(thing, dict):
        return [
            text for key, part in thing.items() if key not in {"template", "meta"} for text in texts(part)
        ]
    return [text for part in thing for text in texts(part)] if isinstance(thing, list) else []


@pytest.mark.slow
@every
def test_a_figure_has_title_caption_and_a_sentence_for_those_who_cannot_see_it(name: str) -> None:
    """The title is the reader's where they gave one; the caption tells n."""
    figure = EVERY[name][0](data_of(name), title="How <we> work & wait")
    assert figure.layout.title.text == "How &lt;we&gt; work &amp; wait"
    assert drawn(name).layout.title.text != figure.layout.title.text
    (caption,) = notes(figure, "caption")
    assert re.search(r"\bn\b", caption)
    assert re.search(r"\d", figure.layout.meta["alt"])
    assert not re.search(r"\bnan\b|NaT|None|<", figure.layout.meta["alt"])


@pytest.mark.slow
@every
def test_a_figure_carries_the_name_that_the_field_has_for_it(name: str) -> None:
    """As its subtitle, whatever the title says; a title that says it already has none."""
    draw, data = EVERY[name][0], data_of(name)
    known = read(draw(data, title="How we work").layout.title.subtitle.text)
    assert known in FIELD_NAMES.values()
    assert draw(data, title=f"Our {known}").layout.title.subtitle.text is None


def test_a_caption_is_plain_text() -> None:
    """What it says of a stream is shown as it is."""
    figure = framed(go.Figure(), title="", caption="n < 3 & <b>$5</b>", alt="", body=100)
    assert figure.layout.annotations[0].text == "n &lt; 3 &amp; &lt;b&gt;&#36;5&lt;/b&gt;"


@pytest.mark.slow
@every
def test_the_same_data_give_the_same_figure(name: str) -> None:
    """Byte for byte, so that reports can be compared."""
    assert drawn(name).to_json() == EVERY[name][0](data_of(name)).to_json()


@pytest.mark.slow
@every
def test_drawing_changes_nothing_of_the_data(name: str) -> None:
    """Neither a frame nor a network."""
    data = EVERY[name][1]()
    before = copy.deepcopy(data)
    EVERY[name][0](data)
    if isinstance(data, nx.DiGraph):
        assert nx.utils.graphs_equal(data, before)
    else:
        assert data.equals(before)


@pytest.mark.slow
@every
def test_captions_fit_a_narrow_page(name: str) -> None:
    """Lines of at most 106 letters, and a figure high enough for all of them."""
    figure = drawn(name)
    (caption,) = [note for note in figure.layout.annotations if note.name == "caption"]
    lines = caption.text.split("<br>")
    assert max(map(len, lines)) <= 110
    assert figure.layout.margin.b >= 17 * len(lines) - caption.yshift


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "make", "hint"), EMPTY.values(), ids=EMPTY)
def test_an_empty_stream_draws_a_kind_sentence(draw: Draw, make: Callable[[], Any], hint: str) -> None:
    """No exception and no empty axes: nothing to show, why, and n = 0."""
    figure = draw(make())
    assert len(figure.data) == 0
    assert notes(figure, "empty") == [f"Nothing to show {hint}"]
    assert notes(figure, "caption") == ["n = 0"]
    assert figure.layout.meta["alt"] == f"Nothing to show. {hint}"
    assert not figure.layout.xaxis.visible


@pytest.mark.parametrize("stage", ["Ideas", "Build", "Supplier", "Done"])
def test_a_single_stage_is_drawn(stage: str) -> None:
    """One ticket in one stage of any kind: no exception, and its name is there."""
    network = SmallStream(((stage, 3),)).network
    for draw in (value_stream_map, flow_map):
        figure = draw(network)
        assert stage in {read(text).split(" ")[0] for text in texts(json.loads(figure.to_json()))}
        assert "1 stage" in figure.layout.meta["alt"]


def test_a_single_bar_is_the_whole_lead_time() -> None:
    """Three days in one stage, then done."""
    figure = time_by_stage(SmallStream((("Ideas", 3), ("Done", 1))).shares)
    assert [list(bar.x) for bar in figure.data if bar.type == "bar"] == [[100]]
    assert "The largest is Ideas: 100 % (n 1)" in figure.layout.meta["alt"]


def test_tickets_that_took_no_time_are_drawn() -> None:
    """Finished in the instant of their creation: a share of nothing is no division by zero."""
    network = SmallStream((("Ideas", 0), ("Build", 0), ("Done", 0))).network
    assert "waiting 0 %, work 0 %" in value_stream_map(network).layout.meta["alt"]
    assert flow_map(network).layout.meta["alt"].endswith("median <1 min, n 1.")
    assert time_by_stage(small_stream().shares.assign(share=0.0)).layout.xaxis.range == (0, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_the_data_become_no_markup(name: str) -> None:
    """In labels and in what the pointer finds: only the figures' own line breaks and sizes are tags."""
    stages = {stage: f"{stage} {name}" for stage in ("Ideas", "Build", "Supplier", "Test", "Done")}
    stream = SmallStream(names=stages, teams={"Build": name, "Test": f"2 {name}"})
    network = teams_of((name, f"2 {name}", 2), (name, name, 1))
    waiting = who_waits((name, f"2 {name}", 0.6, 0.1), (f"2 {name}", name, 0.2, 0.1))
    drawn = (time_by_stage(stream.shares), value_stream_map(stream.network), flow_map(stream.network))
    caused = causes_ladder(
        waits().assign(stage=name), handoffs(), lifecycles(), rules=Waiting(), by="stage", minimum=1
    )
    for figure in (*drawn, handoff_matrix(network), handoff_network(waiting), caused):
        shown = texts(json.loads(figure.to_json()))
        assert not [text for text in shown if set("<>") & set(OURS.sub("", text))]
        assert any(read(text).startswith(name[:9]) or f" {name[:9]}" in read(text) for text in shown)
        assert "hovertemplate" not in {key for trace in figure.to_plotly_json()["data"] for key in trace}
