"""What every test can rely on: steady Hypothesis, and the real data where they are."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("vsm", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("vsm")

SHARED = Path(__file__).parents[2] / "shared" / "data"


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
