"""What do the tests of reports share? Written notebooks, and visits to pages that must not call anyone."""

import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.reports.pages import Cell, Visit
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
def _windows(chromium: Browser) -> dict[bool, list[Visit]]:
    """Windows that no test uses now, by whether pages are opened in them as they are."""
    return {True: [], False: []}


@pytest.fixture
def visit(browser: Browser, _windows: dict[bool, list[Visit]]) -> Iterator[Callable[..., Visit]]:
    """Open pages in a window of some size, which another test may have used before."""
    used: list[tuple[bool, Visit]] = []

    def start(
        *, width: int = 1280, height: int = 720, scheme: str = "light", as_they_are: bool = False
    ) -> Visit:
        size: dict[str, Any] = {"width": width, "height": height, "scheme": scheme}
        idle = _windows[as_they_are]
        window = idle.pop().begin(**size) if idle else Visit(browser, **size, as_they_are=as_they_are)
        used.append((as_they_are, window))
        return window

    yield start
    for kind, window in used:
        _windows[kind].append(window)
