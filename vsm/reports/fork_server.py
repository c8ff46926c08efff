"""Runs notebooks in forks of itself: what they use is imported, and the stream is read, only once.

Started by ``forks`` as ``python -m vsm.reports.fork_server DOOR``, on Linux alone. ``DOOR`` is a socket on
which jobs arrive, as JSON with open files::

    {"serve": true}   socket, memory   fork a server of that socket, which has read what is in memory
    {"run": path}     pipe             fork, and run the notebook as this file says; the pipe is given the
                                       fork's number and, at its end, its exit code

What forks has neither threads nor sockets of ZeroMQ. A server ends when its door closes; its forks end when
it is gone.
"""

import json
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go

from vsm.figures.theme import keep_data_here
from vsm.recent import unpack
from vsm.reports import papermill_process
from vsm.reports.forked_kernel import become, fork_kernel, run_kernel

USED: Final = (
    "papermill",
    "itables",
    "scipy.stats",
    "vsm.read",
    "vsm.figures.accessors",
)
_TEXT, _FILES = 4096, 2


def main() -> int:
    """Import what notebooks use, and serve the door."""
    keep_data_here()  # first: it imports nbformat without what makes that slow
    for module in USED:
        import_module(module)
    go.Figure([go.Scatter(), go.Bar(), go.Heatmap()])  # Plotly imports these when they are first made
    return _serve(socket.socket(fileno=int(sys.argv[1])))


def _serve(door: socket.socket) -> int:
    """Fork for every job until the door closes. Returns in the forks as well."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for a fork
    server = os.getpid()
    while True:
        text, files, _, _ = socket.recv_fds(door, _TEXT, _FILES)
        if not text:
            return 0
        if os.fork() == 0:
            door.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return _begin(json.loads(text), files, server=server)
        for file in files:
            os.close(file)


def _begin(job: dict[str, Any], files: list[int], *, server: int) -> int:
    """Do in this fork what is asked."""
    if "serve" in job:
        door, memory = files
        with os.fdopen(memory, "rb") as packed:
            unpack(packed)
        return _serve(socket.socket(fileno=door))
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
    code = papermill_process.run(task | {"parent": server})
    os.write(files[0], f"{code}\n".encode())
    return code


if __name__ == "__main__":
    raise SystemExit(main())
