"""Is what another process reads of a folder that has not changed the same, without reading it anew?"""

import io
import pickle
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from hypothesis import given, settings

from tests.frames import assert_same_rows
from tests.real_streams import WORKFLOW
from tests.share import share
from tests.stream.test_front_door import assert_nobody_is_named, names_of
from tests.stream.test_small_teams import LIVES, MEMBERS, TEAMS, Step, shared, toml_of
from tests.stream.work import CHANGES, done, filled
from tests.streams import reviewed_stream, reviews_folder
from vsm import read_stream
from vsm.archive_log import read_log
from vsm.clock import DEFAULT
from vsm.cuts import BASE_TABLES
from vsm.errors import EmptyWindowError, ParameterError
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.sources.archive import open_archive
from vsm.sources.jira_file import issue_pages
from vsm.sources.work_folder import WorkFolder
from vsm.stored_stream import store_stream, stored_stream
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

KEY = b"k" * 32


@pytest.fixture(autouse=True)
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every reading of an archive, where each process has read nothing before."""
    seen: list[str] = []

    def counted(folder: WorkFolder, *more: object, **named: object) -> object:
        seen.append(folder.root.name)
        return read_log(folder, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("vsm.recent.MOST", 0)
    monkeypatch.setattr("vsm.archive_log.read_log", counted)
    return seen


def stored_files(root: Path) -> list[Path]:
    return sorted(WorkFolder(root).streams.glob("*"))


def assert_equal_frames(one: pd.DataFrame, other: pd.DataFrame, name: str) -> None:
    """To the index, and to the order of categories; without any row, or any category, they do not matter."""
    assert_same_rows(one, other, name)
    for column in one.columns if len(one) else ():
        if isinstance(one[column].dtype, pd.CategoricalDtype):
            words, others = one[column].cat.categories, other[column].cat.categories
            assert words.tolist() == others.tolist(), (name, column)
            assert words.name == others.name, (name, column)


def assert_equal(one: ValueStream, other: ValueStream, *measures: str) -> None:
    """Base tables, all that they were made of, and these measures."""
    for name in (*BASE_TABLES, "stages"):
        assert_equal_frames(getattr(one, name), getattr(other, name), name)
    mine, theirs = one._context, other._context
    for part in fields(Log):
        assert_equal_frames(getattr(mine.log, part.name), getattr(theirs.log, part.name), part.name)
    for name in ("events", "moves"):
        assert_equal_frames(getattr(mine, name), getattr(theirs, name), name)
    for name in ("workflow", "as_of", "shared", "notes", "small"):
        assert getattr(mine, name) == getattr(theirs, name), name
    for name in ("person_of", "bots", "unclear", "agents"):
        assert getattr(mine.people, name) == getattr(theirs.people, name), name
    assert mine.people.teams.of_ticket == theirs.people.teams.of_ticket
    assert mine.people.teams.team_of == theirs.people.teams.team_of
    assert_equal_frames(mine.people.teams.spells, theirs.people.teams.spells, "spells")
    assert (mine.phases is None) == (theirs.phases is None)
    if mine.phases is not None and theirs.phases is not None:
        assert_equal_frames(mine.phases, theirs.phases, "phases")
    for name in ("as_of", "since", "seed", "experiments", "provenance"):
        assert getattr(one, name) == getattr(other, name), name
    for name in measures:
        first, second = getattr(one, name), getattr(other, name)
        if isinstance(first, pd.DataFrame):
            assert_equal_frames(first, second, name)
        else:
            assert str(first) == str(second), name


def test_another_process_reads_what_was_stored(tmp_path: Path, readings: list[str]) -> None:
    """All that the second stream's measures are made of is equal to the first one's; its frames are its own."""
    root = filled(tmp_path / "work", done(1, 8), done(2, 9))
    first, second = read_stream(root), read_stream(root)
    assert readings == ["work"]
    assert_equal(first, second, "quality", "map_facts", "handoff_network")
    second.visits["stage"] = "spoilt"
    assert set(read_stream(root).visits["stage"]) == {"Ready", "Build", "Done"}
    assert readings == ["work"]


def test_git_deployments_teams_and_reviews_are_stored_too(tmp_path: Path) -> None:
    """Every table of the sample with reviews, and measures that rest on all of them."""
    log: Log = pickle.loads((reviews_folder() / "log.pickle").read_bytes())
    plain = reviewed_stream()
    stream = stream_from_log(log, workflow=plain.workflow, as_of=plain.as_of, key=KEY)
    path = tmp_path / f"{'0' * 16}-{'0' * 32}.arrow"
    store_stream(stream, path, key=KEY)
    again = stored_stream(path, key=KEY)
    assert again is not None
    assert len(again.pulls) > 100
    assert_equal(stream, again, "delivery", "reviews", "load")


@settings(max_examples=share(6, of=300))
@given(lifecycles=LIVES, team_of=MEMBERS)
def test_whatever_was_stored_comes_back(lifecycles: list[list[Step]], team_of: dict[str, str]) -> None:
    """Of random tickets and teams, small ones among them: equal to the last bit."""
    teams = {team: sorted(p for p, t in team_of.items() if t == team) for team in TEAMS[:3]}
    stream = shared(*lifecycles, toml=toml_of({team: who for team, who in teams.items() if who}, fewest=3))
    memory = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vsm.stored_stream.save_stream", lambda _, parts, **__: memory.writelines(parts))
        patch.setattr("vsm.stored_stream.load_stream", lambda *_, **__: memoryview(memory.getvalue()))
        store_stream(stream, Path("any"), key=KEY)
        again = stored_stream(Path("any"), key=KEY)
    assert again is not None
    assert_equal(stream, again, "lifecycles", "team_network")


DAMAGED: Final[dict[str, Callable[[Path], object]]] = {
    "a damaged file": lambda root: stored_files(root)[0].write_bytes(stored_files(root)[0].read_bytes()[:-1])
}


@pytest.mark.parametrize("change", (CHANGES | DAMAGED).values(), ids=CHANGES | DAMAGED)
def test_whatever_changed_is_read_anew(
    tmp_path: Path, readings: list[str], change: Callable[[Path], object]
) -> None:
    """And is stored in place of what is of no use any more, where the archive or the key changed."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    change(root)
    read_stream(root)
    assert readings == ["work"] * 2
    read_stream(root)
    assert readings == ["work"] * 2


@pytest.mark.parametrize("asked", [{"until": "2026-01-20"}, {"rules": {"minimum": 5}}, {"seed": 1}])
def test_another_question_is_another_stream(
    tmp_path: Path, readings: list[str], asked: dict[str, Any]
) -> None:
    """An earlier instant, thresholds and a seed; both are stored."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    first = read_stream(root, **asked)
    assert readings == ["work"] * 2
    assert_equal(first, read_stream(root, **asked))
    read_stream(root)
    assert readings == ["work"] * 2


@pytest.mark.parametrize("changed", ["vsm.stored_stream._code", "vsm.clock.from_config.DEFAULT"])
def test_another_vsm_and_other_calendars_are_read_anew(
    tmp_path: Path, readings: list[str], changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own sources, versions beside it, and what vsm.toml means by its working days."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    other: Any = (lambda: "another") if changed.endswith("_code") else DEFAULT
    if other is DEFAULT:
        other = type(DEFAULT)(DEFAULT.name, shifts=(((600, 660),),) * 7)
    monkeypatch.setattr(changed, other)
    read_stream(root)
    assert readings == ["work"] * 2


@pytest.mark.parametrize("asked", [{"since": "2026-01-09"}, {"where": "type=Story"}])
def test_a_window_is_cut_from_what_was_stored(
    tmp_path: Path, readings: list[str], asked: dict[str, Any]
) -> None:
    """As reading it anew would give it."""
    root = filled(tmp_path / "work", done(1, 8), done(2, 20, issuetype={"name": "Story"}))
    anew = read_stream(root, **asked)
    assert anew.tickets["key"].tolist() == ["AB-2"]
    assert_equal(anew, read_stream(root, **asked), "lifecycles", "findings")
    assert len(read_stream(root).tickets) == 2
    assert readings == ["work"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"since": "2026-01-27"}, EmptyWindowError),
        ({"where": "type=Epic"}, ParameterError),
        ({"since": "2026-01-09", "until": "2026-01-08"}, ParameterError),
    ],
)
def test_a_window_is_refused_as_by_reading_anew(
    tmp_path: Path, asked: dict[str, Any], error: type[Exception]
) -> None:
    """In the same words."""
    root = filled(tmp_path / "work", done(1, 8))
    with pytest.raises(error) as anew:
        read_stream(root, **asked)
    read_stream(root)
    if "until" in asked:
        read_stream(root, until=asked["until"])
    with pytest.raises(error, match="^" + str(anew.value).split("(")[0].strip()):
        read_stream(root, **asked)


def test_with_names_nothing_is_stored_and_nothing_that_is_stored_is_read(
    tmp_path: Path, readings: list[str]
) -> None:
    """What is stored in the folder has pseudonyms."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root, names=True)
    assert stored_files(root) == []
    read_stream(root)
    read_stream(root, names=True)
    assert readings == ["work"] * 3


def test_what_is_stored_names_nobody(real_data: Path, tmp_path: Path) -> None:
    """What another process reads of DuraCloud, of which it makes all measures, and the file's own bytes."""
    folder = WorkFolder(tmp_path / "work")
    folder.root.mkdir()
    folder.workflow.write_text(WORKFLOW)
    with open_archive(folder.archive) as archive:
        pages = issue_pages(real_data / "duracloud" / "issues.jsonl.gz")
        archive.store(pages, source="jira", scope="test", at=pd.Timestamp.now(tz="UTC").to_pydatetime())
        log = read_log(folder, archive)
    read_stream(folder.root)
    again = read_stream(folder.root)
    assert_nobody_is_named(again, names_of(log))
    (path,) = stored_files(folder.root)
    assert folder.key.read_bytes() not in path.read_bytes()


def test_a_folder_that_cannot_be_written_to_is_read_all_the_same(tmp_path: Path, readings: list[str]) -> None:
    """A file in the place of the folder, for instance."""
    root = filled(tmp_path / "work", done(1, 8))
    WorkFolder(root).streams.write_text("theirs")
    assert len(read_stream(root).tickets) == len(read_stream(root).tickets) == 1
    assert readings == ["work"] * 2
    assert WorkFolder(root).streams.read_text() == "theirs"


def test_what_could_not_be_read_in_full_is_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever defeated us may be gone the next time."""

    def spoilt(*_: object, **__: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("vsm.archive_log.parts_from_jira", spoilt)
    root = filled(tmp_path, done(1, 8))
    assert "unreadable source" in set(read_stream(root).quality["check"])
    assert stored_files(root) == []
