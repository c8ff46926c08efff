"""The default words by which a resolution or a status says what became of a ticket."""

import tomllib
from pathlib import Path
from typing import Final

OUTCOME_WORDS: Final[dict[str, dict[str, list[str]]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
"""``discarded`` and ``done`` → language → names."""
