"""What does not fit memory is put aside and comes back as it was; nothing of it is left."""

import errno
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typing_extensions import Buffer

from vsm.sources import put_aside
from vsm.sources.put_aside import aside_in

FRAME = pd.DataFrame({"ticket": pd.Categorical(["a", "b", "a"]), "at": pd.to_datetime(["2026-01-05"] * 3)})


@pytest.mark.parametrize("few", [0, 1 << 20])
def test_it_comes_back_in_any_order_as_often_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """From memory, and from a file, which has no name."""
    monkeypatch.setattr(put_aside, "FEW", few)
    with aside_in(tmp_path) as aside:
        again = [aside(FRAME.iloc[:rows]) for rows in range(4)]
        assert list(tmp_path.iterdir()) == []
        for rows in (3, 0, 2, 2):
            assert_frame_equal(again[rows](), FRAME.iloc[:rows])


def test_where_a_folder_is_not_to_be_written_to_it_is_in_the_systems_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive on a disk that is mounted read-only is read all the same."""
    monkeypatch.setattr(put_aside, "FEW", 0)
    with aside_in(tmp_path / "nowhere") as aside:
        assert aside("a part")() == "a part"


@pytest.mark.parametrize("written", [OSError(errno.ENOSPC, "No space left on device"), 3])
def test_where_there_is_no_room_it_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: OSError | int
) -> None:
    """A disk that is full, at once or in the middle of a part, costs memory and no part."""

    class Full(BytesIO):
        def write(self, content: Buffer) -> int:
            if isinstance(written, OSError):
                raise written
            return super().write(bytes(content)[:written])

    monkeypatch.setattr(put_aside, "FEW", 0)
    monkeypatch.setattr(put_aside, "TemporaryFile", lambda **_: Full())
    with aside_in(tmp_path) as aside:
        again = [aside(FRAME.iloc[:rows]) for rows in (1, 3)]
        assert_frame_equal(again[0](), FRAME.iloc[:1])
        assert_frame_equal(again[1](), FRAME)


def test_without_any_folder_to_write_to_it_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be made anywhere."""

    def nowhere(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(put_aside, "FEW", 0)
    monkeypatch.setattr(put_aside, "TemporaryFile", nowhere)
    with aside_in(tmp_path) as aside:
        assert aside("a part")() == "a part"
