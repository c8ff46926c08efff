"""The schema of the measures: every derived table of a stream, and the meaning of its columns."""

import tomllib
from importlib.resources import files
from typing import Any, Final

from vsm.tables.schema import Column, Table

_MISSING: Final = " or missing"


def _table(name: str, words: dict[str, Any]) -> Table:
    columns = tuple(
        Column(column, kind.removesuffix(_MISSING), meaning, may_lack=kind.endswith(_MISSING))
        for column, (kind, meaning) in words["columns"].items()
    )
    return Table(name, words["meaning"], tuple(words["key"]), columns)


_WORDS: Final = tomllib.loads(files("vsm.tables").joinpath("derived.toml").read_text(encoding="utf-8"))
DERIVED: Final = {name: _table(name, words) for name, words in _WORDS.items()}
"""Measure of a stream (with its section's name before a dot) → its table, such as ``delivery.weeks``."""
