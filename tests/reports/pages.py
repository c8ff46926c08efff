"""What do the tests of reports build and open? Cells of notebooks, and visits that note every call."""

import ast
import gzip
import json
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import unquote, urlsplit

import plotly
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, Route

from tests.share import PATIENCE
from vsm.cli import main

Cell = dict[str, Any]
DRAWN: Final = """
async () => {
  const frame = () => new Promise(requestAnimationFrame), timers = (after) => new Promise((done) => setTimeout(done, after));
  for (const wait of [frame, frame, () => timers(300), frame, frame]) await wait();
}
"""
"""Until a page has heard of its new size, and has drawn itself for it: its timers, of 150 milliseconds, come before ours."""
PARAMETERS = "weeks: int = 12  # how far back\nteam: str | None = None  # one team only, such as # 7"


def code(source: str, *, name: str, tags: Sequence[str] = (), outputs: Sequence[Cell] = ()) -> Cell:
    """Make one code cell, executed when it has outputs."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": list(outputs),
        "execution_count": 1 if outputs else None,
    }


def prose(source: str, *, name: str) -> Cell:
    """Make one markdown cell."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def shown(**data: Any) -> Cell:
    """Make one displayed output; ``text_html`` means ``text/html``, ``plotly`` a figure."""
    kinds = {"plotly": "application/vnd.plotly.v1+json"}
    bundle = {kinds.get(kind, kind.replace("_", "/", 1)): value for kind, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": bundle}


def parameters() -> Cell:
    """Make the parameters cell that the notebooks of these tests take."""
    return code(PARAMETERS, name="parameters", tags=["parameters"])


def slide(source: str, *, name: str, kind: str = "slide", outputs: Sequence[Cell] | None = None) -> Cell:
    """Make one cell that begins or continues a slide; of code where it has outputs."""
    cell = prose(source, name=name) if outputs is None else code(source, name=name, outputs=outputs)
    return {**cell, "metadata": {"slideshow": {"slide_type": kind}}}


def shown_by_cells(notebook: Path, **parameters: object) -> list[str]:
    """Run a notebook's code cells here, without a kernel; give the text of what each shows."""
    names: dict[str, Any] = {}
    shown = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), cell["id"], "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(parameters)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), cell["id"], "eval"), names)
            shown.append(value.to_json() if hasattr(value, "to_plotly_json") else value._repr_html_())
    return shown


def run_vsm(*words: object) -> None:
    """Run the command line; it must end well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["vsm", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code


LIBRARY: Final = re.compile(r'(?<=<script type="text/plain" id="plotly">)[^<]+(?=</script>)')
PLOTLY: Final = Path(plotly.__file__).parent / "package_data/plotly.min.js"
BESIDE: Final = "/* plotly.js lies beside the page */"
BESIDE_THEM: Final = """
(() => {
  const made = URL.createObjectURL.bind(URL);
  const ours = (blob) => blob.type === "text/javascript" && blob.size === SIZE;
  URL.createObjectURL = (blob) => (ours(blob) ? "PLACE" : made(blob));
})()
"""
"""Lets a page whose library was exchanged for a comment load it from a file."""


class Visit:
    """One opened page, with everything it said on the console and everyone it tried to call.

    A page holds plotly.js, which a browser takes a second to compile, and compiles once where it lies at one
    address: here it lies beside the pages, and each is served with a comment in its place. Such as are opened
    ``as_they_are`` are not touched.
    """

    def __init__(
        self, browser: Browser, *, width: int, height: int, scheme: str = "light", as_they_are: bool = False
    ) -> None:
        self.said: list[str] = []
        self.called: list[str] = []
        self._as_they_are = as_they_are
        self._context = browser.new_context()
        self._context.set_default_timeout(PATIENCE)
        self._context.route("**/*", self._gate)
        if not as_they_are:
            place = BESIDE_THEM.replace("SIZE", str(len(BESIDE))).replace("PLACE", PLOTLY.as_uri())
            self._context.add_init_script(place)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._catch)
        self.page.on("dialog", self._close)
        self.begin(width=width, height=height, scheme=scheme)

    def begin(self, *, width: int, height: int, scheme: str = "light") -> Self:
        """Have nothing open, in a window of this size, and nothing heard."""
        self.page.goto("about:blank")
        self.page.emulate_media(media="screen", color_scheme="dark" if scheme == "dark" else "light")
        self.page.set_viewport_size({"width": width, "height": height})
        self.said, self.called = [], []
        return self

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def _catch(self, error: Error) -> None:
        self.said.append(str(error))

    def _close(self, dialog: Dialog) -> None:
        self.said.append(dialog.message)
        dialog.dismiss()

    def _gate(self, route: Route) -> None:
        request = route.request
        if request.resource_type == "document" and request.url.startswith("file:") and not self._as_they_are:
            text = Path(unquote(urlsplit(request.url).path)).read_text(encoding="utf-8")
            packed = b64encode(gzip.compress(BESIDE.encode())).decode()
            served = LIBRARY.sub(packed, text).replace(" blob:; style-src", " blob: file:; style-src", 1)
            route.fulfill(body=served, content_type="text/html; charset=utf-8")
        elif request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            self.called.append(request.url)
            route.abort()

    def open(self, file: Path) -> Page:
        """Open a page; one with figures until all are drawn."""
        self.page.goto(file.as_uri())
        if self.page.locator("script").count():
            self.page.wait_for_selector("body[data-ready]")
        if self.page.locator("#datatables").count():
            self.page.wait_for_selector("body[data-tables]")
        return self.page

    def open_deck(self, file: Path, *, query: str = "") -> Page:
        """Open slides, until the first of them is drawn."""
        self.page.goto(file.as_uri() + query)
        self.page.wait_for_selector("body[data-ready]")
        return self.page


Lent = Callable[..., AbstractContextManager[Visit]]
"""Lends a window of some size; the fixture ``windows``."""


def fitted(page: Page, width: int, scheme: Literal["light", "dark"] = "light") -> None:
    """Let a page have this width and these colours, until it is drawn so."""
    page.emulate_media(media="screen", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(DRAWN)
