"""Slides as PowerPoint: charts, tables and texts to edit, pictures of maps, notes for the speaker."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from vsm.errors import ParameterError, RunError
from vsm.figures.slides import BRIEF
from vsm.reports.atomic import write_whole
from vsm.reports.notebook_html import markdown_html, plain_text, unbroken
from vsm.reports.slides import Picture, Slide

_PIXEL: Final = 9525  # EMU; a slide is 1280 × 720 of them
_WIDE: Final = 1184  # pixels between the margins
_LEFT: Final = 48
_TOP: Final = 146  # below a title of two lines
_OPENING_TOP: Final = 200
_FOOT: Final = 650  # where a caption stands
_LETTER: Final = 24  # points, of a slide of 960 × 540: the smallest letters
_LINE: Final = 42  # pixels
_WORD: Final = 20  # pixels of a letter of a word, which is not broken
_TO_FILL: Final = 8  # letters' room in a column with empty cells
_MIN_WIDTH: Final = 700
_RULE: Final = "#e2e3df"
_PLAIN: Final = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # PowerPoint's style of a table with lines alone
_CHARACTERS: Final = 76  # in a line of a slide's width


def require_pptx() -> None:
    """Raise ParameterError where python-pptx, an extra of this package, is not installed."""
    if find_spec("pptx") is None:
        raise ParameterError("PowerPoint needs a library that is not installed: pip install 'vsm[pptx]'")


def write_pptx(slides: Sequence[Slide], *, to: Path) -> None:
    """Write slides as PowerPoint, as on the screen: bars are charts and tables are tables, both to edit.

    Parameters
    ----------
    to
        The file; one that exists is replaced, and it is whole or not there.

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

    drawn = [picture for slide in slides for picture in slide.pictures if not picture.bars]
    images = iter(_images(drawn))
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Emu(1280 * _PIXEL), Emu(720 * _PIXEL)
    for slide in slides:
        page = deck.slides.add_slide(deck.slide_layouts[5])  # a title, and nothing else
        top = _place_texts(page, slide)
        for picture in slide.pictures:
            foot = _FOOT - (_LINE if len(picture.brief) > BRIEF else 0)
            if picture.bars:
                _place_chart(page, picture, picture.bars, top=top, foot=foot)
            else:
                _place_picture(page, next(images), picture, top=top)
            _place_text(page, [picture.brief], top=foot)
        _place_table(page, slide.rows, top=top)
        if slide.notes:
            page.notes_slide.notes_text_frame.text = "\n".join(slide.notes)
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
                sizes = [_size(picture, top=_TOP) for picture in pictures]
                return [
                    go.Figure(picture.spec).to_image(
                        format="png", width=round(wide), height=round(high), scale=2 * _WIDE / wide
                    )
                    for picture, (wide, high) in zip(pictures, sizes, strict=True)
                ]
        finally:
            kaleido.stop_sync_server(silence_warnings=True)
    except ChromeNotFoundError as error:
        raise RunError(
            "cannot draw pictures for PowerPoint: no Chrome or Chromium was found; install one"
        ) from error


def _size(picture: Picture, *, top: float) -> tuple[float, float]:
    """Give the size at which the figure is laid out to fill its room; as ``slides.js`` does."""
    least = picture.spec["layout"].get("width") or _MIN_WIDTH
    scale = min((_FOOT - top) / picture.height, _WIDE / least)
    return _WIDE / scale, picture.height


def _place_texts(page: Any, slide: Slide) -> float:
    """Place the title and what is said below it; returns where the rest may begin, in pixels."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN  # noqa: PLC0415 - an extra
    from pptx.util import Pt  # noqa: PLC0415 - an extra

    title, top, letters = (
        page.shapes.title,
        _OPENING_TOP if slide.opening else 24,
        54 if slide.opening else 34,
    )
    high = 2 * _LINE * letters / _LETTER if slide.opening else _TOP - 34
    title.left, title.top, title.width, title.height = _box(_LEFT, top, _WIDE, high)
    title.text_frame.text = unbroken(slide.heading)
    title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    heading = title.text_frame.paragraphs[0]
    heading.alignment, heading.font.size, heading.font.bold = PP_ALIGN.LEFT, Pt(letters), True
    parts = [plain_text(part).replace("¶", "").strip() for part in markdown_html(slide.text).split("\n")]
    items = [f"•\N{NO-BREAK SPACE}{item}" for item in slide.items]
    said = [part for part in [slide.line, *parts, *items] if part]
    return _place_text(page, said, top=top + high + 10)


def _place_text(page: Any, texts: Sequence[str], *, top: float) -> float:
    """Place paragraphs, where there are any; returns where they end, in pixels."""
    from pptx.util import Pt  # noqa: PLC0415 - an extra

    if not any(texts):
        return top
    lines = sum(-(-len(text) // _CHARACTERS) for text in texts)
    frame = page.shapes.add_textbox(*_box(_LEFT, top, _WIDE, _LINE * lines)).text_frame
    frame.word_wrap = True
    frame.text = "\n".join(texts)
    for paragraph in frame.paragraphs:
        paragraph.font.size = Pt(_LETTER)
    return top + _LINE * lines + 8


def _place_picture(page: Any, image: bytes, picture: Picture, *, top: float) -> None:
    wide, high = _size(picture, top=top)
    share = min((_FOOT - top) / high, _WIDE / wide)
    placed = page.shapes.add_picture(BytesIO(image), *_box(_LEFT, top, wide * share, high * share))
    properties = placed._element.nvPicPr.cNvPr  # noqa: SLF001 - python-pptx has no other way to say it
    properties.set("descr", picture.alt)


def _place_chart(page: Any, picture: Picture, bars: Mapping[str, Any], *, top: float, foot: float) -> None:
    """Place bars as a chart whose numbers can be edited."""
    from pptx.chart.data import CategoryChartData  # noqa: PLC0415 - an extra
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION  # noqa: PLC0415 - an extra
    from pptx.util import Pt  # noqa: PLC0415 - an extra

    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = bars["names"]
    data.add_series(picture.brief or "value", bars["values"])  # type: ignore[no-untyped-call]
    lying = bars["lying"]
    kind = XL_CHART_TYPE.BAR_CLUSTERED if lying else XL_CHART_TYPE.COLUMN_CLUSTERED
    frame = page.shapes.add_chart(kind, *_box(_LEFT, top, _WIDE, foot - top), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", picture.alt)  # noqa: SLF001 - as for pictures
    chart = frame.chart
    chart.has_legend, chart.has_title, chart.font.size = False, False, Pt(_LETTER)
    (plot,), names, values = chart.plots, chart.category_axis, chart.value_axis
    plot.gap_width = 40 if lying else 15
    values.has_major_gridlines, values.visible, names.reverse_order = not lying, not lying, lying
    values.minimum_scale = 0
    values.format.line.fill.background()
    if not lying:
        values.major_gridlines.format.line.color.rgb = _colour(_RULE)
    (series,) = plot.series
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _colour(bars["colour"])
    for place, text in enumerate(bars["labels"]):
        if text:
            label = series.points[place].data_label
            label.text_frame.text = text
            label.text_frame.paragraphs[0].runs[0].font.size = Pt(_LETTER)
            label.position = XL_LABEL_POSITION.OUTSIDE_END
    if not lying:
        _name_some(names, every=max(len(bars["names"]) // 3, 1))


def _colour(text: str) -> Any:
    from pptx.dml.color import RGBColor  # noqa: PLC0415 - an extra

    return RGBColor.from_string(text.lstrip("#").upper())  # type: ignore[no-untyped-call]


def _name_some(axis: Any, *, every: int) -> None:
    """Name one category in so many: python-pptx has no word for it."""
    from pptx.oxml.ns import qn  # noqa: PLC0415 - an extra
    from pptx.oxml.xmlchemy import OxmlElement  # noqa: PLC0415 - an extra

    skip = OxmlElement("c:tickLblSkip")
    skip.set("val", str(every))
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)  # noqa: SLF001 - the order of the schema


def _place_table(page: Any, rows: Sequence[Sequence[str]], *, top: float) -> None:
    from pptx.oxml.ns import qn  # noqa: PLC0415 - an extra
    from pptx.util import Emu, Pt  # noqa: PLC0415 - an extra

    if not rows:
        return
    wide = max(map(len, rows))
    table = page.shapes.add_table(len(rows), wide, *_box(_LEFT, top, _WIDE, 60 * len(rows))).table
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = _PLAIN  # noqa: SLF001 - python-pptx has no word for it
    for column, pixels in zip(table.columns, _widths(rows), strict=True):
        column.width = Emu(round(_PIXEL * pixels))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = table.cell(number, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(_LETTER)
            cell.text_frame.paragraphs[0].font.bold = number == 0


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Share a slide's pixels among the columns of a table: room for the longest words, the rest by texts.

    Examples
    --------
    >>> [round(width) for width in _widths([["What", "Who"], ["Limit the queue to three tickets", ""]])]
    [873, 311]
    """
    least, more = [], []
    for column in zip(*rows, strict=True):
        word = max(len(word) for cell in column for word in (*cell.split(), ""))
        longest = max(min(len(cell), 60) for cell in column)
        least.append(24.0 + _WORD * word)
        more.append(max(longest - word, 0 if all(column) else _TO_FILL))
    spare = max(_WIDE - sum(least), 0.0) / (sum(more) or 1)
    return [width + spare * length for width, length in zip(least, more, strict=True)]


def _box(left: float, top: float, width: float, height: float) -> Iterator[Any]:
    """Give pixels as PowerPoint's units."""
    from pptx.util import Emu  # noqa: PLC0415 - an extra

    return (Emu(round(pixels * _PIXEL)) for pixels in (left, top, width, height))
