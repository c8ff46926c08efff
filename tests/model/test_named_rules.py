"""What other tools' rules say of one life with two ways back, worked out by hand."""

import pandas as pd
import pytest

from vsm.model.named_rules import RULES, named_rules, rule_durations, rule_spread

DAY = pd.Timedelta(days=1)
MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
STAGES = pd.DataFrame(
    {
        "status": ["1", "2", "3", "4", "5"],
        "stage": ["Backlog", "Ready", "Build", "Test", "Done"],
        "kind": ["queue", "queue", "work", "work", "done"],
        "position": range(5),
    }
)
LIFE = (
    ("Backlog", 0, 2), ("Ready", 2, 3), ("Build", 3, 5), ("Test", 5, 6), ("Backlog", 6, 8), ("Build", 8, 9),
    ("Test", 9, 10), ("Build", 10, 11), ("Test", 11, 12), ("Done", 12, 40),
)  # fmt: skip
DIRECT = (("Backlog", 0, 5), ("Done", 5, 40))


def told(*lifecycles: tuple[tuple[str, int, int], ...]) -> pd.DataFrame:
    about = STAGES.set_index("stage")
    stage_visits = [
        {"ticket": f"t{number}", "stage": stage, "kind": about["kind"][stage], "position": about["position"][stage],
         "entered": MONDAY + first * DAY, "elapsed": (last - first) * DAY}
        for number, life in enumerate(lifecycles) for stage, first, last in life
    ]  # fmt: skip
    rows = []
    for number, life in enumerate(lifecycles):
        done = next(first for stage, first, _ in life if stage == "Done")
        started = next((first for stage, first, _ in life if stage == "Build"), None)
        cycle = pd.NaT if started is None else (done - started) * DAY
        times = {"created": MONDAY, "finished": MONDAY + done * DAY, "lead": done * DAY, "cycle": cycle}
        rows.append({"ticket": f"t{number}", "bulk": False} | times)
    tickets = pd.DataFrame({"ticket": [row["ticket"] for row in rows], "resolved": MONDAY + 13 * DAY})
    return rule_durations(pd.DataFrame(stage_visits), pd.DataFrame(rows), tickets=tickets, stages=STAGES)


@pytest.mark.parametrize(
    ("who", "days"),
    [
        ("vsm: lead time", 12),  # created on day 0, finished on day 12
        ("vsm: cycle time", 9),  # first work on day 3
        ("jirametrics", 10),  # the same in whole days, the first one counted
        ("jirametrics, standard project", 5),  # Build on day 8 is the first start after the backlog
        ("Atlassian control chart, Swarmia", 7),  # Build 2 + 1 + 1, Test 1 + 1 + 1
        ("jira-agile-metrics", 4),  # going back to the backlog wiped all before day 8
        ("Lighthouse", 4),  # the start of day 3 was undone by going back to the backlog
        ("GitLab", 2),  # Build was entered last on day 10
        ("Apache DevLake: lead time", 13),  # the tracker's own resolution
    ],
)
def test_each_rule_measures_the_same_life(who: str, days: int) -> None:
    """Nine rules, nine answers."""
    (rule,) = [rule for rule, (tool, _) in RULES.items() if tool == who]
    assert told(LIFE)[rule].tolist() == [days * DAY]
    assert told(LIFE)["back"].tolist() == [True]


@pytest.mark.slow
def test_what_was_never_in_progress_cannot_be_measured_by_most() -> None:
    """Straight from the backlog to done: lead times alone are known, and the others say how many they lack."""
    table = named_rules(told(LIFE, DIRECT), minimum=1, seed=0).set_index("who")
    assert table["unmeasured"].to_dict() == dict.fromkeys(table.index, 1) | {
        "vsm: lead time": 0, "Apache DevLake: lead time": 0,
    }  # fmt: skip
    assert table["back_tickets"].tolist() == [1] * 9
    assert table["median"]["vsm: lead time"] == 8.5 * DAY


def test_under_the_minimum_no_number_is_told() -> None:
    """One ticket is no median."""
    table = named_rules(told(LIFE), minimum=12, seed=0)
    assert table[["median", "low", "high", "p85", "back_median"]].isna().all(axis=None)
    assert table["tickets"].tolist() == [1] * 9


def test_the_rules_disagree_by_days() -> None:
    """From two to ten days on the one, and nothing to compare on the other."""
    assert rule_spread(told(LIFE, DIRECT)) == {"tickets": 2, "over a day": 1, "over 30 days": 0}
