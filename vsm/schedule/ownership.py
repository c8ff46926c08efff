"""Which files are a run's own: nothing else is removed or written over, and links are not followed.

The history knows the folder of each run by its exact name, and lists its files. A packed run holds these
files and no other. A page bears the mark of vsm.
"""

import lzma
import tarfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from vsm.errors import RunError
from vsm.reports.atomic import left_beside
from vsm.reports.render import is_own_page

PACKED: Final = ".tar.xz"
OWN_ONLY: Final = "a run writes and removes only files of its own"


def refuse_foreign(paths: Iterable[Path], *, pages: Iterable[Path]) -> None:
    """Raise RunError where one of these paths is a link, or one of these pages was not written by vsm."""
    for path in paths:
        if path.is_symlink():
            raise RunError(
                f"{path} is a link, and {OWN_ONLY}; put a folder there, or publish to where it leads "
                "(publish in vsm.toml)"
            )
    for page in pages:
        if page.is_file() and not is_own_page(page.read_bytes()):
            raise RunError(
                f"{page} was not written by vsm, and {OWN_ONLY}; move it away: the first page belongs there"
            )


def files_of(run: Path) -> tuple[str, ...]:
    """List the files of a finished run, as they are called in its folder."""
    return tuple(sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()))


def own_files(run: Path, files: Sequence[str]) -> list[Path]:
    """Give those of a run's listed files that are in its folder, not in one to which a link leads."""
    if run.is_symlink():
        return []
    home = run.resolve()
    return [run / name for name in files if (run / name).is_file() and (run / name).resolve() == home / name]


def remove_files(run: Path, files: Sequence[str]) -> None:
    """Remove a run's listed files, and its folder where nothing else is in it."""
    for file in own_files(run, files):
        file.unlink()
        for left in left_beside(file):
            left.unlink()
    if run.is_dir() and not run.is_symlink():
        folders = sorted((path for path in run.rglob("*") if path.is_dir()), reverse=True)
        for folder in [*folders, run]:
            with suppress(OSError):  # somebody else's file is in it, or it is a link
                folder.rmdir()


def holds_run(file: BinaryIO, *, name: str, files: Sequence[str]) -> bool:
    """Whether a file is this run, packed: its listed files and nothing else."""
    try:
        with tarfile.open(fileobj=file, mode="r:xz") as archive:
            inside = {member.name for member in archive if not member.isdir()}
    except (tarfile.TarError, lzma.LZMAError, EOFError):
        return False
    return bool(files) and inside == {f"{name}/{each}" for each in files}


def is_packed_run(file: Path, *, name: str, files: Sequence[str]) -> bool:
    """Whether this path is a run, packed, as ``holds_run`` tells; a link is none."""
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as content:
        return holds_run(content, name=name, files=files)
