"""A kernel that was forked instead of started: it waits for its connection file, then is as any other.

A process that will run one notebook calls ``fork_kernel`` while it has no threads, and papermill then asks
jupyter_client to launch a kernel, which lets that one go on.
"""

import ctypes
import json
import os
import signal
import sys
import time
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final, cast

import plotly.io as pio
from ipykernel.kernelapp import launch_new_instance
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from vsm.reports.forks import PROVISIONER

_POLL: Final = 0.02
_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


def become(environment: dict[str, str], *, log: str = "") -> None:
    """Take over an environment, and write to this file what would have gone to the terminal."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if log:
        file = os.open(log, os.O_WRONLY | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(file, stream)


def end_with(parent: int) -> None:
    """Let the kernel of Linux end this process as soon as its parent, which has this number, ends."""
    ctypes.CDLL(None).prctl(_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


class Fork:
    """A child of this process, with as much of ``subprocess.Popen`` as a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Give its exit code, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self) -> int:
        """Wait until it has ended."""
        while (code := self.poll()) is None:
            time.sleep(_POLL)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class ForkedKernel(LocalProvisioner):
    """Launches a kernel by telling the fork that waits what it is to be."""

    waiting: tuple[Fork, int]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Let the fork go on, as the kernel that this command would start."""
        fork, pipe = self.waiting
        self.process = cast("Any", fork)
        self.pid = self.pgid = fork.pid
        self.cwd = Path(kwargs.get("cwd") or Path.cwd())
        task = {"arguments": cmd[cmd.index("-f") :], "folder": str(self.cwd), "environment": kwargs["env"]}
        with os.fdopen(pipe, "w", encoding="utf-8") as line:
            json.dump(task, line)
        return self.connection_info


def fork_kernel() -> int | None:
    """Fork the kernel that this process will use; in the fork, give the pipe with which to ``run_kernel``."""
    reading, writing = os.pipe()
    parent, pid = os.getpid(), os.fork()
    os.close(reading if pid else writing)
    if pid == 0:
        end_with(parent)
        os.setsid()
        return reading
    ForkedKernel.waiting = Fork(pid), writing
    home = f"{ForkedKernel.__module__}:{ForkedKernel.__name__}"
    KernelProvisionerFactory.provisioners[PROVISIONER] = EntryPoint(
        PROVISIONER, home, KernelProvisionerFactory.GROUP_NAME
    )
    return None


def run_kernel(pipe: int) -> int:
    """Be the kernel that the pipe describes, as soon as it does; nothing where it closes without."""
    with os.fdopen(pipe, encoding="utf-8") as line:
        text = line.read()
    if text:
        task = json.loads(text)
        become(task["environment"])
        os.chdir(task["folder"])
        sys.modules["debugpy"] = None  # type: ignore[assignment] # nobody stops a report to look into it
        pio.renderers.default = "plotly_mimetype"  # chosen at import, in a process that was no kernel
        sys.argv = ["ipykernel_launcher", *task["arguments"]]
        launch_new_instance(task["arguments"])
    return 0
