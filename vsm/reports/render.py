"""An executed notebook as one page that needs nothing but a browser.

The page holds everything: style, script, figures and plotly.js (compressed). Its policy lets only its own
script run and forbids every request, so that a text from the data can neither run nor call home.
WebGL traces (``scattergl``) stay empty: they need ``eval``, which the policy forbids too.
"""

import base64
import gzip
import hashlib
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from vsm.reports.notebook_html import ENVIRONMENT, OPENING_ENDS, Body, asset, body_of, unbroken_html
from vsm.reports.scripts import isolated_html

POLICY: Final = (
    "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; base-uri 'none'; form-action 'none'"
)
_SORTED: Final = re.compile(r'<table(?! class="plain")')
RUNS: Final = "<!--runs-->"
"""Where a report's first page has room for what belongs to a schedule."""
NOTICE: Final = Markup('<div class="notice" role="note"><p><strong>Note:</strong> {}</p></div>')
_RELATIVE: Final = re.compile(r' href="(?!#|[a-z]+:)')
_BODY: Final = re.compile(r"<body[^>]*>\n?")
_OWN: Final = re.compile(rb'<meta name="generator" content="vsm">|<dt>Software</dt><dd>vsm \d')
"""What pages of vsm bear; those of 0.2 and before only the second."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the index says of one page. ``href`` is relative to the index."""

    href: str
    question: str
    lead: str = ""


def render_page(notebook: Path, *, title: str, footer: Mapping[str, str], home: str | None = None) -> str:
    """Render an executed notebook as one HTML file, which makes no request.

    Parameters
    ----------
    notebook
        The executed ``.ipynb`` file.
    title
        Name of the report; stands above the notebook's own question.
    footer
        Parameters, state of the data, versions; text by name.
    home
        Relative link back to the index; none by default.

    Raises
    ------
    SourceError
        The file is missing or no notebook.
    """
    return page_of(body_of(notebook), title=title, footer=footer, home=home)


def page_of(
    body: Body,
    *,
    title: str,
    footer: Mapping[str, str],
    home: str | None = None,
    here: str = "",
    pages: Sequence[Page] = (),
    notice: str = "",
) -> str:
    """Render a notebook's body as one HTML file, as ``render_page`` does.

    Parameters
    ----------
    title, footer, home
        As in ``render_page``.
    here, pages
        The page's own ``href`` and all pages of the run in reading order, which it links; with fewer than
        two there is nothing to link.
    notice
        The most important caveat, such as that data are old; plain text, shown at the top.
    """
    scripts = [asset(f"vsm/{name}.js") for name in ("narrow", "page", "tables", "lists")]
    position = next((number for number, page in enumerate(pages) if page.href == here), -1)
    opening, _, rest = map(Markup, isolated_html(unbroken_html(body.html)).partition(OPENING_ENDS))
    return ENVIRONMENT.get_template("page.html.j2").render(
        title=title,
        notice=notice,
        about=footer,
        home=home,
        pages=pages if len(pages) > 1 else (),
        here=here,
        before=pages[position - 1] if position > 0 else None,
        after=pages[position + 1] if 0 <= position < len(pages) - 1 else None,
        opening=opening if body.outline.question else Markup(),
        rest=rest if body.outline.question else opening + rest,
        outline=body.outline,
        policy=POLICY.format(script=f"{' '.join(digest(script) for script in scripts)} blob:"),
        style=asset("vsm/style.css"),
        scripts=scripts,
        plotly=packed("plotly", "package_data/plotly.min.js") if "chart-plot" in body.html else "",
        datatables=packed("itables", "html/dt_bundle.js") if _SORTED.search(body.html) else "",
    )


def render_plain(template: str, **known: object) -> str:
    """Render a page without any script by one of our templates."""
    policy = POLICY.format(script="'none'")
    return ENVIRONMENT.get_template(template).render(policy=policy, style=asset("vsm/style.css"), **known)


def digest(script: str) -> str:
    """The hash by which a page's policy lets this script run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@cache
def packed(package: str, path: str) -> str:
    """A script that an installed package ships, such as plotly.js: gzip in base64."""
    return base64.b64encode(gzip.compress((files(package) / path).read_bytes(), mtime=0)).decode()


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list of all, as texts; ``href`` leads to its report, where there is one."""

    begun: str
    outcome: str
    took: str = ""
    tickets: str = ""
    warnings: str = ""
    data: str = ""
    why: str = ""
    href: str = ""


def render_site(
    *,
    title: str,
    latest: Sequence[Page],
    runs: Sequence[RunRow],
    about: Mapping[str, str],
    notice: str = "",
    summary: str = "",
) -> str:
    """Render the first page of a scheduled report: the latest good one's summary, and all runs.

    Parameters
    ----------
    latest
        The files of the last good report, its index first; none where there is none yet.
    runs
        Every run, the latest first.
    about
        For the foot of the page; text by name.
    notice
        What failed and since when; plain text, shown at the top.
    summary
        The first page of the latest good report, as it is; without it this one needs no script.
    """
    if RUNS not in summary or not latest:
        return render_plain("site.html.j2", title=title, latest=latest, runs=runs, about=about, notice=notice)
    folder = latest[0].href.partition("/")[0]
    below = ENVIRONMENT.get_template("runs.html.j2").render(latest=latest[1:], runs=runs)
    page = _RELATIVE.sub(f' href="{folder}/', summary)
    page = page.replace('<main id="report"', f'<main id="report" data-folder="{folder}/"', 1)
    if notice and escape(notice) not in page:
        page = _BODY.sub(lambda found: found[0] + NOTICE.format(notice), page, count=1)
    return page.replace(RUNS, below, 1)


def made_with(at: datetime) -> dict[str, str]:
    """The time at which a page was generated, and the versions, for its foot."""
    versions = [f"{name} {version(name)}" for name in ("vsm", "pandas", "plotly")]
    return {
        "Generated": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "Software": ", ".join([*versions, f"Python {platform.python_version()}"]),
    }


def is_own_page(content: bytes) -> bool:
    """Whether vsm wrote this page.

    Examples
    --------
    >>> is_own_page(b'<meta name="generator" content="vsm">'), is_own_page(b"<h1>Welcome</h1>")
    (True, False)
    """
    return _OWN.search(content) is not None
