"""Where work waits between people, why, and what to try next.

``import vsm`` loads nothing heavy; every name below is imported when it is first used::

    stream = vsm.read_stream("work")
    stream.findings
    stream.plot.time_by_stage()
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING
from typing import Any as _Any

from vsm.accessors import register as _register

if TYPE_CHECKING:
    from vsm import figures
    from vsm.cluster import connect
    from vsm.compared import compare
    from vsm.config import Workflow, parse_workflow
    from vsm.findings import Finding
    from vsm.read import read_networks, read_stream
    from vsm.reports import explore
    from vsm.stream import ValueStream

__all__ = [
    "Finding", "ValueStream", "Workflow", "compare", "connect", "explore", "figures", "parse_workflow",
    "read_networks", "read_stream",
]  # fmt: skip

_HOME = {
    "Finding": "vsm.findings",
    "ValueStream": "vsm.stream",
    "read_networks": "vsm.read",
    "read_stream": "vsm.read",
    "Workflow": "vsm.config",
    "compare": "vsm.compared",
    "connect": "vsm.cluster",
    "explore": "vsm.reports",
    "parse_workflow": "vsm.config",
}


def __getattr__(name: str) -> _Any:
    if name == "figures":
        return _import_module("vsm.figures")
    if name == "__version__":
        return _import_module("importlib.metadata").version("vsm")
    if name in _HOME:
        return getattr(_import_module(_HOME[name]), name)
    raise AttributeError(f"module 'vsm' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)


_register("plot", "vsm.figures.accessors:Plots")
_register("table", "vsm.figures.accessors:Tables")
_register("slide", "vsm.figures.accessors:Slides")
_register("forecast", "vsm.forecaster:Forecaster")
_register("where", "vsm.cuts:where")
_register("explain", "vsm.tickets:explain")
_register("tickets_on", "vsm.tickets:tickets_on")
_register("keyed", "vsm.tickets:with_keys")
_register("life", "vsm.figures.accessors:life")
_register("what_if", "vsm.what_if:WhatIf")
_register("live", "vsm.reports.live:live")
