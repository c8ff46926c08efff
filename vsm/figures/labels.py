"""Text from the data in a figure: escaped, and in lines that fit.

Plotly reads tags in labels, ``<a href>`` among them, replaces ``%{y}`` in titles, and takes what stands
between two dollar signs for mathematics; so every stage's and team's name, every title and every duration
(``<1 min``) comes through here.
"""

import html
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.counts import counted
from vsm.findings.durations import percent, short_duration
from vsm.people.pseudonyms import PSEUDONYM

TOO_FEW: Final = "too few to say"
MOST_STAGES: Final = 24
"""So many have room for their names on a page."""


def escape(text: object) -> str:
    """The text as Plotly shows it unchanged, tags and all.

    Examples
    --------
    >>> escape("R&D <b>lab</b>")
    'R&amp;D &lt;b&gt;lab&lt;/b&gt;'
    """
    safe = html.escape(" ".join(str(text).split()), quote=False)
    return safe.replace("$", "&#36;").replace("%{", "%&#123;")


def unnamed(text: str) -> str:
    """The text with persons for pseudonyms, which show who acts often; names shown on purpose stay.

    Examples
    --------
    >>> unnamed("P-V38615 → P-K6D7DX"), unnamed("web"), unnamed("dev-1")
    ('one person → another person', 'web', 'dev-1')
    """
    persons: dict[str, str] = {}
    return PSEUDONYM.sub(
        lambda found: persons.setdefault(found[0], "another person" if persons else "one person"), text
    )


def wrapped(text: object, *, width: int, lines: int = 2) -> str:
    """A name in at most ``lines`` lines of ``width`` characters, escaped, cut with an ellipsis.

    A number stays with its percent sign.

    Examples
    --------
    >>> wrapped("Ready for development", width=13)
    'Ready for<br>development'
    >>> wrapped("Waiting for somebody who might know", width=12)
    'Waiting for<br>somebody wh…'
    >>> wrapped("Open: 63 % of all waiting", width=9)
    'Open:<br>63 % of…'
    """
    parts = textwrap.wrap(str(text).replace(" %", "\N{NO-BREAK SPACE}%"), width=width)
    if len(parts) > lines:
        parts = [*parts[: lines - 1], " ".join(parts[lines - 1 :])[: width - 1].rstrip() + "…"]
    return "<br>".join(escape(part.replace("\N{NO-BREAK SPACE}%", " %")) for part in parts)


def stages_left_out(count: int, *, chosen: str, rest: str, most: int = MOST_STAGES) -> str:
    """A sentence on the stages beyond the ``most`` that a figure draws; empty where all are drawn.

    Examples
    --------
    >>> stages_left_out(500, chosen="most time", rest="with 31 %").split(", ")[0]
    ' The 24 stages with most time are drawn; 476 others'
    """
    if count <= most:
        return ""
    others = f"{count - most:,} others, {rest}, are" if count - most > 1 else f"one other, {rest}, is"
    return f" The {most} stages with {chosen} are drawn; {others} not: put statuses together in vsm.toml."


def small(markup: str) -> str:
    """Markup (escaped already) set smaller than what it belongs to."""
    return f"<span style='font-size:0.85em'>{markup}</span>"


def text_width(texts: Iterable[str], *, size: int) -> int:
    """The width of the widest of these labels in pixels: an upper estimate, for a wide font of this size.

    Examples
    --------
    >>> text_width(["In QA", "Ready for<br>development"], size=13)
    89
    """
    lines = [html.unescape(line) for text in texts for line in text.split("<br>")]
    return round(0.62 * size * max((len(line) for line in lines), default=0))


def hover(name: object, facts: Sequence[tuple[str, str]]) -> str:
    """The box beside the pointer: the name, and one fact a line; empty facts are left out.

    Examples
    --------
    >>> hover("Q&A", [("median", "<1 min"), ("team", "")])
    '<b>Q&amp;A</b><br>median: &lt;1 min'
    """
    lines = [f"{escape(word)}: {escape(text)}" for word, text in facts if text]
    return "<br>".join([f"<b>{escape(name)}</b>", *lines])


def edge_hover(edge: tuple[str, str], about: Mapping[str, Any], *, noun: str, share: str, **more: str) -> str:
    """The box beside the pointer of an edge of a network: how many ``noun``, and how long they waited."""
    return hover(
        f"{edge[0]} → {edge[1]}",
        [
            ("n", f"{counted(about['count'], noun)}, {counted(about['tickets'], 'ticket')}"),
            ("median wait", short_duration(about["wait_median"])),
            ("85th percentile", short_duration(about["wait_p85"])),
            ("total wait", short_duration(about["wait_total"])),
            (share, percent(about["share"])),
            *more.items(),
        ],
    )


def interval_words(row: Mapping[Any, Any]) -> str:
    """The 95 % interval of a share: ``low`` to ``high``, or that there are too few for one."""
    return TOO_FEW if pd.isna(row["low"]) else f"{percent(row['low'])} to {percent(row['high'])}"


def iso_day(at: pd.Timestamp) -> str:
    """A day as YYYY-MM-DD."""
    return f"{at:%Y-%m-%d}"


def number(count: float) -> str:
    """A count with commas."""
    return f"{int(count):,}"
