"""Is a page safe, readable in every light, and complete without a network?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.reports.pages import Visit, code, parameters, prose, shown
from vsm.errors import SourceError
from vsm.reports.render import render_page

HOSTILE = '</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
LINK = '<a href="javascript:window.hacked=1">go</a>'
REMOTE = f'<p>from data</p><img src="https://example.org/x.png">{HOSTILE}{LINK}'
TABLE = """<table class="dataframe"><thead><tr style="text-align: right;"><th></th><th>stage</th><th>wait</th>
<th>n</th></tr></thead><tbody><tr><th>0</th><td>Review</td><td>17.2 d</td><td>214</td></tr>
<tr><th>1</th><td>Test</td><td>too few to say</td><td>nan</td></tr></tbody></table>"""


def _figure(**layout: Any) -> dict[str, Any]:
    return {"data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2], "name": HOSTILE}], "layout": layout}


def _page(path: Path, html: str) -> Path:
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory, write_notebook: Callable[..., Path]) -> Path:
    """Render a notebook whose data are as hostile as can be, as if it had been run."""
    folder = tmp_path_factory.mktemp("pages")
    notebook = write_notebook(
        folder / "hostile.ipynb",
        prose("# Where?\n\nHere.", name="question"),
        parameters(),
        code("secret_setup()", name="setup", tags=["setup"]),
        prose("## First *part*\n\n### Detail", name="part"),
        code(
            "figure(1)",
            name="figure",
            outputs=[shown(plotly=_figure(meta={"alt": f"Alt {HOSTILE}"}, height=300))],
        ),
        code("table()", name="table", outputs=[shown(text_html=TABLE, text_plain="no")]),
        code("data()", name="data", outputs=[shown(text_html=REMOTE), shown(text_markdown=REMOTE)]),
    )
    html = render_page(notebook, title=f"Shop {HOSTILE}", footer={f"Data {HOSTILE}": f"of {HOSTILE}"})
    return _page(folder / "hostile.html", html)


def test_text_from_the_data_neither_runs_nor_calls_home(rendered: Path, visit: Callable[..., Visit]) -> None:
    """Title, alt text, footer and figure are escaped; what HTML smuggles in the policy disarms."""
    window = visit()
    page = window.open(rendered)
    page.get_by_text("go").first.click()
    assert page.evaluate("window.hacked") is None
    assert window.called == []
    assert page.locator("header").inner_text() == f"Shop {HOSTILE}"
    assert page.locator("figcaption").inner_text() == f"Alt {HOSTILE}"
    assert page.locator("dd").inner_text() == f"of {HOSTILE}"
    assert page.locator("svg .bars .point").count() == 2


def test_hidden_cells_are_left_out_and_code_is_folded(rendered: Path, visit: Callable[..., Visit]) -> None:
    """Parameters and setup do not show; a reader unfolds the code of a figure."""
    page = visit().open(rendered)
    assert "secret_setup" not in page.content()
    assert "how far back" not in page.content()
    source = page.get_by_text("figure(1)")
    assert not source.is_visible()
    page.locator("summary", has_text="Code").first.click()
    assert source.is_visible()


def test_the_contents_stand_beside_the_text_or_fold(rendered: Path, visit: Callable[..., Visit]) -> None:
    """Sticky at 1440 pixels; below, tables need the room."""
    window = visit(width=1440)
    page = window.open(rendered)
    assert page.locator(".toc-side a").all_inner_texts() == ["First part", "Detail"]
    page.locator(".toc-side a", has_text="Detail").click()
    assert page.locator(".toc-side").is_visible()
    page = window.begin(width=1280, height=720).open(rendered)
    assert not page.locator(".toc-side").is_visible()
    assert not page.locator(".toc-fold a").first.is_visible()
    page.locator(".toc-fold summary").click()
    assert page.locator(".toc-fold a").first.is_visible()


@pytest.mark.parametrize(("scheme", "ink"), [("light", "rgb(29, 35, 41)"), ("dark", "rgb(227, 230, 232)")])
def test_figures_are_readable_in_both_schemes(
    rendered: Path, visit: Callable[..., Visit], scheme: Literal["light", "dark"], ink: str
) -> None:
    """The letters of a figure have the page's own colour, its paper none; a change of scheme redraws it."""
    page = visit(scheme="light" if scheme == "dark" else "dark").open(rendered)
    page.emulate_media(color_scheme=scheme)
    expect(page.locator(".xtick text").first).to_have_css("fill", ink)
    assert page.evaluate("getComputedStyle(document.body).color") == ink
    paper = "getComputedStyle(document.querySelector('.main-svg')).backgroundColor.endsWith(', 0)')"
    assert page.evaluate(paper)


def test_no_button_sends_a_figure_away(rendered: Path, visit: Callable[..., Visit]) -> None:
    """Plotly 7 offers "Share chart…" unless told not to."""
    page = visit().open(rendered)
    titles = page.locator(".modebar-btn").evaluate_all("all => all.map(one => one.dataset.title ?? '')")
    assert [title for title in titles if "share" in title.lower() or "plotly" in title.lower()] == []
    assert len(titles) > 3


def test_paper_gets_every_figure_in_dark_ink_and_no_wider_than_a_page(
    rendered: Path, visit: Callable[..., Visit]
) -> None:
    """Whatever the screen's scheme."""
    page = visit(scheme="dark").open(rendered)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".main-svg").first).to_have_css("width", "700px")
    expect(page.locator(".xtick text").first).to_have_css("fill", "rgb(29, 35, 41)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".main-svg").first).not_to_have_css("width", "700px")


def test_only_columns_of_numbers_are_aligned_right(rendered: Path, visit: Callable[..., Visit]) -> None:
    """A gap does not count against a column, a sentence does."""
    page = visit().open(rendered)
    alignment = "all => all.map(one => getComputedStyle(one).textAlign)"
    assert page.locator("table.dataframe thead th").evaluate_all(alignment) == [
        "left",
        "left",
        "left",
        "right",
    ]
    assert page.locator("table.dataframe tbody tr").first.locator("td").evaluate_all(alignment) == [
        "left", "left", "right",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_notebook_without_a_heading_is_headed_by_the_title(
    tmp_path: Path, write_notebook: Callable[..., Path]
) -> None:
    """A page always has exactly one first heading."""
    notebook = write_notebook(tmp_path / "bare.ipynb", prose("Only words.", name="words"))
    html = render_page(notebook, title="Flow & waits", footer={}, home="index.html")
    assert html.count("<h1") == 1
    assert "<h1>Flow &amp; waits</h1>" in html
    assert '<a class="home" href="index.html">Flow &amp; waits</a>' in html


@pytest.mark.slow
def test_the_same_notebook_gives_the_same_page(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """No random mark, no clock."""
    notebook = write_notebook(
        tmp_path / "one.ipynb", code("1", name="one", outputs=[shown(plotly=_figure())])
    )
    pages = [render_page(notebook, title="Flow", footer={}) for _ in range(2)]
    assert pages[0] == pages[1]


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    """Its path is named."""
    path = _page(tmp_path / "odd.ipynb", "no json")
    with pytest.raises(SourceError, match=r"odd\.ipynb is no Jupyter notebook"):
        render_page(path, title="Flow", footer={})
