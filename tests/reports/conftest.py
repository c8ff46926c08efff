"""What do the tests of reports share? Written notebooks, and a browser that must not call anyone."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.reports.pages import Cell, Visit

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def write_notebook() -> Callable[..., Path]:
    """Write a notebook of these cells, whose own kernel is installed nowhere."""

    def write(path: Path, *cells: Cell) -> Path:
        kernel = {"name": "installed-nowhere", "display_name": "Nowhere", "language": "python"}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a real headless Chromium; without one, skip on a desk and fail in continuous integration."""
    if not CHROMIUM.exists():
        message = f"no Chromium at {CHROMIUM}: pages were not looked at"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open pages in a window of some size."""
    visits: list[Visit] = []

    def start(*, width: int = 1280, height: int = 720, scheme: str = "light") -> Visit:
        visits.append(Visit(browser, width=width, height=height, scheme=scheme))
        return visits[-1]

    yield start
    for each in visits:
        each.page.context.close()
