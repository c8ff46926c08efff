"""Units of work: what is counted, in the ways in which trackers say what holds what."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import history, issue, log_from_jira, moved
from vsm.config import Scope
from vsm.eventlog.log import Log
from vsm.eventlog.units import log_with_units, unit_of_parts
from vsm.tables import TICKETS, conform

DONE = history(1, "2026-01-06T09:00:00.000+0000", moved("1", "6"))


def levels(bodies: list[dict[str, Any]], scope: Scope | None = None) -> dict[str, str]:
    tickets = log_with_units(log_from_jira(bodies), scope=scope or Scope()).tickets
    return dict(zip(tickets["key"].astype("str"), tickets["unit"].astype("str"), strict=True))


def typed(number: int, name: str, parent: int | None = None, **about: Any) -> dict[str, Any]:
    above = {} if parent is None else {"parent": {"id": str(1000 + parent), "key": f"AB-{parent}"}}
    return issue(number, DONE, now="6", issuetype={"name": name, **about}, **above)


def test_cloud_counts_levels() -> None:
    """A level above 0 holds others, one below is a part, whatever the types are called."""
    bodies = [
        typed(1, "Vorhaben", hierarchyLevel=2, subtask=False),
        typed(2, "Épico", 1, hierarchyLevel=1, subtask=False),
        typed(3, "História", 2, hierarchyLevel=0, subtask=False),
        typed(4, "Subtarefa", 3, hierarchyLevel=-1, subtask=True),
    ]
    assert levels(bodies) == {"AB-1": "container", "AB-2": "container", "AB-3": "unit", "AB-4": "part"}


def test_data_center_shows_containers_by_what_they_hold() -> None:
    """An issue that holds issues which are no sub-tasks is a container, and so are the others of its type."""
    bodies = [
        typed(1, "Thema", subtask=False),
        typed(2, "Thema", subtask=False),
        typed(3, "Anforderung", 1, subtask=False),
        typed(4, "Unteraufgabe", 3, subtask=True),
    ]
    assert levels(bodies) == {"AB-1": "container", "AB-2": "container", "AB-3": "unit", "AB-4": "part"}


def test_names_of_types_decide_where_nothing_else_does() -> None:
    """Bodies and tables that know no levels: an epic and a sub-task are called so."""
    rows = [("1", "EPIC", None), ("2", "User Story", "1"), ("3", "Sub-task", "2"), ("4", "Task", "2")]
    tickets = pd.DataFrame(rows, columns=["key", "type", "parent"]).assign(
        ticket=lambda t: t["key"], created=pd.Timestamp("2026-01-05", tz="UTC")
    )
    log = log_with_units(Log(tickets=conform(tickets, TICKETS)), scope=Scope())
    assert log.tickets["unit"].astype("str").tolist() == ["container", "unit", "part", "unit"]
    named = log_with_units(replace(log, tickets=conform(tickets, TICKETS)), scope=Scope(parts=("task",)))
    assert named.tickets["unit"].astype("str").tolist() == ["container", "unit", "part", "part"]


def test_one_odd_link_makes_no_container() -> None:
    """Of twenty requirements one is the parent of another; what the tracker counts as level 0 stays a unit."""
    odd = [typed(n, "Anforderung", 1 if n == 2 else None, subtask=False) for n in range(1, 21)]
    assert set(levels(odd).values()) == {"unit"}
    firm = [typed(1, "Paket", hierarchyLevel=0), typed(2, "Paket", 1, hierarchyLevel=0)]
    assert set(levels(firm).values()) == {"unit"}


def test_an_epic_without_children_is_a_container() -> None:
    """By its name, where the body only says that it is no sub-task."""
    assert levels([typed(1, "Epic", subtask=False), typed(2, "Story", subtask=False)]) == {
        "AB-1": "container",
        "AB-2": "unit",
    }


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        (Scope(levels=("unit", "part")), {"AB-3", "AB-4", "AB-5"}),
        (Scope(levels=("container",)), {"AB-1"}),
        (Scope(types=("bug",)), {"AB-5"}),
        (Scope(types=("Epic", "Bug")), {"AB-1", "AB-5"}),
        (Scope(containers=("Story",)), {"AB-5"}),
    ],
    ids=["levels", "containers", "types", "a type that holds others", "a type said to hold others"],
)
def test_scope_chooses_types_or_levels(scope: Scope, counted: set[str]) -> None:
    """[scope] of vsm.toml says which tickets count."""
    bodies = [
        typed(1, "Epic", subtask=False),
        typed(3, "Story", 1, subtask=False),
        typed(4, "Sub-task", 3, subtask=True),
        typed(5, "Bug", subtask=False),
    ]
    assert {key for key, level in levels(bodies, scope).items() if level == "unit"} == counted


def test_a_part_of_a_part_counts_for_the_unit_above() -> None:
    """Up to the nearest unit; a part of a container, or in a circle, counts for nothing."""
    rows = [("a", None, "unit"), ("b", "a", "part"), ("c", "b", "part"),
            ("d", "e", "part"), ("e", "d", "part"), ("f", "g", "part"), ("g", None, "container")]  # fmt: skip
    tickets = pd.DataFrame(rows, columns=["ticket", "parent", "unit"])
    assert unit_of_parts(tickets) == {"b": "a", "c": "a"}
