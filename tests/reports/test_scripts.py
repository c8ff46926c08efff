"""Names that are written from right to left, within sentences that are not."""

import re

from markupsafe import Markup

from vsm.reports.notebook_html import Body, Outline, figure_html
from vsm.reports.render import page_of
from vsm.reports.scripts import isolated, isolated_html

HEBREW = "ממתין לבדיקה"


def test_a_name_is_isolated_from_the_numbers_beside_it() -> None:
    """Words of one name stay together; two names with a number between are two; twice is as once."""
    once = isolated(f"{HEBREW} → {HEBREW}: 3 {HEBREW}")
    assert once == f"\u2068{HEBREW}\u2069 → \u2068{HEBREW}\u2069: 3 \u2068{HEBREW}\u2069"
    assert isolated(once) == once


def test_other_scripts_and_emoji_stay_as_they_are() -> None:
    """They run from left to right; nothing is added."""
    assert isolated("検査待ち 🚀 Prüfung") == "検査待ち 🚀 Prüfung"


def test_tags_scripts_and_styles_are_left_alone() -> None:
    """An id must be what a link asks for."""
    page = f'<a href="#{HEBREW}" id="{HEBREW}">{HEBREW}</a><script>"{HEBREW}"</script>'
    assert isolated_html(page) == page.replace(f">{HEBREW}<", f">\u2068{HEBREW}\u2069<")


def test_a_page_and_its_figures_are_isolated() -> None:
    """In the text of the page, and in what its figures draw."""
    figure = figure_html({"data": [{"type": "bar", "y": [1], "hovertext": [f"5 {HEBREW}"]}], "layout": {}})
    body = Body(Markup(f"<h1>Where?</h1><p>12 {HEBREW} 3</p>{figure}"), Outline("Where?", "", ()))
    page = page_of(body, title="Shop", footer={})
    assert f"<p>12 \u2068{HEBREW}\u2069 3</p>" in page
    drawn = re.search(r'"hovertext":\["(.*?)"\]', page)
    assert drawn is not None
    assert drawn[1].encode().decode("unicode_escape") == f"5 \u2068{HEBREW}\u2069"
