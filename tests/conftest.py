"""What every test can rely on: steady Hypothesis, and the real data where they are."""

import asyncio.events
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.share import PATIENCE, QUICK, THOROUGH, share
from tests.streams import sample_files

# jsonschema, which nbformat imports, would compile 38 grammars at its import (two seconds in every worker) for a check
# of addresses that nothing here asks for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

EXAMPLES = share(10, of=500)
settings.register_profile(
    "vsm", deadline=None, max_examples=EXAMPLES, derandomize="CI" in os.environ and not THOROUGH
)
settings.load_profile("vsm")

SHARED = Path(__file__).parents[2] / "shared" / "data"
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

MARKED = {
    "browser": {"browser", "visit"},
    "real": {"real_data"},
    "slow": {"demo_run", "demo_deck", "sample_deck"},
}
"""Marker → fixtures: a test that uses one of them bears the marker, and need not say so."""


collect_ignore_glob = ["bench/*"]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out, in the quick loop, what is slow as a whole: importing it takes a second in every worker."""
    if not QUICK or collection_path.suffix != ".py":
        return None
    return "\npytestmark = pytest.mark.slow\n" in collection_path.read_text(encoding="utf-8") or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set the markers that fixtures tell, and begin with what takes long, so that no worker ends with it."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        for marker, fixtures in MARKED.items():
            if used & fixtures:
                item.add_marker(marker)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported, half a million objects, and let it look seldom at the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """The folder of the sample's export, repository, archive and log; to read only."""
    return sample_files()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real tracker and repository data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("no real data: ../shared/data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a real headless Chromium, once in each process; without one, skip on a desk and fail in CI.

    Playwright leaves its loop running, in which nothing else could run one: it is put aside but for ``browser``.
    """
    if not CHROMIUM.exists():
        message = f"no Chromium at {CHROMIUM}: pages and figures were not looked at"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        loop = asyncio.events.get_running_loop()
        asyncio.events._set_running_loop(None)
        yield started
        asyncio.events._set_running_loop(loop)
        started.close()


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Iterator[Browser]:
    """The Chromium of all modules, with its loop."""
    loop = chromium._loop
    asyncio.events._set_running_loop(loop)
    yield chromium
    asyncio.events._set_running_loop(None)
