"""What every test can rely on: steady Hypothesis, and the real data where they are."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

settings.register_profile("vsm", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("vsm")

SHARED = Path(__file__).parents[2] / "shared" / "data"
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real tracker and repository data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("no real data: ../shared/data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the sample, made once a session."""
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a real headless Chromium; without one, skip on a desk and fail in continuous integration."""
    if not CHROMIUM.exists():
        message = f"no Chromium at {CHROMIUM}: pages and figures were not looked at"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield chromium
        chromium.close()
