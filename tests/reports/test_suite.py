"""The notebooks themselves, run by ``vsm report`` on the sample, real trackers, one ticket and nothing at all."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.jira_bodies import issue
from tests.reports.pages import Cell, Visit, prose, shown_by_cells
from tests.reports.rendered import make_tracker, planted_work, report_of, tracker_work
from vsm.reports.render import render_page

TRUST = "00_can_we_trust_the_data.html"
PAGE = "01_where_does_time_go.html"
HANDS = "02_who_waits_for_whom.html"
WHY = "03_why_does_it_wait.html"
CUSTOMERS = "04_from_commit_to_customer.html"
STUCK = "05_what_is_stuck_now.html"
HELPED = "06_did_it_help.html"
CHANGED = "07_what_changed.html"
WHEN = "09_when_will_it_be_done.html"
WHAT_IF = "10_what_if.html"
FIGURES = {
    TRUST: 1,
    PAGE: 8,
    HANDS: 2,
    WHY: 2,
    CUSTOMERS: 2,
    STUCK: 3,
    HELPED: 2,
    CHANGED: 2,
    WHEN: 4,
    WHAT_IF: 2,
}
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
TIMELINES = "timelines.html"
TELLS_OF_ONE = {TRUST, STUCK}
"""Pages that have something to say of a single open ticket."""


@pytest.fixture(scope="session")
def sample_run(demo_run: Path) -> Path:
    """The demo's report."""
    return report_of(demo_run)


def test_the_demo_index_tells_the_planted_findings(sample_run: Path, visit: Callable[..., Visit]) -> None:
    """What is wrong at its end, with something to do; and the page is one click away."""
    page = visit().open(sample_run / "index.html")
    sentences = page.locator(".findings li").all_inner_texts()
    assert sentences[0].startswith("47 tickets wait in 'Reported', 42 of them over age\n")
    assert "\nTry: Go through the tickets in 'Reported' together" in sentences[0]
    assert "'Waiting for release'" in sentences[1]
    assert page.locator(".tile").first.inner_text().startswith("Lead time\n13 d")
    page.get_by_role("link", name="Where does the time go?").click()
    assert page.title().startswith("Where does the time go?")


def test_the_demo_tells_who_waits_for_whom(sample_run: Path, visit: Callable[..., Visit]) -> None:
    """Work waits for quality, comes back to support, and its tickets are linked to their lifecycles; nobody is named."""
    page = visit().open(sample_run / HANDS)
    text = page.locator("main").inner_text()
    assert "The costliest handoff is development → quality" in text
    assert "development ⇄ support" in text
    assert page.locator("main a.ticket[href^='timelines.html#SHOP-']").count() > 10
    assert page.locator(".turn-before").inner_text().endswith("Where does the time go?")
    page.locator(".home").click()
    page.locator(".pages").get_by_text("Who waits for whom?").click()
    assert page.url.endswith(HANDS)


def test_evidence_leads_to_the_life_of_its_ticket(sample_run: Path, visit: Callable[..., Visit]) -> None:
    """From the costliest finding to the strip, from there to the tracker and back; no link is broken."""
    window = visit()
    page = window.open(sample_run / PAGE)
    first = page.locator(".findings li a.ticket").first
    key = first.inner_text()
    first.click()
    assert page.url.endswith(f"{TIMELINES}#{key}")
    life = page.locator("section.timeline", has=page.locator(f"h2#{key}"))
    assert f"Timeline of {key}: " in str(life.locator(".life").get_attribute("aria-label"))
    assert f"/browse/{key}" in str(life.get_by_text("open in the tracker").get_attribute("href"))
    assert life.get_by_role("link", name="Where does the time go?").get_attribute("href") == PAGE
    headings = page.locator("section.timeline h2")
    there = set(headings.evaluate_all(f"all => all.map(each => '{TIMELINES}#' + each.id)"))
    pages = [(sample_run / name).read_text(encoding="utf-8") for name in FIGURES]
    asked = {href for text in pages for href in re.findall('<a class="ticket" href="([^"]+)"', text)}
    assert asked == there
    assert len(there) == 95
    assert (window.said, window.called) == ([], [])


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_strips_are_short_and_part_of_the_page(
    sample_run: Path, visit: Callable[..., Visit], picture: Callable[..., None], width: int, height: int
) -> None:
    """The first and the last are whole at both widths, though nothing was drawn by a script."""
    window = visit(width=width, height=height)
    page = window.open(sample_run / TIMELINES)
    for life in (page.locator(".life").first, page.locator(".life").last):
        box = life.bounding_box()
        assert box is not None
        assert 40 < box["height"] < 180
        assert life.locator("i").count() > 5
        assert box["x"] + box["width"] <= width
    picture(page, f"{Path(TIMELINES).stem}-{width}")
    page.locator(".filter input").fill("no ticket is called so")
    assert page.locator("section.timeline:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (window.said, window.called) == ([], [])


@pytest.mark.parametrize("name", FIGURES)
def test_a_published_report_is_small_and_whole(sample_run: Path, name: str) -> None:
    """Each page under 3 MB, and that of the tickets' lifecycles; the executed notebook beside it, every code cell run.

    How its figures are drawn, and what can be read, is asserted by ``test_fits``.
    """
    assert all((sample_run / page).stat().st_size < 3_000_000 for page in (name, TIMELINES))
    assert (sample_run / name).read_text(encoding="utf-8").count('<figure class="chart') == FIGURES[name]
    notebook: dict[str, Any] = json.loads((sample_run / name.replace(".html", ".ipynb")).read_text())
    assert all(cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code")


@pytest.mark.slow
def test_on_a_phone_the_pages_are_one_row_at_the_one_that_is_open(
    sample_run: Path, visit: Callable[..., Visit]
) -> None:
    """A page begins with its question, not with a list of all others; its name in the row can be seen."""
    page = visit(width=390, height=844).open(sample_run / "05_what_is_stuck_now.html")
    row = page.locator(".others").bounding_box()
    here = page.locator(".others [aria-current]").bounding_box()
    heading = page.locator("h1").bounding_box()
    assert row is not None
    assert here is not None
    assert heading is not None
    assert row["height"] < 60
    assert 0 <= here["x"] < 390 - here["width"]
    assert heading["y"] < 200


@pytest.mark.slow
def test_what_to_look_at_together_is_a_table_on_a_desk(sample_run: Path, visit: Callable[..., Visit]) -> None:
    """Its keys stand below each other, so that nine columns have room."""
    page = visit(width=1280, height=900).open(sample_run / "05_what_is_stuck_now.html")
    table = page.locator("main table").filter(has_text="What to try").first
    assert "cards" not in str(table.get_attribute("class"))


@pytest.mark.slow
@pytest.mark.parametrize("tracker", ["duracloud", "islandora"])
def test_real_trackers_render(real_data: Path, visit: Callable[..., Visit], tracker: str) -> None:
    """Figures and findings of a real history, with Git and teams or without, and no message."""
    window = visit()
    make = {"duracloud": planted_work, "islandora": tracker_work}[tracker]
    run = report_of(make(real_data / tracker))
    page = window.open(run / PAGE)
    assert page.locator(".chart").count() == FIGURES[PAGE]
    assert "of lead time" in page.locator(".findings li").first.inner_text()
    page = window.open(run / HANDS)
    without_teams = "Nothing to show" in str(page.locator("main").text_content())
    assert without_teams == (tracker == "islandora")
    assert window.said == []


@pytest.mark.slow
def test_one_ticket_gives_a_kind_page(
    tmp_path: Path, without_kernel: None, write_notebook: Callable[..., Path], visit: Callable[..., Visit]
) -> None:
    """No traceback and no made-up number: that there is nothing to show, or what has not happened so far.

    What all pages show is drawn on one, after the name of each.
    """
    (tmp_path / "few.jsonl").write_text(json.dumps(issue(0)))
    make_tracker(tmp_path, tmp_path / "few.jsonl", "report")
    run = report_of(tmp_path)
    cells: list[Cell] = []
    for name in FIGURES:
        executed = json.loads((run / name).with_suffix(".ipynb").read_text(encoding="utf-8"))
        cells += [prose(f"PAGE {name}", name=name[:2])]
        cells += [{**cell, "id": f"{name[:2]}-{cell['id']}"} for cell in executed["cells"]]
    file = tmp_path / "all.html"
    file.write_text(render_page(write_notebook(tmp_path / "all.ipynb", *cells), title="All", footer={}))
    window = visit()
    _, *texts = window.open(file).locator("main").inner_text().split("PAGE ")
    assert [text.split()[0] for text in texts] == list(FIGURES)
    for name, text in zip(FIGURES, texts, strict=True):
        assert re.search("Nothing to show|No handoff of a delivered ticket", text) or name in TELLS_OF_ONE
        assert "nan" not in text.lower().split()
    assert window.page.locator(".chart").count() == sum(FIGURES.values())
    assert window.said == []
    assert "Too few to say" in (run / "index.html").read_text()


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder whose export holds no ticket."""
    work = tmp_path_factory.mktemp("nothing")
    (work / "none.jsonl").write_text("")
    make_tracker(work, work / "none.jsonl")
    return work


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_of_nothing_every_cell_says_so(nothing: Path, without_kernel: None, name: str) -> None:
    """The cells alone, without a kernel: none stops, and the notebook says that there is nothing."""
    shown = " ".join(shown_by_cells(NOTEBOOKS / name.replace("html", "ipynb"), data_dir=str(nothing)))
    assert "Nothing to show" in shown
    assert "nan" not in re.sub("<[^>]+>", " ", shown).lower().split()
