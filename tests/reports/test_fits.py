"""Is nothing cut off, on any page, at any width or on paper, and can everything be touched and read by all?"""

from collections.abc import Callable
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.reports.pages import DRAWN, Visit, fitted
from tests.reports.rendered import demo_work, report_of, tracker_work
from tests.share import THOROUGH

PHONE: Final = 390
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
ALIKE: Final = "section:nth-of-type(n + 9), tbody tr:nth-child(n + 9), svg .points > :nth-child(n + 9)"
"""What is made like the eight before it: ticket, row or mark."""
OF_TEAMS: Final = {"02_who_waits_for_whom.html", "04_from_commit_to_customer.html"}
"""Pages that show nothing of a tracker without teams and Git."""


def unreadable(page: Page) -> list[str]:
    """Serious faults of accessibility, by axe; of what is made alike, in the first eight."""
    page.evaluate("alike => document.querySelectorAll(alike).forEach((each) => each.remove())", ALIKE)
    violations = Axe().run(page).response["violations"]
    return [fault["help"] for fault in violations if fault["impact"] in {"serious", "critical"}]


def on_paper(page: Page) -> list[str]:
    """What is cut off on a sheet of A4 less its margins."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 700, "height": 900})
    page.evaluate(DRAWN)
    cut: list[str] = page.evaluate(CUT)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    return cut


@pytest.mark.parametrize(
    ("tracker", "scheme", "widths"),
    [
        ("sample", "light", (PHONE, 1920, 768, 1280)),
        ("islandora", "dark", (1280, PHONE) if not THOROUGH else (1280, 1920, 768, PHONE)),
    ],
    ids=["sample", "islandora"],
)
def test_everything_can_be_seen_read_and_touched(
    request: pytest.FixtureRequest,
    visit: Callable[..., Visit],
    picture: Callable[..., None],
    tracker: str,
    scheme: Literal["light", "dark"],
    widths: tuple[int, ...],
) -> None:
    """Text and marks lie within their figure, cells within their table, those within the page, and on paper too.

    On a phone, a desk, a wide one and a tablet. Each target is 24 pixels wide and high at least on a phone, unless
    it stands within a sentence (WCAG 2.5.8), and axe finds no serious fault on a light desk, of the demo's report, and
    on a dark phone, of a real tracker's; what that has nothing to show in is read on a dark phone in the demo's.
    Each figure has marks. A page is opened once, of the demo's report on a phone, of a real tracker's on a desk, and
    drawn anew for each width. It says nothing on the console, and calls nobody.
    """
    work = (
        demo_work() if tracker == "sample" else tracker_work(request.getfixturevalue("real_data") / tracker)
    )
    window = visit()
    faults: dict[tuple[str, str], Any] = {}
    for file in sorted(report_of(work).glob("*.html")):
        if file.name == "whole.html":  # only a PDF is printed from it
            continue
        window.begin(width=widths[0], height=900, scheme=scheme)
        page, found = window.open(file), {}
        page.evaluate("document.querySelectorAll('details.more').forEach((fold) => { fold.open = true; })")
        for width in widths:
            fitted(page, width, scheme)  # what was folded, too
            found[f"cut off at {width}"] = page.evaluate(CUT)
            if width == PHONE:
                found["too small"] = page.evaluate(SMALL)
            if width in {PHONE, 1280}:
                picture(page, f"{tracker}-{file.stem}-{width}", whole=file.name not in LONG)
            if width == widths[0]:
                found["cut off on paper"] = on_paper(page)
        found[f"unreadable in {scheme}"] = unreadable(page)
        if tracker == "sample" and file.name in OF_TEAMS:
            fitted(page, PHONE, "dark")
            found["unreadable on a dark phone"] = unreadable(page)
        found["said or called"] = [*window.said, *window.called]
        faults |= {(file.name, kind): each for kind, each in found.items() if each}
    assert faults == {}
