"""The page of ticket timelines: what happened to each ticket that a report names as evidence.

Notebooks mark tickets with ``data-ticket`` (``vsm.findings.shown_ticket``). Marks of all pages are collected,
each ticket's timeline is drawn once, and every mark becomes a link to it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, Final

import pandas as pd
from markupsafe import Markup

from vsm.reports.notebook_html import ENVIRONMENT, Body, Entry, Outline
from vsm.reports.render import Page

if TYPE_CHECKING:
    from vsm.figures.life_strip import Look, Strip
    from vsm.stream import ValueStream

TIMELINES: Final = "timelines.html"
ROOM: Final = 2_000_000
"""Characters for more than a hundred timelines."""
QUESTION: Final = "What happened to these tickets?"
_MARK: Final = re.compile(r'<(a|span) data-ticket="([^"]*)"(?: href="([^"]*)")?[^>]*>([^<]*)</\1>')
_ODD: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Timeline:
    """One ticket. ``title`` is its summary, ``address`` that of its page in the tracker, or None."""

    title: str
    address: str | None
    strip: "Strip"

    @property
    def size(self) -> int:
        """Roughly the characters that it takes on the page."""
        pieces = [piece for lane in self.strip.lanes.values() for piece in lane]
        return 600 + sum(110 + len(piece.facts) for piece in pieces)


Drawing = Callable[[Sequence[str]], Iterator[tuple[str, Timeline]]]
"""From keys of tickets to key and timeline, drawn one by one; keys not in the stream are left out."""


def drawing_of(stream: "ValueStream") -> Drawing:
    """The function that draws timelines of this stream's tickets."""
    # Imported here since plotly takes a second, and most commands draw nothing.
    from vsm.figures.life_strip import strip_of  # noqa: PLC0415
    from vsm.figures.links import web_address  # noqa: PLC0415
    from vsm.figures.ticket_life import life_specs  # noqa: PLC0415

    def draw(keys: Sequence[str]) -> Iterator[tuple[str, Timeline]]:
        about = stream.tickets.astype(dict.fromkeys(("ticket", "key"), "str")).drop_duplicates("key")
        about = about.set_index("key")
        tables = {name: getattr(stream, name) for name in ("waits", "handoffs", "events", "commits")}
        asked = {str(about.loc[key, "ticket"]): key for key in keys if key in about.index}
        for ticket, spec in life_specs(stream.visits, keys=asked, **tables):
            row = about.loc[asked[ticket]]
            title: str = "" if pd.isna(row["summary"]) else str(row["summary"])
            yield asked[ticket], Timeline(title, web_address(row["url"]), strip_of(spec))

    return draw


@dataclass(frozen=True, slots=True)
class Timelines:
    """The tickets that have a timeline: ``anchors`` by key; ``body`` is the page, or None."""

    anchors: Mapping[str, str]
    body: Body | None

    def linked(self, body: Body, *, printed: bool = True) -> Body:
        """The page with its marks as links to timelines; those of other tickets stay as they are.

        A mark's own address becomes ``data-address``, for the PDF. A page that no PDF holds (not ``printed``)
        may have thousands of them, each of which has its address and nothing else.
        """

        def link(found: re.Match[str]) -> str:
            _, key, address, shown = found.groups()
            anchor = self.anchors.get(unescape(key))
            if not printed:
                address = f"{TIMELINES}#{anchor}" if anchor else address
                return f'<a href="{address}">{shown}</a>' if address else shown
            if anchor is None:
                return found[0]
            tracker = f' data-address="{address}"' if address else ""
            return f'<a class="ticket" href="{TIMELINES}#{anchor}"{tracker}>{shown}</a>'

        return replace(body, html=Markup(_MARK.sub(link, body.html)))  # noqa: S704 - marks of our own


def timelines_of(pages: Mapping[Page, Body], *, draw: Drawing, room: int = ROOM) -> Timelines:
    """The timelines of the tickets that a report's pages, in reading order, name.

    Those named first are drawn until they fill the ``room`` (characters), and the page says how many are left
    out.
    """
    named: dict[str, list[Page]] = {}
    for page, body in pages.items():
        for key in dict.fromkeys(unescape(found[2]) for found in _MARK.finditer(body.html)):
            named.setdefault(key, []).append(page)
    keys, left_out = list(named), 0
    drawn: dict[str, Timeline] = {}
    looks: dict[str, Look] = {}
    for key, timeline in draw(keys):
        drawn[key], room = timeline, room - timeline.size
        looks |= timeline.strip.looks
        if room <= 0:
            left_out = len(keys) - keys.index(key) - 1
            break
    if not drawn:
        return Timelines({}, None)
    anchors = _anchors(drawn)
    lead = f"The tickets that this report names as evidence, each from its creation on: n = {len(drawn)}."
    if left_out:
        lead += f" {left_out} more are named, too many for one page; these were named first."
    html = ENVIRONMENT.get_template("timelines.html.j2").render(
        question=QUESTION,
        lead=lead,
        looks=looks,
        numbers={name: number for number, name in enumerate(looks, start=1)},
        timelines=[(key, anchors[key], timeline, named[key]) for key, timeline in drawn.items()],
    )
    outline = Outline(QUESTION, lead, tuple(Entry(2, anchors[key], key) for key in drawn))
    return Timelines(anchors, Body(Markup(html), outline))  # noqa: S704 - escaped by Jinja


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
