"""Files and folders that are whole or not there: made beside, then renamed."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

from vsm.errors import ParameterError, RunError

_SHOWN: Final = 40
"""Characters of a file's name in that of the hidden one beside it: names have a limit."""


def stamp_of(at: datetime) -> str:
    """The name of the folder of a run at this instant; raises ParameterError where it has no time zone.

    Examples
    --------
    >>> stamp_of(datetime(2026, 11, 23, 16, tzinfo=UTC))
    '2026-11-23T160000Z'
    """
    if at.tzinfo is None:
        raise ParameterError(f"the run's instant {at} has no time zone; give one, such as UTC")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def new_stage(runs: Path, name: str) -> Path:
    """Make a hidden folder for a run of this name, beside finished ones; its name tells whose it is.

    Raises RunError where it cannot be made.
    """
    # A plain mkdir keeps the user's umask; tempfile's would be closed to everybody else once published.
    stage = runs / f".stage-{name}-{uuid4().hex}"
    try:
        stage.mkdir(parents=True)
    except OSError as error:
        raise RunError(f"cannot make the folder {runs}: {error.strerror or error}") from error
    return stage


def settle(stage: Path, parent: Path, stamp: str) -> Path:
    """Rename a finished run to its instant, or to the first free number after it; returns its new folder.

    Renaming is one step, so it is never half there.
    """
    parent.mkdir(exist_ok=True)
    names = (stamp if n == 1 else f"{stamp}-{n}" for n in count(1))
    target = next(parent / name for name in names if not (parent / name).exists())
    try:
        return stage.rename(target)
    except OSError:
        if not target.exists():
            raise
        return settle(stage, parent, stamp)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A hidden path beside a file, to be written in the block, and renamed to it where the block succeeds.

    So the file is whole or as it was; a link stays one, and nothing is left behind where the block fails.
    Where the process is killed, ``left_beside`` finds what is.
    """
    target = path.resolve()
    hidden = target.with_name(f".{target.name[:_SHOWN]}.{uuid4().hex}")
    try:
        yield hidden
        hidden.replace(target)
    finally:
        hidden.unlink(missing_ok=True)


def left_beside(path: Path) -> list[Path]:
    """List the hidden files that ``beside`` left of a file, because its process was killed."""
    known = re.compile(rf"\.{re.escape(path.name[:_SHOWN])}\.[0-9a-f]{{32}}")
    there = path.parent.iterdir() if path.parent.is_dir() else ()
    return [entry for entry in there if known.fullmatch(entry.name) and not entry.is_symlink()]


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is whole or as it was, and stays after a power cut.

    Text is written as UTF-8, its lines as they are. The folder is made where it is absent. Raises OSError if
    the disk refuses.
    """
    path.resolve().parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as hidden, hidden.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
