"""Runs notebooks in forks of itself: what they use is imported, and the stream is read, only once.

Started by ``forks`` as ``python -m vsm.reports.fork_server DOOR``, on Linux alone. ``DOOR`` is a socket on
which jobs arrive, as JSON with open files::

    {"serve": folder}  socket, memory  fork a server of that socket, which has read what is in memory, makes
                                       a folder for homes of notebooks in this one, and answers with its path
    {"run": path}      pipe            fork, and run the notebook as this file says; the pipe is given the
                                       fork's number and, at its end, its exit code

What forks has neither threads nor sockets of ZeroMQ. When its door closes, a server ends its forks and
removes the homes, whatever became of the process at the other side.
"""

import gc
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.theme import keep_data_here
from vsm.recent import unpack
from vsm.reports import papermill_process
from vsm.reports.forked_kernel import become, end_with, fork_kernel, run_kernel

USED: Final = (
    "papermill",
    "itables",
    "scipy.sparse",
    "scipy.special",
    "vsm.read",
    "vsm.figures.accessors",
)
_TEXT, _FILES = 4096, 2
_TRIES, _PAUSE = 50, 0.1


def main() -> int:
    """Import what notebooks use, and serve the door."""
    keep_data_here()
    nbformat = import_module("nbformat")
    for module in USED:
        import_module(module)
    go.Figure([go.Scatter(), go.Bar(), go.Heatmap()])  # Plotly imports these when they are first made
    nbformat.validate(nbformat.v4.new_notebook())  # compiles the schema, once for all notebooks
    return _serve(socket.socket(fileno=int(sys.argv[1])))


def _serve(door: socket.socket, *, homes: Path | None = None) -> int:
    """Fork for every job until the door closes, then leave nothing behind. Returns in the forks as well."""
    server, forks = os.getpid(), list[int]()
    while True:
        try:
            text, files, _, _ = socket.recv_fds(door, _TEXT, _FILES)
        except ConnectionError:
            text = b""
        forks = [fork for fork in forks if os.waitpid(fork, os.WNOHANG) == (0, 0)]
        if not text:
            break
        gc.freeze()  # else collections in a fork write into, and so copy, all that it shares
        if (fork := os.fork()) == 0:
            door.close()
            return _begin(json.loads(text), files, server=server)
        forks.append(fork)
        for file in files:
            os.close(file)
    if homes is not None:
        _clean(homes, forks)
    return 0


def _begin(job: dict[str, Any], files: list[int], *, server: int) -> int:
    """Do in this fork what is asked."""
    if "serve" in job:
        door, homes = socket.socket(fileno=files[0]), tempfile.mkdtemp(prefix="vsm-", dir=job["serve"])
        with suppress(ConnectionError):
            door.send(os.fsencode(homes))
        with os.fdopen(files[1], "rb") as packed:
            unpack(packed)
        return _serve(door, homes=Path(homes))
    end_with(server)
    os.setsid()
    file = Path(job["run"])
    if not file.exists():
        return 0  # nobody waits for it any more
    task = json.loads(file.read_text(encoding="utf-8"))
    become(task["environment"], log=task["log"])
    kernel = fork_kernel()  # while there is but one thread
    if kernel is not None:
        os.close(files[0])
        return run_kernel(kernel)
    os.write(files[0], f"{os.getpid()}\n".encode())
    code = papermill_process.run(task)
    os.write(files[0], f"{code}\n".encode())
    return code


def _clean(homes: Path, forks: list[int]) -> None:
    """End what still runs, and remove the homes; kernels end with their parents, and may write until then."""
    for fork in forks:
        os.kill(fork, signal.SIGKILL)
        os.waitpid(fork, 0)
    for _ in range(_TRIES):
        shutil.rmtree(homes, ignore_errors=True)
        if not homes.exists():
            return
        time.sleep(_PAUSE)


if __name__ == "__main__":
    os._exit(main())  # Python's own end visits every object, which costs a fork more than most notebooks
