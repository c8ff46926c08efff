"""Can the first page of a report that arrives on its own be read, by everybody, everywhere?"""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.reports.pages import Visit
from vsm.reports.render import Page, RunRow, render_site

HOSTILE = "<img src=x onerror=alert(1)> the server said: " + "no" * 80
RUNS = [
    RunRow("2026-11-23 06:00", "failed", "12 s", why=HOSTILE),
    RunRow(
        "2026-11-16 06:00",
        "partly stale",
        "48 s",
        "526",
        "3",
        "2026-11-09",
        "jira: no answer",
        "a/index.html",
    ),
    RunRow("2026-11-09 06:00", "done", "45 s", "520", "3", "2026-11-09", href="b/index.html"),
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A page of three runs, the latest of which failed."""
    page = tmp_path / "index.html"
    latest = [Page("a/index.html", "The report of 2026-11-16", HOSTILE), Page("a/retro.pdf", "Slides as PDF")]
    about = {"Generated": "2026-11-23 06:00 UTC"}
    text = render_site(
        title="Shop: weekly", latest=latest, runs=RUNS, about=about, notice=f"It failed. {HOSTILE}"
    )
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_the_first_page_is_readable_and_calls_nobody(
    site: Path, visit: Callable[..., Visit], picture: Callable[..., None], width: int, height: int
) -> None:
    """The notice first; every run with what came of it; hostile words are words; only tables scroll sideways."""
    window = visit(width=width, height=height)
    page = window.open(site)
    picture(page, f"site-{width}", whole=True)
    assert page.locator("[role=note]").inner_text().startswith("Note: It failed. <img src=x")
    assert page.locator(".pages a").first.get_attribute("href") == "a/index.html"
    outcomes = page.locator("table.runs tbody tr:not(.why) td:nth-of-type(1)").all_inner_texts()
    assert outcomes == ["failed", "partly stale", "done"]
    assert page.locator("tr.why").first.inner_text().strip() == HOSTILE
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    faults = [
        fault
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert faults == []
    assert (window.said, window.called) == ([], [])
