"""How is a page laid out where there is little room? Small pages of tables and figures in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import Markup

from tests.reports.pages import Visit
from vsm.figures.tables import styled_table, with_interval
from vsm.figures.theme import INK, nothing_to_see
from vsm.reports.notebook_html import Body, Outline, figure_html, unbroken_html
from vsm.reports.render import page_of

Show = Callable[..., Visit]


def written(folder: Path, html: str) -> Path:
    """A page of a report that holds this."""
    body = Body(Markup(f'<h1>What?</h1><div class="cell">{html}</div>'), Outline("What?", "", ()))
    file = folder / "page.html"
    file.write_text(page_of(body, title="Shop", footer={}), encoding="utf-8")
    return file


def framed(table: str) -> str:
    return f'<div class="output_html"><div class="table-scroll">{table}</div></div>'


def test_dates_and_numbers_with_units_are_kept_together_and_nothing_else_is_changed() -> None:
    """In texts, whatever stands before or after them; not in code, in scripts, nor in attributes."""
    text = "From 50 % on, 2 d 17 h (n = 1,118) since 2026-03-06, at most −24 d."
    parts = ("50 %", "2 d 17 h", "n = 1,118", "2026-03-06", "−24 d")
    expected = text
    for part in parts:
        expected = expected.replace(part, f'<span class="unbroken">{part}</span>')
    assert unbroken_html(f"<p>{text}</p>") == f"<p>{expected}</p>"
    left_alone = (
        '<a title="9 %">x</a><code>since 2026-03-06</code><script>"9 %"</script><style>a{top:9 %}</style>'
    )
    assert unbroken_html(left_alone) == left_alone


def test_no_date_and_no_number_with_its_unit_is_on_two_lines(visit: Show, tmp_path: Path) -> None:
    """However narrow the column: each is within one line."""
    text = "Waiting fell from 47 % (36 – 58) to 9.8 % of 2 d 17 h on 2026-03-06, and since 2025-12-06. " * 8
    page = visit(width=390, height=800).open(written(tmp_path, f"<p>{text}</p>"))
    lines = page.evaluate(
        "[...document.querySelectorAll('.unbroken')].map((one) => one.getClientRects().length)"
    )
    assert len(lines) == 48
    assert set(lines) == {1}


def test_without_rows_a_table_is_its_sentence_alone() -> None:
    """No headings over nothing."""
    html = styled_table(pd.DataFrame({"Stage": [], "Total": []}), "n = 0", nothing="Nothing yet.").to_html()
    assert "Nothing yet." in html
    assert not re.search("<th[ >]", html)


def test_an_interval_that_rounds_to_its_share_is_not_said_thrice() -> None:
    """Under 0.1 % from under 0.1 to under 0.1 is under 0.1 %; another interval is said."""
    assert with_interval({"share": 0.0004, "low": 0.0002, "high": 0.0006}) == "under 0.1 %"
    assert with_interval({"share": 0.0004, "low": 0.0002, "high": 0.02}) == "under 0.1 % (under 0.1 – 2.0)"


COLUMNS = ["Stage", "Kind", "Team", "Tickets", "Share of lead time", "Median", "85th percentile", "Total"]
ROW = ["Waiting for release", "queue", "development", "513", "20 % (17 – 23)", "6 d 22 h", "10 d", "3,206 d"]


@pytest.mark.parametrize(("width", "look"), [(1280, ""), (768, "tight"), (390, "cards")])
def test_a_table_is_set_in_smaller_letters_before_it_becomes_cards(
    visit: Show, tmp_path: Path, width: int, look: str
) -> None:
    """As it is, smaller, or as cards: by the room that there is."""
    table = styled_table(pd.DataFrame([ROW] * 3, columns=COLUMNS), "n = 3").to_html()
    page = visit(width=width, height=800).open(written(tmp_path, framed(table)))
    page.wait_for_selector("body[data-tables=ready]")
    looks = page.evaluate("document.querySelector('main table').className.split(' ')")
    assert [name for name in looks if name in ("tight", "cards")] == [look] * bool(look)


def test_words_beside_wide_numbers_stand_several_on_a_line(visit: Show, tmp_path: Path) -> None:
    """Numbers of many words take two lines before a verdict takes five; a line of four is padding."""
    row = {
        "Measure": "Share of lead time spent waiting",
        "2012-08-08 to 2013-08-08": "191 d (97 to not reached)",
    }
    row |= {"since 2013-08-08": "35 d (5.1 to not reached)", "Verdict": "cannot be said from these data"}
    row |= {"n": "57 and 30"}
    table = styled_table(pd.DataFrame([row] * 3), "n = 3").to_html()
    page = visit(width=768, height=800).open(written(tmp_path, framed(table)))
    page.wait_for_selector("body[data-tables=ready]")
    lines = "(cell) => Math.round(cell.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight))"
    assert max(page.evaluate(f"[...document.querySelectorAll('main tbody td')].map({lines})")) <= 4


def test_the_count_of_a_list_stands_beside_its_name_however_long(visit: Show, tmp_path: Path) -> None:
    """On a phone too, where the name takes two lines."""
    name = "Waiting of handoffs from development to quality assurance, no recorded reason"
    html = f'<ul><li><a href="#x">{name}</a> <span>1,200</span></li></ul>'
    html = f'<div class="chosen">{html}</div>'
    page = visit(width=390, height=800).open(written(tmp_path, html))
    link, count = (page.locator(f".chosen li {tag}").bounding_box() for tag in ("a", "span"))
    assert link is not None
    assert count is not None
    assert link["height"] > 40
    assert count["x"] >= link["x"] + link["width"]
    assert count["y"] < link["y"] + link["height"] / 2


def test_a_card_leaves_out_what_is_a_dash(visit: Show, tmp_path: Path) -> None:
    """Of two rows the second has no team."""
    rows = pd.DataFrame({"Stage": ["Build", "Done"], "Team": ["web", "–"], "Kind": ["work", "done"]})
    page = visit(width=390, height=800).open(written(tmp_path, framed(styled_table(rows, "n = 2").to_html())))
    page.wait_for_selector("body[data-tables=ready]")
    assert page.locator("tbody td:visible").all_inner_texts() == ["Build", "web", "work", "Done", "done"]


def test_a_number_that_leads_to_tickets_stands_on_the_line_of_its_row(visit: Show, tmp_path: Path) -> None:
    """As high as the text beside it, to a pixel."""
    html = '<table class="plain"><tr><td><span>queue</span></td><td><a href="#x">513</a></td></tr></table>'
    page = visit(width=1280, height=800).open(written(tmp_path, html))
    middles = page.evaluate(
        """[...document.querySelectorAll("main td > *")].map((one) => {
          const range = document.createRange(); range.selectNodeContents(one);
          const box = range.getBoundingClientRect(); return (box.top + box.bottom) / 2; })"""
    )
    assert abs(middles[0] - middles[1]) <= 1


def test_a_figure_without_data_can_be_read_on_a_phone(visit: Show, tmp_path: Path) -> None:
    """Its sentence is as large there as elsewhere, and within the page."""
    figure = nothing_to_see(title="Deployments", hint="No deployment and no release tag is known so far.")
    html = figure_html({"data": [], "layout": figure.to_plotly_json()["layout"]})
    page = visit(width=390, height=800).open(written(tmp_path, html))
    page.wait_for_selector(".main-svg .annotation-text")
    boxes = page.evaluate(
        """[...document.querySelectorAll(".main-svg .annotation-text tspan")].map((line) => {
          const box = line.getBoundingClientRect(); return [box.left, box.right, box.height]; })"""
    )
    assert all(left >= 0 and right <= 390 and height >= 12 for left, right, height in boxes)


def test_what_is_folded_is_not_printed_but_what_the_data_cannot_say(visit: Show, tmp_path: Path) -> None:
    """Nobody can unfold paper: a fold is left out, or opened."""
    folds = (
        '<details class="claim"><summary>In detail</summary><p>more</p></details>'
        '<details class="claim on-paper"><summary>What these data cannot say</summary><p>gap</p></details>'
    )
    window = visit(width=700, height=800)
    page = window.open(written(tmp_path, folds))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("details:visible").all_inner_texts() == ["What these data cannot say\n\ngap"]


def test_a_list_of_tickets_is_chosen_from_their_names(visit: Show, tmp_path: Path) -> None:
    """The page begins with the names of lists; one is shown at a time, or those that a filter finds, or all."""
    section = "<section id='{0}'><h3>{0}</h3><table class='plain'><tbody><tr><td>{0}-1</td></tr></tbody></table></section>"
    lists = "".join(section.format(name) for name in ("ready", "build"))
    html = (
        "<h1 id='tickets'>Which?</h1><!--opening-ends--><div class='lists' data-filter='section'>"
        "<p class='every'><a href='#tickets'>Choose another list</a></p>"
        "<p id='every-list'><a href='#every-list'>Show every list</a></p>"
        "<details class='more chosen' open><summary><h2>Queues</h2></summary><ul><li><a href='#ready'>ready</a></li>"
        f"<li><a href='#build'>build</a></li></ul></details>{lists}</div>"
    )
    page = visit(width=390, height=800).open(written(tmp_path, html))

    def shown() -> list[str]:
        found: list[str] = page.locator("section:visible h3").all_text_contents()
        return found

    assert shown() == []
    page.get_by_role("link", name="build").click()
    assert shown() == ["build"]
    assert page.locator(".chosen").is_hidden()
    page.get_by_role("link", name="Choose another list").click()
    page.get_by_role("link", name="Show every list").click()
    assert shown() == ["ready", "build"]
    page.get_by_role("link", name="Choose another list").click()
    page.get_by_role("searchbox").fill("ready-1")
    assert shown() == ["ready"]


@pytest.mark.parametrize(("scheme", "ink"), [("light", "rgb(29, 35, 41)"), ("dark", "rgb(227, 230, 232)")])
def test_lines_in_ink_are_seen_on_a_dark_page_and_words_on_boxes_on_both(
    visit: Show, tmp_path: Path, scheme: str, ink: str
) -> None:
    """A line in the ink of a light page would be lost on a dark one; a word on a light box would be in light ink."""
    figure = {
        "data": [
            {"type": "scatter", "x": [0, 1], "y": [0, 1], "mode": "lines", "line": {"color": INK}},
            {
                "type": "scatter",
                "x": [0.5],
                "y": [0.2],
                "mode": "text",
                "text": ["box"],
                "textfont": {"color": INK},
            },
        ],
        "layout": {},
    }
    page = visit(width=1280, height=800, scheme=scheme).open(written(tmp_path, figure_html(figure)))
    page.wait_for_selector(".main-svg .lines path.js-line")
    stroke, fill = page.evaluate(
        """[getComputedStyle(document.querySelector(".lines path.js-line")).stroke,
            getComputedStyle(document.querySelector(".textpoint text")).fill]"""
    )
    assert (stroke, fill) == (ink, "rgb(29, 35, 41)")
