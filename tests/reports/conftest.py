"""What do the tests of reports share? Written notebooks, and visits to pages that must not call anyone."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.reports.pages import Cell, Lent, Visit
from tests.reports.rendered import deck_of, demo_work
from tests.reports.without_kernel import run_without_kernels
from vsm.read import read_stream


@pytest.fixture(scope="session")
def write_notebook() -> Callable[..., Path]:
    """Write a notebook of these cells, whose own kernel is installed nowhere."""

    def write(path: Path, *cells: Cell) -> Path:
        kernel = {"name": "installed-nowhere", "display_name": "Nowhere", "language": "python"}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def demo_run() -> Path:
    """The demo's work folder, with its report and slides."""
    return demo_work()


@pytest.fixture(scope="session")
def sample_deck() -> Path:
    """The sample's slides, as ``vsm slides --pdf --pptx`` makes them."""
    return deck_of(demo_work())


@pytest.fixture(scope="module")
def without_kernel() -> Iterator[None]:
    """Run the cells of notebooks in this process, and make pages of what they show as always.

    Notebooks that read one folder with the same words get one stream, whose measures are made once.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vsm.read_stream", cache(read_stream), raising=False)
        run_without_kernels(patch)
        yield


@pytest.fixture
def picture() -> Callable[..., None]:
    """Take a picture of a page, for the reviewer, where a folder for pictures is named (in continuous integration)."""
    named = os.environ.get("VSM_SHOTS")

    def take(page: Page, name: str, *, whole: bool = False) -> None:
        if named:
            page.screenshot(path=Path(named) / f"{name}.jpg", full_page=whole)

    return take


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> Lent:
    """Lend a window of some size, which others may have used before: a new one compiles plotly.js anew."""
    idle: dict[bool, list[Visit]] = {True: [], False: []}

    @contextmanager
    def lend(
        *, width: int = 1280, height: int = 720, scheme: str = "light", as_they_are: bool = False
    ) -> Iterator[Visit]:
        size: dict[str, Any] = {"width": width, "height": height, "scheme": scheme}
        free = idle[as_they_are]
        window = free.pop().begin(**size) if free else Visit(chromium, **size, as_they_are=as_they_are)
        yield window
        free.append(window)

    return lend


@pytest.fixture
def visit(browser: Browser, windows: Lent) -> Iterator[Callable[..., Visit]]:
    """Open pages in a window of some size; in several, where asked for several."""
    with ExitStack() as lent:
        yield lambda **size: lent.enter_context(windows(**size))
