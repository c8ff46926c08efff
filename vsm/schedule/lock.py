"""How is there one run at a time? By a lock of the operating system on a file of the work folder.

The stale-lock rule: the lock belongs to a living process. When that ends, however it ends, the operating
system frees it, and the next run gets it; a file that was left behind locks nobody out. On a network drive
without locks, each machine has to have a work folder of its own.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from vsm.errors import RunError


class BusyError(RunError):
    """Another run is under way in this work folder."""


@contextmanager
def one_at_a_time(path: Path, *, at: datetime) -> Iterator[None]:
    """Be the only run of a work folder until the block ends.

    Parameters
    ----------
    path
        The lock's file; made where it is absent. Beside it, ``.json`` tells who holds it.
    at
        The instant of the run, with zone, for those who have to wait.

    Raises
    ------
    BusyError
        Another process holds it; says which, and since when.
    RunError
        The file cannot be made.

    Examples
    --------
    >>> from datetime import UTC
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root, one_at_a_time(Path(root, "run.lock"), at=datetime.now(UTC)):
    ...     print("alone")
    alone
    """
    lock, holder = FileLock(path, timeout=0, is_singleton=False), path.with_suffix(".json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise BusyError(f"another run is under way{_told(holder)}; nothing was done") from None
    except OSError as error:
        raise RunError(f"cannot lock {path}: {error.strerror or error}") from error
    try:
        with suppress(OSError):  # only for the message of those who wait
            holder.write_text(json.dumps({"process": os.getpid(), "since": at.isoformat(timespec="seconds")}))
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _told(holder: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(holder.read_text())
        return f" (process {known['process']}, since {known['since']})"
    return ""
