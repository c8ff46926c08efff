"""Networks made a group of tickets at a time are those of the stream."""

import pickle
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from vsm.errors import ArchiveError
from vsm.eventlog.as_of import last_recorded
from vsm.eventlog.log import Log, sorted_events
from vsm.eventlog.log_groups import LogGroups
from vsm.from_log import stream_from_log
from vsm.networks import Networks, networks_from_log
from vsm.sample import sample_workflow
from vsm.sources.table_store import Stored, open_table, save_table
from vsm.sources.work_folder import WorkFolder
from vsm.tables import EVENTS, NAMES, conform, empty

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


@pytest.mark.parametrize(
    ("of_a", "of_b"),
    [
        ('components = ["x"]', 'components = ["y"]'),
        ('patterns = ["Person 0*"]', 'patterns = ["Person *"]'),
    ],
)
def test_what_several_small_teams_claim_is_in_none_of_them(tmp_path: Path, of_a: str, of_b: str) -> None:
    """A ticket with components of two teams, or a person whom patterns of both fit: nor in the one they become."""
    ticket = issue(
        1,
        history(1, "2026-01-06T09:00:00.000+0000", moved("1", "3"), by="person-01"),
        history(2, "2026-01-08T09:00:00.000+0000", moved("3", "1"), by="person-01"),
        history(3, "2026-01-12T09:00:00.000+0000", moved("1", "3"), by="person-02"),
        now="3",
        components=[{"name": "x"}, {"name": "y"}],
    )
    teams = "".join(
        f'[[team]]\nname = "{team}"\nmembers = ["Person 0{number}"]\n{claim}\n'
        for number, (team, claim) in enumerate([("a", of_a), ("b", of_b)], start=8)
    )
    folder = filled(tmp_path, ticket, toml=TOML.replace('team = "web"\n', "") + teams)
    same(vsm.read_networks(folder), vsm.read_stream(folder))


@pytest.mark.parametrize("until", ["", "2026-01-08"])
def test_a_work_folder_gives_the_networks_of_its_stream(tmp_path: Path, until: str) -> None:
    """Read from the stored log, also up to an earlier day."""
    folder = filled(tmp_path, *(done(number, 6 + number) for number in range(1, 6)))
    networks = vsm.read_networks(folder, until=until)
    same(networks, vsm.read_stream(folder, until=until))
    assert networks.stages.nodes["Done"]["tickets"] == (1 if until else 5)


UNMAPPED = """
[[stage]]
name = "Ready"
kind = "queue"
statuses = ["Open"]
[[team]]
name = "web"
repositories = ["shop"]
members = ["Person 01"]
[privacy]
fewest_people = 1
"""


@pytest.mark.parametrize("until", ["", "2026-01-12"])
def test_what_concerns_several_tickets_is_found_in_all_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    """A burst of five, the order and kinds of stages that vsm.toml does not name, and tickets not yet there."""
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", 4)
    tidied = [
        issue(
            number,
            history(number, f"2026-01-14T09:0{number}:00.000+0000", moved("1", "6"), by="person-02"),
            now="6",
            created=f"2026-01-{8 + number:02}T09:00:00.000+0000",
        )
        for number in range(1, 6)
    ]
    begun = [
        issue(number, history(number, f"2026-01-{number:02}T09:00:00.000+0000", moved("1", "3")), now="3")
        for number in range(6, 12)
    ]
    folder = filled(tmp_path, *tidied, *begun, toml=UNMAPPED)
    networks = vsm.read_networks(folder, until=until)
    same(networks, vsm.read_stream(folder, until=until))
    assert networks.stages.nodes["Ready"]["visits"] == (9 if until else 6)


def test_teams_of_repositories_may_be_of_too_few_people(tmp_path: Path) -> None:
    """Once they are one, it is read anew, and of fewer columns, which tickets have commits."""
    passed_on = issue(
        1,
        history(1, "2026-01-06T09:00:00.000+0000", moved("1", "3"), by="person-01"),
        history(2, "2026-01-08T09:00:00.000+0000", moved("3", "1"), by="person-01"),
        history(3, "2026-01-12T09:00:00.000+0000", moved("1", "3"), by="person-02"),
        now="3",
    )
    toml = f'{TOML}[[team]]\nname = "web"\nrepositories = ["shop"]\nmembers = ["Person 01", "Person 02"]\n'
    folder = filled(tmp_path, passed_on, toml=f"{toml}[privacy]\nfewest_people = 3\n")
    networks = vsm.read_networks(folder)
    same(networks, vsm.read_stream(folder))
    assert list(networks.teams) == ["small teams"]


def test_networks_are_read_where_no_log_can_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full: the log is in memory then, and so is what a stream is made of."""

    def full(*_: object, **__: object) -> None:
        raise ArchiveError("the disk is full")

    monkeypatch.setattr("vsm.archive_log.save_parts", full)
    folder = filled(tmp_path, *(done(number, 6 + number) for number in range(1, 6)))
    networks = vsm.read_networks(folder)
    assert not list(WorkFolder(folder).log.glob("events*"))
    same(networks, vsm.read_stream(folder))


def test_groups_are_read_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the next group is read the one before is forgotten: memory does not grow with the log."""
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", 4)
    folder = filled(tmp_path, *(done(number, 6 + number) for number in range(1, 12)))
    read, alive = Stored.groups, list[weakref.ref[pd.DataFrame]]()

    def watched(stored: Stored, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        for group in read(stored, columns):
            alive.append(weakref.ref(group))
            yield group
            del group
            assert sum(one() is not None for one in alive) <= 1

    monkeypatch.setattr(Stored, "groups", watched)
    vsm.read_networks(folder)
    assert len(alive) > 10


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_stored_log_has_the_same_networks_in_groups(
    real_data: Path, tracker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is read of the file, in which group: moves wait aside, and teams of too few people are one."""
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", 1000)
    log, path = real_log(real_data, tracker), tmp_path / "events.parquet"
    save_table(log.events, EVENTS, path, stamp="s")
    stored = open_table(path, EVENTS, stamp="s")
    assert stored is not None
    groups = LogGroups(replace(log, events=empty(EVENTS)), stored.groups, len(log.events))
    as_of, workflow = log.events["at"].max(), real_workflow()
    assert groups.last_recorded(known=None) == last_recorded(log)
    whole = networks_from_log(log, workflow=workflow, as_of=as_of)
    for one, other in zip(networks_from_log(groups, workflow=workflow, as_of=as_of), whole, strict=True):
        assert list(one.nodes(data=True)) == list(other.nodes(data=True))
        assert list(one.edges(data=True)) == list(other.edges(data=True))


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
