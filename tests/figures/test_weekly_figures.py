"""What lies where and when, in pictures: bands, bars and cells hold the numbers of hand-made weeks."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.model.test_weekly import DAY, MONDAY, stayed, waited
from vsm.clock import Calendar, Clock
from vsm.figures import cumulative_flow, efficiency_bars, lead_time, throughput_bars, wait_heat_map
from vsm.tables import EVENTS, empty

STAGES = pd.DataFrame(
    {"stage": ["Open", "Build", "Done"], "kind": ["queue", "work", "done"], "position": [0, 1, 2]}
)
VISITS = stayed(
    ("a", "Open", 0, 2), ("a", "Build", 2, 9), ("a", "Done", 9, None),
    ("b", "Open", 3, 15), ("b", "Build", 15, None), ("c", "Open", 1, None),
)  # fmt: skip
NOW = MONDAY + 20 * DAY


def lifecycles(*weeks: int) -> pd.DataFrame:
    """Tickets created on the first Monday, and finished one day into so many weeks."""
    return pd.DataFrame({"created": MONDAY, "finished": [MONDAY + week * 7 * DAY + DAY for week in weeks]})


def test_bands_hold_the_tickets_of_each_week() -> None:
    """Done at the bottom, then the stream backwards; a ends, b moves on, c stays."""
    figure = cumulative_flow(VISITS, stages=STAGES, as_of=NOW)
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "done": [0, 1, 1], "Build": [1, 0, 1], "Open": [2, 2, 1],
    }  # fmt: skip
    assert [trace.name for trace in figure.data] == ["done", "Build", "Open"]
    assert figure.data[0].x[0] == "2026-01-05"


def test_done_counts_from_the_beginning_of_the_picture() -> None:
    """What was done before would only lift the bands."""
    (done, *_) = cumulative_flow(VISITS, stages=STAGES, as_of=NOW, weeks=2).data
    assert list(done.y) == [0, 0]


def test_every_band_is_named_beside_its_end() -> None:
    """Each with its colour and its count at the end, an empty one too."""
    figure = cumulative_flow(VISITS, stages=STAGES, as_of=MONDAY + 14 * DAY)
    labels = [note for note in figure.layout.annotations if note.name == "band"]
    assert [label.text.split("</span> ")[1] for label in labels] == ["done 1", "Build 0", "Open 2"]
    assert [label.text.split("'")[1] for label in labels] == [
        f"color:{band.fillcolor}" for band in figure.data
    ]
    heights = [label.y for label in labels]
    assert min(high - low for low, high in pairwise(heights)) * 380 >= 15 - 1e-9


def test_on_a_phone_bands_are_named_below_the_plot() -> None:
    """From the top band down, each below the one before, in the same words."""
    figure = cumulative_flow(VISITS, stages=STAGES, as_of=NOW)
    beside, below = (
        [note for note in notes if note["name"] == "band"]
        for notes in (figure.layout.annotations, figure.layout.meta["narrow"]["layout"]["annotations"])
    )
    assert [note["text"] for note in below] == [note["text"] for note in beside][::-1]
    assert [note["yshift"] for note in below] == [-44, -59, -74]


def test_neighbours_of_one_kind_have_shades_that_are_far_apart() -> None:
    """Of four queues the second is much darker than the first, the third lighter again; none is a work blue."""
    names = [f"Queue {number}" for number in range(4)]
    stages = pd.DataFrame({"stage": names, "kind": "queue", "position": range(4)})
    visits = stayed(*(("a", name, day, day + 1) for day, name in enumerate(names)))
    figure = cumulative_flow(visits, stages=stages, as_of=NOW)
    assert [band.fillcolor for band in figure.data[1:]] == [
        "rgb(251, 223, 157)", "rgb(201, 137, 0)", "rgb(237, 180, 52)", "rgb(143, 92, 0)",
    ]  # fmt: skip
    assert all(band.fillpattern.shape is None for band in figure.data)


def test_bars_are_finished_tickets_and_the_line_those_that_arrived() -> None:
    """Three weeks, the last one not over."""
    bars, line = throughput_bars(lifecycles(0, 0, 2), as_of=NOW, minimum=12, seed=0).data
    assert (list(bars.y), list(line.y)) == ([2, 0, 1], [3, 0, 0])


def test_a_usual_week_is_told_of_enough_whole_weeks() -> None:
    """Twelve whole weeks with two finished each; the week under way does not count."""
    weeks = [week for week in range(13) for _ in range(2)]
    figure = throughput_bars(lifecycles(*weeks), as_of=MONDAY + (12 * 7 + 2) * DAY, minimum=12, seed=0)
    (line,) = figure.layout.shapes
    assert line.y0 == 2
    assert figure.layout.meta["alt"].endswith("Typical week: 2 delivered.")
    few = throughput_bars(lifecycles(*weeks), as_of=MONDAY + (12 * 7 + 2) * DAY, minimum=13, seed=0)
    assert not few.layout.shapes


def test_cells_are_tickets_waiting_at_a_time() -> None:
    """All of one week and half of the next; where nothing waited the cell is empty."""
    pieces = waited(("a", "Open", 0, 7), ("b", "Open", 0, 10.5), ("b", "Build", 10.5, 14))
    (cells,) = wait_heat_map(pieces, stages=STAGES, as_of=MONDAY + 14 * DAY).data
    assert [list(row) for row in cells.z] == [[2.0, 0.5], [None, 0.5]]
    assert "total wait: 14 d" in cells.hovertext[0][0]


def test_cells_lead_to_what_waited_then_and_older_ones_to_all_that_waited_there() -> None:
    """Each cell of the last thirteen weeks has a list of its own; an empty cell leads nowhere."""
    pieces = waited(("a", "Open", 0, 99), ("b", "Build", 98, 99))
    (cells,) = wait_heat_map(pieces, stages=STAGES, as_of=MONDAY + 99 * DAY).data
    places = [[place for (place,) in row] for row in cells.customdata]
    assert cells.meta["links"] == 0
    assert places[0][:2] == ["tickets.html#waiting-open"] * 2
    assert places[0][2] == "tickets.html#waited-open-2026-01-19"
    assert places[1] == [*[None] * 14, "tickets.html#waited-build-2026-04-13"]


def test_bands_lead_to_what_was_in_a_stage_and_at_their_end_to_what_is_there() -> None:
    """Done is what was delivered."""
    done, build, _ = cumulative_flow(VISITS, stages=STAGES, as_of=NOW).data
    assert [place for (place,) in build.customdata] == [
        "tickets.html#stage-build", "tickets.html#stage-build", "tickets.html#queue-build",
    ]  # fmt: skip
    assert {place for (place,) in done.customdata} == {"tickets.html#delivered"}


def ends(traces: float, statuses: float, tickets: int) -> pd.DataFrame:
    shares = {"traces": traces, "statuses": statuses}
    return pd.DataFrame(
        [
            {"measure": measure, "time": time, "share": share, "low": share - 0.05, "high": share + 0.05,
             "tickets": tickets}
            for measure, share in shares.items() for time in ("elapsed", "working")
        ]
    )  # fmt: skip


@pytest.mark.parametrize(("tickets", "drawn"), [(12, 3), (11, 0)])
def test_a_bracket_reaches_from_traces_to_statuses(
    monkeypatch: pytest.MonkeyPatch, tickets: int, drawn: int
) -> None:
    """From 25 to 50 %; under the minimum nothing is drawn."""
    monkeypatch.setattr(lead_time, "efficiency_bracket", lambda *_, **__: ends(0.25, 0.5, tickets))
    figure = efficiency_bars(
        VISITS,
        VISITS,
        lifecycles(0).assign(bulk=False, ticket="a"),
        empty(EVENTS),
        clock=Clock(Calendar("none", np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))),
        minimum=12,
    )
    assert len(figure.data) == drawn
    if drawn:
        bars, low, high = figure.data
        assert (list(bars.base), list(bars.x)) == ([25.0, 25.0], [25.0, 25.0])
        assert (list(low.x), list(high.x)) == ([25.0, 25.0], [50.0, 50.0])
        assert list(low.error_x.array) == pytest.approx([5.0, 5.0])
