"""Notebooks as a folder that can be handed round, pages or slides: all of it, or none."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from vsm.errors import ParameterError, RunError
from vsm.reports.atomic import new_stage, settle, stamp_of
from vsm.reports.notebook_html import Body, body_of
from vsm.reports.parameters import check_parameters, parameter_text
from vsm.reports.render import Page, made_with, page_of, render_index
from vsm.reports.run_notebook import NotebookFault, attempt_notebook
from vsm.reports.slides import render_slides
from vsm.reports.ticket_pages import LIVES, Drawing, lives_of

_INDEX: Final = "index"
_MOST_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands around a report's pages.

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
    """Execute notebooks, several at a time, and publish their pages as one report.

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
        What stands around the pages.
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
    made = made_with(at)

    def make(stage: Path) -> NotebookFault | None:
        fault = attempt_suite(checked, into=stage, timeout=timeout)
        if fault is None:
            _render(stage, checked, cover=cover, made=made, draw=draw)
        return fault

    trouble = "cannot write the report: {reason}; what was made lies in {kept}"
    return _whole_run(runs, stamp, make, trouble=trouble) / f"{_INDEX}.html"


def _whole_run(runs: Path, name: str, make: Callable[[Path], NotebookFault | None], *, trouble: str) -> Path:
    """Make a run in a hidden folder that is renamed when it is whole, and kept under ``failed`` otherwise."""
    stage = new_stage(runs)
    try:
        fault = make(stage)
    except OSError as error:
        kept = settle(stage, runs / "failed", name)
        raise RunError(trouble.format(reason=error.strerror or error, kept=kept)) from error
    except BaseException:
        settle(stage, runs / "failed", name)
        raise
    if fault is not None:
        kept = settle(stage, runs / "failed", name)
        raise fault.error(kept / fault.notebook)
    return settle(stage, runs, name)


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
        feet[page] = {**cover.provenance, "Parameters": parameter_text(notebook, values), **made}
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


def publish_slides(
    notebook: Path,
    *,
    runs: Path,
    parameters: Mapping[str, object],
    at: datetime,
    title: str,
    provenance: Mapping[str, str],
    timeout: float = 600,
) -> Path:
    """Execute a notebook and publish it as slides.

    It is executed and rendered into a hidden folder, which is then renamed to ``runs/<instant>-slides``.
    What a failed run got to is kept under ``runs/failed``.

    Parameters
    ----------
    notebook
        Cut into slides by its cells' ``slideshow.slide_type``.
    title
        Name of the stream.
    provenance
        State of the data and the like, for the foot of the first slide; text by name.
    runs, parameters, at, timeout
        As in ``publish_report``.

    Returns
    -------
    Path
        The slides' ``.html``, called as the notebook is; beside it the executed ``.ipynb``.

    Raises
    ------
    ParameterError, NotebookError, RunError
        As ``publish_report`` does.
    """
    name = f"{stamp_of(at)}-slides"
    checked = check_parameters(notebook, parameters)
    asked = parameter_text(notebook, checked).replace("\n", ", ")

    def make(stage: Path) -> NotebookFault | None:
        fault = attempt_notebook(notebook, to=stage / notebook.name, parameters=checked, timeout=timeout)
        if fault is None:
            footer = {**provenance, "Parameters": asked, **made_with(at)}
            html = render_slides(stage / notebook.name, title=title, footer=footer)
            (stage / f"{notebook.stem}.html").write_text(html, encoding="utf-8")
        return fault

    trouble = "cannot write the slides: {reason}; they lie in {kept}"
    return _whole_run(runs, name, make, trouble=trouble) / f"{notebook.stem}.html"


def attempt_suite(
    notebooks: Mapping[Path, Mapping[str, object]],
    *,
    into: Path,
    timeout: float,
    workers: int | None = None,
) -> NotebookFault | None:
    """Run several notebooks at a time, as ``attempt_notebook`` runs one.

    The first fault ends the others, and so does whatever stops this process in good order.

    Parameters
    ----------
    notebooks
        Each with its parameters.
    into
        Folder of the executed notebooks, each under its own name.
    timeout
        Seconds for each notebook.
    workers
        How many run at a time; as many as there are cores, at most four, by default.

    Returns
    -------
    NotebookFault or None
        The fault, of the first notebook in the given order where several failed; None means all are whole.
    """
    stop = Event()
    with ThreadPoolExecutor(max_workers=workers or min(os.cpu_count() or 1, _MOST_AT_ONCE)) as pool:
        runs = [
            pool.submit(
                attempt_notebook,
                notebook,
                to=into / notebook.name,
                parameters=parameters,
                timeout=timeout,
                stop=stop,
            )
            for notebook, parameters in notebooks.items()
        ]
        try:
            return _first_fault(runs)
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _first_fault(runs: Sequence["Future[NotebookFault | None]"]) -> NotebookFault | None:
    waiting = set(runs)
    while waiting:
        ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for run in runs:
            if run in ended and (fault := run.result()) is not None:
                return fault
    return None
