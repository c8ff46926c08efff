"""Slides as PowerPoint: pictures with alternative texts, tables to edit, notes for the speaker."""

import warnings
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from vsm.errors import ParameterError, RunError
from vsm.reports.atomic import write_whole
from vsm.reports.notebook_html import markdown_html, plain_text
from vsm.reports.slides import Picture, Slide

_PIXEL: Final = 9525  # EMU; a slide is 1280 × 720 of them
_ROOM: Final = (1184, 470)  # pixels for a picture
_TOP: Final = 176
_LEFT: Final = 48
_MIN_WIDTH: Final = 700


def require_pptx() -> None:
    """Raise ParameterError where python-pptx, an extra of this package, is not installed."""
    if find_spec("pptx") is None:
        raise ParameterError("PowerPoint needs a library that is not installed: pip install 'vsm[pptx]'")


def write_pptx(slides: Sequence[Slide], *, to: Path, footer: Mapping[str, str]) -> None:
    """Write slides as PowerPoint, as on the screen; pictures are images, tables can be edited.

    Parameters
    ----------
    to
        The file; one that exists is replaced, and it is whole or not there.
    footer
        State of the data and the like, at the foot of the first slide; text by name.

    Raises
    ------
    ParameterError
        python-pptx is not installed.
    RunError
        There is no browser to draw the pictures, or the file cannot be written.
    """
    require_pptx()
    import pptx  # noqa: PLC0415 - an extra
    from pptx.util import Emu  # noqa: PLC0415 - an extra

    images = iter(_images([picture for slide in slides for picture in slide.pictures]))
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Emu(1280 * _PIXEL), Emu(720 * _PIXEL)
    for slide in slides:
        page = deck.slides.add_slide(deck.slide_layouts[5])  # a title, and nothing else
        _place_texts(page, slide)
        for picture in slide.pictures:
            _place_picture(page, next(images), picture)
        for table in slide.tables:
            _place_table(page, table)
        if slide.notes:
            page.notes_slide.notes_text_frame.text = "\n".join(slide.notes)
    if slides and footer:
        _place_small(deck.slides[0], " · ".join(f"{name}: {text}" for name, text in footer.items()))
    content = BytesIO()
    deck.save(content)
    try:
        write_whole(to, content.getvalue())
    except OSError as error:
        raise RunError(f"cannot write {to}: {error.strerror or error}") from error


def _images(pictures: Sequence[Picture]) -> list[bytes]:
    """Draw all pictures as PNG, with one browser."""
    if not pictures:
        return []
    # Imported here since it takes half a second, and most commands draw nothing.
    import kaleido  # noqa: PLC0415
    import plotly.graph_objects as go  # noqa: PLC0415
    from choreographer.browsers.chromium import ChromeNotFoundError  # noqa: PLC0415

    try:
        kaleido.start_sync_server(n=1, silence_warnings=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # kaleido warns about its own options, which it ignores
                sizes = [_size(picture) for picture in pictures]
                return [
                    go.Figure(picture.spec).to_image(
                        format="png", width=round(wide), height=round(high), scale=2 * _ROOM[0] / wide
                    )
                    for picture, (wide, high) in zip(pictures, sizes, strict=True)
                ]
        finally:
            kaleido.stop_sync_server(silence_warnings=True)
    except ChromeNotFoundError as error:
        raise RunError(
            "cannot draw pictures for PowerPoint: no Chrome or Chromium was found; install one"
        ) from error


def _size(picture: Picture) -> tuple[float, float]:
    """Give the size at which the figure is laid out to fill its room; as ``slides.js`` does."""
    scale = min(_ROOM[1] / picture.height, _ROOM[0] / _MIN_WIDTH)
    return _ROOM[0] / scale, picture.height


def _place_texts(page: Any, slide: Slide) -> None:
    from pptx.util import Emu, Pt  # noqa: PLC0415 - an extra

    title = page.shapes.title
    title.left, title.top, title.width, title.height = _box(_LEFT, 30, 1184, 64)
    title.text_frame.text = slide.heading
    title.text_frame.paragraphs[0].font.size = Pt(34)
    title.text_frame.paragraphs[0].font.bold = True
    lines = [slide.line] if slide.line else []
    parts = [plain_text(part).replace("¶", "").strip() for part in markdown_html(slide.text).split("\n")]
    lines += [part for part in parts if part]
    if lines:
        frame = page.shapes.add_textbox(*map(Emu, _box(_LEFT, 98, 1184, 60))).text_frame
        frame.word_wrap = True
        frame.text = "\n".join(lines)
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(20)
    for picture in slide.pictures:
        _place_small(page, picture.brief)


def _place_small(page: Any, text: str, *, top: int = 662, points: int = 12) -> None:
    from pptx.util import Emu, Pt  # noqa: PLC0415 - an extra

    note = page.shapes.add_textbox(*map(Emu, _box(_LEFT, top, 1184, 40))).text_frame
    note.word_wrap = True
    note.text = text
    note.paragraphs[0].font.size = Pt(points)


def _place_picture(page: Any, image: bytes, picture: Picture) -> None:
    wide, high = _size(picture)
    share = _ROOM[0] / wide
    left, top, width, height = _box(_LEFT, _TOP, wide * share, high * share)
    placed = page.shapes.add_picture(BytesIO(image), left, top, width, height)
    properties = placed._element.nvPicPr.cNvPr  # noqa: SLF001 - python-pptx has no other way to say it
    properties.set("descr", picture.alt)


def _place_table(page: Any, table_html: str) -> None:
    from pptx.util import Emu, Pt  # noqa: PLC0415 - an extra

    reader = _Cells()
    reader.feed(table_html)
    reader.close()
    rows = [[" ".join(cell.split()) for cell in row] for row in reader.rows if row]
    if len(rows) < 2:  # only a head: the caption says why
        _place_small(page, " ".join(reader.caption.split()), top=_TOP, points=20)
        return
    wide = max(map(len, rows))
    box = _box(_LEFT, _TOP, 1184, 44 * len(rows))
    table = page.shapes.add_table(len(rows), wide, *map(Emu, box)).table
    lengths = [max(12, *(min(len(row[n]), 60) for row in rows if n < len(row))) for n in range(wide)]
    for column, length in enumerate(lengths):
        table.columns[column].width = Emu(round(1184 * _PIXEL * length / sum(lengths)))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = table.cell(number, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(14 if number == 0 else 18)


def _box(left: float, top: float, width: float, height: float) -> tuple[int, int, int, int]:
    left, top, width, height = (round(pixels * _PIXEL) for pixels in (left, top, width, height))
    return left, top, width, height


class _Cells(HTMLParser):
    """Collects the texts of a table's cells, row by row, and its caption."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.caption = ""
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
        if tag in {"td", "th", "caption"}:
            self._within = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "caption":
            self.caption += data
        elif self._within:
            self.rows[-1][-1] += data
