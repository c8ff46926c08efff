"""An executed notebook's cells as HTML, by nbconvert with our figures and code folds, and its outline."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vsm.errors import SourceError
from vsm.findings import shown_ticket
from vsm.reports.scripts import isolated_texts

TEMPLATES: Final = Path(__file__).with_name("template")
HIDDEN_TAGS: Final = frozenset({"parameters", "injected-parameters", "setup", "papermill-error-cell-tag"})
FOLDED: Final = "more"
"""The tag of cells that a page folds away, under their headings."""
_HEADING: Final = re.compile(r"## (.+)\n*")
OPENING_ENDS: Final = "<!--opening-ends-->"
PLOTLY: Final = "application/vnd.plotly.v1+json"
HEIGHT: Final = 450
"""Pixels of a figure that has no height of its own: Plotly's default."""
_SHOWN: Final = (
    PLOTLY, "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain",
)  # fmt: skip
_HTML_SAFE: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
_TAG: Final = re.compile(r"<[^>]+>")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TOGETHER: Final = re.compile(
    r"\d{4}-\d\d-\d\d|[−–+<]?\d[\d.,]*(?: d \d+ h| h \d+ min| (?:d|days?|h|min|weeks?)\b| %)"
    r"|\([\d.]+ – [\d.]+\)|\bn = \d[\d,]*"
)
_PART: Final = re.compile(
    r"<(script|style|pre|code|svg|title|textarea)\b.*?</\1>|<table class=\"plain\">.*?</table>|<!--.*?-->"
    r"|<[^>]*>|([^<]+)",
    re.DOTALL,
)
_UNIT: Final = re.compile(r"(?<=\d) (?=(d|days|h|min|%)\b|%)|(?<=\d [dh]) (?=\d)")


def spec_text(spec: Mapping[str, Any]) -> Markup:
    r"""A figure's JSON as a page holds it: nothing in it ends its element.

    Examples
    --------
    >>> str(spec_text({"name": "</script>"}))
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(isolated_texts(spec), separators=(",", ":")).translate(_HTML_SAFE)
    return Markup(text)  # noqa: S704 - escaped as JSON in the line above


def markdown_html(text: str) -> Markup:
    """Markdown as HTML; it is the notebook author's, not the data's."""
    # Imported here since it takes a second, and most commands render nothing.
    from nbconvert.filters.markdown import markdown2html  # noqa: PLC0415

    return Markup(markdown2html(text))  # noqa: S704 - the page's policy disarms scripts in it


def unbroken(text: str) -> str:
    r"""A text whose dates, and numbers with their units, stay on one line.

    Examples
    --------
    >>> unbroken("96 % since 2026-03-06"), unbroken("23 h 15 min")
    ('96\xa0% since 2026‑03‑06', '23\xa0h\xa015\xa0min')
    """
    dates = _DATE.sub(lambda found: found[0].replace("-", "\N{NON-BREAKING HYPHEN}"), text)
    return _UNIT.sub("\N{NO-BREAK SPACE}", dates)


def unbroken_html(page: str) -> str:
    """HTML in whose texts dates, and numbers with their units, stay on one line; code is left alone.

    No character is changed, so that what is copied or searched for is as it was. Tables that are ``plain``
    keep their lines by themselves.

    Examples
    --------
    >>> unbroken_html('<td title="96 %">96 % or so</td><code>9 %</code>')
    '<td title="96 %"><span class="unbroken">96 %</span> or so</td><code>9 %</code>'
    """
    return _PART.sub(
        lambda part: _TOGETHER.sub(r'<span class="unbroken">\g<0></span>', part[2]) if part[2] else part[0],
        page,
    )


def plain_text(markup: str) -> str:
    """A label without its tags, on one line."""
    return html.unescape(_TAG.sub("", markup.replace("<br>", " "))).strip()


ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader([TEMPLATES / "vsm", TEMPLATES / "slides"]),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
)
ENVIRONMENT.filters |= {
    "spec": spec_text,
    "markdown": markdown_html,
    "unbroken": unbroken,
    "ticket": lambda key, address=None: Markup(shown_ticket(key, address=address)),  # noqa: S704 - escaped there
}


@cache
def asset(name: str) -> Markup:
    """A script or style of our own, such as ``vsm/page.js``."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


@dataclass(frozen=True, slots=True)
class Entry:
    """One heading. ``level`` is 2 or 3."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What a page is about. ``question`` is its first heading, ``lead`` its first paragraph; may be empty."""

    question: str
    lead: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What a notebook shows: the ``html`` of its cells and their outline."""

    html: Markup
    outline: Outline


def body_of(notebook: Path) -> Body:
    """What an executed notebook shows, as HTML.

    Cells tagged ``parameters``, ``injected-parameters`` or ``setup`` are left out, code is folded away, cells
    tagged ``more`` are folded under their headings, and a Plotly figure becomes a container with its data, to
    be drawn by the page's script.

    Raises
    ------
    SourceError
        The file is missing or no notebook.
    """
    if not notebook.is_file():
        raise SourceError(f"there is no notebook {notebook}; check its path")
    # Imported here since it takes seconds, and most commands render nothing.
    import nbformat  # noqa: PLC0415

    try:
        content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise SourceError(f"{notebook} is no Jupyter notebook: {error}") from error
    _fold(content["cells"])
    page, _ = _exporter().from_notebook_node(content)
    return Body(Markup(page), outline_of(page))  # noqa: S704 - nbconvert's HTML; the page's policy disarms it


@cache
def _exporter() -> Any:
    """Give nbconvert's exporter with our templates: one for all notebooks, since each compiles them anew."""
    from nbconvert.exporters.html import HTMLExporter  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    removed = {"enabled": True, "remove_cell_tags": set(HIDDEN_TAGS)}
    return HTMLExporter(  # type: ignore[no-untyped-call]
        config=Config({"TagRemovePreprocessor": removed, "NbConvertBase": {"display_data_priority": _SHOWN}}),
        template_name="vsm",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        filters={"figure_html": figure_html},
    )


def _fold(cells: list[dict[str, Any]]) -> None:
    """Mark where a fold begins and ends: at each heading of cells tagged ``more``, and at the next one.

    The heading becomes the fold's name, and leaves its cell.
    """
    open_ = None
    for cell in cells:
        folded = FOLDED in cell["metadata"].get("tags", ())
        heading = _HEADING.match(cell["source"]) if folded and cell["cell_type"] == "markdown" else None
        if open_ is not None and (heading or not folded):
            open_["metadata"]["fold_ends"] = True
        if heading:
            cell["metadata"]["fold"] = heading[1]
            cell["source"] = cell["source"][heading.end() :]
        open_ = cell if folded else None
    if open_ is not None:
        open_["metadata"]["fold_ends"] = True


def figure_html(figure: dict[str, Any]) -> str:
    """A Plotly figure (its JSON) as part of a page.

    The sentence in ``layout.meta["alt"]`` names the picture for a screen reader, and stands below it where it
    has no caption of its own or cannot be drawn.
    """
    layout = figure.get("layout", {})
    meta = layout.get("meta")
    alt = str(meta.get("alt", "")) if isinstance(meta, dict) else ""
    spec = spec_text({part: figure[part] for part in ("data", "layout", "frames") if part in figure})
    template = ENVIRONMENT.get_template("figure.html.j2")
    captioned = any(note.get("name") == "caption" for note in layout.get("annotations", ()))
    return template.render(
        alt=alt, captioned=captioned, height=int(layout.get("height") or HEIGHT), spec=spec
    )


def outline_of(page: str) -> Outline:
    """The question, first paragraph and headings of this HTML.

    Examples
    --------
    >>> outline_of('<h1 id="a">Where?</h1><p>Here &amp; there.</p><h2 id="b">Waits</h2>')
    Outline(question='Where?', lead='Here & there.', entries=(Entry(level=2, anchor='b', text='Waits'),))
    """
    reader = _OutlineReader()
    reader.feed(page)
    reader.close()
    entries = [Entry(int(tag[1]), anchor, text) for tag, anchor, text in reader.found if tag in ("h2", "h3")]
    return Outline(
        question=next((text for tag, _, text in reader.found if tag == "h1"), ""),
        lead=next((text for tag, _, text in reader.found if tag == "p"), ""),
        entries=tuple(entry for entry in entries if entry.anchor),
    )


@dataclass
class _OutlineReader(HTMLParser):
    """Collects the texts of headings and paragraphs, without the marks that link to a heading."""

    found: list[tuple[str, str, str]] = field(default_factory=list)
    _tag: str = ""
    _anchor: str = ""
    _text: list[str] = field(default_factory=list)
    _in_mark: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("h1", "h2", "h3", "p"):
            self._tag, self._anchor, self._text = tag, given.get("id") or "", []
        self._in_mark = tag == "a" and "anchor-link" in (given.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False
        if tag == self._tag:
            self.found.append((tag, self._anchor, " ".join("".join(self._text).split())))
            self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag and not self._in_mark:
            self._text.append(data)
