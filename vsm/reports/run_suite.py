"""How are several notebooks run in the time of one? On all cores, and all ended when one fails."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Final

from vsm.reports.run_notebook import NotebookFault, attempt_notebook

_MOST: Final = 4


def attempt_suite(
    notebooks: Mapping[Path, Mapping[str, object]],
    *,
    into: Path,
    timeout: float,
    workers: int | None = None,
) -> NotebookFault | None:
    """Do these notebooks all run to their end? As ``attempt_notebook``, several at a time.

    The first fault ends the others, and so does whatever stops this process in good order.

    Parameters
    ----------
    notebooks
        Each with its parameters.
    into
        Folder of the executed notebooks, each under its own name.
    timeout
        Seconds for each notebook.
    workers
        How many run at a time; as many as there are cores, at most four, by default.

    Returns
    -------
    NotebookFault or None
        The fault, of the first notebook in the given order where several failed; None means all are whole.

    Examples
    --------
    >>> attempt_suite({Path("absent.ipynb"): {}}, into=Path("."), timeout=60).line
    'there is no such file'
    """
    stop = Event()
    with ThreadPoolExecutor(max_workers=workers or min(os.cpu_count() or 1, _MOST)) as pool:
        runs = [
            pool.submit(
                attempt_notebook,
                notebook,
                to=into / notebook.name,
                parameters=parameters,
                timeout=timeout,
                stop=stop,
            )
            for notebook, parameters in notebooks.items()
        ]
        try:
            return _first_fault(runs)
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _first_fault(runs: Sequence["Future[NotebookFault | None]"]) -> NotebookFault | None:
    waiting = set(runs)
    while waiting:
        ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for run in runs:
            if run in ended and (fault := run.result()) is not None:
                return fault
    return None
