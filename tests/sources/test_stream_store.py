"""Stored streams are whole, few, and for their owner alone; what cannot be trusted is as good as absent."""

import errno
import os
import time
from pathlib import Path

import pytest

from vsm.sources.stream_store import MOST, load_stream, remove_streams, save_stream

KEY = b"k" * 32
CONTENT = b"what a stream consists of"


def file_of(folder: Path, *, state: int = 0, asked: int = 0) -> Path:
    return folder / f"{state:016x}-{asked:032x}.arrow"


def save(path: Path, *parts: bytes) -> Path:
    save_stream(path, parts or [CONTENT], key=KEY)
    return path


def loaded(path: Path, *, key: bytes = KEY) -> bytes | None:
    content = load_stream(path, key=key)
    return None if content is None else bytes(content)


def test_what_was_saved_in_parts_comes_back_whole(tmp_path: Path) -> None:
    """And nothing else lies beside it."""
    path = save(file_of(tmp_path / "streams"), b"what a stream ", b"", b"consists of")
    assert loaded(path) == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """Whatever the umask."""
    before = os.umask(0)
    try:
        path = save(file_of(tmp_path / "streams"))
    finally:
        os.umask(before)
    assert [entry.stat().st_mode & 0o777 for entry in (path, path.parent)] == [0o600, 0o700]


def test_one_bit_anywhere_makes_it_worthless(tmp_path: Path) -> None:
    """In the content as in the code at its end; so does each byte that is missing."""
    path = save(file_of(tmp_path / "streams"))
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert loaded(path) is None
        path.write_bytes(whole[:place])
        assert loaded(path) is None
    path.write_bytes(whole)
    assert loaded(path) == CONTENT


def test_another_key_and_another_name_give_nothing(tmp_path: Path) -> None:
    """A file that somebody else made, or that was put in the place of another, is none of ours."""
    path = save(file_of(tmp_path / "streams"))
    assert loaded(path, key=b"o" * 32) is None
    assert loaded(path.rename(file_of(tmp_path / "streams", asked=1))) is None
    assert loaded(file_of(tmp_path / "streams", asked=2)) is None


def test_the_key_is_not_in_it(tmp_path: Path) -> None:
    """Nor in its name."""
    path = save(file_of(tmp_path / "streams"))
    assert KEY not in path.read_bytes()
    assert KEY.hex() not in path.name


def test_those_that_were_read_last_are_kept(tmp_path: Path) -> None:
    """As many as may be; reading counts."""
    paths = [save(file_of(tmp_path / "streams", asked=number)) for number in range(MOST)]
    for age, path in enumerate(paths):
        os.utime(path, (1000 + age, 1000 + age))
    assert loaded(paths[0]) == CONTENT
    new = save(file_of(tmp_path / "streams", asked=MOST))
    assert set(new.parent.iterdir()) == {paths[0], *paths[2:], new}


def test_together_they_are_not_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that alone is too large is not kept, and those before it stay."""
    monkeypatch.setattr("vsm.sources.stream_store.LARGEST", 100)
    first, second = (file_of(tmp_path / "streams", asked=number) for number in (1, 2))
    save(first)
    save(second, b"x" * 69)
    assert list(first.parent.iterdir()) == [first]
    save(second, b"x" * 40)
    assert list(first.parent.iterdir()) == [second]


def test_those_of_another_state_of_the_archive_go(tmp_path: Path) -> None:
    """Nobody asks for them again; a file that is none of ours stays."""
    save(file_of(tmp_path / "streams", state=1))
    (tmp_path / "streams" / "notes.txt").write_text("theirs")
    new = save(file_of(tmp_path / "streams", state=2))
    assert sorted(path.name for path in new.parent.iterdir()) == [new.name, "notes.txt"]


def test_what_a_killed_process_left_goes_an_hour_later(tmp_path: Path) -> None:
    """Not before: somebody may be writing it."""
    path = save(file_of(tmp_path / "streams"))
    left = path.with_name(f".{path.name}.{'0' * 16}")
    left.write_bytes(b"half")
    save(path)
    assert left.exists()
    os.utime(left, (time.time() - 3700,) * 2)
    save(path)
    assert list(path.parent.iterdir()) == [path]


def test_all_of_ours_can_be_removed(tmp_path: Path) -> None:
    """Also what a killed process left; a file that is none of ours stays, and no folder is no error."""
    path = save(file_of(tmp_path / "streams"))
    path.with_name(f".{path.name}.{'0' * 16}").write_bytes(b"half")
    (tmp_path / "streams" / "notes.txt").write_text("theirs")
    remove_streams(tmp_path / "streams")
    remove_streams(tmp_path / "absent")
    assert [entry.name for entry in path.parent.iterdir()] == ["notes.txt"]


def test_a_full_disk_is_no_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before stays as it was."""
    path = save(file_of(tmp_path / "streams"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    save(path, b"new")
    assert list(path.parent.iterdir()) == [path]
    assert loaded(path) == CONTENT


def test_no_link_is_followed_into_a_folder(tmp_path: Path) -> None:
    """Nothing is written there, and nothing removed."""
    theirs = tmp_path / "theirs"
    kept = save(file_of(theirs))
    (tmp_path / "streams").symlink_to(theirs)
    save(file_of(tmp_path / "streams", state=1))
    remove_streams(tmp_path / "streams")
    assert list(theirs.iterdir()) == [kept]
