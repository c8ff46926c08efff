"""Where does work wait between people, why, and what to try next?

``import vsm`` loads nothing heavy; every name below is imported when it is first used::

    stream = vsm.read_stream("work")
    stream.findings
    vsm.figures.time_by_stage(stream.stage_shares)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from vsm import figures
    from vsm.config import Workflow, parse_workflow
    from vsm.findings import Finding
    from vsm.read import read_stream
    from vsm.reports import explore
    from vsm.stream import ValueStream

__all__ = ["Finding", "ValueStream", "Workflow", "explore", "figures", "parse_workflow", "read_stream"]

_HOME: Final = {
    "Finding": "vsm.findings",
    "ValueStream": "vsm.stream",
    "read_stream": "vsm.read",
    "Workflow": "vsm.config",
    "explore": "vsm.reports",
    "parse_workflow": "vsm.config",
}


def __getattr__(name: str) -> Any:
    if name == "figures":
        return import_module("vsm.figures")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'vsm' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
