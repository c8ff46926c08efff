"""Notebooks run in this very process: pages of many small streams, without the seconds that each kernel takes to start.

What a kernel, papermill and their limits do is asserted where they are: in ``test_run_notebook.py`` and of every
report that ``rendered.py`` makes.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import Final

import plotly.io
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.iorw import load_notebook_node, write_ipynb
from papermill.parameterize import parameterize_notebook

_ONE_AT_A_TIME: Final = Lock()


def run_here(
    notebook: Path, *, to: Path, parameters: Mapping[str, object], timeout: float, **_: object
) -> None:
    """Stand for ``attempt_notebook``: run every cell as IPython runs it, and write what it shows; none may fail."""
    read = load_notebook_node(str(notebook))
    whole = parameterize_notebook(read, dict(parameters), kernel_name="python3", language="python")
    with _ONE_AT_A_TIME:
        plotly.io.renderers.default = "plotly_mimetype"
        shell = InteractiveShell.instance()
        try:
            for number, cell in enumerate(cell for cell in whole.cells if cell.cell_type == "code"):
                with capture_output() as shown:
                    result = shell.run_cell(cell.source)  # type: ignore[no-untyped-call]
                result.raise_error()
                cell.execution_count = number + 1
                bundles = [(output.data, output.metadata) for output in shown.outputs]
                if result.result is not None and not bundles and (formatter := shell.display_formatter):
                    bundles.append(formatter.format(result.result))  # type: ignore[no-untyped-call]
                cell.outputs = [
                    new_output("display_data", data=data, metadata=about)  # type: ignore[no-untyped-call]
                    for data, about in bundles
                ]
        finally:
            InteractiveShell.clear_instance()
    write_ipynb(whole, str(to))


def run_without_kernels(patch: pytest.MonkeyPatch) -> None:
    """Let every report and all slides be made so, and start no server that would run them."""
    patch.setattr("vsm.reports.publish.forks", nullcontext)
    patch.setattr("vsm.reports.publish.attempt_notebook", run_here)
