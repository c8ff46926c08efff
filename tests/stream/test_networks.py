"""Networks made a group of tickets at a time are those of the stream."""

import pickle
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings

import vsm
import vsm.sources.table_store
from tests.jira_bodies import history, issue, moved
from tests.logs import Case, cases
from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.share import share
from tests.stream.work import TOML, done, filled
from vsm.config import Privacy, Workflow, parse_workflow
from vsm.eventlog.log import Log, sorted_events
from vsm.from_log import stream_from_log
from vsm.networks import Networks, networks_from_log
from vsm.sample import sample_workflow
from vsm.tables import NAMES, conform

pytestmark = pytest.mark.slow


def same(networks: Networks, stream: vsm.ValueStream) -> None:
    """Every node, edge and measure is the same."""
    for one, other in zip(networks, (stream.network, stream.team_network), strict=True):
        assert list(one.nodes(data=True)) == list(other.nodes(data=True))
        assert list(one.edges(data=True)) == list(other.edges(data=True))
        assert one.graph == other.graph


def both(log: Log, workflow: Workflow, as_of: pd.Timestamp) -> Networks:
    """Compare both roads over one log, with names."""
    networks = networks_from_log(log, workflow=workflow, as_of=as_of, names=True)
    same(networks, stream_from_log(log, workflow=workflow, as_of=as_of))
    return networks


@settings(max_examples=share(6, of=500))
@given(cases())
def test_random_logs_have_the_same_networks_by_both_roads(case: Case) -> None:
    """Groups of a few rows, so that no group may rest on another."""
    rows = [{"kind": "status", "id": status, "name": status} for status in case.workflow.mapping]
    log = Log(events=sorted_events(case.events), names=conform(pd.DataFrame(rows), NAMES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vsm.sources.table_store, "GROUP", 5)
        both(log, case.workflow, pd.Timestamp(case.as_of))


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_have_the_same_networks_by_both_roads(
    real_data: Path, tracker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With bulk edits, and waits hidden in work."""
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", 1000)
    log = real_log(real_data, tracker)
    networks = both(log, real_workflow(), log.events["at"].max())
    assert networks.stages.number_of_edges() > 5


@pytest.mark.parametrize("fewest", [1, 3, 6])
def test_teams_of_too_few_people_are_one_in_networks_too(sample_folder: Path, fewest: int) -> None:
    """As in a stream that is shared: the same team names, and the same handoffs between them."""
    workflow = parse_workflow(sample_workflow())
    workflow = workflow.model_copy(update={"privacy": Privacy(fewest_people=fewest)})
    log: Log = pickle.loads((sample_folder / "log.pickle").read_bytes())
    as_of = log.events["at"].max()
    shared = stream_from_log(log, workflow=workflow, as_of=as_of, key=b"k" * 32)
    networks = networks_from_log(log, workflow=workflow, as_of=as_of)
    same(networks, shared)
    assert ("small teams" in networks.teams) == (fewest > 1)


@pytest.mark.parametrize("until", ["", "2026-01-08"])
def test_a_work_folder_gives_the_networks_of_its_stream(tmp_path: Path, until: str) -> None:
    """Read from the stored log, also up to an earlier day."""
    folder = filled(tmp_path, *(done(number, 6 + number) for number in range(1, 6)))
    networks = vsm.read_networks(folder, until=until)
    same(networks, vsm.read_stream(folder, until=until))
    assert networks.stages.nodes["Done"]["tickets"] == (1 if until else 5)


def test_work_on_a_part_is_no_waiting_of_its_unit(tmp_path: Path) -> None:
    """The unit lay for four days between two people; for two of them somebody worked on its sub-task."""
    unit = issue(
        1,
        history(1, "2026-01-06T09:00:00.000+0000", moved("1", "3"), by="person-01"),
        history(2, "2026-01-08T09:00:00.000+0000", moved("3", "1"), by="person-01"),
        history(3, "2026-01-12T09:00:00.000+0000", moved("1", "3"), by="person-02"),
        now="3",
    )
    begun = history(4, "2026-01-09T09:00:00.000+0000", moved("1", "3"))
    ended = history(5, "2026-01-11T09:00:00.000+0000", moved("3", "6"))
    of_unit = {"parent": {"id": "1001", "key": "AB-1"}, "issuetype": {"name": "Sub-task", "subtask": True}}
    toml = (
        TOML + '[[team]]\nname = "web"\nmembers = ["Person 01", "Person 02"]\n[privacy]\nfewest_people = 1\n'
    )
    folder = filled(tmp_path, unit, issue(2, begun, ended, now="6", **of_unit), toml=toml)
    networks = vsm.read_networks(folder)
    same(networks, vsm.read_stream(folder))
    day = 86_400
    assert networks.stages.edges["Ready", "Build"]["wait_total"] == (1 + 2 + 4) * day
    assert networks.teams.edges["web", "web"]["wait_total"] == 2 * day


def test_a_folder_without_a_pull_has_empty_networks(tmp_path: Path) -> None:
    """Nothing pulled is no error."""
    networks = vsm.read_networks(filled(tmp_path))
    assert (len(networks.stages), len(networks.teams)) == (0, 0)
