"""Does every ticket that a report names lead to its timeline?"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from vsm.figures.life_strip import Look, Piece, Strip
from vsm.findings import shown_ticket
from vsm.reports.notebook_html import Body, Outline
from vsm.reports.render import Page
from vsm.reports.ticket_pages import Timeline, timelines_of

HOSTILE = "<img src=x onerror=alert(1)></script>"
STRIP = Strip(
    alt="A timeline.",
    days=("2026-01-05", "2026-01-06", "2026-01-07"),
    lanes={
        "stage": (Piece("work", 0, 50, HOSTILE, f"Build {HOSTILE}"),),
        "code": (Piece("commit", 25, None, "", "a commit"),),
    },
    looks={"work": Look("#0072b2", "#0072b2", ""), "commit": Look("", "#009e73", "●")},
)


def page_naming(name: str, *keys: str) -> tuple[Page, Body]:
    """A page that names these tickets."""
    html = "".join(shown_ticket(key, address="https://a.example/1") for key in keys)
    return Page(f"{name}.html", f"Where is {name}?"), Body(Markup(html), Outline("", "", ()))


def draw(keys: Sequence[str]) -> Iterator[tuple[str, Timeline]]:
    """Every ticket but GONE-1 is looked at."""
    return (
        (key, Timeline(f"Title {HOSTILE}", "https://a.example/1", STRIP)) for key in keys if key != "GONE-1"
    )


def test_a_key_leads_to_its_strip_and_the_strip_back_to_each_page_that_names_it() -> None:
    """Named twice on one page and once on another: one strip, two pages."""
    pages = dict([page_naming("one", "AB-1", "AB-1"), page_naming("two", "AB-2", "AB-1")])
    timelines = timelines_of(pages, draw=draw)
    assert timelines.anchors == {"AB-1": "AB-1", "AB-2": "AB-2"}
    first = timelines.linked(next(iter(pages.values())))
    link = '<a class="ticket" href="timelines.html#AB-1" data-address="https://a.example/1">AB-1</a>'
    assert first.html == link * 2
    assert timelines.body is not None
    strip = timelines.body.html.partition("AB-2")[0]
    assert strip.count('href="one.html"') == strip.count('href="two.html"') == 1
    assert [entry.text for entry in timelines.body.outline.entries] == ["AB-1", "AB-2"]


def test_a_ticket_out_of_view_keeps_the_link_to_its_tracker() -> None:
    """It has no strip; with no strip at all there is no page of them."""
    page, body = page_naming("one", "GONE-1")
    timelines = timelines_of({page: body}, draw=draw)
    assert timelines.body is None
    assert timelines.linked(body) == body


def test_what_finds_no_room_is_counted_and_stays_as_it_is() -> None:
    """Those named first are drawn."""
    page, body = page_naming("one", "AB-1", "AB-2", "AB-3")
    timelines = timelines_of({page: body}, draw=draw, room=1)
    assert list(timelines.anchors) == ["AB-1"]
    assert timelines.body is not None
    assert "2 more are named, too many for one page" in timelines.body.outline.lead
    assert timelines.linked(body).html.count("timelines.html") == 1


def test_odd_keys_and_titles_are_text_and_each_has_its_own_place() -> None:
    """Tags in a key or a title are never markup; keys that differ in signs alone are told apart."""
    keys = ("A&B 1", "A/B 1", HOSTILE, "…")
    page, body = page_naming("one", *keys)
    timelines = timelines_of({page: body}, draw=draw)
    assert timelines.anchors == {keys[0]: "A-B-1", keys[1]: "A-B-1-2", keys[2]: "img-src-x-onerror-alert-1-script",
                             "…": "ticket"}  # fmt: skip
    assert timelines.body is not None
    assert "<img" not in timelines.body.html
    assert "<img" not in timelines.linked(body).html
    assert timelines.linked(body).html.count('class="ticket"') == 4


def test_one_legend_explains_every_strip_and_a_print_holds_them_all() -> None:
    """Each look once, for bars and marks of all tickets; what is drawn is part of the page, not of a script."""
    page, body = page_naming("one", "AB-1", "AB-2")
    timelines = timelines_of({page: body}, draw=draw)
    assert timelines.body is not None
    html = timelines.body.html
    assert html.count('class="legend"') == 1
    assert html.count('<i class="look-1" style="left:0%;width:50%"') == 2
    assert html.count('<b class="look-2" style="left:25%" title="a commit">●</b>') == 2
    assert "<script" not in html
