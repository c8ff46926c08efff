"""The folder of the suite's notebooks, and an analyst's own copies, in which edits stay."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import vsm
from vsm.errors import ParameterError, RunError
from vsm.reports.atomic import write_whole
from vsm.reports.parameters import check_parameters, read_parameters

RECORD: Final = ".vsm-notebooks.json"
SLIDES: Final = "retro.ipynb"
"""The notebook of slides."""


def notebooks_folder(*, package: Path | None = None) -> Path:
    """The folder of the suite's notebooks; raises RunError where there is none.

    It is inside the ``package`` when that was installed from a wheel, beside it in a checkout.
    """
    package = package or Path(vsm.__file__).parent
    places = [package / "notebooks", package.parent / "notebooks"]
    for folder in places:
        if any(folder.glob("*.ipynb")):
            return folder
    raise RunError(f"no notebooks in {places[0]} or {places[1]}; install vsm again")


def chosen_notebooks(names: Sequence[str], *, of: str) -> tuple[Path, ...]:
    """The notebooks of these names, without ``.ipynb``; without any all that are numbered.

    Raises ParameterError where one does not exist, or makes slides; ``of`` says who names it.
    """
    known = {path.stem: path for path in sorted(notebooks_folder().glob("*.ipynb")) if path.name != SLIDES}
    if absent := [name for name in names if name not in known]:
        raise ParameterError(f"{of} names the notebook '{absent[0]}'; known: {', '.join(known)}")
    numbered = [path for name, path in known.items() if name[0].isdigit()]
    return tuple(known[name] for name in names) or tuple(numbered)


def with_data(notebooks: Sequence[Path], stream: object) -> tuple[Path, ...]:
    """Leave out notebooks about what this stream knows nothing of, such as reviews where it has none.

    A notebook says in its metadata (``{"vsm": {"needs": "pulls"}}``) which table has to have rows.
    """

    def needed(notebook: Path) -> str:
        about = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("vsm", {})
        return str(about.get("needs", ""))

    return tuple(one for one in notebooks if not (name := needed(one)) or len(getattr(stream, name)))


@dataclass(frozen=True, slots=True)
class LabCopies:
    """Notebooks in the analyst's folder, by name: newly ``copied``, and ``kept`` as edited."""

    folder: Path
    copied: tuple[str, ...]
    kept: tuple[str, ...]


def copy_notebooks(notebooks: Sequence[Path], *, folder: Path, parameters: Mapping[str, object]) -> LabCopies:
    """Copy notebooks for an analyst, with parameters written into their own cell; never over edits.

    A copy that was not edited since it was made is replaced, so that newer notebooks and other parameters
    reach it. One is edited where the source of any cell differs from what was written; running it is no edit.

    Raises
    ------
    ParameterError
        A parameter does not fit a notebook.
    RunError
        The folder cannot be written.
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
        raise RunError(f"cannot copy notebooks to {folder}: {error.strerror or error}") from error
    return LabCopies(folder, tuple(name for name in made if name not in kept), tuple(kept))


def _with_parameters(notebook: Path, given: Mapping[str, object]) -> dict[str, Any]:
    values = check_parameters(notebook, given)
    content: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    lines = []
    for parameter in read_parameters(notebook):
        value = values.get(parameter.name, parameter.default)
        literal = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        lines.append(f"{parameter.name}: {parameter.type} = {literal}  # {parameter.help}")
    for cell in content["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            cell["source"] = "\n".join(lines).splitlines(keepends=True)
    return content


def _edited(path: Path, written: object) -> bool:
    if path.is_symlink():
        return True  # what it leads to is not ours to replace
    if not path.exists():
        return False
    try:
        return _digest(json.loads(path.read_text(encoding="utf-8"))) != written
    except (ValueError, KeyError, TypeError, AttributeError):
        return True  # no longer a notebook, and not ours to replace


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
