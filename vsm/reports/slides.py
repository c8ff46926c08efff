"""How does an executed notebook become slides in one file? reveal.js, figures and notes, and no request.

reveal.js is taken from an installed package when slides are rendered. Its policy lets only the deck's own
scripts run, as that of a report's page does; the speaker's window, which ``S`` opens, shows the deck twice.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vsm.errors import RunError
from vsm.reports.body import TEMPLATES
from vsm.reports.render import digest, packed
from vsm.reports.slide_parts import Slide, slides_of

_REVEAL: Final = ("sphinx_revealjs", "_static/revealjs")
_POLICY: Final = (
    "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; frame-src 'self' file:; base-uri 'none'; form-action 'none'"
)
_HTML_SAFE: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NOTHING: Final = Slide(heading="Nothing to show yet", text="The notebook has no slide.", opening=True)


def render_slides(notebook: Path, *, title: str, footer: Mapping[str, str]) -> str:
    """How does an executed notebook look as slides?

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

    Examples
    --------
    >>> render_slides(Path("absent.ipynb"), title="Flow", footer={})
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: absent.ipynb cannot be read as a notebook: there is no such file
    """
    return deck_of(slides_of(notebook), title=title, footer=footer)


def deck_of(slides: Sequence[Slide], *, title: str, footer: Mapping[str, str]) -> str:
    """How do these slides look as one HTML file? As ``render_slides``.

    Examples
    --------
    >>> "<h2>&lt;Flow&gt;</h2>" in deck_of([Slide(heading="<Flow>")], title="Flow", footer={})
    True
    """
    scripts = [_shipped("dist/reveal.js"), _shipped("plugin/notes/notes.js"), _own("slides.js")]
    speaker = [digest(script) for script in _speaker_scripts()]
    allowed = " ".join([*(digest(script) for script in scripts), *speaker])
    return (
        _environment()
        .get_template("deck.html.j2")
        .render(
            slides=slides or [_NOTHING],
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
    r"""How does a figure's JSON lie in a deck? So that nothing in it ends its element.

    Examples
    --------
    >>> str(spec_text({"name": "</script>"}))
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(spec, separators=(",", ":")).translate(_HTML_SAFE)
    return Markup(text)  # noqa: S704 - escaped as JSON in the line above


def markdown_html(text: str) -> Markup:
    """How does a slide's Markdown look as HTML? It is the notebook author's, not the data's.

    Examples
    --------
    >>> str(markdown_html("Hello.")).strip()
    '<p>Hello.</p>'
    """
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
