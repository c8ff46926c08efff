"""Where do reviews wait? The page of the sample with pull requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.reports.pages import Lent, Visit, fitted
from tests.reports.without_kernel import run_here
from tests.streams import reviewed_stream
from vsm.reports.render import render_page

pytestmark = pytest.mark.slow
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "08_where_do_reviews_wait.ipynb"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory, browser: Browser, windows: Lent) -> Iterator[Visit]:
    """The page, whose cells are run here, in a window for all tests."""
    folder = tmp_path_factory.mktemp("reviews")
    executed, page = folder / "reviews.ipynb", folder / "reviews.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vsm.read_stream", lambda *_, **__: reviewed_stream(), raising=False)
        run_here(NOTEBOOK, to=executed, parameters={}, timeout=600)
    page.write_text(render_page(executed, title="Shop", footer={}), encoding="utf-8")
    with windows(height=900) as visit:
        visit.open(page)
        yield visit


@pytest.mark.parametrize("width", [390, 1280])
def test_figures_and_tables_fit(window: Visit, width: int) -> None:
    """Two figures with marks, and no sideways scrolling or message, on a phone too."""
    fitted(window.page, width)
    charts = window.page.locator(".chart").all()
    assert [chart.locator("svg.main-svg").count() > 0 for chart in charts] == [True, True]
    assert window.page.locator(".chart svg .bars .point").count() >= 10
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    assert window.said == []


def test_what_was_planted_is_on_it(window: Visit) -> None:
    """One person does most reviews, agents wait longer than people, and browser tests are flaky."""
    text = window.page.locator("main").inner_text()
    assert "browser tests (shop)" in text
    assert "63 %" in text
    assert "AI agent" in text
    assert "nan" not in text.lower().split()
