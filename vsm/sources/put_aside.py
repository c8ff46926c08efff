"""What does not fit memory, put aside in a file that has no name."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import SEEK_END
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from vsm.errors import ArchiveError

FEW: Final = 1 << 26
"""Bytes that stay in memory."""


@contextmanager
def aside_in(folder: Path) -> Iterator[Callable[[Any], Callable[[], Any]]]:
    """Give what puts anything aside, and gives what brings it back: into a file in this folder.

    As long as it is little it stays in memory. The file is for its owner alone and has no name, so that
    nothing of it is left, however its process ends (on Windows it has one until then). Where nothing can be
    written into the folder, it is in the system's temporary one.

    Raises
    ------
    ArchiveError
        The disk is full.

    Examples
    --------
    >>> with aside_in(Path()) as aside:
    ...     again = aside(["a part"])
    ...     again()
    ['a part']
    """
    place = str(folder) if os.access(folder, os.W_OK) else None
    with SpooledTemporaryFile(FEW, dir=place) as file:

        def aside(anything: Any) -> Callable[[], Any]:
            begin = file.seek(0, SEEK_END)
            try:
                pickle.dump(anything, file, protocol=pickle.HIGHEST_PROTOCOL)
            except OSError as error:
                where = place or "the temporary folder"
                raise ArchiveError(
                    f"{where}: {error.strerror or error}; see that its disk has room for the log"
                ) from error

            def again() -> Any:
                file.seek(begin)
                return pickle.load(file)  # noqa: S301 - what this process has written, where nobody else can

            return again

        yield aside
