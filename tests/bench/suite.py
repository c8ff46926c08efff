"""How long does the whole suite of notebooks take? Against papermill running a notebook with nothing in it.

``python -m tests.bench.suite`` pulls a real tracker's export (DuraCloud, beside the checkout) and its
repository's history where it is there, runs the report as ``vsm report`` does, and then each notebook alone.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.conftest import SHARED
from tests.real_streams import WORKFLOW
from tests.reports.pages import run_vsm
from vsm.reports import Cover, notebooks_folder, publish_report, run_notebook

EMPTY = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    {"cell_type": "code", "id": "nothing", "metadata": {}, "source": "None", "outputs": [], "execution_count": None}
]}  # fmt: skip


def timed(work: Callable[[], Any]) -> float:
    """Do something; how many seconds did it take?"""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measure(root: Path) -> Table:
    """Run everything, and lay it out as a table."""
    work = root / "work"
    work.mkdir()
    (work / "vsm.toml").write_text(WORKFLOW)
    run_vsm("pull", "--dir", work, "jira", "--file", SHARED / "duracloud" / "issues.jsonl.gz")
    notebooks = sorted(notebooks_folder().glob("[0-9]*.ipynb"))
    asked = {"data_dir": str(work.resolve())}
    empty = root / "empty.ipynb"
    empty.write_text(json.dumps(EMPTY), encoding="utf-8")
    floor = min(timed(lambda: run_notebook(empty, to=root / "out.ipynb", parameters={})) for _ in range(3))
    rows = [("papermill, an empty notebook", floor)]
    rows += [
        (each.name, timed(lambda each=each: run_notebook(each, to=root / each.name, parameters=asked)))  # type: ignore[misc]
        for each in notebooks
    ]
    suite: dict[str, Any] = {
        "runs": work / "runs",
        "parameters": asked,
        "at": datetime.now(UTC),
        "cover": Cover("DuraCloud"),
    }
    rows.append(
        (
            f"the whole report, {len(notebooks)} notebooks at once on all cores",
            timed(lambda: publish_report(notebooks, **suite)),
        )
    )
    table = Table(title="The suite of notebooks on DuraCloud")
    for name in ("what", "seconds", "to an empty one"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, seconds in rows:
        table.add_row(name, f"{seconds:.1f}", f"{seconds / floor:.1f}")
    return table


def main() -> None:
    """Measure in a folder of its own."""
    if not SHARED.is_dir():
        sys.exit("no real data: ../shared/data is not beside this checkout")
    with tempfile.TemporaryDirectory() as root:
        Console().print(measure(Path(root)))


if __name__ == "__main__":
    main()
