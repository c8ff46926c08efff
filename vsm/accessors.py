"""What is attached to a stream from outside, such as ``stream.plot``: names, and where they are defined."""

from importlib import import_module
from types import MethodType
from typing import Any, Final

ACCESSORS: Final[dict[str, str]] = {}


def register(name: str, target: str) -> None:
    """Attach ``module:Class`` or ``module:function`` under this name; it is imported when first asked for."""
    ACCESSORS[name] = target


def accessor(name: str, stream: Any) -> Any:
    """Make what was attached under this name for one stream: an object of the class, or a method."""
    module, _, word = ACCESSORS[name].partition(":")
    attached = getattr(import_module(module), word)
    return attached(stream) if isinstance(attached, type) else MethodType(attached, stream)
