"""Which slides does an executed notebook hold? Headings, lines, pictures, tables and speaker notes.

The cells' ``slideshow.slide_type`` cuts it, as in nbconvert's own slides: ``slide`` and ``subslide`` begin a
slide, ``notes`` are for the speaker, ``skip`` is left out, all else goes on with the slide.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from vsm.errors import SourceError
from vsm.reports.body import HIDDEN_TAGS

PLOTLY: Final = "application/vnd.plotly.v1+json"
_HEADING: Final = re.compile(r"#{1,3} (.+)")
_TAG: Final = re.compile(r"<[^>]+>")
_HEIGHT: Final = 450
_BRIEF: Final = 110
_TOP: Final = 28
_FRAMED_TOP: Final = 60  # what a title takes above a figure, see vsm.figures.theme


@dataclass(frozen=True, slots=True)
class Picture:
    """Which figure is on a slide? Plotly's ``spec`` without title and caption, which the slide shows."""

    spec: dict[str, Any]
    height: int
    alt: str
    caption: str

    @property
    def brief(self) -> str:
        """What of the caption is on the slide? All of it where it is short, else its first sentence."""
        return self.caption if len(self.caption) <= _BRIEF else self.caption.partition(". ")[0] + "."


@dataclass(slots=True)
class Slide:
    """What is on one slide? ``text`` is Markdown, ``tables`` are HTML, all else is plain."""

    heading: str = ""
    line: str = ""
    text: str = ""
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Markup] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    opening: bool = False
    hollow: bool = False


def slides_of(notebook: Path) -> list[Slide]:
    """Which slides does an executed notebook hold?

    A slide whose cells were to show something, and showed nothing, is left out. One without a heading takes
    the title of its figure.

    Raises
    ------
    SourceError
        The file is missing or no notebook.

    Examples
    --------
    >>> slides_of(Path("absent.ipynb"))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: absent.ipynb cannot be read as a notebook: there is no such file
    """
    if not notebook.is_file():
        raise SourceError(f"{notebook} cannot be read as a notebook: there is no such file")
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{notebook} cannot be read as a notebook: {error}") from error
    return [slide for slide in _cut(cells) if not slide.hollow]


def _cut(cells: list[dict[str, Any]]) -> Iterator[Slide]:
    slide: Slide | None = None
    for cell in cells:
        about = cell.get("metadata", {})
        kind = about.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip" or HIDDEN_TAGS & set(about.get("tags", ())):
            continue
        if kind in {"slide", "subslide"} or slide is None:
            if slide is not None:
                yield slide
            slide = Slide()
        _add(slide, cell, kind)
    if slide is not None:
        yield slide


def _add(slide: Slide, cell: Mapping[str, Any], kind: str) -> None:
    text = "".join(cell["source"])
    if kind == "notes":
        slide.notes += [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    elif cell["cell_type"] == "markdown":
        _add_text(slide, text)
    elif cell["cell_type"] == "code":
        shown = [output["data"] for output in cell["outputs"] if "data" in output]
        for data in shown:
            _add_output(slide, data)
        slide.hollow = not (slide.pictures or slide.tables)


def _add_text(slide: Slide, text: str) -> None:
    first, _, rest = text.strip().partition("\n")
    heading = _HEADING.fullmatch(first)
    if heading and not slide.heading:
        slide.heading, slide.opening = heading[1], first.startswith("# ")
        text = rest
    slide.text = f"{slide.text}\n\n{text.strip()}".strip()


def _add_output(slide: Slide, data: Mapping[str, Any]) -> None:
    if PLOTLY in data:
        figure = data[PLOTLY]
        slide.heading = slide.heading or _title(figure)
        meta = _meta(figure)
        slide.line = slide.line or str(meta.get("line", ""))
        slide.notes += [str(note) for note in meta.get("notes", ())]
        picture = picture_of(figure)
        slide.pictures.append(picture)
        if picture.caption != picture.brief:
            slide.notes.append(f"Small print: {picture.caption}")
    elif "text/html" in data:
        # Tables of vsm.figures, which escape what comes from the data; the page's policy disarms the rest.
        slide.tables.append(Markup("".join(data["text/html"])))  # noqa: S704


def picture_of(figure: Mapping[str, Any]) -> Picture:
    """How does a figure look without what the slide says itself, its title and its caption?

    Examples
    --------
    >>> layout = {"title": {"text": "Waits"}, "height": 300, "margin": {"t": 60, "b": 90}}
    >>> picture_of({"data": [], "layout": layout}).height
    268
    """
    layout = dict(figure.get("layout", {}))
    notes = layout.get("annotations", [])
    captions = [note for note in notes if note.get("name") == "caption"]
    layout["annotations"] = [note for note in notes if note.get("name") != "caption"]
    margin, height = dict(layout.get("margin", {})), int(layout.get("height") or _HEIGHT)
    above = min(margin.get("t", 0), _FRAMED_TOP) - _TOP if layout.get("title") else 0
    below = sum(17 * (note["text"].count("<br>") + 1) for note in captions)
    margin.update(t=margin.get("t", 0) - max(above, 0), b=margin.get("b", 0) - below)
    layout.update(title=None, margin=margin, height=height - max(above, 0) - below)
    spec = {"data": figure.get("data", []), "layout": layout}
    caption = " ".join(_read(note["text"]) for note in captions)
    return Picture(spec, layout["height"], str(_meta(figure).get("alt", "")), caption)


def _meta(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = figure.get("layout", {}).get("meta")
    return meta if isinstance(meta, dict) else {}


def _title(figure: Mapping[str, Any]) -> str:
    title = figure.get("layout", {}).get("title") or {}
    return _read(title.get("text", "")) if isinstance(title, dict) else ""


def _read(markup: str) -> str:
    """Read a label as people do: without tags, on one line."""
    return html.unescape(_TAG.sub("", markup.replace("<br>", " "))).strip()
