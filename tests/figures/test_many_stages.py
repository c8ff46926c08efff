"""Of very many stages those that matter most are drawn, and what is left out is said below."""

from typing import Any

import pandas as pd

from vsm.figures import cumulative_flow, time_by_stage, wait_heat_map
from vsm.figures.labels import MOST_STAGES

NOW = pd.Timestamp("2026-02-02", tz="UTC")
DAY = pd.Timedelta(days=1)
COUNT = 30
NAMES = [f"Stage {number:02}" for number in range(COUNT)]
STAGES = pd.DataFrame({"stage": NAMES, "kind": "queue", "position": range(COUNT)})


def caption(figure: object) -> str:
    notes = figure.layout.annotations  # type: ignore[attr-defined]
    return " ".join(note.text.replace("<br>", " ") for note in notes if note.name == "caption")


def test_the_largest_shares_are_drawn() -> None:
    """Six of thirty, with a share of 1 % each, are left out together."""
    shares = [0.01] * 6 + [0.94 / 24] * 24
    times: dict[str, Any] = {
        "total": DAY,
        "median": DAY,
        "p85": DAY,
        "tickets": 12,
        "visits": 12,
        "team": None,
    }
    rows = STAGES.assign(**times, share=shares, low=0.0, high=0.1)
    figure = time_by_stage(rows)
    drawn = sum(len(trace.x) for trace in figure.data if trace.type == "bar")
    assert drawn == MOST_STAGES
    assert "6 others, with 6.0 % of lead time, are not" in caption(figure)


def test_the_thinnest_bands_are_one() -> None:
    """Twenty-four bands, one of all others and one of what is done; no ticket is lost."""
    visits = pd.DataFrame(
        {"ticket": [f"t{n}" for n in range(COUNT)], "stage": NAMES, "kind": "queue",
         "entered": NOW - 20 * DAY, "left": pd.Series([pd.NaT] * COUNT, dtype="datetime64[us, UTC]")}
    )  # fmt: skip
    figure = cumulative_flow(visits, stages=STAGES, as_of=NOW)
    assert len(figure.data) == MOST_STAGES + 2
    assert sum(trace.y[-1] for trace in figure.data) == COUNT
    assert "The 6 stages with the fewest tickets are one band" in caption(figure)


def test_the_longest_waiting_rows_are_drawn() -> None:
    """Each stage waited as many hours as its number says, and one more."""
    start = NOW - 14 * DAY
    waits = pd.DataFrame(
        {"ticket": [f"t{n}" for n in range(COUNT)], "stage": NAMES, "bulk": False, "start": start,
         "end": [start + pd.Timedelta(hours=number + 1) for number in range(COUNT)]}
    )  # fmt: skip
    figure = wait_heat_map(waits, stages=STAGES, as_of=NOW)
    assert len(figure.data[0].y) == MOST_STAGES
    assert "6 others, with 4.5 % of the waiting, are not" in caption(figure)
