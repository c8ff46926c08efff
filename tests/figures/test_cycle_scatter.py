"""The scatter of cycle times, against lifecycles counted by hand."""

import json
from functools import cache
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.figures.small_stream import HOSTILE, facts, notes, read, trace
from tests.streams import Life, stream_of
from vsm.figures import cycle_time_scatter, cycle_times
from vsm.figures.cycle_times import duration_ticks, quantile_labels
from vsm.figures.links import linked, web_address
from vsm.stream import ValueStream

DAY = 86400
MINUTES = pd.Timedelta(minutes=1)


@cache
def stream() -> ValueStream:
    """Twelve in work for 1 to 12 days, finished on that day; one open, one without work, one bulk-closed."""
    done: list[Life] = [[("Build", day), ("Done", 1)] for day in range(1, 13)]
    made = stream_of(*done, [("Ready", 2), ("Done", 1)], [("Build", 1)], [("Build", 40), ("Done", 1)])
    bulk = made.lifecycles["bulk"] | (made.lifecycles["lead"] == pd.Timedelta(days=40))
    object.__setattr__(made, "lifecycles", made.lifecycles.assign(bulk=bulk))
    return made


def drawn(
    found: ValueStream | None = None, *, tickets: pd.DataFrame | None = None, **words: Any
) -> go.Figure:
    found = found or stream()
    about = found.tickets if tickets is None else tickets
    return cycle_time_scatter(
        found.lifecycles, visits=found.visits, tickets=about, clock=found.clock, **{"minimum": 12, **words}
    )


@pytest.mark.slow
def test_each_finished_ticket_stands_at_its_finish_and_its_cycle_time() -> None:
    """Neither the open one nor the one without work nor the bulk-closed one is a point."""
    points = trace(drawn(), "delivered tickets")
    assert list(points.x) == [f"2026-01-{5 + day:02}T09:00" for day in range(1, 13)]
    assert list(points.y) == [day * DAY for day in range(1, 13)]


@pytest.mark.slow
def test_the_pointer_finds_the_ticket_and_its_numbers() -> None:
    """The third: three days, from the Monday on which it was made."""
    assert facts(trace(drawn(), "delivered tickets").hovertext[2]) == {
        "": "AB-3", "cycle time, elapsed": "3 d", "first work": "2026-01-05 09:00",
        "finished for good": "2026-01-08 09:00", "type": "Bug",
    }  # fmt: skip


def test_lines_stand_where_half_85_and_95_percent_get_done() -> None:
    """Of 14 begun, the bulk-closed one and the open one outlast all: 7 of 14 by day 7, 12 by day 12 (85.7 %)."""
    figure = drawn()
    assert trace(figure, "50 %").y == (7 * DAY, 7 * DAY)
    assert trace(figure, "85 %").y == (12 * DAY, 12 * DAY)
    assert [line.name for line in figure.data if line.mode == "lines"] == ["50 %", "85 %"]
    assert [note.split(" d ")[0] for note in notes(figure, "line")] == ["50 % within 7", "85 % within 12"]


def test_the_caption_counts_what_is_in_it_and_what_is_not() -> None:
    """Twelve points; two that outlast; one never worked on; a line that is not reached."""
    (caption,) = notes(drawn(), "caption")
    assert caption == (
        "n = 12 tickets delivered. Lines: percentiles of all started tickets, with 95 % intervals "
        "(Kaplan–Meier; not yet done: 1 open, 0 removed, 1 bulk-closed). 95 %: not reached. Left out: 1 delivered "
        "without work in between, 1 closed by a bulk edit. In a report, a click on a point opens its ticket."
    )


def test_the_sentence_tells_the_range_and_the_lines() -> None:
    """What somebody reads who cannot see the points."""
    assert drawn().layout.meta["alt"] == (
        "Cycle time, elapsed, of 12 delivered tickets: 1 d to 12 d. Of all started tickets, 50 % are done within "
        "7 d, 85 % within 12 d."
    )


def test_working_time_is_named_and_said_in_hours() -> None:
    """Nine to five on weekdays, by default: from Monday at nine, three days are 24 hours, all twelve are 80."""
    figure = drawn(time="working")
    assert "working hours" in figure.layout.yaxis.title.text
    assert trace(figure, "delivered tickets").y[2] == 24 * 3600
    assert facts(trace(figure, "delivered tickets").hovertext[2])["cycle time, working"] == "24 h"
    assert "8.0 h to 80 h" in figure.layout.meta["alt"]


def test_under_the_minimum_there_is_no_line() -> None:
    """Twelve finished of at least thirteen: it is said, not drawn."""
    figure = drawn(minimum=13)
    assert [one.name for one in figure.data] == ["delivered tickets"]
    assert "Too few (under 13) for percentiles" in notes(figure, "caption")[0]
    assert figure.layout.meta["alt"].endswith("Too few for percentiles.")


def test_a_point_leads_to_its_ticket() -> None:
    """The address lies where ``page.js`` looks for it."""
    points = trace(drawn(), "delivered tickets")
    assert points.customdata[0][points.meta["links"]] == "https://jira.example.org/browse/AB-1"


def test_without_addresses_nothing_leads_anywhere() -> None:
    """Neither the point nor the caption pretends so."""
    figure = drawn(tickets=stream().tickets.assign(url=pd.Series([None] * 15, dtype="str")))
    points = trace(figure, "delivered tickets")
    assert (points.customdata, points.meta) == (None, None)
    assert "click" not in notes(figure, "caption")[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_keys_and_types_from_the_data_become_no_markup(text: str) -> None:
    """What the pointer finds is text, whatever a tracker calls its tickets."""
    about = stream().tickets.assign(key=text, type=text, url=f"https://x.example/{text}")
    points = trace(drawn(tickets=about), "delivered tickets")
    found = facts(points.hovertext[0])
    assert (found[""], found["type"]) == (read(points.hovertext[0].split("<br>")[0]), found[""])
    assert "<" not in points.hovertext[0].replace("<b>", "").replace("</b>", "").replace("<br>", "")
    assert not [address for (address,) in points.customdata or [] if address and set(address) & set('<>"')]


@pytest.mark.slow
def test_a_ticket_done_at_once_stands_at_a_minute() -> None:
    """A scale of powers has no nothing; the pointer tells the truth."""
    made = stream_of([("Build", 1 / 86400), ("Done", 1)])
    points = trace(drawn(made), "delivered tickets")
    assert list(points.y) == [60]
    assert facts(points.hovertext[0])["cycle time, elapsed"] == "<1 min"


def test_the_last_are_drawn_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines still count all of them, and the caption tells."""
    monkeypatch.setattr(cycle_times, "MOST", 5)
    figure = drawn()
    assert list(trace(figure, "delivered tickets").y) == [day * DAY for day in range(8, 13)]
    assert trace(figure, "50 %").y[0] == 7 * DAY
    assert "delivered, the last 5 of them drawn." in notes(figure, "caption")[0]


def test_labels_of_close_lines_make_room_for_each_other() -> None:
    """Three lines at one height: 34 pixels between their labels, and all of them in the plot."""
    day = pd.Timedelta(days=1)
    lines = pd.DataFrame({"quantile": [0.5, 0.85, 0.95], "cycle": day, "low": day, "high": day})
    for reach in ((4.0, 8.0), (4.0, 5.0), (4.93, 8.0)):
        shifts = [label["yshift"] for label in quantile_labels(lines, reach=reach, body=380, time="elapsed")]
        assert all(high - low >= 33 for low, high in pairwise(shifts))
        assert max(shifts) <= 380


@given(st.lists(st.floats(60, 3e9), min_size=1), st.sampled_from(["elapsed", "working"]))
def test_ticks_enclose_every_duration(seconds: list[float], time: str) -> None:
    """From a minute to ninety years, no point lies outside of the outermost ticks."""
    ticks = duration_ticks(seconds, time=time)
    assert len(ticks) >= 2
    assert min(ticks) <= min(seconds)
    assert max(ticks) >= max(seconds)
    assert len(set(ticks.values())) == len(ticks)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "//a.example",
        "/a",
        "",
        None,
        7,
        "https://a b",
        'http://a/"',
        "data:text/html,x",
    ],
)
def test_only_addresses_of_the_web_are_links(text: object) -> None:
    """All else leads nowhere."""
    assert web_address(text) is None
    assert linked([text]) == {}


def test_a_figure_of_many_tickets_stays_small() -> None:
    """Under 300 bytes a point, so that a page of thousands is still one that can be mailed."""
    assert len(json.dumps(trace(drawn(), "delivered tickets").to_plotly_json())) < 300 * 12 + 400
