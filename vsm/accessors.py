"""What is attached to a stream from outside, such as ``stream.plot``: names, and where their classes lie."""

from importlib import import_module
from typing import Any, Final

ACCESSORS: Final[dict[str, str]] = {}


def register(name: str, target: str) -> None:
    """Attach ``module:Class`` under this name; it is imported when first asked for."""
    ACCESSORS[name] = target


def accessor(name: str, stream: Any) -> Any:
    """Make what was attached under this name for one stream."""
    module, _, made_by = ACCESSORS[name].partition(":")
    return getattr(import_module(module), made_by)(stream)
