"""How a point of a figure, or a cell of a table, leads to its ticket or tickets.

A key in a table is a mark (``vsm.findings.shown_ticket``), and so is a number that stands for several tickets
(``shown_tickets``). A point has its address in its ``customdata``: a trace whose points can be followed has
``meta = {"links": slot}``, and each point's ``customdata`` is a list that holds its address, or nothing, at
that slot. The page (``page.js``) opens addresses of the web, each in a tab of its own that knows nothing of
the page, and places in the report's own pages of tickets.
"""

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any, Final

import pandas as pd

from vsm.findings import shown_ticket

SLOT: Final = 0
TICKETS: Final = "tickets.html"
_PLACE: Final = re.compile(r"(?:tickets|timelines)\.html#[\w-]+", re.ASCII)
_WORD: Final = re.compile(r"[0-9a-z]+")
_SCHEMES: Final = ("http://", "https://")


def web_address(text: object) -> str | None:
    """A page of the web; None where it is none, or holds what no address may hold.

    Examples
    --------
    >>> web_address("https://jira.example.org/browse/AB-1")
    'https://jira.example.org/browse/AB-1'
    >>> web_address("javascript:alert(1)"), web_address(float("nan")), web_address("https://a.b/<b>")
    (None, None, None)
    """
    address = str(text).strip()
    odd = any(letter in '<>"\\' or not letter.isprintable() or letter.isspace() for letter in address)
    return None if odd or not address.lower().startswith(_SCHEMES) else address


def tickets_link(kind: str, *names: object) -> str:
    """The place where a report lists the tickets of one group, such as those that one handoff passed on.

    Parameters
    ----------
    kind, names
        What the group is and whose, as ``vsm.model.ticket_groups`` names it.

    Examples
    --------
    >>> tickets_link("handoff", "development", "quality")
    'tickets.html#handoff-development-quality'
    >>> tickets_link("stage", "Waiting for QA"), tickets_link("over-age")
    ('tickets.html#stage-waiting-for-qa', 'tickets.html#over-age')
    """
    plain = " ".join(map(str, (kind, *names))).casefold().encode("ascii", "xmlcharrefreplace").decode()
    return f"{TICKETS}#{'-'.join(_WORD.findall(plain))}"


def shown_tickets(text: str, address: str) -> str:
    """Show a number or name in HTML that leads to its tickets, where a report lists them; it is escaped.

    Examples
    --------
    >>> shown_tickets("3 < 4", tickets_link("open"))
    '<span data-tickets="tickets.html#open">3 &lt; 4</span>'
    """
    return f'<span data-tickets="{escape(address)}">{escape(text)}</span>'


def _address(text: object) -> str | None:
    """A page of the web, or a place in the report's own pages of tickets."""
    return str(text) if _PLACE.fullmatch(str(text)) else web_address(text)


def linked(addresses: Iterable[object]) -> dict[str, Any]:
    """Arguments that make the points of a trace lead to these addresses, in their order.

    An address is of the web, or made by ``tickets_link``. Nothing at all where no point has one, so that
    nothing seems to lead anywhere.

    Examples
    --------
    >>> linked(["https://a.example/1", "ftp://b.example"])
    {'customdata': [['https://a.example/1'], [None]], 'meta': {'links': 0}}
    >>> linked([None])
    {}
    """
    slots = [[_address(text)] for text in addresses]
    if not any(address for (address,) in slots):
        return {}
    return {"customdata": slots, "meta": {"links": SLOT}}


def linked_keys(tickets: pd.DataFrame) -> Callable[[object], str]:
    """What shows a ticket's key, or a tuple of keys, as links to addresses of the web; all is escaped.

    Examples
    --------
    >>> linked_keys(pd.DataFrame({"key": ["AB-1"], "url": [None]}))(("AB-1",))
    '<span data-ticket="AB-1" style="white-space: nowrap">AB-1</span>'
    """
    known = map(web_address, tickets["url"].astype("str"))
    addresses = dict(zip(tickets["key"].astype("str"), known, strict=True))

    def link(keys: object) -> str:
        several = keys if isinstance(keys, tuple) else (keys,)
        shown = [shown_ticket(str(key), address=addresses.get(str(key))) for key in several]
        return ", ".join(shown) or "–"

    return link


def shown_keys(joined: str, *, most: int) -> str:
    """Keys that are joined by commas, at most ``most`` of them, as marks that a report can link.

    Examples
    --------
    >>> shown_keys("AB-1, AB-2", most=1)
    '<span data-ticket="AB-1" style="white-space: nowrap">AB-1</span>, …'
    """
    keys = [key for key in joined.split(", ") if key]
    shown = [shown_ticket(key) for key in keys[:most]] + ["…"] * (len(keys) > most)
    return ", ".join(shown) or "–"
