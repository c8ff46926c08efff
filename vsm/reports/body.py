"""How do a notebook's cells become HTML? nbconvert's ``basic`` template, with our figures and code folds."""

import base64
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vsm.errors import SourceError
from vsm.reports.outline import Outline, outline_of

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


@dataclass(frozen=True, slots=True)
class Body:
    """What does a notebook show? ``html`` of its cells and their outline."""

    html: Markup
    outline: Outline


def body_of(notebook: Path) -> Body:
    """What does an executed notebook show, as HTML?

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
    """How does a Plotly figure (its JSON) lie in the page?

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
