"""Decks: what is cut from a notebook, and how it looks offline, in a browser, on a screen and on a phone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.jira_bodies import issue
from tests.reports.pages import Cell, Lent, Visit, code, shown, slide
from tests.reports.rendered import deck_of, make_tracker, planted_work
from vsm.errors import SourceError
from vsm.figures.slides import Words
from vsm.reports import render_slides
from vsm.reports.slides import slides_of

HOSTILE = "<img src=x onerror=alert(1)></script><b>bold</b>"
LETTERS = """() => {
  const sizes = [];
  const texts = document.createTreeWalker(Reveal.getCurrentSlide(), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || element.closest("aside, script")) continue;
    const drawn = element.closest(".drawn"), table = element.closest("table");
    const scale = drawn ? new DOMMatrix(getComputedStyle(drawn).transform).a : 1;
    const zoom = table ? Number(getComputedStyle(table).zoom) : 1;
    sizes.push([parseFloat(getComputedStyle(element).fontSize) * scale * zoom, texts.currentNode.textContent.trim()]);
  }
  return sizes;
}"""
"""Each text of the slide that is shown, and the size of its letters in pixels."""
NEXT = "ArrowRight"


def figure(title: str, *, line: str = "", notes: tuple[str, ...] = ()) -> Cell:
    """One displayed bar chart, framed as those of vsm.figures are."""
    caption = {"name": "caption", "text": "n = 3", "showarrow": False}
    layout = {
        "title": {"text": title}, "height": 400, "margin": {"t": 60, "b": 60}, "annotations": [caption],
        "meta": {"alt": f"Bars of {title}", "line": line, "notes": list(notes)},
    }  # fmt: skip
    bars = [{"type": "bar", "x": [1, 2, 3], "y": [3, 1, 2]}]
    return shown(plotly={"data": bars, "layout": layout})


def walked(page: Page, picture: Callable[..., None] | None = None) -> list[dict[str, Any]]:
    """Each slide's heading and, of its figures, how they fill their room; by the keyboard."""
    seen = []
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        page.wait_for_selector(".slides section.present .chart-plot:not([data-drawn])", state="detached")
        seen.append(
            page.evaluate(
                "(() => { const s = Reveal.getCurrentSlide(); const r = e => e.getBoundingClientRect();"
                " return { heading: s.querySelector('h1, h2').innerText, over: s.scrollHeight - s.clientHeight,"
                " below: Math.max(...[...s.querySelectorAll('figcaption, table, p, li')].map(e => r(e).bottom)),"
                " figures: [...s.querySelectorAll('.chart-plot')].map(p => ({ room: r(p).width,"
                " wide: r(p.querySelector('svg.main-svg')).width, over: r(p.querySelector('svg.main-svg')).bottom"
                " - r(p).bottom, marks: p.querySelectorAll('svg path, svg text').length })) }; })()"
            )
        )
        if picture is not None:
            picture(page, f"slide-{len(seen)}-{page.viewport_size['width']}")  # type: ignore[index]
        page.keyboard.press(NEXT)
    return seen


@pytest.fixture(scope="module")
def window(browser: Browser, windows: Lent, sample_deck: Path) -> Iterator[Visit]:
    """The sample's slides in a window for all tests that leave no trace in it."""
    with windows() as visit:
        visit.open_deck(sample_deck)
        yield visit


@pytest.fixture
def deck(window: Visit) -> Page:
    """The sample's slides, at the first one."""
    window.page.evaluate("Reveal.slide(0)")
    return window.page


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_the_sample_deck_is_drawn_offline(
    sample_deck: Path, visit: Callable[..., Visit], picture: Callable[..., None], width: int, height: int
) -> None:
    """Every figure fills its slide, nothing hangs out, and the deck neither speaks nor calls."""
    window = visit(width=width, height=height)
    slides = walked(window.open_deck(sample_deck), picture)
    headings = [told["heading"].replace("\n", " ") for told in slides]
    assert headings[0] == "Where does our work wait, and what do we try next?"
    assert headings[1].startswith("Since 6 December 2025: 'Reported' got worse")
    assert headings[2].startswith(
        "Yes: “A second tester until 13:00” cut the time in 'Waiting for QA' from 26"
    )
    assert headings[-2:] == ["We decide: one experiment, one name, one date", "What this does not show"]
    assert len(slides) <= 12
    for told in slides:
        assert told["over"] == 0
        assert told["below"] <= height
        for drawn in told["figures"]:
            assert drawn["wide"] == pytest.approx(drawn["room"], abs=3)
            assert drawn["over"] <= 1
            assert drawn["marks"] > 5
    assert sum(len(told["figures"]) for told in slides) == 6
    assert "Nothing to show" not in window.page.content()
    assert window.said == []
    assert window.called == []


def test_every_letter_of_the_sample_deck_has_24_points(deck: Page) -> None:
    """Of a slide 540 points high, so 32 of 720 pixels: readable from the back, in the network and the map too."""
    for _ in range(deck.evaluate("Reveal.getTotalSlides()")):
        deck.wait_for_selector(".slides section.present .chart-plot:not([data-drawn])", state="detached")
        assert [text for size, text in deck.evaluate(LETTERS) if size < 31.9] == []
        deck.keyboard.press(NEXT)


def test_the_sample_deck_is_small_and_tells_its_making(sample_deck: Path, deck: Page) -> None:
    """At most 4 MB; state of the data in the notes, none of it on a slide; reveal.js's licence goes along."""
    assert sample_deck.stat().st_size <= 4_000_000
    assert "Permission is hereby granted, free of charge" in sample_deck.read_text(encoding="utf-8")
    notes = deck.locator("aside.notes").first.text_content() or ""
    assert "as of 2026-03-06 17:06 UTC" in notes
    assert "data_dir" not in notes
    assert deck.locator("footer").count() == 0


def test_the_sample_deck_can_be_read_by_everybody(deck: Page) -> None:
    """No serious fault of accessibility, by axe, on any slide."""
    for _ in range(deck.evaluate("Reveal.getTotalSlides()")):
        found = Axe().run(deck).response["violations"]
        assert [
            (fault["id"], fault["nodes"][0]["html"])
            for fault in found
            if fault["impact"] in {"serious", "critical"}
        ] == []
        deck.keyboard.press(NEXT)


def test_the_speaker_has_notes_in_a_window_of_their_own(
    sample_deck: Path, visit: Callable[..., Visit]
) -> None:
    """S opens it from a file, offline, under the deck's policy."""
    window = visit()
    page = window.open_deck(sample_deck)
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("Ten minutes to look").wait_for()
    assert window.called == []
    assert window.said == []


def test_texts_of_the_data_stay_texts(
    write_notebook: Callable[..., Path], tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    """As a title, a line, a note, in a table, the deck's name and its notice: nothing runs, nothing is bold."""
    escaped = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    cell = slide("1", name="one", outputs=[figure(escaped, line=HOSTILE, notes=(HOSTILE,))])
    said = Words(items=(HOSTILE,), rows=((HOSTILE,), (HOSTILE,)))._repr_mimebundle_()
    words = {"output_type": "display_data", "metadata": {}, "data": json.loads(json.dumps(said))}
    table = slide("2", name="two", kind="-", outputs=[words])
    notebook = write_notebook(tmp_path / "deck.ipynb", cell, table)
    page_file = tmp_path / "deck.html"
    deck = render_slides(notebook, title=HOSTILE, about={"by": HOSTILE}, notice=HOSTILE)
    page_file.write_text(deck, encoding="utf-8")
    window = visit()
    page = window.open_deck(page_file)
    assert page.locator("h2").inner_text() == HOSTILE
    assert page.locator(".line").inner_text() == HOSTILE
    assert page.locator("footer").inner_text() == HOSTILE
    assert page.locator("aside.notes").text_content() == f"{HOSTILE}Made of: by {HOSTILE}."
    assert [page.locator(part).inner_text() for part in ("li", "th", "td")] == [HOSTILE] * 3
    assert page.locator("section b, section img").count() == 0
    assert window.said == []


def test_cells_are_cut_into_slides(write_notebook: Callable[..., Path], tmp_path: Path) -> None:
    """Parameters and skipped cells are left out, notes go with their slide, a figure's title is a heading."""
    notebook = write_notebook(
        tmp_path / "deck.ipynb",
        slide("# Why?\n\nA line.", name="why"),
        code("weeks: int = 1", name="parameters", tags=["parameters"]),
        slide("print()", name="skipped", kind="skip", outputs=[figure("Skipped")]),
        slide("Say *this*.\n\nAnd that.", name="notes", kind="notes"),
        slide("1", name="bars", outputs=[figure("R&amp;D waits", line="Long.", notes=("Ask.",))]),
    )
    first, second = slides_of(notebook)
    assert (first.heading, first.text, first.opening) == ("Why?", "A line.", True)
    assert first.notes == ["Say *this*.", "And that."]
    assert (second.heading, second.line, second.notes) == ("R&D waits", "Long.", ["Ask."])
    (picture,) = second.pictures
    assert (picture.alt, picture.caption) == ("Bars of R&amp;D waits", "n = 3")
    assert picture.spec["layout"]["title"] is None
    assert picture.spec["layout"]["annotations"] == []
    assert picture.height == 400 - 32 - 17  # without its title's room, and its caption's line


def test_a_slide_that_shows_nothing_is_left_out(write_notebook: Callable[..., Path], tmp_path: Path) -> None:
    """With its heading and its notes: there were fewer handoffs than slides for them."""
    silent: Cell = slide("None", name="silent", outputs=[])
    notebook = write_notebook(
        tmp_path / "deck.ipynb",
        slide("# Why?", name="why"),
        silent,
        slide("Ask.", name="notes", kind="notes"),
    )
    assert [told.heading for told in slides_of(notebook)] == ["Why?"]


def test_a_notebook_without_cells_is_one_kind_slide(
    write_notebook: Callable[..., Path], tmp_path: Path
) -> None:
    """Not an empty window."""
    deck = render_slides(write_notebook(tmp_path / "deck.ipynb"), title="Flow", about={})
    assert "<h1>Nothing to show yet</h1>" in deck


def test_a_broken_notebook_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "deck.ipynb").write_text("{")
    with pytest.raises(SourceError, match=r"deck\.ipynb is no Jupyter notebook"):
        render_slides(tmp_path / "deck.ipynb", title="Flow", about={})


@pytest.mark.slow
@pytest.mark.parametrize("tickets", [0, 1])
def test_nothing_and_one_ticket_give_kind_slides(
    tmp_path: Path, without_kernel: None, visit: Callable[..., Visit], tickets: int
) -> None:
    """No empty slide and no traceback: what nobody can say is not there."""
    (tmp_path / "few.jsonl").write_text("\n".join(json.dumps(issue(n)) for n in range(tickets)))
    make_tracker(tmp_path, tmp_path / "few.jsonl", "slides")
    window = visit()
    slides = walked(window.open_deck(deck_of(tmp_path)))
    headings = [told["heading"].replace("\n", " ") for told in slides]
    assert headings == [
        "Where does our work wait, and what do we try next?",
        "We decide: one experiment, one name, one date",
        "What this does not show",
    ]
    assert window.said == []


def test_a_real_tracker_gives_a_deck(real_data: Path, visit: Callable[..., Visit]) -> None:
    """Figures that fill their slides, without a message."""
    window = visit()
    deck = deck_of(planted_work(real_data / "duracloud"))
    slides = walked(window.open_deck(deck))
    assert all(told["over"] == 0 for told in slides)
    assert len(slides) >= 6
    assert "n = 0" not in window.page.content()
    assert window.said == []
