"""What slides are made of: large letters, and texts of the data that stay texts."""

from typing import Any

from vsm.figures.slides import LETTER, MIME, Bars, Words, slide_chart

LYING = Bars(names=["A <b> & co", "QA"], values=[3, 1], labels=["3 d", "1 d"], colour="#0072b2")
STANDING = Bars(
    names=["5 Jan", "12 Jan", "19 Jan"], values=[1, 2, 4], labels=["", "", "4"], colour="#e69f00", lying=False,
    ticks=[0, 2],
)  # fmt: skip


def drawn(bars: Bars) -> Any:
    """The layout of a chart of these bars."""
    return slide_chart(bars, title="<i>Why?</i>", caption="n = 3", alt="Three.", notes=["Ask."]).layout


def test_every_letter_of_a_chart_has_24_points_of_a_slide_540_high() -> None:
    """Names, numbers at bars, and the axis of standing ones."""
    for bars in (LYING, STANDING):
        layout = drawn(bars)
        sizes = [note.font.size for note in layout.annotations]
        sizes += [axis.tickfont.size for axis in (layout.xaxis, layout.yaxis) if axis.visible is not False]
        assert set(sizes) == {LETTER}
        assert LETTER / 720 >= 24 / 540


def test_a_chart_carries_what_its_slide_says_and_the_numbers_of_its_bars() -> None:
    """So that a deck can draw it as PowerPoint's own."""
    layout = drawn(LYING)
    assert layout.title.text == "&lt;i&gt;Why?&lt;/i&gt;"
    assert layout.meta["notes"] == ["Ask."]
    assert layout.meta["bars"]["values"] == [3, 1]
    assert layout.meta["bars"]["names"] == ["A <b> & co", "QA"]
    assert list(layout.yaxis.ticktext) == ["A &lt;b&gt; &amp; co", "QA"]


def test_standing_bars_are_named_at_some_of_their_places() -> None:
    """26 weeks have no room for 26 names in large letters."""
    layout = drawn(STANDING)
    assert (list(layout.xaxis.tickvals), list(layout.xaxis.ticktext)) == ([0, 2], ["5 Jan", "19 Jan"])
    assert [(note.text, note.x) for note in layout.annotations] == [("4", 2)]


def test_words_show_themselves_in_a_notebook_and_give_a_deck_their_parts() -> None:
    """Escaped in HTML, as they are in JSON."""
    words = Words("<Now>", line="a & b", items=("<1>",), rows=(("What", "Who"), ("Try <it>", "")))
    assert words._repr_html_() == (
        "<h2>&lt;Now&gt;</h2><p>a &amp; b</p><ul><li>&lt;1&gt;</li></ul>"
        "<table><tr><td>What</td><td>Who</td></tr><tr><td>Try &lt;it&gt;</td><td></td></tr></table>"
    )
    said = words._repr_mimebundle_()[MIME]
    assert (said["heading"], said["items"], said["rows"][1]) == ("<Now>", ("<1>",), ("Try <it>", ""))
