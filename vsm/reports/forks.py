"""The processes that run notebooks: forks of one that has read what they need, or each one of its own."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from threading import Lock
from typing import Any, Final, NamedTuple

from vsm.recent import share

FORKS: Final = sys.platform == "linux"
"""Whether notebooks are run by forks: elsewhere what a fork inherits cannot be relied upon."""
PROVISIONER: Final = "vsm-forked"
"""What the description of a kernel that is forked names as its provisioner."""
_PROCESS: Final = Path(__file__).with_name("papermill_process.py")
_SERVER: Final = "vsm.reports.fork_server"
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_ANSWER: Final = 4096
_lock = Lock()
_servers: list[tuple["subprocess.Popen[bytes]", socket.socket]] = []


class Door(NamedTuple):
    """Where notebooks are handed to a server that forks for them, and the folder of their homes."""

    socket: socket.socket
    homes: Path


class ForkedRun:
    """A notebook that a fork runs."""

    def __init__(self, job: dict[str, Any], *, log: Path, door: Door) -> None:
        log.touch()
        file = log.with_name("job")
        file.write_text(json.dumps(job | {"log": str(log)}), encoding="utf-8")
        self._pipe, theirs = os.pipe()
        try:
            socket.send_fds(door.socket, [json.dumps({"run": str(file)}).encode()], [theirs])
        finally:
            os.close(theirs)
        self._said, self._open = b"", True

    def ended(self, within: float) -> bool:
        """Whether it ends within so many seconds."""
        while self._open and select([self._pipe], [], [], within)[0]:
            said = os.read(self._pipe, _ANSWER)
            self._said += said
            if not said:
                os.close(self._pipe)
                self._open = False
        return not self._open

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than by itself and without a complaint."""
        return self._said.split()[1:] != [b"0"]

    @property
    def killed(self) -> bool:
        """Whether a signal ended it: it could not say how it ended."""
        return not self._said.split()[1:]

    def end(self) -> None:
        """End it where it still runs. Its kernel ends by itself when its parent is gone."""
        if not self.ended(0):
            with suppress(ProcessLookupError, IndexError):
                os.killpg(int(self._said.split()[0]), signal.SIGKILL)
            os.close(self._pipe)
            self._open = False


class StartedRun:
    """A notebook that a process of its own runs."""

    def __init__(self, job: dict[str, Any], *, log: Path) -> None:
        with log.open("wb") as noise:
            self._process = subprocess.Popen(  # noqa: S603 - this Python and a file of this package
                [sys.executable, "-P", str(_PROCESS)],
                stdin=subprocess.PIPE, stdout=noise, stderr=noise,
                env=job["environment"], start_new_session=True,
            )  # fmt: skip
        if self._process.stdin is not None:
            with suppress(BrokenPipeError), self._process.stdin as pipe:
                pipe.write(json.dumps(job | {"parent": os.getpid()}).encode())

    def ended(self, within: float) -> bool:
        """Whether it ends within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        return self._process.poll() is not None

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than by itself and without a complaint."""
        return bool(self._process.returncode)

    @property
    def killed(self) -> bool:
        """Whether a signal ended it."""
        return (self._process.returncode or 0) < 0

    def end(self) -> None:
        """End it where it still runs. Its kernel ends by itself when its parent is gone."""
        if self._process.poll() is not None:
            return
        if os.name == "posix":
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()


def get_ready() -> None:
    """Start the server of this process while something else is done: its imports take seconds."""
    with _lock:
        if FORKS and not _servers:
            _servers.append(_started())


@contextmanager
def forks() -> Iterator[Door | None]:
    """Give the door of a server that runs notebooks and has read what this process has; None where none can.

    It ends with the context, and with this process, and removes what it wrote.
    """
    if not FORKS:
        yield None
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs, os.fdopen(os.memfd_create("vsm"), "w+b") as memory:
            share(memory)
            memory.seek(0)
            _ask(json.dumps({"serve": tempfile.gettempdir()}).encode(), [theirs.fileno(), memory.fileno()])
        homes = ours.recv(_ANSWER)
        try:
            yield Door(ours, Path(os.fsdecode(homes))) if homes else None
        finally:
            with suppress(OSError):
                ours.shutdown(socket.SHUT_WR)
                ours.recv(_ANSWER)


def _ask(text: bytes, files: list[int]) -> None:
    """Ask the server of this process, which is started when it is first needed, and again where it died."""
    with _lock:
        for _, door in _servers:
            with suppress(OSError):
                socket.send_fds(door, [text], files)
                return
        _end_servers()
        _servers.append(_started())
        socket.send_fds(_servers[0][1], [text], files)


def _started() -> tuple["subprocess.Popen[bytes]", socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - this Python and a module of this package
            [sys.executable, "-P", "-m", _SERVER, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env=os.environ | _ONE_THREAD, start_new_session=True,
        )  # fmt: skip
    return process, ours


@atexit.register
def _end_servers() -> None:
    while _servers:
        process, door = _servers.pop()
        door.close()
        process.terminate()  # it may still be importing; what it forked ends with a door of its own
        process.wait()
