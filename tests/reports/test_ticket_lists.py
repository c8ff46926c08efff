"""Does every number that counts tickets lead to them?"""

import re
from functools import cache
from typing import Any

import pandas as pd
import pytest
from markupsafe import Markup

from tests.streams import stream_of
from vsm.figures.links import shown_tickets, tickets_link
from vsm.reports.notebook_html import Body, Outline, figure_html
from vsm.reports.render import Page
from vsm.reports.ticket_lists import MOST, TicketLists, listing_of, lists_of

HOSTILE = '<img src=x onerror=alert(1)>"'
NOWHERE = tickets_link("stage", "Nowhere")
READY = tickets_link("stage", HOSTILE)


def page(*addresses: str) -> Body:
    """A page with a number, and with a point of a figure, for each of these addresses."""
    points = {"type": "bar", "customdata": [[address] for address in addresses], "meta": {"links": 0}}
    marks = "".join(shown_tickets("3", address) for address in addresses)
    return Body(Markup(marks + figure_html({"data": [points]})), Outline("", "", ()))


@cache
def lists() -> TicketLists:
    """Of thirty delivered tickets and one in a queue with a hostile name, to which a page leads."""
    done = [("Ready", 2), ("Build", 8), ("Done", 0)]
    stream = stream_of(*[done] * 30, [("Ready", 3)], names={"Ready": HOSTILE})
    return lists_of({Page("a.html", "A?"): page(READY, NOWHERE)}, listing=listing_of(stream))


def text() -> str:
    body = lists().body
    assert body is not None
    return body.html


@pytest.mark.slow
def test_a_number_leads_to_its_tickets_and_a_point_too() -> None:
    """What no list is about is plain text, and a point that leads nowhere."""
    html = lists().linked(page(READY, NOWHERE)).html
    assert html.startswith(f'<a class="tickets" href="{READY}">3</a>3<figure')
    assert f'"customdata":[["{READY}"],[null]]' in html


def test_a_list_says_how_many_there_are_and_shows_the_first() -> None:
    """Of 31 tickets that were ever in the stage, the ones that were there longest."""
    (section,) = re.findall(rf'<section id="{READY.partition("#")[2]}".*?</section>', text(), flags=re.DOTALL)
    assert f"n = 31 tickets: 30 delivered, 1 open. The first {MOST} are listed." in section
    assert section.count("<tr>") == MOST + 1
    assert section.count("data-ticket=") == MOST


@pytest.mark.slow
def test_lists_of_weeks_are_short() -> None:
    """There are hundreds of them: of the 31 tickets that waited in the first week, ten."""
    week = tickets_link("waited", HOSTILE, "2026-01-05")
    stream = stream_of(
        *[[("Ready", 2), ("Build", 8), ("Done", 0)]] * 30, [("Ready", 3)], names={"Ready": HOSTILE}
    )
    body = lists_of({Page("a.html", "A?"): page(week)}, listing=listing_of(stream)).body
    assert body is not None
    (section,) = re.findall(
        rf'<section id="{week.partition("#")[2]}".*?</section>', body.html, flags=re.DOTALL
    )
    assert "n = 31 tickets: 30 delivered, 1 open. The first 10 are listed." in section
    assert section.count("<tr>") == 10 + 1


def test_what_is_open_is_listed_whether_or_not_a_page_leads_there() -> None:
    """Open tickets, where they are, and which are over age: an index may lead there too."""
    assert {"open", tickets_link("queue", HOSTILE).partition("#")[2]} < lists().anchors
    assert not any(anchor.startswith("delivered") for anchor in lists().anchors)


def test_names_are_text() -> None:
    """A stage's name from the tracker is never markup, in a title or in a row."""
    assert "<img" not in text()
    assert text().count("&lt;img src=x onerror=alert(1)&gt;") > 3


def test_one_picture_of_a_life_serves_every_list() -> None:
    """Eight of ten days were work; after that each list refers to the picture by its name."""
    pictures = dict(re.findall(r'<g id="(s\d+)">(.*?)</g>', text()))
    assert set(pictures) == set(re.findall(r'<use href="#(s\d+)"/>', text()))
    done = '<path class="of-queue" d="M0 4h20"/><path class="of-work" d="M20 4h80"/>'
    assert pictures["s0"] == done
    assert 'aria-label="80 % in work"' in text()


@pytest.mark.slow
def test_a_stream_without_tickets_has_no_page_of_lists() -> None:
    """And no link to one."""
    empty = lists_of({Page("a.html", "A?"): page(READY)}, listing=listing_of(stream_of()))
    assert empty.body is None
    assert empty.linked(page(READY)).html.startswith("3<figure")


@pytest.mark.slow
def test_one_more_list_looks_at_its_own_tickets_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report has hundreds of lists: looking for each in all tickets took most of the time of a large one."""
    stream = stream_of(*[[("Ready", 2 + day), ("Build", 8), ("Done", 0)] for day in range(30)])
    weeks = [f"{monday:%Y-%m-%d}" for monday in pd.date_range("2026-01-05", periods=5, freq="7D")]
    listing, isin = listing_of(stream), pd.Index.isin
    sizes: list[int] = []

    def seen(index: "pd.Index[Any]", *more: Any, **named: Any) -> Any:
        sizes.append(len(index))
        return isin(index, *more, **named)

    monkeypatch.setattr(pd.Index, "isin", seen)
    looked = []
    for shown in (weeks, weeks[:1], weeks):  # the first one measures the stream
        sizes.clear()
        body = page(*(tickets_link("waited", "Ready", week) for week in shown))
        lists_of({Page("a.html", "A?"): body}, listing=listing)
        looked.append(list(sizes))
    assert looked[1] == looked[2]
