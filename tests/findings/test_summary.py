"""The summary of the current period: six measures beside the year before."""

from pathlib import Path

import pandas as pd
import pytest

from tests.streams import sample_stream, stream_of
from vsm.findings import Findings, Summary, Tile
from vsm.model.period import Period

pytestmark = pytest.mark.slow

OFTEN = [("Ready", 3), ("Build", 4), ("Done", 1)]


def tile_of(summary: Summary, measure: str) -> Tile:
    """The tile of a measure."""
    (tile,) = [tile for tile in summary.tiles if tile.measure == measure]
    return tile


@pytest.fixture(scope="module")
def demo(sample_folder: Path) -> Summary:
    return sample_stream(sample_folder).summary


def test_the_demo_delivers_faster_than_before_and_its_open_tickets_pile_up(demo: Summary) -> None:
    """A second tester shortened the QA queue; since January reports wait to be triaged.

    What is counted is compared with a day, what happens with a time: each says with which.
    """
    assert [str(tile) for tile in demo.tiles[:4]] == [
        "Lead time: 13 d (median of 103 tickets delivered; 95 % CI 13 d to 16 d; 85 % within 20 d). It was "
        "37 d in the 334 days before; shorter now; with open tickets: unknown.",
        "Throughput: 8 a week (103 tickets delivered). It was 8.6 a week in the 334 days "
        "before; no clear change.",
        "Open tickets: 62 (15 of them started). It was 18 on 2025-12-06; 44 more now.",
        "Over-age tickets: 43 (of 62 tickets; longer in their stage than 85 % stayed there). It was 7 on "
        "2025-12-06; 36 more now.",
    ]
    assert [tile.better for tile in demo.tiles] == [None, None, False, False, True, None]


def test_deployments_are_in_plain_words(demo: Summary) -> None:
    """Every fortnight, not 0.47 a week."""
    assert str(tile_of(demo, "Deployments")) == (
        "Deployments: every 15 d (6 deployments). It was every 14 d in the 334 days before; no clear change."
    )


def test_it_says_which_time_it_is_about_and_what_the_data_can_answer(demo: Summary) -> None:
    """The period, the year before as far as it is known, and the questions of the trust page."""
    assert demo.about == (
        "2025-12-06 to 2026-03-06 (90 days), compared with 2025-01-06 to 2025-12-06. The data can answer 6 of 6 "
        "questions."
    )


def test_a_sparkline_ends_now_and_has_no_point_before_the_first_ticket() -> None:
    """Twelve tickets were created 100 days ago, three of four weeks' ends ago and less: four points of 13."""
    stream = stream_of(*[OFTEN] * 12, *[[("Ready", 100)]] * 12)
    points = pd.Series(tile_of(stream.summary, "Open tickets").points)
    assert points.isna().tolist() == [True] * 9 + [False] * 4
    assert points.iloc[-4:].tolist() == [12.0] * 4


def test_counts_by_hand() -> None:
    """Delivered after 7 days each; twelve others wait in Ready since day 0, where nothing stays 100 days."""
    summary = stream_of(*[OFTEN] * 12, *[[("Ready", 100)]] * 12).summary
    assert tile_of(summary, "Lead time").value == "7 d"
    assert tile_of(summary, "Open tickets").value == "12"
    assert tile_of(summary, "Throughput").value == "0.84 a week"  # 12 in 100 days
    assert tile_of(summary, "Lead time").before == ""  # nothing is known of a year before


def test_what_was_never_recorded_is_unknown_and_not_none() -> None:
    """Without any record of a deployment nobody knows how often one was made."""
    deployments = tile_of(stream_of(*[OFTEN] * 12).summary, "Deployments")
    assert (deployments.value, deployments.detail) == ("unknown", "none is recorded")


def test_what_the_data_cannot_carry_has_no_number() -> None:
    """Where no stage is work, nothing says how much of the time somebody worked."""
    efficiency = tile_of(stream_of(*[[("Ready", 3), ("Done", 1)]] * 12).summary, "Flow efficiency")
    assert (efficiency.value, efficiency.detail) == ("unknown", "cannot be said from these data")


def test_with_too_few_delivered_there_is_no_median() -> None:
    """Two are no basis for a lead time."""
    assert tile_of(stream_of(*[OFTEN] * 2).summary, "Lead time").value == "unknown"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((True, True, False, False), "2 of 4 questions: how long tickets take and where their time goes"),
        ((True, True, True, False), "3 of 4 questions, but not why it waits"),
        ((True, True, True, True), "4 of 4 questions"),
        ((False, False, False, False), "0 of 4 questions"),
    ],
    ids=["half", "most", "all", "none"],
)
def test_what_the_data_can_answer_is_named_or_the_rest_where_that_is_shorter(
    answers: tuple[bool, ...], said: str
) -> None:
    """Of four questions."""
    names = ("How long tickets take", "Where their time goes", "Which team waits for which", "Why it waits")
    end = pd.Timestamp("2026-03-06", tz="UTC")
    questions = dict(zip(names, answers, strict=True))
    assert Summary(Period(end, end), None, questions, (), Findings()).answered == said
