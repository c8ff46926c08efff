"""The sample, written once for all tests that only read it."""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vsm.sample import SampleFiles


@pytest.fixture(scope="session")
def sample(sample_folder: Path) -> SampleFiles:
    as_of = datetime.fromisoformat((sample_folder / "as_of").read_text())
    return SampleFiles(sample_folder / "issues.jsonl.gz", sample_folder / "shop.git", as_of)


@pytest.fixture(scope="session")
def sample_bodies(sample: SampleFiles) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(sample.issues.read_bytes()).splitlines()]


@pytest.fixture(scope="session")
def committed_sample() -> Path:
    return Path(__file__).parents[2] / "data/sample"
