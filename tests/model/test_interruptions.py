"""Runs of pipelines interrupt a stage: they are no move back, no return, and pass nothing on."""

import pandas as pd

from vsm.model.bottlenecks import return_costs
from vsm.model.interruptions import without_runs
from vsm.model.network import complete_and_accurate, stage_network
from vsm.model.rework import backward_moves
from vsm.model.standup import moved_since

MONDAY = pd.Timestamp("2026-03-02T09:00", tz="UTC")
HOUR = pd.Timedelta(hours=1)
STAGES = pd.DataFrame(
    [
        ("1", "Build", "work"), ("review:rework", "Rework", "work"), ("review:merging", "To merge", "queue"),
        ("pipeline:queued", "Runner", "queue"), ("pipeline:running", "CI", "queue"), ("2", "Done", "done"),
    ],
    columns=["status", "stage", "kind"],
).assign(position=range(6), team=None)  # fmt: skip


def stays(*stages: str) -> pd.DataFrame:
    """One ticket that is in each of these stages for an hour; from a work stage nobody waits."""
    of = STAGES.set_index("stage")
    rows = [
        {"ticket": "a", "stage": stage, "kind": of["kind"][stage], "position": of["position"][stage],
         "entered": MONDAY + number * HOUR, "left": MONDAY + (number + 1) * HOUR, "elapsed": HOUR,
         "waited": HOUR * int(of["kind"][stage] == "queue"), "bulk": False, "gone": False}
        for number, stage in enumerate(stages)
    ]  # fmt: skip
    return pd.DataFrame(rows)


PASSED = stays("Build", "To merge", "Runner", "CI", "To merge", "Done")
"""A run that succeeds while the ticket waits to be merged."""
FAILED = stays("Build", "To merge", "CI", "Rework", "To merge", "CI", "To merge", "Done")
"""After the first run somebody works on it again."""


def back(stage_visits: pd.DataFrame) -> list[tuple[str, str]]:
    """Each move back in the network: from and to."""
    graph = stage_network(stage_visits, stages=STAGES, minimum=1)
    return [(one, other) for one, other, edge in graph.edges(data=True) if edge["back"]]


def test_the_end_of_a_run_is_no_move_back() -> None:
    """The ticket comes back to the wait that the run interrupted, and nothing was sent back."""
    assert back(PASSED) == []
    assert backward_moves(without_runs(PASSED, stages=STAGES)).empty


def test_what_goes_from_a_run_to_an_earlier_stage_has_moved_back_from_the_stage_it_interrupted() -> None:
    """Once, from the wait for its merge to rework; it was there again after an hour."""
    assert back(FAILED) == [("CI", "Rework")]
    (move,) = backward_moves(without_runs(FAILED, stages=STAGES)).to_dict("records")
    assert (move["from_stage"], move["to_stage"], move["count"], move["median"]) == (
        "To merge", "Rework", 1, HOUR,
    )  # fmt: skip


def test_a_run_does_not_lower_the_share_that_is_complete_and_accurate() -> None:
    """Build passed on one ticket that did not come back to it, and so did the wait; the run has no share."""
    found = complete_and_accurate(without_runs(PASSED, stages=STAGES))
    assert found["ca"].to_dict() == {"Build": 1.0, "To merge": 1.0}
    graph = stage_network(PASSED, stages=STAGES, minimum=1)
    assert {stage: node["ca"] for stage, node in graph.nodes(data=True) if "ca" in node} == found[
        "ca"
    ].to_dict()


def test_time_in_runs_stays_in_the_network() -> None:
    """Every hour is somewhere: two of four hours of waiting are of the machine."""
    graph = stage_network(PASSED, stages=STAGES, minimum=1)
    assert {stage: node["total"] / 3600 for stage, node in graph.nodes(data=True)} == {
        "Build": 1, "To merge": 2, "Runner": 1, "CI": 1, "Done": 1,
    }  # fmt: skip


def test_what_a_run_interrupted_is_one_stay_without_its_time() -> None:
    """It waited for two hours, from 10 to 14 o'clock, but for the two of the run."""
    (_, waited, _) = without_runs(PASSED, stages=STAGES).to_dict("records")
    assert (waited["stage"], waited["elapsed"], waited["waited"]) == ("To merge", 2 * HOUR, 2 * HOUR)
    assert (waited["entered"], waited["left"]) == (MONDAY + HOUR, MONDAY + 5 * HOUR)


def test_only_what_came_back_costs_a_return() -> None:
    """Of the failed one: two hours of waiting for its merge, after rework; of the other nothing."""
    lives = pd.DataFrame(
        {"ticket": ["a"], "created": [MONDAY], "finished": [MONDAY + 7 * HOUR], "lead": [7 * HOUR]}
    ).assign(bulk=False, outcome="delivered", unit=True)
    (row,) = return_costs(FAILED, lives, stages=STAGES, minimum=1).to_dict("records")
    assert row["total"] == 2 * HOUR
    assert return_costs(PASSED, lives, stages=STAGES, minimum=1).empty


def test_in_a_stand_up_a_run_that_ended_is_no_step_back() -> None:
    """It was in a run yesterday evening and is waiting to be merged again."""
    found = moved_since(
        stays("Build", "To merge", "CI", "To merge"), stages=STAGES, since=MONDAY + 2.5 * HOUR
    )
    assert found[["what", "before", "after"]].to_numpy().tolist() == [["forward", "CI", "To merge"]]
