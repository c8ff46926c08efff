"""Do swim lanes tell in whose hands a stage's time was spent?"""

import pandas as pd
import pytest

from tests.figures.small_stream import small_stream
from vsm.figures import flow_map
from vsm.figures.maps.swim_lanes import LANE, MOST, OTHERS, UNKNOWN, lane_marks, lane_names
from vsm.model.network import team_lanes
from vsm.tables import VISITS, conform

NOW = pd.Timestamp("2026-01-05", tz="UTC")
HOUR = pd.Timedelta(hours=1)


def visits(*held: tuple[str, str | None, float, str, bool]) -> pd.DataFrame:
    """Visits of one ticket each: stage, team, hours, kind, bulk."""
    rows = [
        {
            "ticket": f"t{n}", "n": 0, "stage": stage, "kind": kind, "team": team, "entered": NOW,
            "left": NOW + hours * HOUR, "elapsed": hours * HOUR, "working": HOUR, "revisit": False, "bulk": bulk,
        }
        for n, (stage, team, hours, kind, bulk) in enumerate(held)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), VISITS)


HELD = visits(
    ("Test", "qa", 6, "work", False), ("Test", "web", 2, "work", False), ("Build", "web", 10, "work", False),
    ("Build", None, 10, "work", False), ("Done", "qa", 99, "done", False), ("Build", "qa", 50, "work", True),
)  # fmt: skip


def test_each_stage_is_shared_out_among_its_teams() -> None:
    """By time; what is done, and what a bulk edit moved, is nobody's."""
    lanes = team_lanes(HELD)
    told = [(row["stage"], str(row["team"]), row["share"], row["visits"]) for row in lanes.to_dict("records")]
    assert sorted(told) == [
        ("Build", "nan", 0.5, 1), ("Build", "web", 0.5, 1), ("Test", "qa", 0.75, 1), ("Test", "web", 0.25, 1),
    ]  # fmt: skip
    assert lanes["elapsed"].sum() == 28 * HOUR


def test_lanes_stand_in_the_order_in_which_work_comes_to_them() -> None:
    """Web builds, qa tests; whose team is not known stands below."""
    assert lane_names(team_lanes(HELD), stages=["Build", "Test"]) == ["web", "qa", UNKNOWN]


def test_bars_lie_in_their_lane_and_column_and_are_as_thick_as_their_share() -> None:
    """Three quarters of Test for qa, in the second column of the second lane."""
    lanes = team_lanes(HELD)
    bars, names = lane_marks(lanes, names=["web", "qa", UNKNOWN], stages=["Build", "Test"], top=0.0)
    drawn = {(x, base): thick for x, base, thick in zip(bars.x, bars.base, bars.y, strict=True)}
    floor = {lane: 4 - LANE * (lane + 1) for lane in range(3)}
    assert drawn == {(0, floor[0]): 7.5, (1, floor[0]): 3.75, (1, floor[1]): 11.25, (0, floor[2]): 7.5}
    assert list(names.text) == ["web", "qa", UNKNOWN]
    assert "of the stage's time: 75 %" in bars.hovertext[list(bars.y).index(11.25)]


def test_many_teams_share_the_last_lane() -> None:
    """Those that hold least."""
    many = visits(*(("Build", f"team {n}", 100 - n, "work", False) for n in range(MOST + 3)))
    lanes = team_lanes(many)
    names = lane_names(lanes, stages=["Build"])
    assert names[-1] == OTHERS
    assert len(names) == MOST + 1
    bars, _ = lane_marks(lanes, names=names, stages=["Build"], top=0.0)
    (others,) = [
        thick for thick, base in zip(bars.y, bars.base, strict=True) if base == 4 - LANE * len(names)
    ]
    assert others == pytest.approx(15 * (93 + 92 + 91) / 955)


def test_the_flow_map_makes_room_for_lanes_and_says_so() -> None:
    """Its own marks stay where they are; without a known team there are none."""
    stream = small_stream()
    held = stream.visits.assign(team="web")
    plain, swum = flow_map(stream.network), flow_map(stream.network, visits=held)
    assert swum.layout.height - plain.layout.height >= LANE
    assert [trace.y for trace in swum.data if trace.name == "stages"] == [
        trace.y for trace in plain.data if trace.name == "stages"
    ]
    assert swum.layout.meta["alt"].endswith("Swim lanes from above: web.")
    unknown = flow_map(stream.network, visits=stream.visits.assign(team=None))
    assert not [trace for trace in unknown.data if trace.name == "lanes"]
    assert "No team is known" in unknown.layout.annotations[-1].text.replace("<br>", " ")
