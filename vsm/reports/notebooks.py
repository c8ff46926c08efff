"""The notebooks: where those of the suite lie, and an analyst's own copies, in which edits stay."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import vsm
from vsm.errors import RunError
from vsm.reports.atomic import write_whole
from vsm.reports.parameters import check_parameters, read_parameters

RECORD: Final = ".vsm-notebooks.json"


def notebooks_folder(*, package: Path | None = None) -> Path:
    """The folder of the suite's notebooks.

    Inside the package when it was installed from a wheel, beside it in a checkout.

    Parameters
    ----------
    package
        Folder of the package; ``vsm``'s own by default.

    Raises
    ------
    RunError
        Neither place holds a notebook.

    Examples
    --------
    >>> notebooks_folder(package=Path("nowhere/vsm"))
    Traceback (most recent call last):
    ...
    vsm.errors.RunError: no notebooks in nowhere/vsm/notebooks or nowhere/notebooks; install vsm again
    """
    package = package or Path(vsm.__file__).parent
    places = [package / "notebooks", package.parent / "notebooks"]
    for folder in places:
        if any(folder.glob("*.ipynb")):
            return folder
    raise RunError(f"no notebooks in {places[0]} or {places[1]}; install vsm again")


@dataclass(frozen=True, slots=True)
class LabCopies:
    """Notebooks in the analyst's folder, by name: newly ``copied``, and ``kept`` as edited."""

    folder: Path
    copied: tuple[str, ...]
    kept: tuple[str, ...]


def copy_notebooks(notebooks: Sequence[Path], *, folder: Path, parameters: Mapping[str, object]) -> LabCopies:
    """Copy notebooks for an analyst, with parameters set; never over edits.

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
    ...     copy_notebooks([], folder=Path(root) / "notebooks", parameters={}).copied
    ()
    """
    made = {notebook.name: _with_parameters(notebook, parameters) for notebook in notebooks}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        record = _read_record(folder)
        kept = [name for name in made if _edited(folder / name, record.get(name))]
        for name, content in made.items():
            if name not in kept:
                _write_json(folder / name, content)
                record[name] = _digest(content)
        _write_json(folder / RECORD, record)
    except OSError as error:
        raise RunError(f"cannot lay out notebooks in {folder}: {error.strerror or error}") from error
    return LabCopies(folder, tuple(name for name in made if name not in kept), tuple(kept))


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


def _read_record(folder: Path) -> dict[str, object]:
    try:
        known = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
