"""Runs a notebook so that it is whole or refused, and leaves no path of this machine in it."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Final

from vsm.errors import NotebookError, ParameterError, RunError
from vsm.reports.atomic import write_whole
from vsm.reports.forks import PROVISIONER, Door, ForkedRun, StartedRun, forks
from vsm.reports.parameters import cells_of

_KERNEL: Final = "vsm-report"
_NO_HISTORY: Final = "--HistoryManager.enabled=False"
_GRACE: Final = 20.0
_POLL: Final = 0.1
_SOCKET_PATH: Final = 100
_LINE: Final = 300
_LATE: Final = "CellTimeoutError"
_LEAKS: Final = ("PYTHONSTARTUP", "PLOTLY_RENDERER")
HIDDEN: Final = "work folder"


@dataclass(frozen=True, slots=True)
class NotebookFault:
    """Why a notebook did not run to its end."""

    notebook: str
    cell: str | None
    line: str

    def error(self, partial: Path) -> NotebookError:
        """The error that names this fault and the partial notebook.

        Examples
        --------
        >>> str(NotebookFault("flow.ipynb", "load", "ValueError: none").error(Path("flow.partial.ipynb")))
        "flow.ipynb: cell 'load' stopped: ValueError: none; the cells that ran are in flow.partial.ipynb"
        """
        where = f"cell '{self.cell}' stopped" if self.cell else "stopped"
        kept = "no output was kept" if partial.exists() else "no cell was run"
        if self.cell:
            kept = f"the cells that ran are in {partial}"
        return NotebookError(f"{self.notebook}: {where}: {self.line}; {kept}")


def run_notebook(notebook: Path, *, to: Path, parameters: Mapping[str, object], timeout: float = 600) -> Path:
    """Execute a notebook with these parameters; returns ``to``, which is replaced where it exists.

    papermill executes it in a process and a kernel of this very Python, in the notebook's own folder, away
    from the user's IPython and Jupyter settings. ``to`` appears only when every code cell was run to its
    end; a failed run leaves ``<stem>.partial.ipynb`` beside it.

    Parameters
    ----------
    parameters
        Values by name, as ``check_parameters`` returns them: str, int, float, bool or None. They are
        stored in the executed notebook: never give a secret. Of paths only "work folder" is stored.
    timeout
        Seconds for the whole run.

    Raises
    ------
    NotebookError
        A cell failed, the kernel died, the time was up, or a cell was not run (``sys.exit(0)``); names the
        cell, the reason and the partial notebook.
    ParameterError
        The folder of ``to`` does not exist.
    """
    if not to.parent.is_dir():
        raise ParameterError(f"cannot write {to}: the folder {to.parent} does not exist; make it first")
    partial = to.with_name(f"{to.stem}.partial.ipynb")
    with forks() as door:
        fault = attempt_notebook(notebook, to=partial, parameters=parameters, timeout=timeout, door=door)
    if fault:
        raise fault.error(partial)
    return partial.replace(to)


def attempt_notebook(
    notebook: Path,
    *,
    to: Path,
    parameters: Mapping[str, object],
    timeout: float,
    stop: Event | None = None,
    door: Door | None = None,
) -> NotebookFault | None:
    """Run a notebook as ``run_notebook`` does; ``to`` is replaced by what was run. None means all of it.

    The run is ended once ``stop`` is set. ``door`` is what ``forks`` gives.
    """
    if not notebook.is_file():
        return NotebookFault(notebook.name, None, "there is no such file")
    to.unlink(missing_ok=True)
    homes = door.homes if door else None
    with tempfile.TemporaryDirectory(prefix="vsm-", dir=homes, ignore_cleanup_errors=True) as home:
        job = _job(notebook, to, parameters=parameters, timeout=timeout, home=Path(home))
        complaint = _execute(job, stop or Event(), door)
    fault = _first_fault(to, notebook.name, complaint, timeout)
    if fault is None:
        redact_paths(to, name=notebook.name, parameters=parameters)
    return fault


def _job(
    notebook: Path, to: Path, *, parameters: Mapping[str, object], timeout: float, home: Path
) -> dict[str, Any]:
    """Give what ``papermill_process`` is to do, with a home for this run alone."""
    return {
        "notebook": str(notebook.absolute()),
        "to": str(to.absolute()),
        "folder": str(notebook.absolute().parent),
        "parameters": dict(parameters),
        "kernel": _KERNEL,
        "channel": _channel(home),
        "timeout": timeout,
        "home": str(home),
        "environment": _environment(home),
    }


def _execute(job: dict[str, Any], stop: Event, door: Door | None) -> str | None:
    """Run papermill in a process of its own; return its complaint, or None."""
    home = Path(job["home"])
    answer, log = home / "answer", home / "log"
    _write_kernel(home, forked=door is not None)
    run = StartedRun(job, log=log) if door is None else ForkedRun(job, log=log, door=door)
    try:
        if late := _awaited(run, job["timeout"] + _GRACE, stop):
            return late
    finally:
        run.end()
    if answer.exists():
        return answer.read_text(encoding="utf-8")
    if run.killed:
        return "the system ended it, as it does when memory runs out"
    if run.failed:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "papermill ended without a message"
    return None


def _awaited(run: ForkedRun | StartedRun, timeout: float, stop: Event) -> str | None:
    """Wait until the run ends, its time is up or it is to stop; return a complaint, or None."""
    end = monotonic() + timeout
    while not stop.is_set():
        if run.ended(_POLL):
            return None
        if monotonic() > end:
            return f"{_LATE}: papermill itself hung"
    return "it was stopped"


def _environment(home: Path) -> dict[str, str]:
    """Give the run an empty home of its own, so that no startup file or setting of the user leaks in."""
    own = {name: str(home / name.lower()) for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR")}
    own |= {"JUPYTER_DATA_DIR": str(home), "JUPYTER_PATH": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    passed = {name: value for name, value in os.environ.items() if name not in _LEAKS}
    return passed | own | {"JUPYTER_NO_CONFIG": "1", "TQDM_DISABLE": "1"}


def _write_kernel(home: Path, *, forked: bool) -> None:
    """Describe a kernel of this very Python, whatever kernels are installed."""
    folder = home / "kernels" / _KERNEL
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", _NO_HISTORY]
    kernel: dict[str, Any] = {"argv": command, "display_name": "vsm", "language": "python"}
    if forked:
        kernel["metadata"] = {"kernel_provisioner": {"provisioner_name": PROVISIONER}}
    (folder / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")


def _channel(home: Path) -> dict[str, str]:
    """Let the kernel speak through sockets in this run's own folder, apart from those of any other run."""
    socket = home / "kernel-ipc"
    # A socket's path has at most about 100 characters; macOS' temporary folders may leave no room for it.
    if os.name == "posix" and len(f"{socket}-5") < _SOCKET_PATH:
        return {"transport": "ipc", "ip": str(socket)}
    return {"transport": "tcp"}


def _first_fault(run: Path, name: str, complaint: str | None, timeout: float) -> NotebookFault | None:
    cells = [
        (str(cell.get("id", position)), cell)
        for position, cell in enumerate(cells_of(run) if run.exists() else [])
        if cell["cell_type"] == "code"
    ]
    late = complaint is not None and complaint.startswith(_LATE)
    errors = [
        (cell, output)
        for cell, content in cells
        for output in content["outputs"]
        if output["output_type"] == "error"
    ]
    if errors and not late:
        cell, output = errors[0]
        return NotebookFault(name, cell, _line(f"{output['ename']}: {output['evalue']}"))
    if complaint is not None:
        begun = [name for name, cell in cells if cell["metadata"].get("papermill", {}).get("start_time")]
        line = f"no end after {timeout:g} seconds" if late else _line(complaint)
        return NotebookFault(name, begun[-1] if begun else None, line)
    for cell, content in cells:
        if content["execution_count"] is None and "".join(content["source"]).strip():
            return NotebookFault(name, cell, "it was never run")
    return None


def _line(text: str) -> str:
    first = text.strip().splitlines()[0].rstrip(": ") if text.strip() else "no reason given"
    return first if len(first) <= _LINE else f"{first[:_LINE]}…"


def redact_paths(run: Path, *, name: str, parameters: Mapping[str, object]) -> None:
    """Take this machine's paths out of an executed notebook, in place.

    It is called ``name`` instead of its path, and paths among the parameters that it was run with become
    "work folder", wherever they occur. Raises RunError where it cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     run = Path(root) / "run.ipynb"
    ...     _ = run.write_text(json.dumps({"metadata": {}, "cells": [{"source": f'data_dir = "{root}"'}]}))
    ...     redact_paths(run, name="flow.ipynb", parameters={"data_dir": root})
    ...     json.loads(run.read_text())["cells"]
    [{'source': 'data_dir = "work folder"'}]
    """
    content = json.loads(run.read_text(encoding="utf-8"))
    content["metadata"].setdefault("papermill", {}).update(input_path=name, output_path=name)
    paths = {value for value in parameters.values() if isinstance(value, str) and _is_path(value)}
    paths |= {value.encode("unicode_escape").decode().replace('"', '\\"') for value in paths}  # as in code
    if paths:
        longest_first = sorted(map(re.escape, paths), key=len, reverse=True)
        content = _without(content, re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)"))
    try:
        write_whole(run, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise RunError(f"cannot write {run}: {error.strerror or error}") from error


def _is_path(value: str) -> bool:
    try:
        path = Path(value)
        return path.is_absolute() and path != Path(path.anchor) and path.exists()
    except (OSError, ValueError):
        return False


def _without(content: Any, paths: re.Pattern[str]) -> Any:
    if isinstance(content, str):
        return paths.sub(HIDDEN, content)
    if isinstance(content, list):
        return [_without(part, paths) for part in content]
    if isinstance(content, dict):
        return {key: _without(part, paths) for key, part in content.items()}
    return content
