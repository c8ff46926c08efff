"""An executed notebook as slides in one file: reveal.js, figures and notes, and no request.

The cells' ``slideshow.slide_type`` cuts it, as in nbconvert's own slides: ``slide`` and ``subslide`` begin a
slide, ``notes`` are for the speaker, ``skip`` is left out, all else goes on with the slide.

reveal.js is taken from an installed package when slides are rendered. Its policy lets only the deck's own
scripts run, as that of a report's page does; the speaker's window, which ``S`` opens, shows the deck twice.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vsm.errors import RunError, SourceError
from vsm.reports.notebook_html import HIDDEN_TAGS, TEMPLATES
from vsm.reports.render import digest, packed

PLOTLY: Final = "application/vnd.plotly.v1+json"
_HEADING: Final = re.compile(r"#{1,3} (.+)")
_TAG: Final = re.compile(r"<[^>]+>")
_HEIGHT: Final = 450
_BRIEF: Final = 110
_TOP: Final = 28
_FRAMED_TOP: Final = 60  # what a title takes above a figure, see vsm.figures.theme
_REVEAL: Final = ("sphinx_revealjs", "_static/revealjs")
_POLICY: Final = (
    "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; frame-src 'self' file:; base-uri 'none'; form-action 'none'"
)
_HTML_SAFE: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure on a slide: Plotly's ``spec`` without title and caption, which the slide shows."""

    spec: dict[str, Any]
    height: int
    alt: str
    caption: str

    @property
    def brief(self) -> str:
        """The part of the caption that is on the slide: all where it is short, else its first sentence."""
        return self.caption if len(self.caption) <= _BRIEF else self.caption.partition(". ")[0] + "."


@dataclass(slots=True)
class Slide:
    """One slide. ``text`` is Markdown, ``tables`` are HTML, all else is plain."""

    heading: str = ""
    line: str = ""
    text: str = ""
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Markup] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    opening: bool = False
    hollow: bool = False


def slides_of(notebook: Path) -> list[Slide]:
    """The slides that an executed notebook holds.

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
    """A figure without what the slide says itself: its title and its caption.

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
    caption = " ".join(_plain_text(note["text"]) for note in captions)
    return Picture(spec, layout["height"], str(_meta(figure).get("alt", "")), caption)


def _meta(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = figure.get("layout", {}).get("meta")
    return meta if isinstance(meta, dict) else {}


def _title(figure: Mapping[str, Any]) -> str:
    title = figure.get("layout", {}).get("title") or {}
    return _plain_text(title.get("text", "")) if isinstance(title, dict) else ""


def _plain_text(markup: str) -> str:
    """Read a label as people do: without tags, on one line."""
    return html.unescape(_TAG.sub("", markup.replace("<br>", " "))).strip()


def render_slides(notebook: Path, *, title: str, footer: Mapping[str, str]) -> str:
    """Render an executed notebook as slides.

    Parameters
    ----------
    notebook
        The executed ``.ipynb`` file, cut by its cells' ``slideshow.slide_type``.
    title
        Name of the stream, for the window's title.
    footer
        What the reader must know of its making, at the foot of the first slide; text by name.

    Returns
    -------
    str
        A whole HTML file that makes no request. ``data-ready`` at its body says that it is drawn; with
        ``?print-pdf`` in its address it lays all slides out for print.

    Raises
    ------
    SourceError
        The file is missing or no notebook.
    """
    return deck_of(slides_of(notebook), title=title, footer=footer)


def deck_of(slides: Sequence[Slide], *, title: str, footer: Mapping[str, str]) -> str:
    """Render slides as one HTML file, as ``render_slides``.

    Examples
    --------
    >>> "<h2>&lt;Flow&gt;</h2>" in deck_of([Slide(heading="<Flow>")], title="Flow", footer={})
    True
    """
    nothing = Slide(heading="Nothing to show yet", text="The notebook has no slide.", opening=True)
    scripts = [_shipped("dist/reveal.js"), _shipped("plugin/notes/notes.js"), _own("slides.js")]
    speaker = [digest(script) for script in _speaker_scripts()]
    allowed = " ".join([*(digest(script) for script in scripts), *speaker])
    return (
        _environment()
        .get_template("deck.html.j2")
        .render(
            slides=slides or [nothing],
            title=title,
            about=footer,
            licence=_shipped("LICENSE"),
            policy=_POLICY.format(script=f"{allowed} blob:"),
            reveal_css=_shipped("dist/reveal.css"),
            style=_own("slides.css"),
            scripts=scripts,
            plotly=packed("plotly", "package_data/plotly.min.js"),
        )
    )


def spec_text(spec: Mapping[str, Any]) -> Markup:
    r"""A figure's JSON as it lies in a deck: nothing in it ends its element.

    Examples
    --------
    >>> str(spec_text({"name": "</script>"}))
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(spec, separators=(",", ":")).translate(_HTML_SAFE)
    return Markup(text)  # noqa: S704 - escaped as JSON in the line above


def markdown_html(text: str) -> Markup:
    """A slide's Markdown as HTML; it is the notebook author's, not the data's."""
    # Imported here since it takes a second, and most commands render nothing.
    from nbconvert.filters.markdown import markdown2html  # noqa: PLC0415

    return Markup(markdown2html(text))  # noqa: S704 - the page's policy disarms scripts in it


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES / "slides"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    found.filters |= {"spec": spec_text, "markdown": markdown_html}
    return found


@cache
def _own(name: str) -> Markup:
    return Markup((TEMPLATES / "slides" / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _revealjs(name: str) -> str:
    # Found without importing that package, which would import all of Sphinx.
    package, folder = _REVEAL
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RunError(f"slides need the package {package}, which is not there; install vsm again")
    return (Path(spec.origin).parent / folder / name).read_text(encoding="utf-8")


@cache
def _shipped(name: str) -> Markup:
    """Read a file of reveal.js; a script in it must not end the element it stands in."""
    text = _revealjs(name)
    return Markup(re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE))  # noqa: S704 - reveal.js itself


@cache
def _speaker_scripts() -> tuple[str, ...]:
    """Give the scripts of the speaker's window: it inherits the deck's policy, which must name them."""
    page = _revealjs("plugin/notes/speaker-view.html")
    return tuple(_SCRIPT.findall(page))
