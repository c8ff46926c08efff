"""How does a stream show itself in a notebook? A card with its numbers; every text is escaped."""

from collections.abc import Mapping
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from vsm.pipeline.stream import ValueStream

LEVELS: Final = {"fault": "falsifies results", "warning": "may mislead", "note": "good to know"}
NUMBER: Final = "text-align: right; font-variant-numeric: tabular-nums;"
LEFT: Final = "text-align: left;"


class Named:
    """What do the tables of one part of a stream hold? Shows their names and rows, not the rows."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say in one line which tables these are: their rows would drown a notebook."""
        parts = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{name}: {_size(part)}' for name, part in parts)})"


def _size(part: Any) -> str:
    if hasattr(part, "shape") or isinstance(part, (tuple, list, Mapping)):
        rows = len(part)
        return f"{rows} row{'' if rows == 1 else 's'}"
    return str(part)


def card_of(stream: "ValueStream") -> str:
    """Show a stream as HTML: its numbers, its costliest finding, and how far it can be trusted."""
    finished = int(stream.lives["finished"].notna().sum())
    numbers = {
        "tickets": len(stream.tickets),
        "finished for good": finished,
        "still open": len(stream.lives) - finished,
        "visits": len(stream.visits),
        "handoffs": len(stream.handoffs),
        "commits": len(stream.commits),
        "stages": stream.stages["stage"].nunique(),
        "teams": stream.visits["team"].nunique(),
    }
    rows = "".join(
        f'<tr><th scope="row" style="{LEFT}">{name}</th><td style="{NUMBER}">{number:,}</td></tr>'
        for name, number in numbers.items()
    )
    told = escape(str(stream.findings[0]) if stream.findings else stream.findings.nothing)
    return (
        f'<table><caption style="{LEFT}"><strong>{escape(stream.workflow.stream.name)}</strong>, as of '
        f"{stream.as_of:%Y-%m-%d %H:%M} UTC{escape(_window(stream))}</caption><tbody>{rows}</tbody></table>"
        f"<p>{told}</p><p><small>{escape(_doubts(stream))}</small></p>"
    )


def _window(stream: "ValueStream") -> str:
    chosen = {name: stream.provenance.get(name) for name in ("since", "until", "team", "ticket_type")}
    return "".join(f", {name} {value}" for name, value in chosen.items() if value)


def _doubts(stream: "ValueStream") -> str:
    count = stream.quality["level"].astype("str").value_counts()
    told = [
        f"{count[level]} {level}{'' if count[level] == 1 else 's'} ({meaning})"
        for level, meaning in LEVELS.items()
        if level in count
    ]
    return f"Doubts: {', '.join(told)}; see .quality." if told else "No doubts about the data; see .quality."
