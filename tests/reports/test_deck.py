"""PowerPoint: as many slides, notes, charts and tables that can be edited, pictures that are shown in words."""

from pathlib import Path
from typing import Any

import pytest

from vsm.errors import ParameterError
from vsm.reports.deck import require_pptx, write_pptx
from vsm.reports.slides import Picture, Slide, slides_of

pptx: Any = pytest.importorskip("pptx", reason="python-pptx is an extra")
qn: Any = pytest.importorskip("pptx.oxml.ns").qn


def shapes(page: Any, kind: str) -> list[Any]:
    return [shape for shape in page.shapes if str(shape.shape_type).startswith(kind)]


def test_the_sample_deck_is_powerpoint_too(sample_deck: Path) -> None:
    """The same slides, 16:9, with headings and notes."""
    shown = slides_of(sample_deck.with_suffix(".ipynb"))
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    titles = [page.shapes.title.text_frame.text.replace("\N{NO-BREAK SPACE}", " ") for page in deck.slides]
    assert titles == [slide.heading for slide in shown]
    assert (deck.slide_width, deck.slide_height) == (12192000, 6858000)
    notes = [page.notes_slide.notes_text_frame.text if page.has_notes_slide else "" for page in deck.slides]
    assert notes[0].startswith("Ten minutes to look")
    assert any("was handed over on" in note for note in notes)
    assert "as of 2026-03-06" in notes[0]


def test_pictures_are_told_in_words_and_lie_on_their_slide(sample_deck: Path) -> None:
    """Only the network and the map are pictures, with alternative texts, none beyond the slide's edge."""
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    pictures = [picture for page in deck.slides for picture in shapes(page, "PICTURE")]
    assert len(pictures) == 2
    for picture in pictures:
        assert len(picture._element.nvPicPr.cNvPr.get("descr")) > 20
        assert picture.left + picture.width <= deck.slide_width
        assert picture.top + picture.height <= deck.slide_height


def test_bars_are_charts_whose_numbers_can_be_edited(sample_deck: Path) -> None:
    """With the numbers of the screen, alternative texts, and letters of 24 points."""
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    frames = [shape for page in deck.slides for shape in page.shapes if shape.has_chart]
    assert len(frames) == 4
    before_and_after = frames[0].chart.plots[0]
    assert list(before_and_after.categories) == ["before", "after"]
    assert list(before_and_after.series[0].values) == [25.81, 1.74]
    for frame in frames:
        assert len(frame._element.nvGraphicFramePr.cNvPr.get("descr")) > 20
        assert frame.chart.font.size.pt == 24


def test_tables_can_be_edited(sample_deck: Path) -> None:
    """What is decided is a table with empty fields, not a picture of one."""
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    tables = [table.table for page in deck.slides for table in shapes(page, "TABLE")]
    rows = [[cell.text_frame.text for cell in row.cells] for row in tables[-1].rows]
    assert rows[0] == ["What", "Who", "By when"]
    assert rows[1][0].startswith("Go through the tickets in 'Reported' together")
    assert rows[-1] == ["Or an idea of our own:", "", ""]


def test_no_text_is_smaller_than_24_points(sample_deck: Path) -> None:
    """On a slide of 960 × 540; and every text has a size of its own."""
    deck = pptx.Presentation(str(sample_deck.with_suffix(".pptx")))
    frames = [shape.text_frame for page in deck.slides for shape in page.shapes if shape.has_text_frame]
    frames += [
        cell.text_frame
        for page in deck.slides
        for table in shapes(page, "TABLE")
        for row in table.table.rows
        for cell in row.cells
    ]
    sizes = {part.font.size.pt for frame in frames for part in frame.paragraphs if part.text}
    assert min(sizes) == 24


@pytest.mark.slow
def test_texts_look_as_on_the_screen(tmp_path: Path) -> None:
    """Titles at the left, the first one larger and lower; bullets; tables of lines alone, their head in bold."""
    rows = [["What", "Who"], ["Try it", ""]]
    slides = [Slide(heading="Why?", opening=True), Slide(heading="Because: 3 d", items=["One"], rows=rows)]
    write_pptx(slides, to=tmp_path / "deck.pptx")
    first, second = pptx.Presentation(str(tmp_path / "deck.pptx")).slides
    titles = [page.shapes.title for page in (first, second)]
    assert [str(title.text_frame.paragraphs[0].alignment) for title in titles] == ["LEFT (1)"] * 2
    assert [title.text_frame.paragraphs[0].font.size.pt for title in titles] == [54, 34]
    assert titles[0].top > titles[1].top
    assert shapes(second, "TEXT_BOX")[0].text_frame.text == "•\N{NO-BREAK SPACE}One"
    table = shapes(second, "TABLE")[0].table
    assert [cell.text_frame.paragraphs[0].font.bold for cell in (table.cell(0, 0), table.cell(1, 0))] == [
        True,
        False,
    ]
    assert table._tbl.tblPr.find(qn("a:tableStyleId")).text == "{5940675A-B579-460E-94D1-54222C63F5DA}"


@pytest.mark.slow
def test_bars_that_stand_side_by_side_are_named_at_some_places(tmp_path: Path) -> None:
    """In the chart's own words, so that PowerPoint has room for 24 points."""
    bars = {
        "names": [f"week {n}" for n in range(26)], "values": list(range(26)), "labels": [""] * 25 + ["25"],
        "colour": "#e69f00", "lying": False,
    }  # fmt: skip
    picture = Picture({}, 400, "Tickets by week.", "Tickets", bars)
    write_pptx([Slide(heading="Queue", pictures=[picture])], to=tmp_path / "deck.pptx")
    (page,) = pptx.Presentation(str(tmp_path / "deck.pptx")).slides
    (chart,) = [shape.chart for shape in page.shapes if shape.has_chart]
    assert chart.category_axis._element.find(qn("c:tickLblSkip")).get("val") == "8"
    assert chart.plots[0].series[0].points[25].data_label.text_frame.text == "25"


def test_without_the_library_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is run."""
    monkeypatch.setattr("vsm.reports.deck.find_spec", lambda _: None)
    with pytest.raises(ParameterError, match=r"pip install 'vsm\[pptx\]'"):
        require_pptx()
