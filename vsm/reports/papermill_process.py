"""papermill in a process of its own: a fork of ``fork_server``, or started as a script.

A process of its own can be ended when it hangs, and keeps from the caller's what papermill does to it:
changed working directory, an event loop, warnings and log lines.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any, Final

# Importing rfc3987_syntax compiles 38 grammars, for seconds; only jsonschema's check of IRIs needs it, and
# this process ends with the notebook.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from papermill import execute_notebook  # noqa: E402 - after the line above
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines  # noqa: E402
from traitlets.config import Config  # noqa: E402

_ENGINE: Final = "vsm"
_LOOK: Final = 1.0


class SavingEngine(NBClientEngine):  # type: ignore[misc] # papermill has no types
    """Runs cells as papermill does, and saves the notebook when it begins and when it ends, in whatever way.

    papermill itself writes all of it before and after each cell: half a second where there are many figures.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **how: Any) -> None:
        """Run the cells while the manager knows of no file."""
        file, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **how)
        finally:
            nb_man.output_path = file


papermill_engines.register(_ENGINE, SavingEngine)


def run(job: dict[str, Any]) -> int:
    """Execute the job and write any complaint into "answer" in its home; returns an exit code."""
    deadline, home = time.monotonic() + job["timeout"], Path(job["home"])
    try:
        _execute(job, deadline=deadline)
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent process must be told
        (home / "answer").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        return 1
    return 0


def _end_with(parent: int, home: Path) -> None:
    """End when the caller was killed, and remove the home that it made for this run."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    shutil.rmtree(home, ignore_errors=True)
    os._exit(1)


def _execute(job: dict[str, Any], *, deadline: float) -> None:
    execute_notebook(
        _escaped(job["notebook"]),
        _escaped(job["to"]),
        parameters=job["parameters"],
        engine_name=_ENGINE,
        kernel_name=job["kernel"],
        language="python",
        cwd=job["folder"],
        progress_bar=False,
        start_timeout=min(60, job["timeout"]),
        timeout_func=lambda _cell: max(1, int(deadline - time.monotonic())),
        config=Config({"KernelManager": job["channel"], "AsyncKernelManager": job["channel"]}),
    )


def _escaped(path: str) -> str:
    """Keep papermill from reading braces in a path as parameters."""
    return path.replace("{", "{{").replace("}", "}}")


if __name__ == "__main__":
    task = json.loads(sys.stdin.read())
    Thread(target=_end_with, args=(task["parent"], Path(task["home"])), daemon=True).start()
    raise SystemExit(run(task))
