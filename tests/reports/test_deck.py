"""PowerPoint: as many slides, notes, tables that can be edited, pictures that are told in words."""

from pathlib import Path
from typing import Any

import pytest

from vsm.errors import ParameterError
from vsm.reports.deck import require_pptx, write_pptx
from vsm.reports.slides import Slide, slides_of

pptx: Any = pytest.importorskip("pptx", reason="python-pptx is an extra")


def shapes(page: Any, kind: str) -> list[Any]:
    return [shape for shape in page.shapes if str(shape.shape_type).startswith(kind)]


def test_the_sample_deck_is_powerpoint_too(sample_deck: Path) -> None:
    """The same slides, 16:9, with headings and notes."""
    told = slides_of(sample_deck.with_suffix(".ipynb"))
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    assert [page.shapes.title.text_frame.text for page in deck.slides] == [slide.heading for slide in told]
    assert (deck.slide_width, deck.slide_height) == (12192000, 6858000)
    notes = [page.notes_slide.notes_text_frame.text if page.has_notes_slide else "" for page in deck.slides]
    assert notes[0].startswith("Ten minutes to look")
    assert "was handed over on" in notes[2]
    assert any("as of: 2026-03-06" in box.text_frame.text for box in shapes(deck.slides[0], "TEXT_BOX"))


def test_pictures_are_told_in_words_and_lie_on_their_slide(sample_deck: Path) -> None:
    """Six pictures with alternative texts, none beyond the slide's edge."""
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    pictures = [picture for page in deck.slides for picture in shapes(page, "PICTURE")]
    assert len(pictures) == 6
    for picture in pictures:
        assert len(picture._element.nvPicPr.cNvPr.get("descr")) > 20
        assert picture.left + picture.width <= deck.slide_width
        assert picture.top + picture.height <= deck.slide_height


def test_tables_can_be_edited(sample_deck: Path) -> None:
    """What is tried next is a table, not a picture of one."""
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    (shape,) = [table for page in deck.slides for table in shapes(page, "TABLE")]
    rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
    assert rows[0] == ["Try", "Where", "Costs", "n", "Trust"]
    assert rows[1][1:] == ["Reported", "50 %", "47", "sound"]


@pytest.mark.slow
def test_a_table_without_rows_tells_its_caption(tmp_path: Path) -> None:
    """The kind sentence is not lost."""
    table: Any = "<table><caption>Nothing to try yet.</caption></table>"
    write_pptx([Slide(heading="Next", tables=[table])], to=tmp_path / "deck.pptx", footer={})
    (page,) = pptx.Presentation(str(tmp_path / "deck.pptx")).slides
    assert [box.text_frame.text for box in shapes(page, "TEXT_BOX")] == ["Nothing to try yet."]


def test_without_the_library_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is run."""
    monkeypatch.setattr("vsm.reports.deck.find_spec", lambda _: None)
    with pytest.raises(ParameterError, match=r"pip install 'vsm\[pptx\]'"):
        require_pptx()
