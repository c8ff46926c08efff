"""How does an analyst get notebooks of their own? Copies in the work folder; what was edited stays."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vsm.errors import RunError
from vsm.reports.parameters import check_parameters, read_parameters

RECORD: Final = ".vsm-notebooks.json"


@dataclass(frozen=True, slots=True)
class Workbench:
    """Which notebooks lie in the analyst's folder? By name: newly ``copied``, and ``kept`` as edited."""

    folder: Path
    copied: tuple[str, ...]
    kept: tuple[str, ...]


def lay_out(notebooks: Sequence[Path], *, folder: Path, parameters: Mapping[str, object]) -> Workbench:
    """Where can an analyst open these notebooks? In copies with parameters set; never over edits.

    A copy that was not edited since it was made is replaced, so that newer notebooks and other parameters
    reach it. One is edited where the source of any cell differs from what was written; running it is no edit.

    Parameters
    ----------
    notebooks
        Of the suite.
    folder
        Where to; made where absent.
    parameters
        Values by name, written into each notebook's own cell of parameters.

    Raises
    ------
    ParameterError
        A parameter does not fit a notebook.
    RunError
        The folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     lay_out([], folder=Path(root) / "notebooks", parameters={}).copied
    ()
    """
    made = {notebook.name: _with_parameters(notebook, parameters) for notebook in notebooks}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        record = _record(folder)
        kept = [name for name in made if _edited(folder / name, record.get(name))]
        for name, content in made.items():
            if name not in kept:
                _write(folder / name, content)
                record[name] = _digest(content)
        _write(folder / RECORD, record)
    except OSError as error:
        raise RunError(f"cannot lay out notebooks in {folder}: {error.strerror or error}") from error
    return Workbench(folder, tuple(name for name in made if name not in kept), tuple(kept))


def _with_parameters(notebook: Path, given: Mapping[str, object]) -> dict[str, Any]:
    values = check_parameters(notebook, given)
    content: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    known = {parameter.name: parameter for parameter in read_parameters(notebook)}
    for cell in content["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            lines = [
                f"{name}: {about.type} = {_literal(values.get(name, about.default))}  # {about.help}\n"
                for name, about in known.items()
            ]
            cell["source"] = [*lines[:-1], *(line.rstrip("\n") for line in lines[-1:])]
    return content


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _edited(path: Path, written: object) -> bool:
    if not path.exists():
        return False
    try:
        return _digest(json.loads(path.read_text(encoding="utf-8"))) != written
    except (ValueError, KeyError, TypeError, AttributeError):
        return True  # no notebook any more, and not ours to replace


def _digest(notebook: dict[str, Any]) -> str:
    sources = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _record(folder: Path) -> dict[str, object]:
    try:
        known = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(path: Path, content: Mapping[str, object]) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
