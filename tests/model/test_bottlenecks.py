"""Shares and handoff costs, counted by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.streams import stream_of
from vsm.model.bottlenecks import TIDIED, handoff_costs, return_costs, stage_shares
from vsm.tables import HANDOFFS, conform

LIFE = [("Ready", 3), ("Build", 4), ("Ready", 2), ("Build", 1), ("Done", 9)]


@pytest.mark.slow
def test_every_hour_of_finished_tickets_stands_in_one_row() -> None:
    """5 of 10 days each in Ready and Build; the open ticket and time after the finish do not count."""
    shares = stream_of(LIFE, [("Ready", 50)]).stage_shares.set_index("stage")
    assert shares["share"].to_dict() == {"Ready": 0.5, "Build": 0.5}
    assert shares["total"].tolist() == [pd.Timedelta(days=5)] * 2
    assert (shares["tickets"]["Ready"], shares["visits"]["Ready"]) == (1, 2)
    assert shares["low"].isna().all()


@pytest.mark.slow
def test_time_in_done_before_a_reopening_counts() -> None:
    """Done for 4 days, reopened, done for good: those 4 days are part of the lead time."""
    shares = stream_of([("Ready", 1), ("Done", 4), ("Build", 5), ("Done", 9)]).stage_shares.set_index("stage")
    assert shares["share"].to_dict() == {"Ready": 0.1, "Build": 0.5, "Done": 0.4}


@pytest.mark.slow
def test_bulk_edits_are_a_row_of_their_own() -> None:
    """What a bulk edit began or ended is set apart, and everything still sums to one."""
    stream = stream_of(*[LIFE] * 13)
    stage_visits = stream.stage_visits.assign(
        bulk=(stream.stage_visits["stage"] == "Ready") & (stream.stage_visits.index % 10 == 0)
    )
    shares = stage_shares(stage_visits, stream.lifecycles, stages=stream.stages, minimum=12).set_index(
        "stage"
    )
    assert shares["kind"][TIDIED] == "bulk"
    assert shares["share"].sum() == pytest.approx(1.0)
    assert shares["total"].sum() == pd.Timedelta(days=10) * 13


@pytest.mark.slow
def test_tickets_finished_by_a_bulk_edit_are_left_out() -> None:
    """Six tickets closed at once by one account: when they really ended is not known."""
    stream = stream_of(*[[("Ready", 3), ("Done", 1)]] * 6, by="person-01")
    assert stream.lifecycles["bulk"].all()
    assert stream.stage_shares.empty
    assert len(stream_of(*[[("Ready", 3), ("Done", 1)]] * 6).stage_shares) == 1


@pytest.mark.slow
def test_a_row_of_few_tickets_has_no_interval() -> None:
    """Of 22 tickets two took another way: its share is shown, and that nobody knows how sure it is."""
    ready = [[("Ready", 1 + 7 * (number % 3)), ("Done", 1)] for number in range(20)]
    built = [[("Ready", days), ("Build", 4), ("Done", 1)] for days in (1, 8)]
    shares = stream_of(*ready, *built).stage_shares.set_index("stage")
    assert shares["low"].notna().to_dict() == {"Ready": True, "Build": False}
    assert shares["share"]["Build"] == pytest.approx(8 / 170)


@pytest.mark.slow
def test_returns_are_second_stays_alone() -> None:
    """Thirteen came back for 3 of 10 days each; one went to an earlier stage for the first time, for 4 of 7."""
    stream = stream_of(*[LIFE] * 13, [("Build", 3), ("Ready", 4), ("Done", 1)])
    weeks = pd.to_timedelta(np.arange(14) % 3, unit="W")
    lives = stream.lifecycles.assign(finished=stream.lifecycles["finished"] + weeks)
    (row,) = return_costs(stream.stage_visits, lives, stages=stream.stages, minimum=12).to_dict("records")
    assert (row["tickets"], row["finished"], row["total"]) == (13, 14, pd.Timedelta(days=39))
    assert row["share"] == pytest.approx(39 / 137)
    assert row["low"] < row["share"] < row["high"]
    about = {"lifecycles": stream.lifecycles, "stages": stream.stages}
    assert return_costs(stream.stage_visits, **about, minimum=14)["low"].isna().all()
    assert return_costs(stream.stage_visits.iloc[:2], **about, minimum=12).empty


def test_handoff_costs_weigh_pairs_by_their_wait() -> None:
    """Two handoffs of 1 and 3 days from web to qa in lifecycles of 10 days each: 20 % of all lead time."""
    start = pd.Timestamp("2026-01-05", tz="UTC")
    wait = pd.to_timedelta([1, 3, 5], unit="D")
    same: dict[str, Any] = {
        "from_stage": "Build",
        "to_stage": "Test",
        "person": True,
        "team": True,
        "discipline": False,
        "back": False,
    }
    rows = pd.DataFrame(
        {"handoff": [0, 1, 2], "ticket": ["a", "b", "c"], "from_team": "web", "to_team": "qa"}
    )
    handoffs = conform(rows.assign(given=start, taken=start + wait, wait=wait).assign(**same), HANDOFFS)
    ten = pd.Timedelta(days=10)
    lifecycles = pd.DataFrame(
        {"ticket": ["a", "b", "c"], "finished": [start, start, pd.NaT], "bulk": False, "lead": ten}
    )
    (cost,) = handoff_costs(handoffs, lifecycles, minimum=12).to_dict("records")
    assert (cost["handoffs"], cost["tickets"], cost["wait"], cost["median"]) == (
        2,
        2,
        pd.Timedelta(days=4),
        pd.Timedelta(days=2),
    )
    assert cost["share"] == pytest.approx(0.2)
    assert np.isnan(cost["low"])
