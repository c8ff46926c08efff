"""The sample, written once for all tests that only read it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from vsm.sample import SampleFiles, build_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return build_sample(tmp_path_factory.mktemp("sample"), seed=7)


@pytest.fixture(scope="session")
def sample_bodies(sample: SampleFiles) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(sample.issues.read_bytes()).splitlines()]


@pytest.fixture(scope="session")
def committed_sample() -> Path:
    return Path(__file__).parents[2] / "data/sample"
