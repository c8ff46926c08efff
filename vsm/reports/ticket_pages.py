"""The page on which a report shows what happened to the tickets it names: a strip for each life.

Notebooks mark tickets with ``data-ticket`` (``vsm.findings.shown_ticket``). Marks of all pages are collected,
each ticket's life is drawn once, and every mark becomes a link to its strip.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from markupsafe import Markup

from vsm.reports.notebook_html import ENVIRONMENT, Body, Entry, Outline, figure_html
from vsm.reports.render import Page

if TYPE_CHECKING:
    from vsm.stream import ValueStream

LIVES: Final = "lives.html"
ROOM: Final = 850_000
"""So many characters of strips, a hundred and more: with plotly.js the page stays under three megabytes."""
QUESTION: Final = "What happened to these tickets?"
_MARK: Final = re.compile(r'<(a|span) data-ticket="([^"]*)"(?: href="([^"]*)")?[^>]*>([^<]*)</\1>')
_ODD: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Life:
    """What is shown of one ticket. ``title`` is what people wrote; ``address`` one of the web, or None."""

    title: str
    address: str | None
    figure: dict[str, Any]


Drawing = Callable[[Sequence[str]], Iterator[tuple[str, Life]]]
"""From keys of tickets to key and life, made when asked for; tickets that are not looked at are left out."""


def drawing_of(stream: "ValueStream") -> Drawing:
    """Draw the lives of this stream's tickets, when asked for them."""
    # Imported here since plotly takes a second, and most commands draw nothing.
    from plotly.io.json import to_json_plotly  # noqa: PLC0415

    from vsm.figures.links import web_address  # noqa: PLC0415
    from vsm.figures.ticket_life import life_specs  # noqa: PLC0415

    about = stream.tickets.astype(dict.fromkeys(("ticket", "key"), "str")).drop_duplicates("key")
    about = about.set_index("key")
    tables = {name: getattr(stream, name) for name in ("waits", "handoffs", "events", "commits")}

    def draw(keys: Sequence[str]) -> Iterator[tuple[str, Life]]:
        asked = {str(about.loc[key, "ticket"]): key for key in keys if key in about.index}
        for ticket, spec in life_specs(stream.visits, keys=asked, **tables):
            row = about.loc[asked[ticket]]
            title: str = "" if pd.isna(row["summary"]) else str(row["summary"])
            figure = json.loads(to_json_plotly(spec))
            yield asked[ticket], Life(title, web_address(row["url"]), figure)

    return draw


@dataclass(frozen=True, slots=True)
class Lives:
    """The tickets that have a strip: ``anchors`` by key; ``body`` is the page, None without any strip."""

    anchors: Mapping[str, str]
    body: Body | None

    def linked(self, body: Body) -> Body:
        """A page whose marks lead to strips; those of other tickets stay as they are.

        What knew an address keeps it as ``data-address``, for paper.
        """

        def link(found: re.Match[str]) -> str:
            _, key, address, shown = found.groups()
            if (anchor := self.anchors.get(unescape(key))) is None:
                return found[0]
            tracker = f' data-address="{address}"' if address else ""
            return f'<a class="ticket" href="{LIVES}#{anchor}"{tracker}>{shown}</a>'

        return replace(body, html=Markup(_MARK.sub(link, body.html)))  # noqa: S704 - marks of our own


def lives_of(pages: Mapping[Page, Body], *, draw: Drawing, room: int = ROOM) -> Lives:
    """Draw what happened to the tickets that these pages name.

    Parameters
    ----------
    pages
        The report's pages, in reading order.
    draw
        As ``drawing_of`` gives it.
    room
        For how many characters of strips; those named first are drawn, and the page says how many are not.
    """
    named: dict[str, list[Page]] = {}
    for page, body in pages.items():
        for key in dict.fromkeys(unescape(found[2]) for found in _MARK.finditer(body.html)):
            named.setdefault(key, []).append(page)
    lives, left = _drawn(list(named), draw=draw, room=room)
    if not lives:
        return Lives({}, None)
    anchors = _anchors(lives)
    lead = f"What this report names as evidence, from its creation on: n = {len(lives)}."
    if left:
        lead += f" {left} more are named, too many for one page; these were named first."
    shown = [(key, anchors[key], life, strip, named[key]) for key, (life, strip) in lives.items()]
    html = ENVIRONMENT.get_template("lives.html.j2").render(question=QUESTION, lead=lead, lives=shown)
    entries = tuple(Entry(2, anchors[key], key) for key in lives)
    return Lives(anchors, Body(Markup(html), Outline(QUESTION, lead, entries)))  # noqa: S704 - escaped by Jinja


def _drawn(keys: list[str], *, draw: Drawing, room: int) -> tuple[dict[str, tuple[Life, Markup]], int]:
    """Draw lives while there is room; also, how many keys follow the last for which there was."""
    drawn: dict[str, tuple[Life, Markup]] = {}
    for key, life in draw(keys):
        strip = Markup(figure_html(life.figure, packed=True))  # noqa: S704 - our template's, escaped
        drawn[key], room = (life, strip), room - len(strip)
        if room <= 0:
            return drawn, len(keys) - keys.index(key) - 1
    return drawn, 0


def _anchors(keys: Iterable[str]) -> dict[str, str]:
    """Give each key a name of its own within the page, readable in an address."""
    found: dict[str, str] = {}
    for key in keys:
        plain = _ODD.sub("-", key).strip("-") or "ticket"
        name, number = plain, 1
        while name in found.values():
            number += 1
            name = f"{plain}-{number}"
        found[key] = name
    return found
