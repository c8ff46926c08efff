"""What does not fit memory is put aside and comes back as it was; nothing of it is left."""

import errno
import pickle
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from vsm.errors import ArchiveError
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


def test_a_full_disk_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says where there is no room."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pickle, "dump", full)
    with aside_in(tmp_path) as aside, pytest.raises(ArchiveError, match=r"No space left on device; see that"):
        aside(FRAME)
