"""Sections of a TOML file as models, and their faults in the file's own words."""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from vsm.config.printable import one_line
from vsm.errors import ConfigError

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1)]
"""A word that is ours to show: control characters in it become blanks."""
Model = TypeVar("Model", bound=BaseModel)


class Section(BaseModel):
    """A section of the file: frozen, with no keys but its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def parsable(parse: Callable[[str], object]) -> AfterValidator:
    """Give a validator that keeps the text if ``parse`` raises no ValueError for it."""

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


def duplicates(words: Iterable[str], sentence: str) -> list[str]:
    """Give one sentence for each word that occurs several times, filled with the word and the count."""
    return [sentence.format(word, times) for word, times in Counter(words).items() if times > 1]


def parse_toml(
    text: str, model: type[Model], *, origin: str, sections: Mapping[str, type[BaseModel]]
) -> Model:
    """Give the file as a model.

    ``origin`` is what messages call the file, ``sections`` the model of each section by name.

    Raises
    ------
    ConfigError
        The text is no TOML, or the model refuses it; every fault is listed.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin} is not valid TOML: {error}") from error
    except ValidationError as error:
        faults = [_sentence(fault, text, sections) for fault in error.errors()]
        raise ConfigError(f"{origin}: " + "; ".join(faults)) from None


def _sentence(fault: object, text: str, sections: Mapping[str, type[BaseModel]]) -> str:
    """Say one of pydantic's faults in the file's own words."""
    assert isinstance(fault, dict)  # noqa: S101 - narrows pydantic's ErrorDetails for the type checker
    loc, message = fault["loc"], str(fault["msg"])
    where = _section_of(loc[:-1], text, sections)
    if fault["type"] == "extra_forbidden":
        section = sections.get(where.strip("[]").partition("]")[0])
        known = sorted(section.model_fields) if section else sorted(s for s in sections if "." not in s)
        return f"unknown key '{loc[-1]}' in {where}; known: {', '.join(known)}"
    if fault["type"] == "missing":
        hint = "; use one of queue, work, external, done" if loc[-1] == "kind" else ""
        return f"{where} lacks '{loc[-1]}'{hint}"
    if fault["type"] == "tuple_type" and isinstance(fault["input"], dict):
        name = ".".join(map(str, loc))
        return f"[{name}] may be there several times: write [[{name}]]"
    if fault["type"] == "value_error":
        return message.removeprefix("Value error, ").replace("\n", "; ")
    return f"'{'.'.join(str(part) for part in loc)}' in {_section_of(loc, text, sections)}: {message}"


def _section_of(loc: tuple[str | int, ...], text: str, sections: Mapping[str, type[BaseModel]]) -> str:
    """Name the section a fault is in, with its own name where it has one."""
    if not loc:
        return "the file"
    if len(loc) > 3 and isinstance(loc[3], int) and f"{loc[0]}.{loc[2]}" in sections:
        return f"[[{loc[0]}.{loc[2]}]] number {loc[3] + 1} of {_section_of(loc[:2], text, sections)}"
    if len(loc) > 1 and isinstance(loc[1], int):
        entry = tomllib.loads(text)[str(loc[0])][loc[1]]
        name = entry.get("name", entry.get("person")) if isinstance(entry, dict) else None
        return f"[[{loc[0]}]] '{name}'" if name else f"[[{loc[0]}]] number {loc[1] + 1}"
    section = f"{loc[0]}.{loc[1]}" if len(loc) > 1 else ""
    return f"[{section}]" if section in sections else f"[{loc[0]}]"
