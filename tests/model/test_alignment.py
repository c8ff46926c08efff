"""What each ticket serves, by the tracker's fields and by vsm.toml."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.config import parse_workflow
from vsm.model.alignment import alignment_of_tickets
from vsm.quality.tracker import check_alignment
from vsm.tables import TICKETS, conform, empty

SAID = """
[alignment]
unplanned = ["label:hotfix", "priority:blocker"]
[alignment.objectives]
"Faster search" = ["component:Search", "epic:AB-9"]
"Less pain" = ["Bug", "label:pain"]
[alignment.flow]
risk = ["label:security"]
debt = ["component: Build"]
defect = ["Incident"]
"""


def tickets(*abouts: dict[str, Any]) -> pd.DataFrame:
    """TICKETS of these; numbered from 1 unless told otherwise."""
    rows = [
        {"ticket": f"jira:{n}", "key": f"AB-{n}", "type": "Story", "created": pd.Timestamp(0, tz="UTC")}
        | about
        for n, about in enumerate(abouts, start=1)
    ]
    return conform(pd.DataFrame(rows, columns=TICKETS.names), TICKETS)


def told(rows: pd.DataFrame, column: str, said: str = "") -> list[Any]:
    found = alignment_of_tickets(rows, workflow=parse_workflow(said))[column].astype("object")
    return [None if pd.isna(value) else value for value in found]


def test_the_objective_is_the_field_then_the_file_then_the_parent() -> None:
    """Field before file; of the file the first that means it; then the parent's, by the same order."""
    rows = tickets(
        {"objective": "Grow", "components": "Search"},
        {"components": "Index; Search", "labels": "pain"},
        {"type": "bug"},
        {"parent": "jira:1"},
        {"parent": "jira:7"},
        {},
        {"summary": "Checkout"},
    )
    expected = ["Grow", "Faster search", "Less pain", "Grow", "Checkout", "none named", "none named"]
    assert told(rows, "objective", SAID) == expected
    assert told(rows, "objective_by", SAID) == [
        "field", "vsm.toml", "vsm.toml", "parent", "parent", None, None,
    ]  # fmt: skip


def test_an_epic_selector_means_everything_below_the_epic() -> None:
    """Its tickets and their parts; the epic itself lies in none."""
    rows = tickets({"parent": "jira:9"}, {"parent": "jira:1"}, {"ticket": "jira:9", "key": "AB-9"})
    assert told(rows, "objective", SAID) == ["Faster search", "Faster search", "none named"]


def test_a_parent_gives_its_key_or_id_where_no_more_is_known() -> None:
    """No summary: the key. Not pulled: the id. In a circle: whatever was reached last."""
    rows = tickets(
        {"parent": "jira:2"}, {}, {"parent": "jira:77"}, {"parent": "jira:5"}, {"parent": "jira:4"}
    )
    assert told(rows, "objective") == ["AB-2", "none named", "jira:77", "AB-5", "AB-4"]


def test_the_topmost_parent_names_the_objective() -> None:
    """A part of a story of an epic serves the epic."""
    rows = tickets({"parent": "jira:2"}, {"summary": "Story", "parent": "jira:3"}, {"summary": "Epic"})
    assert told(rows, "objective") == ["Epic", "Epic", "none named"]


@pytest.mark.parametrize(
    ("kind", "flow"),
    [
        ("Bug", "defect"), ("INCIDENT", "defect"), ("Story", "feature"), ("New Feature", "feature"),
        ("Task", "feature"), ("Technical debt", "debt"), ("Refactoring", "debt"), ("Security", "risk"),
        ("Spike", None), (None, None), ("Sub-task", None),
    ],
)  # fmt: skip
def test_types_tell_the_flow_where_nothing_else_does(kind: str | None, flow: str | None) -> None:
    """Case does not matter; what nobody knows stays unknown."""
    assert told(tickets({"type": kind}), "flow") == [flow]
    assert told(tickets({"type": kind}), "flow_by") == ["the tracker's types" if flow else None]


def test_selectors_win_over_types_and_risk_over_all() -> None:
    """A security bug in the build is a risk, a bug in the build debt; an unnamed type goes by the tracker."""
    rows = tickets(
        {"type": "Bug", "labels": "security", "components": "Build"},
        {"type": "Bug", "components": "build"},
        {"type": "Bug"},
    )
    assert told(rows, "flow", SAID) == ["risk", "debt", "defect"]
    assert told(rows, "flow_by", SAID) == ["vsm.toml", "vsm.toml", "the tracker's types"]


def test_a_part_is_of_its_parents_kind() -> None:
    """A sub-task of a bug mends it, and a part of that part too; one with a label of its own is that."""
    rows = tickets(
        {"type": "Bug"},
        {"type": "Sub-task", "parent": "jira:1"},
        {"type": "Sub-task", "parent": "jira:2"},
        {"type": "Sub-task", "parent": "jira:1", "labels": "security"},
    )
    assert told(rows, "flow", SAID) == ["defect", "defect", "defect", "risk"]


def test_planned_is_known_only_where_the_file_says_what_is_not() -> None:
    """By label and by priority, in any case of letters; without selectors nothing is known."""
    rows = tickets({"labels": "a; HotFix"}, {"priority": "Blocker"}, {"labels": "hotfixes"}, {})
    assert told(rows, "planned", SAID) == [False, False, True, True]
    assert told(rows, "planned") == [None] * 4


def test_selectors_that_mean_nothing_are_noted() -> None:
    """Misspelt ones would make everything planned."""
    rows = tickets({"labels": "hotfix"}, {"type": "Bug", "components": "Search"})
    details = check_alignment(rows, workflow=parse_workflow(SAID))["detail"].tolist()
    assert details == [
        f"'{text}' in [alignment] of vsm.toml matches no ticket; misspelt or not used"
        for text in (
            "epic:AB-9",
            "label:pain",
            "label:security",
            "component: Build",
            "Incident",
            "priority:blocker",
        )
    ]
    assert check_alignment(empty(TICKETS), workflow=parse_workflow(SAID)).empty


def test_no_tickets_serve_nothing() -> None:
    """No rows, the same columns and types."""
    found = alignment_of_tickets(empty(TICKETS), workflow=parse_workflow(SAID))
    assert found.dtypes.astype("str").to_dict() == {
        "ticket": "str", "objective": "str", "objective_by": "str", "flow": "str", "flow_by": "str",
        "planned": "boolean",
    }  # fmt: skip


ABOUT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Bug", "Story", "Sub-task", "Odd", None]),
        "parent": st.sampled_from([f"jira:{n}" for n in range(1, 9)] + [None]),
        "labels": st.sampled_from(["hotfix", "pain; security", None]),
        "components": st.sampled_from(["Search", None]),
        "objective": st.sampled_from(["Grow", None]),
    }
)


@given(st.lists(ABOUT, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_tickets_changes_nothing(abouts: list[dict[str, Any]], rng: Any) -> None:
    """Circles of parents among them."""
    rows, workflow = tickets(*abouts), parse_workflow(SAID)
    before = rows.copy()
    found = alignment_of_tickets(rows, workflow=workflow).set_index("ticket")
    order = list(range(len(rows)))
    rng.shuffle(order)
    again = alignment_of_tickets(rows.iloc[order], workflow=workflow).set_index("ticket")
    pd.testing.assert_frame_equal(again.reindex(found.index), found)
    pd.testing.assert_frame_equal(rows, before)
    assert found["objective"].notna().all()
