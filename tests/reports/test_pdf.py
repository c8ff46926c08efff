"""PDFs: as many pages as slides, none blank, with words that can be searched; and no browser left behind."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.reports.pages import code, shown
from vsm.errors import RunError
from vsm.reports import render_page
from vsm.reports.pdf import A4, SLIDE, print_pdfs

pytestmark = pytest.mark.slow

PLAIN = "<!doctype html><title>Page</title><body><h1>Where does it wait?</h1>"
NEVER = "<!doctype html><body><h1>Not yet</h1><script>1</script>"


def children() -> set[str]:
    """Browsers that this very process started and that still run."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.split(maxsplit=2) for line in listed.stdout.splitlines())
    return {row[0] for row in rows if "choreo" in row[2] or "--remote-debugging-pipe" in row[2]}


def test_the_sample_deck_is_printed(sample_deck: Path) -> None:
    """One page a slide, each with its heading and its picture's words, as wide as a screen."""
    pages = PdfReader(sample_deck.with_suffix(".pdf")).pages
    texts = [page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in pages]
    assert [text.splitlines()[0] for text in texts[1:]] == [
        "Since 6 December 2025: 'Reported'",
        "Yes: “A second tester until 13:00” cut the",
        "New work waits for",
        "Work waits for 59 % of its lead time",
        "47 tickets wait in 'Reported',",
        "Work waits for the next batch in",
        "67 % of the waiting in working",
        "43 of 62 open tickets are over",
        "What we could try: releases every 7 days",
        "We decide: one experiment,",
        "What this does not show",
    ]
    assert "Where does our work wait" in texts[0]
    assert "support" in texts[3]
    assert "rolled %C&A" in texts[4]
    assert (pages[0].mediabox.width, pages[0].mediabox.height) == (960, 540)
    assert all(len(text) > 60 for text in texts)


def test_a_page_of_a_report_is_printed_on_a4(tmp_path: Path) -> None:
    """Several at once, by one browser that is gone afterwards."""
    pages = {tmp_path / f"{name}.html": tmp_path / f"{name}.pdf" for name in ("one", "two")}
    for page in pages:
        page.write_text(PLAIN)
    before = children()
    print_pdfs(pages, paper=A4)
    for pdf in pages.values():
        (page_read,) = PdfReader(pdf).pages
        assert "Where does it wait?" in page_read.extract_text()
        assert float(page_read.mediabox.width) == pytest.approx(595, abs=2)
    assert children() == before
    assert {file.suffix for file in tmp_path.iterdir()} == {".html", ".pdf"}


def test_a_report_is_printed_as_wide_as_its_sheet(
    write_notebook: Callable[..., Path], tmp_path: Path
) -> None:
    """A figure's last tick stands near the right edge, and not beyond it."""
    ticks = {"tickvals": [0, 1], "ticktext": ["leftmost", "rightmost"], "range": [0, 1.02]}
    bars = {"data": [{"type": "scatter", "x": [0, 1], "y": [1, 2]}], "layout": {"xaxis": ticks}}
    notebook = write_notebook(tmp_path / "one.ipynb", code("1", name="one", outputs=[shown(plotly=bars)]))
    (tmp_path / "one.html").write_text(render_page(notebook, title="Flow", footer={}), encoding="utf-8")
    print_pdfs({tmp_path / "one.html": tmp_path / "one.pdf"}, paper=A4)
    places: dict[str, float] = {}

    def position(text: str, transform: Any, matrix: Any, *_: Any) -> None:
        places[text.strip()] = matrix[4] * transform[0] + matrix[5] * transform[2] + transform[4]

    for page in PdfReader(tmp_path / "one.pdf").pages:
        page.extract_text(visitor_text=position)
    assert 20 < places["leftmost"] < 100
    assert 450 < places["rightmost"] < 560


def test_a_page_that_is_never_drawn_is_not_waited_for(tmp_path: Path) -> None:
    """A sentence, no half PDF, and no browser left."""
    (tmp_path / "never.html").write_text(NEVER)
    before = children()
    with pytest.raises(RunError, match="the browser gave none within 3 seconds"):
        print_pdfs({tmp_path / "never.html": tmp_path / "never.pdf"}, paper=SLIDE, timeout=3)
    assert children() == before
    assert not (tmp_path / "never.pdf").exists()


def test_without_a_browser_the_page_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to do is told."""
    monkeypatch.setattr(
        "choreographer.browsers.chromium.Chromium.find_browser", staticmethod(lambda **_: None)
    )
    (tmp_path / "one.html").write_text(PLAIN)
    with pytest.raises(RunError, match="no Chrome or Chromium was found; install one, or print the HTML"):
        print_pdfs({tmp_path / "one.html": tmp_path / "one.pdf"}, paper=A4)
    assert (tmp_path / "one.html").exists()


def test_a_pdf_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder is in its place; the message says what remains."""
    (tmp_path / "one.html").write_text(PLAIN)
    (tmp_path / "one.pdf").mkdir()
    with pytest.raises(RunError, match="cannot write the PDF: Is a directory; the HTML remains"):
        print_pdfs({tmp_path / "one.html": tmp_path / "one.pdf"}, paper=A4)


def test_the_browser_is_looked_for_only_when_asked(write_notebook: Callable[..., Path]) -> None:
    """Nothing to print needs none."""
    print_pdfs({}, paper=A4)


def test_a_pdf_links_the_web_and_itself_but_no_file_of_this_machine(tmp_path: Path) -> None:
    """A ticket's life is another file: on paper the ticket leads to its tracker, where that is known."""
    page = tmp_path / "page.html"
    page.write_text(
        PLAIN + '<p id="here"><a href="index.html">home</a> <a href="#here">here</a> '
        '<a class="ticket" href="timelines.html#A" data-address="https://tracker.example/A">A</a> '
        '<a class="ticket" href="timelines.html#B">B</a> <a href="https://else.example/">else</a></p>'
    )
    print_pdfs({page: page.with_suffix(".pdf")}, paper=A4)
    (sheet,) = PdfReader(page.with_suffix(".pdf")).pages
    notes: Any = sheet["/Annots"]
    actions = [note.get_object().get("/A", {}) for note in notes]
    assert sorted(str(action["/URI"]) for action in actions if "/URI" in action) == [
        "https://else.example/",
        "https://tracker.example/A",
    ]
    assert "home here A B else" in sheet.extract_text()


def test_letters_that_no_font_of_this_machine_has_are_named(tmp_path: Path) -> None:
    """Once each, with what to do; letters that it has are not."""
    page = tmp_path / "one.html"
    page.write_text(
        f'<meta charset="utf-8"><p>Prüfung → ok \U0001f9ff\u13a0 {chr(0x1E900)} {chr(0x1E900)}</p>'
    )
    said = print_pdfs({page: page.with_suffix(".pdf")}, paper=A4)
    assert "ü" not in said
    assert said.count(chr(0x1E900)) == 1
    assert "install one that does" in said
