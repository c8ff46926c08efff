"""What is attached to a stream from outside, such as ``stream.plot``: names, and where they are defined."""

from collections.abc import Callable
from importlib import import_module
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    import pandas as pd

    from vsm.definitions.explain import Explanation

ACCESSORS: Final[dict[str, str]] = {}


def register(name: str, target: str) -> None:
    """Attach ``module:Class`` or ``module:function`` under this name; it is imported when first asked for."""
    ACCESSORS[name] = target


def accessor(name: str, stream: Any) -> Any:
    """Make what was attached under this name for one stream: an object of the class, or a method."""
    module, _, word = ACCESSORS[name].partition(":")
    attached = getattr(import_module(module), word)
    return attached(stream) if isinstance(attached, type) else MethodType(attached, stream)


class Attached:
    """A dataclass with accessors: made when first asked for, and listed by completion."""

    if TYPE_CHECKING:
        plot: ClassVar[Any]
        table: ClassVar[Any]
        slide: ClassVar[Any]
        explain: ClassVar[Callable[..., Explanation]]
        tickets_on: ClassVar[Callable[..., pd.DataFrame]]
        keyed: ClassVar[Callable[..., pd.DataFrame]]
        life: ClassVar[Callable[..., Any]]
        forecast: ClassVar[Any]
        live: ClassVar[Callable[[], None]]
        what_if: ClassVar[Any]
    else:

        def __getattr__(self, name: str) -> Any:
            """Give what was attached from outside, such as ``plot`` and ``where``."""
            if name not in ACCESSORS:
                known = ", ".join(dir(self))
                raise AttributeError(f"{type(self).__name__} has no attribute {name!r}; it has {known}")
            attached = accessor(name, self)
            vars(self)[name] = attached
            return attached

    def __dir__(self) -> list[str]:
        """List what an analyst asks for, and nothing else."""
        fields = [*vars(type(self)), *getattr(type(self), "__dataclass_fields__", ()), *ACCESSORS]
        return sorted({name for name in fields if not name.startswith("_")})
