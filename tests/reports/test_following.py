"""Does a click on a point open its ticket, and nothing else?"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.reports.pages import Lent, Visit, code, parameters, prose, shown
from tests.share import PATIENCE
from vsm.figures.links import linked, tickets_link
from vsm.reports.render import render_page

GOOD = "https://jira.example.org/browse/AB-1?a=1&b=2"
ADDRESSES = [
    GOOD,
    "javascript:window.hacked=1",
    "data:text/html,hacked",
    "/etc/passwd",
    "//x.example/",
    None,
    7,
]
PLACES = ["good", "script", "data", "path", "scheme", "none", "number"]
OWN = [
    tickets_link("handoff", "development", "quality"),
    "tickets.html#a b",
    "../tickets.html#a",
    "tickets.html?a=1#a",
    "other.html#a",
    "javascript:window.hacked=1//tickets.html#a",
    "TICKETS.html#a",
]
DRAWN = "figure.chart .scatterlayer .point"


def scatter(**trace: Any) -> dict[str, Any]:
    """A point for each of ``PLACES``, from left to right."""
    points = {"type": "scatter", "mode": "markers", "marker": {"size": 16}, "x": list(range(7)), "y": [1] * 7}
    return {"data": [points | trace], "layout": {"height": 300, "hovermode": "closest"}}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, write_notebook: Callable[..., Path]) -> Path:
    """A page with figures: one as it may come from the data, one made by ``linked``, without links, with own."""
    folder = tmp_path_factory.mktemp("links")
    raw = scatter(customdata=[["", address] for address in ADDRESSES], meta={"links": 1})
    figures = {"raw": raw, "made": scatter(**linked(ADDRESSES)), "bare": scatter(customdata=[[GOOD]] * 7)}
    figures["own"] = scatter(customdata=[[address] for address in OWN], meta={"links": 0})
    cells = {"type": "heatmap", "z": [[1, 2]], "customdata": [[[None], [OWN[0]]]], "meta": {"links": 0}}
    figures["cells"] = {"data": [cells | {"showscale": False}], "layout": {"height": 300}}
    (folder / "tickets.html").write_text("tickets")
    drawn = [code(name, name=name, outputs=[shown(plotly=figure)]) for name, figure in figures.items()]
    notebook = write_notebook(
        folder / "links.ipynb", prose("# Where?", name="question"), parameters(), *drawn
    )
    page = folder / "links.html"
    page.write_text(render_page(notebook, title="Shop", footer={}), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def tab(browser: Browser, windows: Lent, followed: Path) -> Iterator[Visit]:
    """A window for all tests; drawing the page takes a second and more."""
    with windows() as visit:
        visit.open(followed)
        yield visit


@pytest.fixture
def window(tab: Visit, followed: Path) -> Iterator[Visit]:
    """The page in its only tab, which has said nothing and called nobody, with the pointer on no figure."""
    tab.page.mouse.move(0, 0)
    yield tab
    for other in tab.page.context.pages[1:]:
        other.close()
    tab.said.clear()
    tab.called.clear()
    if tab.page.url != followed.as_uri():
        tab.open(followed)


def click(page: Page, figure: int, position: str) -> None:
    """Click a point where it is drawn."""
    chart = page.locator("figure.chart").nth(figure)
    chart.scroll_into_view_if_needed()
    box = chart.locator(".scatterlayer .point").nth(PLACES.index(position)).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(150)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(150)


@pytest.mark.parametrize("figure", [0, 1])
def test_a_click_opens_the_ticket_in_a_tab_of_its_own(followed: Path, window: Visit, figure: int) -> None:
    """The new tab cannot reach the page, and the page stays where it is."""
    page = window.page
    with page.context.expect_page() as opening:
        click(page, figure, "good")
    assert set(window.called) == {GOOD}
    assert opening.value.evaluate("window.opener") is None
    assert page.url == followed.as_uri()


@pytest.mark.parametrize("figure", [0, 1])
def test_what_is_no_address_of_the_web_opens_nothing(followed: Path, window: Visit, figure: int) -> None:
    """Neither a script nor a path nor a half address is followed, whoever wrote it into the data."""
    page = window.page
    for position in (name for name in PLACES if name != "good"):
        click(page, figure, position)
        assert (len(page.context.pages), window.called, window.said) == (1, [], []), position
        assert page.evaluate("window.hacked") is None, position
        assert page.url == followed.as_uri(), position


def test_a_click_goes_to_the_tickets_of_a_group_in_the_report_itself(followed: Path, window: Visit) -> None:
    """In the same tab, so that Back leads back; only to a place in the report's own page of tickets."""
    page = window.page
    for position in PLACES[1:]:
        click(page, 3, position)
        assert (len(page.context.pages), page.url) == (1, followed.as_uri()), position
    click(page, 3, "good")
    page.wait_for_url("**/tickets.html#handoff-development-quality")
    assert (len(page.context.pages), window.called, window.said) == (1, [], [])
    assert page.evaluate("window.hacked") is None


def test_a_click_on_a_cell_of_a_heat_map_goes_to_its_tickets(followed: Path, window: Visit) -> None:
    """The second of two leads somewhere."""
    page = window.page
    page.locator("figure.chart").last.scroll_into_view_if_needed()
    box = page.locator("figure.chart").last.locator(".nsewdrag").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    for place in (0.25, 0.75):
        assert page.url == followed.as_uri()
        page.mouse.move(box["x"] + place * box["width"] - 3, middle)
        page.mouse.move(box["x"] + place * box["width"], middle)
        page.wait_for_timeout(150)
        page.mouse.click(box["x"] + place * box["width"], middle)
        page.wait_for_timeout(150)
    page.wait_for_url(f"**/{OWN[0]}")


def test_points_of_a_trace_without_links_lead_nowhere(followed: Path, window: Visit) -> None:
    """Customdata may hold an address for other reasons: only ``meta.links`` makes it a link."""
    page = window.page
    click(page, 2, "good")
    assert (len(page.context.pages), window.called) == (1, [])


def test_a_figure_drawn_anew_opens_its_tickets_once(followed: Path, window: Visit) -> None:
    """In another colour scheme, or after a print."""
    page = window.page
    page.emulate_media(color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(1500)
    with page.context.expect_page():
        click(page, 0, "good")
    page.wait_for_timeout(300)  # a second tab would open by now
    assert set(window.called) == {GOOD}
    assert len(page.context.pages) == 2
    page.emulate_media(color_scheme="light")


def test_the_pointer_tells_which_points_lead_somewhere(followed: Path, window: Visit) -> None:
    """A hand over a link, none over a point without."""
    page = window.page
    hand = "document.querySelector('figure.chart .draglayer .nsewdrag').style.cursor"
    seen = {}
    for position in ("script", "good"):
        box = page.locator(DRAWN).nth(PLACES.index(position)).bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2 - 2, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(200)
        seen[position] = page.evaluate(hand)
    assert seen == {"script": "", "good": "pointer"}


def test_a_finger_sees_the_numbers_first(followed: Path, browser: Browser) -> None:
    """A touch shows the box of numbers; a second one on the same point opens the ticket."""
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.set_default_timeout(PATIENCE)
    called: list[str] = []

    def answer(route: Route) -> None:
        called.append(route.request.url)
        route.fulfill(body="a ticket")

    phone.route(re.compile("^http"), answer)
    page = phone.new_page()
    page.goto(followed.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    for touches in ([], [GOOD], [GOOD] * 2):
        box = page.locator(DRAWN).first.bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(600)
        assert called == touches
    phone.close()
