"""The parameters that a notebook takes, and whether given ones fit.

The cell tagged ``parameters`` is read as Python (``name: type = default  # help``). papermill's own
inspection is not used: it overlooks ``str | None`` and splits a text that holds a ``#``.
"""

import ast
import io
import json
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from vsm.errors import ParameterError, SourceError

_TYPES: Final[dict[str, type]] = {
    "str": str, "int": int, "float": float, "bool": bool, "None": type(None),
}  # fmt: skip
_NOTHING: Final = ("", "none", "null")
_STRICT: Final = ConfigDict(strict=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``types`` are words of str, int, float, bool, None."""

    name: str
    types: tuple[str, ...]
    default: object
    help: str

    @property
    def type(self) -> str:
        """The type, as it is written in Python."""
        return " | ".join(self.types)


def check_parameters(notebook: Path, given: Mapping[str, object]) -> dict[str, object]:
    """The given parameters, each converted to its type in the notebook; those left out keep their default.

    A text, as a command line gives it, is read as the parameter's type where that loses nothing:
    ``"12"`` for an int, ``"true"`` for a bool, ``"none"`` or ``""`` for one that may be None. A path or a
    date becomes text for a ``str``. Nothing else is converted: ``True`` is no int, ``12`` is no ``str``.

    Raises
    ------
    ParameterError
        A name is unknown or a value has the wrong type; the message lists every fault.
    SourceError
        The file is missing or no notebook.
    """
    known = {parameter.name: parameter for parameter in read_parameters(notebook)}
    fitted, faults = {}, []
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f", perhaps '{near[0]}'" if near else ""
            faults.append(f"unknown parameter '{name}'{hint}; known: {', '.join(known) or 'none'}")
            continue
        try:
            fitted[name] = _fitted(value, known[name])
        except ValidationError:
            faults.append(
                f"'{name}' is {value!r}, expected {known[name].type} such as {known[name].default!r}"
            )
    if faults:
        raise ParameterError(f"{notebook.name}: " + "; ".join(faults))
    return fitted


def read_parameters(notebook: Path) -> list[Parameter]:
    """The parameters that a notebook takes, with their defaults as values.

    Raises
    ------
    SourceError
        The file is missing or no notebook.
    ParameterError
        The cell says something other than ``name: type = default`` with a plain type.
    """
    tagged = [
        "".join(cell["source"])
        for cell in cells_of(notebook)
        if "parameters" in cell.get("metadata", {}).get("tags", ())
    ]
    source = tagged[0] if tagged else ""
    try:
        tree = ast.parse(source)
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except SyntaxError as error:
        raise ParameterError(
            f"{notebook.name}: the parameters cell is no plain Python: {error.msg}, line {error.lineno}"
        ) from error
    comments = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    return [_parameter(line, comments, notebook) for line in tree.body]


def cells_of(notebook: Path) -> list[dict[str, Any]]:
    """The cells of a notebook of format 4; raises SourceError where the file is missing or no notebook."""
    # Read as JSON: nbformat would say the same and takes seconds to import.
    try:
        cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        _ = [cell["source"] for cell in cells]
    except FileNotFoundError:
        raise SourceError(f"there is no notebook {notebook}; check its path") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{notebook} is no Jupyter notebook of format 4: {error}") from error
    return cells


def _parameter(line: ast.stmt, comments: Mapping[int, str], notebook: Path) -> Parameter:
    match line:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            words = tuple(word.strip() for word in ast.unparse(annotation).split("|"))
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            words = ()
        case _:
            raise ParameterError(
                f"{notebook.name}: cannot read the parameter '{ast.unparse(line)}'; "
                "write name: type = default  # help"
            )
    try:
        default = ast.literal_eval(value)
    except ValueError:
        raise ParameterError(
            f"{notebook.name}: the default of '{name}' is {ast.unparse(value)}; write a plain value"
        ) from None
    words = words or (("None" if default is None else type(default).__name__),)
    if unknown := [word for word in words if word not in _TYPES]:
        raise ParameterError(
            f"{notebook.name}: '{name}' has type {unknown[0]}; known are {', '.join(_TYPES)}, joined by |"
        )
    return Parameter(name, words, default, comments.get(line.end_lineno or 0, ""))


def _fitted(value: object, parameter: Parameter) -> object:
    if isinstance(value, str) and "None" in parameter.types and value.strip().lower() in _NOTHING:
        return None
    if isinstance(value, (Path, date)) and "str" in parameter.types:
        return value.isoformat() if isinstance(value, date) else str(value)
    kind: Any = reduce(or_, (_TYPES[word] for word in parameter.types))
    adapter: TypeAdapter[object] = TypeAdapter(kind, config=_STRICT)
    try:
        return adapter.validate_python(value)
    except ValidationError:
        if not isinstance(value, str):
            raise
        return adapter.validate_strings(value.strip(), strict=False)


def parameter_text(notebook: Path, given: Mapping[str, object]) -> str:
    """The values that a run had, a line each, without the folder: it would show this machine's paths."""
    values = {parameter.name: parameter.default for parameter in read_parameters(notebook)} | dict(given)
    lines = [
        f"{name} = {'none' if value in (None, '') else value}"
        for name, value in values.items()
        if name != "data_dir"
    ]
    return "\n".join(lines) or "none"
