"""One process at a time: a lock that the system takes back when its holder ends, however it ends."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from vsm.errors import BusyError, RunError


@contextmanager
def one_at_a_time(path: Path, *, what: str, at: datetime) -> Iterator[None]:
    """Be the only one who does ``what`` until the block ends.

    The lock is the system's own on an open file, so a process that was killed holds it no longer, and a file
    that is left behind means nothing. Whoever shares a work folder between machines needs a file system with
    such locks (local disks, SMB, NFS from version 4 on).

    Parameters
    ----------
    path
        The lock's file, made where it is absent. A ``.json`` file beside it names its process and ``at``, for
        the message to those who have to wait.
    what
        Such as "run" or "pull of jira".

    Raises
    ------
    BusyError
        Another process holds it; says which, and since when.
    RunError
        The file cannot be made.
    """
    lock, holder = FileLock(path, timeout=0, is_singleton=False), path.with_suffix(".json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        who, process, since = "", None, None
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = json.loads(holder.read_text())
            process, since = int(known["process"]), datetime.fromisoformat(known["since"]).astimezone(UTC)
            who = f" (process {process}, since {since.isoformat(timespec='seconds')})"
        message = f"another {what} is under way{who}; nothing was done"
        raise BusyError(message, process=process, since=since) from None
    except OSError as error:
        raise RunError(f"cannot lock {path}: {error.strerror or error}") from error
    try:
        with suppress(OSError):  # only for the message of those who wait
            holder.write_text(json.dumps({"process": os.getpid(), "since": at.isoformat()}))
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()
