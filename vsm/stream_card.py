"""A stream shown as HTML in a notebook: a card with its numbers; every text is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Final

import pandas as pd

LEVELS: Final = {"fault": "falsifies results", "warning": "may mislead", "note": "good to know"}
NUMBER: Final = "text-align: right; font-variant-numeric: tabular-nums;"
LEFT: Final = "text-align: left;"


def stream_card(
    *,
    name: str,
    as_of: pd.Timestamp,
    numbers: Mapping[str, int],
    finding: str,
    provenance: Mapping[str, str],
    quality: pd.DataFrame,
) -> str:
    """Lay out a table of numbers, the costliest finding, and how far the data can be trusted."""
    rows = "".join(
        f'<tr><th scope="row" style="{LEFT}">{label}</th><td style="{NUMBER}">{number:,}</td></tr>'
        for label, number in numbers.items()
    )
    chosen = {word: provenance.get(word) for word in ("since", "until", "team", "ticket_type")}
    window = "".join(f", {word} {value}" for word, value in chosen.items() if value)
    return (
        f'<table><caption style="{LEFT}"><strong>{escape(name)}</strong>, as of '
        f"{as_of:%Y-%m-%d %H:%M} UTC{escape(window)}</caption><tbody>{rows}</tbody></table>"
        f"<p>{escape(finding)}</p><p><small>{escape(_doubts(quality))}</small></p>"
    )


def _doubts(quality: pd.DataFrame) -> str:
    count = quality["level"].astype("str").value_counts()
    levels = [
        f"{count[level]} {level}{'' if count[level] == 1 else 's'} ({meaning})"
        for level, meaning in LEVELS.items()
        if level in count
    ]
    return (
        f"Doubts: {', '.join(levels)}; see .quality." if levels else "No doubts about the data; see .quality."
    )
