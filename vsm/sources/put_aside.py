"""What does not fit memory, put aside in a file that has no name."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from io import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

FEW: Final = 1 << 24
"""Bytes that stay in memory."""


@contextmanager
def aside_in(folder: Path) -> Iterator[Callable[[Any], Callable[[], Any]]]:
    """Give what puts anything aside, and gives what brings it back: into a file in this folder.

    As long as it is little it stays in memory. The file is for its owner alone and has no name, so that
    nothing of it is left, however its process ends (on Windows it has one until then). Where nothing can be
    written into the folder, it is in the system's temporary one; where there is no room, in memory.

    Examples
    --------
    >>> with aside_in(Path()) as aside:
    ...     again = aside(["a part"])
    ...     again()
    ['a part']
    """
    room, file = FEW, None
    with ExitStack() as opened:
        with suppress(OSError):
            place = folder if os.access(folder, os.W_OK) else None
            file = opened.enter_context(TemporaryFile(buffering=0, dir=place))

        def aside(anything: Any) -> Callable[[], Any]:
            nonlocal room
            content = pickle.dumps(anything, protocol=pickle.HIGHEST_PROTOCOL)
            room -= len(content)
            if room < 0 and file is not None:
                with suppress(OSError):
                    begin = file.seek(0, SEEK_END)
                    if file.write(content) == len(content):
                        return partial(_read, file, begin, len(content))
            return partial(pickle.loads, content)

        yield aside


def _read(file: IO[bytes], begin: int, size: int) -> Any:
    file.seek(begin)
    return pickle.loads(file.read(size))  # noqa: S301 - what this process has written, where nobody else can
