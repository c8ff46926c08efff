"""How a value stream shows itself in a notebook: a card with its numbers, its first finding and its trust."""

from collections.abc import Mapping
from html import escape
from typing import Final

import pandas as pd

from vsm.findings import Findings

LEVELS: Final = {"fault": "falsifies results", "warning": "may mislead", "note": "good to know"}
LEFT: Final = "text-align: left;"
RIGHT: Final = "text-align: right; font-variant-numeric: tabular-nums;"


def stream_card(
    name: str,
    *,
    as_of: pd.Timestamp,
    provenance: Mapping[str, str],
    lifecycles: pd.DataFrame,
    numbers: Mapping[str, int],
    findings: Findings,
    quality: pd.DataFrame,
) -> str:
    """Give the card as HTML; every text is escaped."""
    finished = int(lifecycles["finished"].notna().sum())
    tickets = {
        "tickets": len(lifecycles),
        "finished for good": finished,
        "still open": len(lifecycles) - finished,
    }
    rows = "".join(
        f'<tr><th scope="row" style="{LEFT}">{label}</th><td style="{RIGHT}">{number:,}</td></tr>'
        for label, number in (tickets | dict(numbers)).items()
    )
    chosen = {word: provenance.get(word) for word in ("since", "until", "where")}
    window = "".join(f", {word} {value}" for word, value in chosen.items() if value)
    finding = findings[0].headline if findings else findings.nothing
    return (
        f'<table><caption style="{LEFT}"><strong>{escape(name)}</strong>, as of '
        f"{as_of:%Y-%m-%d %H:%M} UTC{escape(window)}</caption><tbody>{rows}</tbody></table>"
        f"<p>{escape(finding)}</p><p><small>{escape(quality_notes(quality))}</small></p>"
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
        f"{count[level]} {level}{'' if count[level] == 1 else 's'} ({meaning})"
        for level, meaning in LEVELS.items()
        if level in count
    ]
    return f"Data quality: {', '.join(levels) or 'nothing to report'}; see .quality."
