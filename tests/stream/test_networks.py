"""Networks straight from the store have the edges that visits, handoffs and waits give."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given

import vsm.sources.table_store
from tests.logs import Case, cases
from tests.real_streams import TRACKERS, read_for_intervals, real_log, real_workflow
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import stages_from_names
from vsm.intervals import handoffs_from_visits, visits_from_events, waits_from_visits
from vsm.model.lifecycle import stage_visits_from_visits
from vsm.model.network import stage_network, team_network
from vsm.networks import networks_from_store
from vsm.people import Teams
from vsm.sources.table_store import save_table
from vsm.tables import EVENTS, NAMES, conform


def compare(
    events: pd.DataFrame, stages: pd.DataFrame, team_of: Teams | Mapping[str, str], as_of: pd.Timestamp
) -> tuple["nx.DiGraph[str]", "nx.DiGraph[str]"]:
    """Both graphs by both roads: every edge and every measure is the same number."""
    visits = visits_from_events(events, stages=stages, team_of=team_of, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    stays = stage_visits_from_visits(visits, waits_from_visits(visits, handoffs, as_of=as_of), stages=stages)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        save_table(events, EVENTS, path, stamp="s")
        told = networks_from_store(path, stages=stages, team_of=team_of, as_of=as_of)
    expected = (stage_network(stays, stages=stages, minimum=12), team_network(handoffs))
    for one, other in zip(told, expected, strict=True):
        assert list(one.edges(data=True)) == list(other.edges(data=True))
        assert one.graph == other.graph
        assert list(one) == list(other)
    return told


@given(cases())
def test_random_logs_have_the_same_edges_by_both_roads(case: Case) -> None:
    """Groups of a few rows, so that what is read first must not count for what is read next."""
    rows = [{"kind": "status", "id": status, "name": status} for status in case.workflow.mapping]
    stages = stages_from_names(conform(pd.DataFrame(rows), NAMES), workflow=case.workflow)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vsm.sources.table_store, "GROUP", 5)
        compare(sorted_events(case.events), stages, case.workflow.team_of, pd.Timestamp(case.as_of))


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_have_the_same_edges_by_both_roads(
    real_data: Path, tracker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With bulk edits, waits hidden in work, people in three teams, and every tenth ticket in one."""
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", 1000)
    log = real_log(real_data, tracker)
    events, stages = read_for_intervals(log, real_workflow())
    persons = sorted(events["actor"].dropna().astype("str").unique())
    of_ticket = dict.fromkeys(events["ticket"].cat.categories[::10], "Team 2")
    teams = Teams({name: f"Team {n % 3}" for n, name in enumerate(persons)}, of_ticket=of_ticket)
    stage, team = compare(events, stages, teams, log.events["at"].max())
    assert stage.number_of_edges() > 5
    assert team.number_of_edges() > 1
