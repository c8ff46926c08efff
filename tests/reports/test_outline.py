"""Is a page's question, lead and table of contents read from its headings?"""

from vsm.reports.notebook_html import Entry, Outline, outline_of


def test_marks_beside_headings_are_no_text() -> None:
    """nbconvert adds a pilcrow that links to the heading; emphasis inside stays."""
    html = '<h1 id="q">Where <em>does</em> it wait?<a class="anchor-link" href="#q">¶</a></h1>'
    assert outline_of(html).question == "Where does it wait?"


def test_second_and_third_headings_make_the_contents() -> None:
    """A fourth level, and a heading without an anchor, are left out."""
    html = '<h2 id="a">A</h2><h3 id="b">B &lt;i&gt;</h3><h4 id="c">C</h4><h2>D</h2>'
    assert outline_of(html).entries == (Entry(2, "a", "A"), Entry(3, "b", "B <i>"))


def test_a_page_without_headings_has_an_empty_outline() -> None:
    """Its first paragraph still leads."""
    assert outline_of("<p>One.</p><p>Two.</p>") == Outline("", "One.", ())
