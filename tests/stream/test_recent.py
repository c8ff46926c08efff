"""Is a folder that has not changed read only once, and one that has changed anew?"""

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.stream.work import CHANGES, done, filled
from vsm import read_stream
from vsm.archive_log import read_log
from vsm.recent import MOST, pack, share, unchanged, unpack
from vsm.sources.work_folder import WorkFolder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every reading of an archive, of a process that has read nothing before."""
    seen: list[str] = []

    def counted(folder: WorkFolder, *more: object, **named: object) -> object:
        seen.append(folder.root.name)
        return read_log(folder, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("vsm.recent._kept", {})
    monkeypatch.setattr("vsm.archive_log.read_log", counted)
    monkeypatch.setattr("vsm.read.stored_stream", lambda *_, **__: None)
    return seen


def test_what_has_not_changed_is_read_once(tmp_path: Path, readings: list[str]) -> None:
    """The second stream has the same tables, and so have its measures."""
    root = filled(tmp_path / "work", done(1, 8))
    first, second = read_stream(root), read_stream(root)
    assert readings == ["work"]
    assert_frame_equal(first.visits, second.visits)
    assert_frame_equal(first.lifecycles, second.lifecycles)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_is_read_anew(
    tmp_path: Path, readings: list[str], change: Callable[[Path], object]
) -> None:
    """Documents, both files of words and the secret of the pseudonyms are what a stream is made of."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    change(root)
    read_stream(root)
    assert readings == ["work", "work"]


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-01-02"},
        {"until": "2026-01-20"},
        {"names": True},
        {"rules": {"minimum": 5}},
        {"seed": 1},
    ],
)
def test_another_question_is_another_stream(
    tmp_path: Path, readings: list[str], asked: dict[str, object]
) -> None:
    """A window, a seed, names and thresholds make streams of their own."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    read_stream(root, **asked)  # type: ignore[arg-type]
    assert readings == ["work", "work"]


def test_changes_of_a_reader_stay_with_that_reader(tmp_path: Path) -> None:
    """Tables, measures and networks that somebody changed in place are as they were in the next stream."""
    root = filled(tmp_path / "work", done(1, 8))
    first = read_stream(root)
    first.visits["stage"] = "spoilt"
    first.lifecycles["created"] = None
    first.network.clear()
    second = read_stream(root)
    assert set(second.visits["stage"]) == {"Ready", "Build", "Done"}
    assert second.lifecycles["created"].notna().all()
    assert len(second.network) == 3


def test_only_the_last_ones_are_kept(tmp_path: Path, readings: list[str]) -> None:
    """One that was asked for again counts as new."""
    roots = [filled(tmp_path / str(number), done(1, 8)) for number in range(MOST + 1)]
    for root in (*roots[:MOST], roots[0], roots[MOST], roots[0], roots[1]):
        read_stream(root)
    assert readings == [*(str(number) for number in range(MOST + 1)), "1"]


def packed(memory: Path) -> Path:
    """Write what this process has read."""
    with memory.open("wb") as file:
        pack(file)
    return memory


def unpacked(memory: Path) -> None:
    """Read it, as another process would."""
    with memory.open("rb") as file:
        unpack(file)


def test_another_process_can_go_on_with_what_was_read(
    tmp_path: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was packed has the measures that were made, and is read no more."""
    root = filled(tmp_path / "work", done(1, 8))
    first = read_stream(root)
    made = first.lifecycles
    packed(tmp_path / "memory")
    monkeypatch.setattr("vsm.recent._kept", {})
    unpacked(tmp_path / "memory")
    monkeypatch.setattr("vsm.stream.lifecycles_from_visits", None)
    second = read_stream(root)
    assert readings == ["work"]
    assert_frame_equal(second.lifecycles, made)
    assert_frame_equal(second.visits, first.visits)


def test_the_key_of_the_pseudonyms_is_not_kept(tmp_path: Path) -> None:
    """Neither in the process nor in what it packs: what tells streams apart is a digest of it."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    assert WorkFolder(root).key.read_bytes() not in packed(tmp_path / "memory").read_bytes()


def base_of(column: "pd.Series[Any]") -> object:
    """What the numbers of a column lie in."""
    values: Any = column.array
    numbers = values.codes if isinstance(values, pd.Categorical) else getattr(values, "_ndarray", None)
    while isinstance(numbers, np.ndarray) and numbers.base is not None:
        numbers = numbers.base
    return numbers.obj if isinstance(numbers, memoryview) else numbers


def test_what_was_packed_is_shared_and_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instants, durations and codes lie in what was packed, which is mapped: no process has them once more."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    memory = packed(tmp_path / "memory")
    monkeypatch.setattr("vsm.recent._kept", {})
    unpacked(memory)
    visits = read_stream(root).visits
    bases = [base_of(visits[name]) for name in ("ticket", "entered", "elapsed", "n")]
    assert [type(base) for base in bases] == [mmap.mmap] * 4


def test_what_was_shared_is_used_by_who_shared_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that is said to be unchanged, and what it measured, lie in the shared memory from then on."""
    root = filled(tmp_path / "work", done(1, 8), done(2, 9))
    stream = read_stream(root)
    before = stream.visits.copy(), stream.lifecycles.copy()
    unchanged(stream)
    with (tmp_path / "memory").open("w+b") as file:
        share(file)
    assert base_of(stream.visits["elapsed"]).__class__ is mmap.mmap
    monkeypatch.setattr("vsm.stream.lifecycles_from_visits", None)
    assert base_of(stream.lifecycles["lead"]).__class__ is mmap.mmap
    assert_frame_equal(stream.visits, before[0])
    assert_frame_equal(stream.lifecycles, before[1])


def test_a_stream_that_somebody_may_change_keeps_its_frames(tmp_path: Path) -> None:
    """What an analyst has changed in place stays as it is, whoever shares what was read."""
    stream = read_stream(filled(tmp_path / "work", done(1, 8)))
    stream.visits["note"] = "mine"
    with (tmp_path / "memory").open("w+b") as file:
        share(file)
    assert stream.visits["note"].tolist() == ["mine"] * len(stream.visits)


def test_a_frame_that_is_changed_changes_no_packed_one(tmp_path: Path) -> None:
    """Whoever changes a frame in place changes neither the file nor what others read of it."""
    root = filled(tmp_path / "work", done(1, 8))
    read_stream(root)
    memory = packed(tmp_path / "memory")
    before = memory.read_bytes()
    unpacked(memory)
    frame = read_stream(root).visits
    frame["entered"] += pd.Timedelta(days=1)
    frame.loc[:, "blocked"] = pd.Timedelta(days=1)
    assert memory.read_bytes() == before
