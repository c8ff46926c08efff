"""Does every ticket that a report names lead to its life?"""

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from vsm.findings import shown_ticket
from vsm.reports.notebook_html import Body, Outline
from vsm.reports.render import Page
from vsm.reports.ticket_pages import Life, lives_of

HOSTILE = "<img src=x onerror=alert(1)></script>"
FIGURE: dict[str, Any] = {"data": [], "layout": {"meta": {"alt": "A life."}}}


def page_naming(name: str, *keys: str) -> tuple[Page, Body]:
    """A page that names these tickets."""
    html = "".join(shown_ticket(key, address="https://a.example/1") for key in keys)
    return Page(f"{name}.html", f"Where is {name}?"), Body(Markup(html), Outline("", "", ()))


def life(keys: Sequence[str]) -> Iterator[tuple[str, Life]]:
    """Every ticket but GONE-1 is looked at."""
    return ((key, Life(f"Title {HOSTILE}", "https://a.example/1", FIGURE)) for key in keys if key != "GONE-1")


def test_a_key_leads_to_its_strip_and_the_strip_back_to_each_page_that_names_it() -> None:
    """Named twice on one page and once on another: one strip, two pages."""
    pages = dict([page_naming("one", "AB-1", "AB-1"), page_naming("two", "AB-2", "AB-1")])
    lives = lives_of(pages, draw=life)
    assert lives.anchors == {"AB-1": "AB-1", "AB-2": "AB-2"}
    first = lives.linked(next(iter(pages.values())))
    link = '<a class="ticket" href="lives.html#AB-1" data-address="https://a.example/1">AB-1</a>'
    assert first.html == link * 2
    assert lives.body is not None
    strip = lives.body.html.partition("AB-2")[0]
    assert strip.count('href="one.html"') == strip.count('href="two.html"') == 1
    assert [entry.text for entry in lives.body.outline.entries] == ["AB-1", "AB-2"]


def test_a_ticket_out_of_view_keeps_the_link_to_its_tracker() -> None:
    """It has no strip; with no strip at all there is no page of them."""
    page, body = page_naming("one", "GONE-1")
    lives = lives_of({page: body}, draw=life)
    assert lives.body is None
    assert lives.linked(body) == body


def test_what_finds_no_room_is_counted_and_stays_as_it_is() -> None:
    """Those named first are drawn."""
    page, body = page_naming("one", "AB-1", "AB-2", "AB-3")
    lives = lives_of({page: body}, draw=life, room=1)
    assert list(lives.anchors) == ["AB-1"]
    assert lives.body is not None
    assert "2 more are named, too many for one page" in lives.body.outline.lead
    assert lives.linked(body).html.count("lives.html") == 1


def test_odd_keys_and_titles_are_text_and_each_has_its_own_place() -> None:
    """Tags in a key or a title are never markup; keys that differ in signs alone are told apart."""
    keys = ("A&B 1", "A/B 1", HOSTILE, "…")
    page, body = page_naming("one", *keys)
    lives = lives_of({page: body}, draw=life)
    assert lives.anchors == {keys[0]: "A-B-1", keys[1]: "A-B-1-2", keys[2]: "img-src-x-onerror-alert-1-script",
                             "…": "ticket"}  # fmt: skip
    assert lives.body is not None
    assert "<img" not in lives.body.html
    assert "<img" not in lives.linked(body).html
    assert lives.linked(body).html.count('class="ticket"') == 4
