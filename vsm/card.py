"""How a value stream shows itself in a notebook: a card with its numbers, its first finding and its trust."""

from html import escape
from typing import Any, Final

import pandas as pd

from vsm.counts import counted

LEVELS: Final = {"fault": "falsifies results", "warning": "may mislead", "note": "good to know"}
LEFT: Final = "text-align: left;"
RIGHT: Final = "text-align: right; font-variant-numeric: tabular-nums;"


def stream_line(stream: Any) -> str:
    """Say in one line what a ``ValueStream`` is."""
    finished = int(stream.lifecycles["finished"].notna().sum())
    return (
        f"ValueStream({stream.workflow.stream.name!r}: {len(stream.tickets)} tickets, {finished} finished, "
        f"{len(stream.visits)} visits, {len(stream.handoffs)} handoffs, {len(stream.findings)} findings, "
        f"as of {stream.as_of:%Y-%m-%d %H:%M} UTC)"
    )


def stream_card(stream: Any) -> str:
    """Give the card of a ``ValueStream`` as HTML; every text is escaped."""
    lifecycles, findings = stream.lifecycles, stream.findings
    finished = int(lifecycles["finished"].notna().sum())
    numbers = {
        "tickets": len(lifecycles),
        "finished for good": finished,
        "still open": len(lifecycles) - finished,
        **{name: len(getattr(stream, name)) for name in ("visits", "handoffs", "commits")},
        "stages": stream.stages["stage"].nunique(),
        "teams": stream.visits["team"].nunique(),
    }
    rows = "".join(
        f'<tr><th scope="row" style="{LEFT}">{label}</th><td style="{RIGHT}">{number:,}</td></tr>'
        for label, number in numbers.items()
    )
    chosen = {word: stream.provenance.get(word) for word in ("since", "until", "where")}
    window = "".join(f", {word} {value}" for word, value in chosen.items() if value)
    finding = findings[0].headline if findings else findings.nothing
    return (
        f'<table><caption style="{LEFT}"><strong>{escape(stream.workflow.stream.name)}</strong>, as of '
        f"{stream.as_of:%Y-%m-%d %H:%M} UTC{escape(window)}</caption><tbody>{rows}</tbody></table>"
        f"<p>{escape(finding)}</p><p><small>{escape(quality_notes(stream.quality))}</small></p>"
    )


def quality_notes(quality: pd.DataFrame) -> str:
    """Say how many faults, warnings and notes there are.

    Examples
    --------
    >>> quality_notes(pd.DataFrame({"level": ["note", "fault", "note"]}))
    'Data quality: 1 fault (falsifies results), 2 notes (good to know); see .quality.'
    """
    count = quality["level"].astype("str").value_counts()
    levels = [
        f"{counted(count[level], level)} ({meaning})" for level, meaning in LEVELS.items() if level in count
    ]
    return f"Data quality: {', '.join(levels) or 'nothing to report'}; see .quality."
