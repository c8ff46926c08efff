"""Tables of a page in a browser: sorted by what their texts mean, and searched."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.reports.pages import Visit, code, shown
from vsm.reports import render_page

ROWS = [
    ("alpha", "2 d 4 h", "12 % (9 – 15)"),
    ("beta", "35 min", "under 0.1 %"),
    ("gamma", "–", "9.8 %"),
    ("delta", "1,157 d 9 h", "too few to say"),
    ("epsilon", "<1 min", "76 % (75 – 77)"),
    ("zeta", "2 d", "0 %"),
    ("eta", "51 h", "1.0 %"),
    ("theta", "3 h", "100 %"),
    ("iota", "4 d", "2 %"),
]
HEAD = "<thead><tr><th>Stage</th><th>Time</th><th>Share</th></tr></thead>"


@pytest.fixture
def table(tmp_path: Path, write_notebook: Callable[..., Path], visit: Callable[..., Visit]) -> Visit:
    """A page with one table of durations and shares as they are told."""
    body = "".join(
        "<tr>" + "".join(f"<td>{text.replace('<', '&lt;')}</td>" for text in row) + "</tr>" for row in ROWS
    )
    html = f"<table>{HEAD}<tbody>{body}</tbody></table>"
    notebook = write_notebook(tmp_path / "t.ipynb", code("x", name="x", outputs=[shown(text_html=html)]))
    (tmp_path / "t.html").write_text(render_page(notebook, title="Flow", footer={}), encoding="utf-8")
    window = visit()
    window.open(tmp_path / "t.html")
    return window


def shows(window: Visit, position: int, texts: list[str]) -> None:
    expect(window.page.locator(f"tbody td:nth-child({position + 1})")).to_have_text(texts)


@pytest.mark.parametrize(
    ("position", "sorted_"),
    [
        (1, ["–", "<1 min", "35 min", "3 h", "2 d", "51 h", "2 d 4 h", "4 d", "1,157 d 9 h"]),
        (2, ["too few to say", "0 %", "under 0.1 %", "1.0 %", "2 %", "9.8 %", "12 % (9 – 15)", "76 % (75 – 77)",
             "100 %"]),
    ],
)  # fmt: skip
def test_a_click_sorts_by_size_not_by_letters(table: Visit, position: int, sorted_: list[str]) -> None:
    """Days are longer than hours, and what is not known comes first; by keyboard, too."""
    table.page.locator("thead th").nth(position).locator("[role=button]").press("Enter")
    shows(table, position, sorted_)
    assert table.said == []


def test_words_stay_in_their_own_order(table: Visit) -> None:
    """By letters; a third click gives back the order of the notebook."""
    names = [row[0] for row in ROWS]
    head = table.page.locator("thead th").nth(0).locator("[role=button]")
    head.press("Enter")
    shows(table, 0, sorted(names))
    head.press("Enter")
    head.press("Enter")
    shows(table, 0, names)


def test_a_long_table_can_be_searched(table: Visit) -> None:
    """Only rows that hold the text stay."""
    table.page.get_by_role("searchbox").fill("eta")
    shows(table, 0, ["beta", "zeta", "eta", "theta"])
    table.page.get_by_role("searchbox").fill("nowhere")
    assert "No matching records" in table.page.locator("tbody").inner_text()
