"""Measures of a stream: made when first asked for, once, with the columns of the dictionary."""

import sys
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar, cast, overload

import pandas as pd

from vsm.sections import Section
from vsm.tables import DERIVED, Table, conform, empty

T = TypeVar("T")


class measure(Generic[T]):  # noqa: N801 - a decorator, like cached_property
    """A measure of a stream: made when first asked for, and once.

    Readers get a frame of their own, which they may change in place; what is made later is made from the
    untouched one, which the stream's ``_source`` keeps.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, stream: None, owner: type) -> "measure[T]": ...
    @overload
    def __get__(self, stream: object, owner: type) -> T: ...
    def __get__(self, stream: Any, owner: type) -> "T | measure[T]":
        if stream is None:
            return self
        source = stream._source  # noqa: SLF001 - the descriptor is a part of the class it is written for
        if source is None:
            made = conformed(self._make(stream), name=self._name)
        else:
            made = own_copy(getattr(source, self._name))
        vars(stream)[self._name] = made
        return made


def own_copy(part: T) -> T:
    """Give a frame, a graph or a section's frames, to be changed without changing what they are of."""
    if isinstance(part, Section):
        frames = {one.name: own_copy(getattr(part, one.name)) for one in fields(part)}
        return cast("T", replace(part, **frames))
    networkx = sys.modules.get("networkx")  # where it was never imported, nothing is a graph
    if networkx and isinstance(part, networkx.Graph):
        return cast("T", part.copy())
    return cast("T", part.copy(deep=False)) if isinstance(part, pd.DataFrame) else part


def conformed(made: T, *, name: str) -> T:
    """Give a measure's frames the columns and types of their tables in ``vsm.tables.DERIVED``."""
    if isinstance(made, Section):
        parts: dict[str, pd.DataFrame] = {part.name: getattr(made, part.name) for part in fields(made)}
        frames = {part: _as(frame, DERIVED[f"{name}.{part}"]) for part, frame in parts.items()}
        return cast("T", replace(made, **frames))
    is_table = isinstance(made, pd.DataFrame) and name in DERIVED
    return cast("T", _as(made, DERIVED[name])) if is_table else made  # type: ignore[arg-type]


def _as(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Without rows, pandas has guessed the types."""
    return empty(table) if frame.empty else conform(frame, table)
