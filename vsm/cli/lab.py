"""Opens JupyterLab on the analyst's own copies of the notebooks: ``vsm lab``."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Annotated, Final

import typer

from vsm.cli.console import WORK, Dir, Names, Since, Until, Where, console
from vsm.errors import RunError
from vsm.reports import copy_notebooks, notebooks_folder
from vsm.sources.work_folder import WorkFolder

# On its first start JupyterLab asks to fetch news from the internet; nothing here leaves the machine.
QUIET: Final = {
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}
}

START: Final = "start.ipynb"


def lab(
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    where: Where = "",
    names: Names = False,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[int, typer.Option(help="Port of JupyterLab, on this machine only.")] = 8888,
) -> None:
    """Open JupyterLab at a page of questions, on your own copies of the notebooks; edits are not replaced."""
    folder = WorkFolder.at(dir_)
    chosen = {"since": since, "until": until, "where": where, "names": names}
    copies = copy_notebooks(
        sorted(notebooks_folder().glob("*.ipynb")),
        folder=folder.notebooks,
        parameters={"data_dir": "..", **chosen},
    )
    out = console()
    out.print(f"Notebooks: {copies.folder}")
    if copies.kept:
        out.print(f"Kept with your edits: {', '.join(copies.kept)}; rename one to get the original again")
    if find_spec("jupyterlab") is None:
        raise RunError("JupyterLab is not installed; pip install jupyterlab, or open the notebooks elsewhere")
    settings = copies.folder / ".lab"
    settings.mkdir(exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(QUIET), encoding="utf-8")
    options = [
        "--ip=127.0.0.1",
        f"--port={port}",
        f"--ServerApp.root_dir={copies.folder.resolve()}",
        f"--LabApp.app_settings_dir={settings.resolve()}",
        f"--LabApp.default_url=/lab/tree/{START}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # as in a container
        options.append("--allow-root")
    if not browser:
        options.append("--no-browser")
    process = subprocess.Popen(  # noqa: S603 - this Python, and words of our own
        [sys.executable, "-m", "jupyterlab", *options], cwd=copies.folder
    )
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if code:
        raise RunError(f"JupyterLab ended with exit code {code}; see its messages above")
