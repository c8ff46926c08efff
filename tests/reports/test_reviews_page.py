"""Where do reviews wait? The page of the sample with pull requests."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reports.pages import Visit, run_vsm
from tests.reports.rendered import report_of
from tests.streams import reviews_folder
from vsm.sample import sample_workflow

pytestmark = pytest.mark.slow
PAGE = "08_where_do_reviews_wait"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, rendered from the sample's archive."""
    work = tmp_path_factory.mktemp("reviews")
    (work / "archive").mkdir(mode=0o700)
    shutil.copy(reviews_folder() / "archive.sqlite", work / "archive")
    (work / "vsm.toml").write_text(sample_workflow(reviews=True), encoding="utf-8")
    run_vsm("report", "--dir", work, PAGE)
    return report_of(work) / f"{PAGE}.html"


@pytest.mark.parametrize("width", [390, 1280])
def test_figures_and_tables_fit(page: Path, visit: Callable[..., Visit], width: int) -> None:
    """Two figures with marks, and no sideways scrolling or message, on a phone too."""
    window = visit(width=width, height=900)
    shown = window.open(page)
    for chart in shown.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        chart.locator("svg.main-svg").first.wait_for()
    assert shown.locator(".chart svg .bars .point").count() >= 10
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert window.said == []


def test_what_was_planted_is_on_it(page: Path, visit: Callable[..., Visit]) -> None:
    """One person does most reviews, agents wait longer than people, and browser tests are flaky."""
    text = visit().open(page).locator("main").inner_text()
    assert "browser tests (shop)" in text
    assert "63 %" in text
    assert "AI agent" in text
    assert "nan" not in text.lower().split()
