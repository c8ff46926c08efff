"""Text from the data in a figure: escaped, and in lines that fit.

Plotly reads tags in labels, ``<a href>`` among them, replaces ``%{y}`` in titles, and takes what stands
between two dollar signs for mathematics; so every stage's and team's name, every title and every duration
(``<1 min``) comes through here.
"""

import html
import textwrap
from collections.abc import Iterable, Sequence

import pandas as pd

from vsm.people.pseudonyms import PSEUDONYM


def escape(text: object) -> str:
    """How does Plotly show this text as it is, tags and all?

    Examples
    --------
    >>> escape("R&D <b>lab</b>")
    'R&amp;D &lt;b&gt;lab&lt;/b&gt;'
    """
    safe = html.escape(" ".join(str(text).split()), quote=False)
    return safe.replace("$", "&#36;").replace("%{", "%&#123;")


def unnamed(text: str) -> str:
    """How is somebody told of whose name shall not be seen? As one person: a pseudonym tells who acts often.

    Names that are shown on purpose stay.

    Examples
    --------
    >>> unnamed("P-V38615 → P-K6D7DX"), unnamed("web"), unnamed("dev-1")
    ('one person → another person', 'web', 'dev-1')
    """
    told: dict[str, str] = {}
    return PSEUDONYM.sub(
        lambda found: told.setdefault(found[0], "another person" if told else "one person"), text
    )


def wrapped(text: object, *, width: int, lines: int = 2) -> str:
    """Which lines show this name? At most ``lines`` of ``width`` characters, escaped, cut with an ellipsis.

    Examples
    --------
    >>> wrapped("Ready for development", width=13)
    'Ready for<br>development'
    >>> wrapped("Waiting for somebody who might know", width=12)
    'Waiting for<br>somebody wh…'
    """
    parts = textwrap.wrap(str(text), width=width)
    if len(parts) > lines:
        parts = [*parts[: lines - 1], " ".join(parts[lines - 1 :])[: width - 1].rstrip() + "…"]
    return "<br>".join(escape(part) for part in parts)


def small(markup: str) -> str:
    """How is an aside set in a label? Smaller than what it belongs to.

    Parameters
    ----------
    markup
        Escaped already.

    Examples
    --------
    >>> small("n 12")
    "<span style='font-size:0.85em'>n 12</span>"
    """
    return f"<span style='font-size:0.85em'>{markup}</span>"


def text_width(texts: Iterable[str], *, size: int) -> int:
    """How wide are these labels at most, in pixels? An upper estimate, for a wide font of this size.

    Examples
    --------
    >>> text_width(["In QA", "Ready for<br>development"], size=13)
    89
    """
    lines = [html.unescape(line) for text in texts for line in text.split("<br>")]
    return round(0.62 * size * max((len(line) for line in lines), default=0))


def hover(name: object, facts: Sequence[tuple[str, str]]) -> str:
    """What does the box beside the pointer say? The name, and one fact a line; empty facts are left out.

    Examples
    --------
    >>> hover("Q&A", [("median", "<1 min"), ("team", "")])
    '<b>Q&amp;A</b><br>median: &lt;1 min'
    """
    lines = [f"{escape(word)}: {escape(text)}" for word, text in facts if text]
    return "<br>".join([f"<b>{escape(name)}</b>", *lines])


def iso_day(at: pd.Timestamp) -> str:
    """A day as YYYY-MM-DD.

    Examples
    --------
    >>> iso_day(pd.Timestamp("2026-01-05T09:00"))
    '2026-01-05'
    """
    return f"{at:%Y-%m-%d}"


def number(count: float) -> str:
    """How is a count written?

    Examples
    --------
    >>> number(12345)
    '12,345'
    """
    return f"{int(count):,}"


def pluralize(count: float, noun: str) -> str:
    """How many of it? The noun takes an s where it is not one.

    Examples
    --------
    >>> pluralize(1, "ticket"), pluralize(1200, "ticket")
    ('1 ticket', '1,200 tickets')
    """
    return f"{number(count)} {noun}" + ("" if count == 1 else "s")
