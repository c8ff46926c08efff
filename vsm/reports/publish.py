"""How does a run become a folder that can be handed round? All of it, or none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from vsm.errors import ParameterError, RunError
from vsm.reports.body import Body, body_of
from vsm.reports.lives import LIVES, Drawing, lives_of
from vsm.reports.parameters import check_parameters
from vsm.reports.render import Page, page_of, render_index
from vsm.reports.run_suite import attempt_suite
from vsm.reports.staging import making, new_stage, settle, stamp_of, told

_INDEX: Final = "index"


@dataclass(frozen=True, slots=True)
class Cover:
    """What is told around a report's pages?

    Attributes
    ----------
    title
        Name of the report.
    findings
        Sentences, costliest first; the index shows three.
    provenance
        State of the data and the like, for the foot of each page; text by name.
    changes
        What has changed since the last report, as sentences for the index.
    notice
        What a reader of any page has to mind above all; plain text.
    """

    title: str
    findings: Sequence[str] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[str] = ()
    notice: str = ""


def publish_report(
    notebooks: Sequence[Path],
    *,
    runs: Path,
    parameters: Mapping[str, object],
    at: datetime,
    cover: Cover,
    draw: Drawing | None = None,
    timeout: float = 600,
) -> Path:
    """Where does the report lie that these notebooks make?

    The notebooks are executed, several at a time, and rendered into a hidden folder with links to each other;
    when all are, that folder is renamed to ``runs/<instant in UTC>``. Readers find it whole or not at all.
    What a failed run got to is kept under ``runs/failed/<instant>``.

    Parameters
    ----------
    notebooks
        In reading order; a page is called as its notebook is.
    runs
        Folder of all runs; made where absent.
    parameters
        Values by name, the same for all: every notebook must know every one of them.
    at
        Instant of the run, with a time zone; names the folder.
    cover
        What is told around the pages.
    draw
        How a ticket's life is drawn: tickets that pages name as evidence then lead to ``lives.html``.
    timeout
        Seconds for each notebook.

    Returns
    -------
    Path
        The report's ``index.html``; beside it a ``.html`` and the executed ``.ipynb`` of each notebook.

    Raises
    ------
    ParameterError
        A parameter does not fit, two notebooks share a name, or ``at`` has no zone; nothing was run.
    NotebookError
        A notebook did not run to its end; says where the partial notebook is kept.
    RunError
        The folder cannot be written.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 23, tzinfo=UTC)
    >>> publish_report([], runs=Path("runs"), parameters={}, at=at, cover=Cover("Flow"))
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: no notebook to publish; name at least one
    """
    stamp = stamp_of(at)
    _check_names(notebooks)
    checked = {notebook: check_parameters(notebook, parameters) for notebook in notebooks}
    made = making(at)
    stage = new_stage(runs)
    try:
        fault = attempt_suite(checked, into=stage, timeout=timeout)
        if fault is None:
            _render(stage, checked, cover=cover, made=made, draw=draw)
    except OSError as error:
        kept = settle(stage, runs / "failed", stamp)
        reason = error.strerror or error
        raise RunError(f"cannot write the report: {reason}; what was made lies in {kept}") from error
    except BaseException:
        settle(stage, runs / "failed", stamp)
        raise
    if fault is not None:
        kept = settle(stage, runs / "failed", stamp)
        raise fault.error(kept / fault.notebook)
    return settle(stage, runs, stamp) / f"{_INDEX}.html"


def _render(
    stage: Path,
    checked: Mapping[Path, Mapping[str, object]],
    *,
    cover: Cover,
    made: Mapping[str, str],
    draw: Drawing | None,
) -> None:
    """Render what was executed, the tickets' lives that it leads to, and the first page."""
    bodies: dict[Page, Body] = {}
    feet: dict[Page, dict[str, str]] = {}
    for notebook, values in checked.items():
        body = body_of(stage / notebook.name)
        page = Page(f"{notebook.stem}.html", body.outline.question or notebook.stem, body.outline.lead)
        bodies[page] = body
        feet[page] = {**cover.provenance, "Parameters": told(notebook, values), **made}
    if draw is not None:
        lives = lives_of(bodies, draw=draw)
        bodies = {page: lives.linked(body) for page, body in bodies.items()}
        if lives.body is not None:
            bodies[Page(LIVES, lives.body.outline.question, lives.body.outline.lead)] = lives.body
    pages, whole = list(bodies), {**cover.provenance, **made}
    for page, body in bodies.items():
        html = page_of(
            body, title=cover.title, footer=feet.get(page, whole), home=f"{_INDEX}.html", here=page.href,
            pages=pages, notice=cover.notice,
        )  # fmt: skip
        (stage / page.href).write_text(html, encoding="utf-8")
    first = render_index(
        title=cover.title, findings=cover.findings, pages=pages, provenance=whole, changes=cover.changes,
        notice=cover.notice,
    )  # fmt: skip
    (stage / f"{_INDEX}.html").write_text(first, encoding="utf-8")


def _check_names(notebooks: Sequence[Path]) -> None:
    if not notebooks:
        raise ParameterError("no notebook to publish; name at least one")
    names = Counter(notebook.stem for notebook in notebooks)
    if twice := [name for name, times in names.items() if times > 1]:
        raise ParameterError(f"several notebooks are called {', '.join(twice)}; each page needs its own name")
    for own, what in ((_INDEX, "the report's first page"), (Path(LIVES).stem, "the page of tickets' lives")):
        if own in names:
            raise ParameterError(f"a notebook cannot be called {own}: {what} is; rename it")
