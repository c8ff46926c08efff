"""What is wrong with a file of ours? Faults in its own words, with the section they lie in."""

import tomllib
from collections.abc import Mapping

from pydantic import BaseModel


def sentence(fault: object, text: str, *, sections: Mapping[str, type[BaseModel]]) -> str:
    """How is one of pydantic's faults said in the file's own words?

    Parameters
    ----------
    fault
        One of ``ValidationError.errors()``.
    text
        The file's, which knows the names of its entries.
    sections
        Which model stands behind each section, by name.

    Examples
    --------
    >>> fault = {"loc": ("strem",), "type": "extra_forbidden", "msg": ""}
    >>> sentence(fault, "", sections={"stream": BaseModel})
    "unknown key 'strem' in the file; known: stream"
    """
    assert isinstance(fault, dict)  # noqa: S101 - narrows pydantic's ErrorDetails for the type checker
    loc, message = fault["loc"], str(fault["msg"])
    where = _place(loc[:-1], text, sections)
    if fault["type"] == "extra_forbidden":
        section = sections.get(where.strip("[]").partition("]")[0])
        known = sorted(section.model_fields) if section else sorted(s for s in sections if "." not in s)
        return f"unknown key '{loc[-1]}' in {where}; known: {', '.join(known)}"
    if fault["type"] == "missing":
        hint = "; use one of queue, work, external, done" if loc[-1] == "kind" else ""
        return f"{where} lacks '{loc[-1]}'{hint}"
    if fault["type"] == "value_error":
        return message.removeprefix("Value error, ").replace("\n", "; ")
    return f"'{'.'.join(str(part) for part in loc)}' in {_place(loc, text, sections)}: {message}"


def _place(loc: tuple[str | int, ...], text: str, sections: Mapping[str, type[BaseModel]]) -> str:
    """Name the section a fault lies in, with its own name where it has one."""
    if not loc:
        return "the file"
    if len(loc) > 3 and isinstance(loc[3], int) and f"{loc[0]}.{loc[2]}" in sections:
        return f"[[{loc[0]}.{loc[2]}]] number {loc[3] + 1} of {_place(loc[:2], text, sections)}"
    if len(loc) > 1 and isinstance(loc[1], int):
        entry = tomllib.loads(text)[str(loc[0])][loc[1]]
        name = entry.get("name", entry.get("person")) if isinstance(entry, dict) else None
        return f"[[{loc[0]}]] '{name}'" if name else f"[[{loc[0]}]] number {loc[1] + 1}"
    section = f"{loc[0]}.{loc[1]}" if len(loc) > 1 else ""
    return f"[{section}]" if section in sections else f"[{loc[0]}]"
