"""The bars of lead time by stage, against 25 days counted by hand."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.figures.small_stream import KINDS, Life, SmallStream, facts, notes, read, small_stream, trace
from tests.share import share
from tests.streams import stream_of
from vsm.figures import time_by_stage
from vsm.figures.theme import KIND_COLOURS, KIND_PATTERNS, KIND_WORDS

BARS = {
    KIND_WORDS["queue"]: {0: 36.0},
    KIND_WORDS["work"]: {1: 40.0, 3: 16.0},
    KIND_WORDS["external"]: {2: 8.0},
}


def shares(**bounds: list[float]) -> pd.DataFrame:
    return small_stream().shares.assign(**bounds)


def test_bars_are_the_shares_of_lead_time_in_percent() -> None:
    """9, 10, 2 and 4 of 25 days, each bar in its stage's row and its kind's trace; the open ticket is not in it."""
    figure = time_by_stage(shares())
    drawn = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in figure.data if bar.type == "bar"}
    assert drawn.keys() == BARS.keys()
    for kind, rows in BARS.items():
        assert drawn[kind] == pytest.approx(rows)


def test_the_first_stage_stands_on_top_with_its_kind_and_team() -> None:
    """Rows in stream order; below a name stand its kind and team, so that colour is not the only sign."""
    axis = time_by_stage(shares()).layout.yaxis
    assert axis.range == (3.5, -0.5)
    assert dict(zip(axis.tickvals, map(read, axis.ticktext), strict=True)) == {
        0: "Ideas waiting in a queue", 1: "Build work · web", 2: "Supplier waiting on external party",
        3: "Test work · qa",
    }  # fmt: skip


def test_each_kind_has_its_colour_and_pattern() -> None:
    """Work is told from waiting without its colour too."""
    figure = time_by_stage(shares())
    for kind in ("queue", "work", "external"):
        marker = trace(figure, KIND_WORDS[kind]).marker
        assert (marker.color, marker.pattern.shape) == (KIND_COLOURS[kind], KIND_PATTERNS[kind])


def test_the_numbers_stand_beside_their_bars() -> None:
    """Share, median of a ticket's time there (5, 3 and 1 days in Ideas: 3) and delivered tickets."""
    figure = time_by_stage(shares())
    assert notes(figure, "numbers") == [
        "36 % · median 3 d · n 3", "40 % · median 5 d · n 2", "8.0 % · median 2 d · n 1", "16 % · median 2 d · n 2",
    ]  # fmt: skip
    assert [note.y for note in figure.layout.annotations if note.name == "numbers"] == [0, 1, 2, 3]


def test_whiskers_reach_from_low_to_high() -> None:
    """An interval of 30 to 45 % around 36 % reaches 9 up and 6 down; one that is missing is not drawn."""
    gap = float("nan")
    whiskers = trace(
        time_by_stage(shares(low=[0.3, gap, 0.0, 0.1], high=[0.45, gap, 0.2, 0.2])), "95 % interval"
    )
    assert list(whiskers.y) == [0, 2, 3]
    assert list(whiskers.x) == pytest.approx([36, 8, 16])
    assert list(whiskers.error_x.array) == pytest.approx([9, 12, 4])
    assert list(whiskers.error_x.arrayminus) == pytest.approx([6, 8, 6])


def test_the_axis_reaches_beyond_the_longest_whisker() -> None:
    """No whisker ends outside of the plot."""
    low, high = time_by_stage(shares(low=[0.1] * 4, high=[0.9] * 4)).layout.xaxis.range
    assert (low, high) == (0, pytest.approx(93.6))


def test_too_few_tickets_are_said_not_drawn() -> None:
    """Three delivered tickets under a minimum of four: no whisker, and both caption and pointer say why."""
    figure = time_by_stage(shares())
    assert list(trace(figure, "95 % interval").x) == []
    assert notes(figure, "caption")[0].endswith("none where there are too few tickets or weeks.")
    assert facts(trace(figure, KIND_WORDS["queue"]).hovertext[0])["95 % interval"] == "too few to say"
    whole = time_by_stage(shares(low=[0.1] * 4, high=[0.9] * 4))
    assert "too few" not in notes(whole, "caption")[0]


def test_the_pointer_finds_every_number_of_a_stage() -> None:
    """Build: 4 and 1 days of one ticket, 2 and 3 of the other; 10 in all."""
    figure = time_by_stage(shares(low=[0.3] * 4, high=[0.45] * 4))
    assert facts(trace(figure, "work").hovertext[0]) == {
        "": "Build", "kind": "work", "team": "web", "share of lead time": "40 %", "95 % interval": "30 % to 45 %",
        "total time": "10 d", "median per ticket": "5 d", "85th percentile": "5 d",
        "n": "2 tickets, 4 visits",
    }  # fmt: skip


def test_the_sentence_names_the_largest_share_and_all_waiting() -> None:
    """Most in Build; Ideas and the supplier together are 44 %."""
    assert time_by_stage(shares()).layout.meta["alt"] == (
        "Share of lead time by stage. The largest is Build: 40 % (n 2). Waiting stages together take 44 %."
    )


@pytest.mark.slow
def test_tickets_done_at_once_have_spent_no_time() -> None:
    """Finished in the instant of its creation: it is not said that none has been finished."""
    figure = time_by_stage(stream_of([("Done", 9)]).stage_shares)
    assert notes(figure, "empty") == ["Nothing to show No delivered ticket has spent time in a stage so far."]


@pytest.mark.slow
@settings(max_examples=share(8, of=200))
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(list(KINDS)[:-1]), st.integers(1, 50)), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_the_bars_of_any_stream_make_one_hundred_percent(lifecycles: list[list[tuple[str, int]]]) -> None:
    """Every hour before a finish stands in one bar."""
    ended: list[Life] = [(*life, ("Done", 1)) for life in lifecycles]
    bars = [bar for bar in time_by_stage(SmallStream(*ended, minimum=99).shares).data if bar.type == "bar"]
    assert sum(x for bar in bars for x in bar.x) == pytest.approx(100)
    places = sorted(y for bar in bars for y in bar.y)
    assert places == list(range(len({stage for life in lifecycles for stage, _ in life})))
