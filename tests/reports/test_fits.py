"""Is nothing cut off, on any page, at any width or on paper, and can everything be touched and read by all?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.reports.pages import Visit
from tests.reports.rendered import demo_work, report_of, tracker_work

PHONE: Final = 390
DESKS: Final = (1280, 1920, 768)
CUT: Final = r"""
() => {
  const faults = [], shown = (box) => box.width && box.height;
  const cut = (what, box, room, slack = 1) => {
    const over = [room.left - box.left, box.right - room.right].map(Math.round);
    if (Math.max(...over) > slack) faults.push(`${what} by ${over}`);
  };
  const edge = { left: 0, right: document.documentElement.clientWidth };
  if (document.documentElement.scrollWidth > edge.right + 1) faults.push(`page of ${document.documentElement.scrollWidth}`);
  document.querySelectorAll("table").forEach((table, number) => {
    const room = table.closest(".table-scroll")?.getBoundingClientRect() ?? edge;
    if (table.getBoundingClientRect().width) cut(`table ${number}`, table.getBoundingClientRect(), room);
    for (const cell of table.querySelectorAll("tbody td, tbody th, caption")) {
      if (cell.clientWidth && cell.scrollWidth > cell.clientWidth + 1) faults.push(`cell ${number}: ${cell.textContent}`);
    }
  });
  document.querySelectorAll(".chart").forEach((chart, number) => {
    const plot = chart.querySelector(".chart-plot"), room = plot.getBoundingClientRect();
    const drawn = plot.querySelectorAll("svg path, svg text").length;
    if (drawn < 6 && !plot.textContent.includes("Nothing to show")) faults.push(`figure ${number} is not drawn`);
    cut(`figure ${number}`, room, edge);
    for (const mark of plot.querySelectorAll(".main-svg text, .points path, .shapelayer path")) {
      const box = mark.getBoundingClientRect();
      const clip = mark.closest("[clip-path]") && !mark.matches("text");
      if (!shown(box) || clip || (mark.matches("text") && !mark.textContent.trim())) continue;
      cut(`figure ${number}: ${mark.textContent || mark.getAttribute("class")}`, box, room);
      if (box.top < room.top - 2 || box.bottom > room.bottom + 2) faults.push(`figure ${number}, height: ${mark.textContent}`);
    }
  });
  document.querySelectorAll(".life").forEach((life) => cut("timeline", life.getBoundingClientRect(), edge));
  return faults.slice(0, 12);
}
"""
SMALL: Final = r"""
() => {
  const targets = [...document.querySelectorAll("a[href], button, summary, input, select, [role=button]")]
    .map((target) => [target, target.getBoundingClientRect()])
    .filter(([target, box]) => box.width > 1 && box.height > 1 && getComputedStyle(target).visibility === "visible");
  // Links in a sentence are as high as its lines (WCAG 2.5.8, "inline").
  const inline = (target) => getComputedStyle(target).display === "inline" && target.closest("p, li, caption, figcaption, dd")
    && target.parentElement.textContent.trim() !== target.textContent.trim();
  const small = targets.filter(([target, box]) => Math.min(box.width, box.height) < 23.5 && !inline(target));
  return small.slice(0, 12).map(([target, box]) =>
    `${target.tagName}.${target.className} ${target.textContent.slice(0, 30)} ${Math.round(box.width)}x${Math.round(box.height)}`);
}
"""
LONG: Final = {"tickets.html", "timelines.html"}
Pages = list[Path]


def pages_of(run: Path) -> Pages:
    """Every page of a report but the one that only a PDF is printed from."""
    return sorted(page for page in run.glob("*.html") if page.name != "whole.html")


@pytest.fixture(scope="module", params=["sample", "islandora"])
def pages(request: pytest.FixtureRequest) -> Pages:
    """The pages of the demo's report, and of a real tracker's."""
    if request.param == "sample":
        return pages_of(report_of(demo_work()))
    return pages_of(report_of(tracker_work(request.getfixturevalue("real_data") / request.param)))


def unreadable(page: Page) -> list[str]:
    """Serious faults of accessibility, by axe; of hundreds of sections that are made alike, in the first eight."""
    page.evaluate("document.querySelectorAll('section:nth-of-type(n + 9)').forEach((each) => each.remove())")
    violations = Axe().run(page).response["violations"]
    return [fault["help"] for fault in violations if fault["impact"] in {"serious", "critical"}]


def on_a_phone(page: Page) -> dict[str, Any]:
    """What is cut off, what cannot be touched, and, in the dark, what cannot be read."""
    found = {"cut off": page.evaluate(CUT), "too small": page.evaluate(SMALL)}
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(700)  # drawn anew
    return found | {"unreadable": unreadable(page)}


def on_a_desk(page: Page) -> dict[str, Any]:
    """What is cut off on a desk, a wide one, a tablet and a sheet of A4 less its margins; what cannot be read."""
    found = {}
    for width in DESKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(700)  # drawn to its width
        found[f"cut off at {width}"] = page.evaluate(CUT)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(300)
    found["cut off on paper"] = page.evaluate(CUT)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": DESKS[0], "height": 900})
    return found | {"unreadable": unreadable(page)}


@pytest.mark.parametrize(("width", "look"), [(PHONE, on_a_phone), (DESKS[0], on_a_desk)])
def test_everything_can_be_seen_read_and_touched(
    pages: Pages, visit: Callable[..., Visit], shots: Path, width: int, look: Callable[[Page], dict[str, Any]]
) -> None:
    """Text and marks lie within their figure, cells within their table, those within the page, and on paper too.

    Each target is 24 pixels wide and high at least on a phone, unless it stands within a sentence (WCAG 2.5.8),
    and axe finds no serious fault on a dark phone and a light desk. Each figure has marks. A page is opened once for all of it, says
    nothing on the console, and calls nobody.
    """
    window = visit(width=width, height=900)
    faults: dict[tuple[str, str], Any] = {}
    for file in pages:
        window.page.emulate_media(media="screen", color_scheme="light")
        window.page.set_viewport_size({"width": width, "height": 900})
        page = window.open(file)
        page.evaluate("document.querySelectorAll('details.more').forEach((fold) => { fold.open = true; })")
        page.wait_for_timeout(700)  # what was folded is drawn to its width
        page.screenshot(
            path=shots / f"{file.parents[2].name.split('-')[0]}-{file.stem}-{width}.png",
            full_page=file.name not in LONG,
        )
        faults |= {(file.name, kind): each for kind, each in look(page).items() if each}
    assert faults == {}
    assert (window.said, window.called) == ([], [])
