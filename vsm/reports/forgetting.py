"""What must an executed notebook not tell of this machine? Where it lay, and where the data lie."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from vsm.errors import RunError

HIDDEN: Final = "work folder"


def forget_paths(run: Path, *, name: str, parameters: Mapping[str, object]) -> None:
    """How is an executed notebook handed round? Without this machine's paths, in place.

    Parameters
    ----------
    run
        The executed notebook; nothing is ever run from it again.
    name
        What it is called instead of its path.
    parameters
        What it was run with: paths among them give way to "work folder", wherever they stand.

    Raises
    ------
    RunError
        It cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     run = Path(root) / "run.ipynb"
    ...     _ = run.write_text(json.dumps({"metadata": {}, "cells": [{"source": f'data_dir = "{root}"'}]}))
    ...     forget_paths(run, name="flow.ipynb", parameters={"data_dir": root})
    ...     json.loads(run.read_text())["cells"]
    [{'source': 'data_dir = "work folder"'}]
    """
    content = json.loads(run.read_text(encoding="utf-8"))
    content["metadata"].setdefault("papermill", {}).update(input_path=name, output_path=name)
    if paths := _paths(parameters):
        content = _without(content, re.compile("|".join(paths)))
    beside = run.with_name(f".{run.name}.part")
    try:
        beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(run)
    except OSError as error:
        raise RunError(f"cannot write {run}: {error.strerror or error}") from error


def _paths(parameters: Mapping[str, object]) -> list[str]:
    """Name the paths among values, the longest first, as they are and as they stand in a cell's code."""
    told = {value for value in parameters.values() if isinstance(value, str) and _is_path(value)}
    told |= {value.encode("unicode_escape").decode().replace('"', '\\"') for value in told}
    return [rf"(?<!\w){re.escape(path)}(?!\w)" for path in sorted(told, key=len, reverse=True)]


def _is_path(value: str) -> bool:
    try:
        path = Path(value)
        return path.is_absolute() and path != Path(path.anchor) and path.exists()
    except (OSError, ValueError):
        return False


def _without(content: Any, paths: re.Pattern[str]) -> Any:
    if isinstance(content, str):
        return paths.sub(HIDDEN, content)
    if isinstance(content, list):
        return [_without(part, paths) for part in content]
    if isinstance(content, dict):
        return {key: _without(part, paths) for key, part in content.items()}
    return content
