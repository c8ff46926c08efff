"""Is nothing cut off, on any page, at any width or on paper, and can everything be touched and read by all?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.reports.pages import Visit
from tests.reports.rendered import demo_work, report_of, tracker_work

WIDTHS: Final = (390, 768, 1280, 1920)
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
    if (!plot.querySelector(".main-svg")) faults.push(`figure ${number} is not drawn`);
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


def seen(window: Visit, pages: Pages, look: Callable[[Page], Any]) -> dict[str, Any]:
    """What is found on each page, where anything is; none says anything on the console, or calls anybody."""
    found = {}
    for file in pages:
        page = window.open(file)
        page.evaluate("document.querySelectorAll('details.more').forEach((fold) => { fold.open = true; })")
        page.wait_for_timeout(700)  # what was folded is drawn to its width
        found[file.name] = look(page)
    assert (window.said, window.called) == ([], [])
    return {name: faults for name, faults in found.items() if faults}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_figure_table_or_page_is_cut_off(pages: Pages, visit: Callable[..., Visit], width: int) -> None:
    """Every text and mark lies within its figure, every cell within its table, and those within the page."""
    assert seen(visit(width=width, height=900), pages, lambda page: page.evaluate(CUT)) == {}


def test_no_figure_or_table_is_cut_off_on_paper(pages: Pages, visit: Callable[..., Visit]) -> None:
    """On a sheet of A4 less its margins, whatever the width of the screen before."""

    def printed(page: Page) -> Any:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.set_viewport_size({"width": 700, "height": 900})
        page.wait_for_timeout(300)
        return page.evaluate(CUT)

    assert seen(visit(), pages, printed) == {}


def test_everything_can_be_touched_on_a_phone(pages: Pages, visit: Callable[..., Visit]) -> None:
    """Each target is 24 pixels wide and high at least, unless it stands within a sentence (WCAG 2.5.8)."""
    assert seen(visit(width=390, height=844), pages, lambda page: page.evaluate(SMALL)) == {}


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_page_can_be_read_by_everybody(
    pages: Pages, visit: Callable[..., Visit], width: int, scheme: str
) -> None:
    """No serious fault of accessibility, by axe, on a dark phone and a light desk."""

    def faults(page: Page) -> list[str]:
        violations = Axe().run(page).response["violations"]
        return [fault["help"] for fault in violations if fault["impact"] in {"serious", "critical"}]

    assert seen(visit(width=width, height=900, scheme=scheme), pages, faults) == {}
