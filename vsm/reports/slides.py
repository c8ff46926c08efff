"""An executed notebook as slides in one file: reveal.js, figures and notes, and no request.

The cells' ``slideshow.slide_type`` cuts it, as in nbconvert's own slides: ``slide`` and ``subslide`` begin a
slide, ``notes`` are for the speaker, ``skip`` is left out, all else goes on with the slide. A cell of code
shows a figure, or ``vsm.figures.slides.Words``; where it shows neither, its slide is left out.

reveal.js is taken from an installed package when slides are rendered. Its policy lets only the deck's own
scripts run, as that of a report's page does; the speaker's window, which ``S`` opens, shows the deck twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from vsm.errors import RunError
from vsm.figures.slides import BRIEF
from vsm.reports.notebook_html import ENVIRONMENT, HEIGHT, HIDDEN_TAGS, PLOTLY, asset, plain_text, unbroken
from vsm.reports.parameters import cells_of
from vsm.reports.render import POLICY, digest, packed
from vsm.reports.scripts import isolated_texts

WORDS: Final = "application/vnd.vsm.slide+json"
"""What a slide says, as ``vsm.figures.slides`` gives it."""
_HEADING: Final = re.compile(r"#{1,3} (.+)")
_TOP: Final = 28
_FRAMED_TOP, _TITLE_LINE = 60, 25  # what a title takes above a figure, see vsm.figures.theme
_REVEAL: Final = ("sphinx_revealjs", "_static/revealjs")
_POLICY: Final = f"{POLICY}; frame-src 'self' file:"
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure on a slide: Plotly's ``spec`` without title and caption, which the slide shows.

    ``bars`` are those of ``vsm.figures.slides``: a chart that was made for a slide, and fills it.
    """

    spec: dict[str, Any]
    height: int
    alt: str
    caption: str
    bars: Mapping[str, Any] | None = None

    @property
    def brief(self) -> str:
        """The caption, where a slide has room for it: a line, below bars two; else the speaker has it."""
        return unbroken(self.caption) if len(self.caption) <= (2 * BRIEF if self.bars else BRIEF) else ""


@dataclass(slots=True)
class Slide:
    """One slide. ``text`` is Markdown, all else is plain; ``rows`` are a table, its head first."""

    heading: str = ""
    line: str = ""
    text: str = ""
    items: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    opening: bool = False
    hollow: bool = False


def slides_of(notebook: Path) -> list[Slide]:
    """The slides that an executed notebook holds.

    A slide whose cells were to show something, and showed nothing, is left out. One without a heading takes
    the title of its figure. Raises SourceError where the file is missing or no notebook.
    """
    slides: list[Slide] = []
    for cell in isolated_texts(cells_of(notebook)):
        metadata = cell.get("metadata", {})
        kind = metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip" or HIDDEN_TAGS & set(metadata.get("tags", ())):
            continue
        if kind in {"slide", "subslide"} or not slides:
            slides.append(Slide())
        _add(slides[-1], cell, kind)
    return [slide for slide in slides if not slide.hollow]


def _add(slide: Slide, cell: Mapping[str, Any], kind: str) -> None:
    text = "".join(cell["source"])
    if kind == "notes":
        slide.notes += [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    elif cell["cell_type"] == "markdown":
        first, _, rest = text.strip().partition("\n")
        heading = _HEADING.fullmatch(first)
        if heading and not slide.heading:
            slide.heading, slide.opening = heading[1], first.startswith("# ")
            text = rest
        slide.text = f"{slide.text}\n\n{text.strip()}".strip()
    elif cell["cell_type"] == "code":
        shown = [_add_output(slide, output["data"]) for output in cell["outputs"] if "data" in output]
        slide.hollow = not any(shown)


def _add_output(slide: Slide, data: Mapping[str, Any]) -> bool:
    """Add what a cell shows; returns whether it is for a slide."""
    if WORDS in data:
        said = data[WORDS]
        slide.heading, slide.line = slide.heading or said["heading"], slide.line or said["line"]
        for name in ("items", "rows", "notes"):
            getattr(slide, name).extend(said[name])
    elif PLOTLY in data:
        figure = data[PLOTLY]
        title = figure.get("layout", {}).get("title")
        slide.heading = slide.heading or plain_text(title.get("text", "") if isinstance(title, dict) else "")
        meta = _meta(figure)
        slide.line = slide.line or str(meta.get("line", ""))
        slide.notes += [str(note) for note in meta.get("notes", ())]
        picture = picture_of(figure)
        slide.pictures.append(picture)
        if picture.caption and not picture.brief:
            slide.notes.append(f"Small print: {picture.caption}")
    return WORDS in data or PLOTLY in data


def picture_of(figure: Mapping[str, Any]) -> Picture:
    """A figure, and its drawing for a phone, without what the slide says itself: title and caption."""
    meta = _meta(figure)
    layout, caption = _bare(figure.get("layout", {}), made_for_slides="bars" in meta)
    if narrow := meta.get("narrow"):
        bare, _ = _bare(narrow["layout"], made_for_slides=False)
        layout["meta"] = {"narrow": {"data": narrow["data"], "layout": bare}}
    spec, alt = {"data": figure.get("data", []), "layout": layout}, str(meta.get("alt", ""))
    return Picture(spec, layout["height"], alt, str(meta.get("caption") or caption), meta.get("bars"))


def _bare(layout: Mapping[str, Any], *, made_for_slides: bool) -> tuple[dict[str, Any], str]:
    """Take title and caption out of a layout, which gets less high by their room; returns the caption too."""
    notes = layout.get("annotations", [])
    captions = [note for note in notes if note.get("name") == "caption"]
    margin, height = dict(layout.get("margin", {})), int(layout.get("height") or HEIGHT)
    titled = layout.get("title") and not made_for_slides
    title = layout.get("title") if titled else None
    lines = title.get("text", "").count("<br>") if isinstance(title, Mapping) else 0
    above = max(min(margin.get("t", 0), _FRAMED_TOP + _TITLE_LINE * lines) - _TOP, 0) if titled else 0
    below = sum(17 * (note["text"].count("<br>") + 1) for note in captions)
    margin.update(t=margin.get("t", 0) - above, b=margin.get("b", 0) - below)
    rest = [note for note in notes if note.get("name") != "caption"]
    bare = {"title": None, "annotations": rest, "margin": margin, "height": height - above - below}
    return {**layout, **bare}, " ".join(plain_text(note["text"]) for note in captions)


def _meta(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = figure.get("layout", {}).get("meta")
    return meta if isinstance(meta, dict) else {}


def render_slides(notebook: Path, *, title: str, about: Mapping[str, str], notice: str = "") -> str:
    """Render an executed notebook as slides.

    Parameters
    ----------
    notebook
        The executed ``.ipynb`` file, cut by its cells' ``slideshow.slide_type``.
    title
        Name of the stream, for the window's title.
    about
        State of the data, versions and the like, for the notes of the first slide; text by name.
    notice
        What the audience has to know of the data, such as that they are old, at the foot of the first slide.

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
    nothing = Slide(heading="Nothing to show yet", text="The notebook has no slide.", opening=True)
    scripts = [_shipped("dist/reveal.js"), _shipped("plugin/notes/notes.js"), asset("slides/slides.js")]
    # The speaker's window inherits the deck's policy, which must name its scripts too.
    speaker = _SCRIPT.findall(_revealjs("plugin/notes/speaker-view.html"))
    allowed = " ".join(digest(script) for script in (*scripts, *speaker))
    return ENVIRONMENT.get_template("deck.html.j2").render(
        slides=with_provenance(slides_of(notebook), about) or [nothing],
        title=title,
        notice=notice,
        licence=_shipped("LICENSE"),
        policy=_POLICY.format(script=f"{allowed} blob:"),
        reveal_css=_shipped("dist/reveal.css"),
        style=asset("slides/slides.css"),
        scripts=scripts,
        plotly=packed("plotly", "package_data/plotly.min.js"),
    )


def with_provenance(slides: list[Slide], about: Mapping[str, str]) -> list[Slide]:
    """Add to the first slide's notes what a deck was made of: text by name."""
    for slide in slides[:1]:
        slide.notes.append(f"Made of: {', '.join(f'{name} {text}' for name, text in about.items())}.")
    return slides


def _revealjs(name: str) -> str:
    # Found without importing that package, which would import all of Sphinx.
    package, folder = _REVEAL
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RunError(f"slides need the package {package}, which is not installed; install vsm again")
    return (Path(spec.origin).parent / folder / name).read_text(encoding="utf-8")


@cache
def _shipped(name: str) -> Markup:
    """Read a file of reveal.js; a script in it must not end the element it stands in."""
    text = _revealjs(name)
    return Markup(re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE))  # noqa: S704 - reveal.js itself
