"""An executed notebook's cells as HTML, by nbconvert with our figures and code folds, and its outline."""

import base64
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vsm.errors import SourceError

TEMPLATES: Final = Path(__file__).with_name("template")
HIDDEN_TAGS: Final = frozenset({"parameters", "injected-parameters", "setup", "papermill-error-cell-tag"})
OPENING_ENDS: Final = "<!--opening-ends-->"
_PLOTLY: Final = "application/vnd.plotly.v1+json"
_SHOWN: Final = (
    _PLOTLY, "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain",
)  # fmt: skip
_HEIGHT: Final = 450
_HTML_SAFE: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}

ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES / "vsm"), autoescape=True, undefined=StrictUndefined, auto_reload=False
)
_HEADINGS: Final = ("h1", "h2", "h3")
_ANCHOR: Final = "anchor-link"


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

    Cells tagged ``parameters``, ``injected-parameters`` or ``setup`` are left out, code is folded away, and
    a Plotly figure becomes a container with its data, to be drawn by the page's script.

    Raises
    ------
    SourceError
        The file is missing or no notebook.

    Examples
    --------
    >>> body_of(Path("absent.ipynb"))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: absent.ipynb cannot be read as a notebook: there is no such file
    """
    if not notebook.is_file():
        raise SourceError(f"{notebook} cannot be read as a notebook: there is no such file")
    # Imported here since it takes seconds, and most commands render nothing.
    import nbformat  # noqa: PLC0415
    from nbconvert.exporters.html import HTMLExporter  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    try:
        content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise SourceError(f"{notebook} cannot be read as a notebook: {error}") from error
    removed = {"enabled": True, "remove_cell_tags": set(HIDDEN_TAGS)}
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=Config({"TagRemovePreprocessor": removed, "NbConvertBase": {"display_data_priority": _SHOWN}}),
        template_name="vsm",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        filters={"figure_html": figure_html},
    )
    html, _ = exporter.from_notebook_node(content)
    return Body(Markup(html), outline_of(html))  # noqa: S704 - nbconvert's HTML; the page's policy disarms it


def figure_html(figure: dict[str, Any], *, packed: bool = False) -> str:
    """A Plotly figure (its JSON) as it lies in the page.

    The sentence in ``layout.meta["alt"]`` names the picture for a screen reader and stands below it. With
    ``packed`` the JSON is gzip in base64, an eighth as long, for pages of many figures.

    Examples
    --------
    >>> html = figure_html({"data": [], "layout": {"meta": {"alt": "Waits <by> team."}}})
    >>> 'aria-label="Waits &lt;by&gt; team."' in html
    True
    """
    layout = figure.get("layout", {})
    meta = layout.get("meta")
    alt = str(meta.get("alt", "")) if isinstance(meta, dict) else ""
    drawn = {part: figure[part] for part in ("data", "layout", "frames") if part in figure}
    spec = json.dumps(drawn, separators=(",", ":")).translate(_HTML_SAFE)
    if packed:
        spec = base64.b64encode(gzip.compress(spec.encode(), mtime=0)).decode()
    return ENVIRONMENT.get_template("figure.html.j2").render(
        alt=alt,
        packed=packed,
        height=int(layout.get("height") or _HEIGHT),
        spec=Markup(spec),  # noqa: S704 - escaped as JSON in the line above
    )


def outline_of(html: str) -> Outline:
    """The question, first paragraph and headings of this HTML.

    Examples
    --------
    >>> outline_of('<h1 id="a">Where?</h1><p>Here &amp; there.</p><h2 id="b">Waits</h2>')
    Outline(question='Where?', lead='Here & there.', entries=(Entry(level=2, anchor='b', text='Waits'),))
    """
    reader = _OutlineReader()
    reader.feed(html)
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
        if tag in (*_HEADINGS, "p"):
            self._tag, self._anchor, self._text = tag, given.get("id") or "", []
        self._in_mark = tag == "a" and _ANCHOR in (given.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False
        if tag == self._tag:
            self.found.append((tag, self._anchor, " ".join("".join(self._text).split())))
            self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag and not self._in_mark:
            self._text.append(data)
