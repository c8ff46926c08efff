"""How long does the whole suite of notebooks take? Against papermill running a notebook with nothing in it.

``python -m tests.bench.suite`` pulls a real tracker's export (DuraCloud, beside the checkout), runs each notebook
alone, and the report as ``vsm report`` does; then the report of 20,000 tickets made from it.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.many_tickets import write_many
from tests.conftest import SHARED
from tests.real_streams import WORKFLOW
from tests.reports.pages import run_vsm
from vsm.cli.report import publish
from vsm.read import read_stream
from vsm.reports import notebooks_folder, run_notebook

MANY: Final = 20_000

EMPTY = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    {"cell_type": "code", "id": "nothing", "metadata": {}, "source": "None", "outputs": [], "execution_count": None}
]}  # fmt: skip


def timed(work: Callable[[], Any]) -> float:
    """Do something; how many seconds did it take?"""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def pulled(work: Path, export: Path) -> Path:
    """A work folder of this export, under the real trackers' workflow."""
    work.mkdir()
    (work / "vsm.toml").write_text(WORKFLOW)
    run_vsm("pull", "--dir", work, "jira", "--file", export)
    return work


def reported(work: Path) -> str:
    """Make the report; how large is its largest page?"""
    index = publish(work, read_stream(work), {})
    size, page = max((page.stat().st_size, page.name) for page in index.parent.glob("*.html"))
    return f"largest page {page}, {size / 1e6:.2f} MB"


def measure(root: Path) -> Table:
    """Run everything, and lay it out as a table."""
    export = SHARED / "duracloud" / "issues.jsonl.gz"
    work = pulled(root / "work", export)
    write_many(export, to=root / "many.jsonl", count=MANY)
    many = pulled(root / "many", root / "many.jsonl")
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
    for what, folder in (("the whole report", work), (f"the whole report of {MANY:,} tickets", many)):
        said: list[str] = []
        seconds = timed(lambda folder=folder, said=said: said.append(reported(folder)))  # type: ignore[misc]
        rows.append((f"{what}, {len(notebooks)} notebooks on all cores; {said[0]}", seconds))
        rows.append(("one of its notebooks, on average", seconds / len(notebooks)))
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
