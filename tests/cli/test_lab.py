"""JupyterLab itself, started by ``vsm lab`` and worked by keyboard in a real browser."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect

from tests.real_streams import WORKFLOW
from tests.reports.pages import run_vsm
from tests.share import PATIENCE

NOTEBOOK = "05_what_is_stuck_now.ipynb"
TOKEN = re.compile(r"http://127\.0\.0\.1:\d+/lab/tree/start\.ipynb\?token=\w+")
# Every cell stays in the page, laid out: else figures come and go while a test looks at them.
SETTINGS = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
WHOLE = '{"windowingMode": "none"}'
WIDE = """() => [...document.querySelectorAll('.js-plotly-plot')].every(
  figure => figure.querySelector('svg.main-svg')?.getBoundingClientRect().width > 500)"""
VSM = [sys.executable, "-c", "from vsm.cli import main; main()"]


@dataclass
class Desk:
    """A page of JupyterLab, what it said, and whom it called beyond this machine."""

    page: Page
    said: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append(message.text)

    def gate(self, route: Route, request: Request) -> None:
        if request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            self.called.append(request.url)
            route.abort()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def address(log: Path) -> str:
    """Wait until JupyterLab says where it is."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        if found := TOKEN.search(log.read_text(encoding="utf-8")):
            return found.group()
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start: {log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="module")
def work(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with a real tracker's tickets."""
    folder = tmp_path_factory.mktemp("lab") / "work"
    folder.mkdir()
    (folder / "vsm.toml").write_text(WORKFLOW)
    file = real_data / "duracloud" / "issues.jsonl.gz"
    run_vsm("pull", "--dir", folder, "jira", "--file", file)
    return folder


@pytest.fixture(scope="module")
def laboratory(work: Path) -> Iterator[str]:
    """JupyterLab, started by our command; ended by its own process, as Ctrl-C would."""
    names = ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
             "JUPYTERLAB_WORKSPACES_DIR", "JUPYTERLAB_SETTINGS_DIR")  # fmt: skip
    environment = os.environ | {name: str(work.parent / name.lower()) for name in names}
    settings = Path(environment["JUPYTERLAB_SETTINGS_DIR"]) / SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text(WHOLE, encoding="utf-8")
    log = work.parent / "lab.log"
    command = [
        *VSM,
        "lab",
        "--dir",
        str(work),
        "--no-browser",
        "--port",
        str(free_port()),
        "--where",
        "type=Bug",
    ]
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
    try:
        yield address(log)
    finally:
        process.terminate()
        assert process.wait(timeout=PATIENCE / 1000) == 143


@pytest.fixture
def desk(browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    desk = Desk(context.new_page())
    context.route("**/*", desk.gate)
    desk.page.on("console", desk.hear)
    yield desk
    context.close()


def test_a_notebook_is_run_by_keyboard_and_its_figures_are_seen(
    laboratory: str, work: Path, desk: Desk
) -> None:
    """Shift and Enter, cell by cell: figures drawn, nothing uploaded or fetched, no question asked first."""
    home, _, token = laboratory.partition("/lab/tree/start.ipynb?")
    page = desk.page
    page.goto(f"{home}/lab/tree/{NOTEBOOK}?{token}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Escape")
    cells = json.loads((work / "notebooks" / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    for _ in cells:
        page.keyboard.press("Shift+Enter", delay=50)
    figures = sum("stream.plot." in "".join(cell["source"]) for cell in cells)
    expect(page.locator(".js-plotly-plot")).to_have_count(figures)
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.wait_for_function(WIDE)
    assert page.locator("[data-title*='Share']").count() == 0
    assert page.locator(".Toastify__toast").count() == 0
    assert desk.called == []
    assert desk.said == []


def test_parameters_are_those_of_the_command(laboratory: str, work: Path) -> None:
    """The copies read the work folder that they lie in, with what was asked for."""
    cells = json.loads((work / "notebooks" / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    (source,) = [
        "".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", ())
    ]
    assert 'data_dir: str = ".."' in source
    assert 'where: str = "type=Bug"' in source
