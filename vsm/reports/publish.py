"""Notebooks as a folder that can be handed round, pages or slides: all of it, or none."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from vsm.errors import ParameterError, RunError
from vsm.reports.atomic import new_stage, settle, stamp_of
from vsm.reports.forks import forks
from vsm.reports.notebook_html import Body, body_of
from vsm.reports.parameters import check_parameters, parameter_text
from vsm.reports.render import Page, made_with, page_of
from vsm.reports.run_notebook import NotebookFault, attempt_notebook
from vsm.reports.slides import render_slides
from vsm.reports.summary_page import INDEX, Cover, summary_body
from vsm.reports.ticket_lists import TICKETS, Listing, TicketLists, lists_of
from vsm.reports.ticket_pages import TIMELINES, Drawing, Timelines, timelines_of
from vsm.reports.whole import WHOLE, whole_body

_MOST_AT_ONCE: Final = 4


def publish_report(
    notebooks: Sequence[Path],
    *,
    runs: Path,
    parameters: Mapping[str, object],
    at: datetime,
    cover: Cover,
    draw: Drawing | None = None,
    whole: bool = False,
    listing: Listing | None = None,
    timeout: float = 600,
) -> Path:
    """Execute notebooks, several at a time, and publish their pages as one report.

    They are rendered into a hidden folder with links to each other; when all are, that folder is renamed to
    ``runs/<instant in UTC>``, so readers find it whole or not at all. The output of a failed run is kept
    under ``runs/failed/<instant>``.

    Parameters
    ----------
    notebooks
        In reading order; a page has its notebook's name.
    runs
        Folder of all runs; made where absent.
    parameters
        Values by name, the same for all: every notebook must know every one of them.
    at
        Instant of the run, with a time zone; names the folder.
    draw
        Draws the timelines of tickets that pages name as evidence, to which those pages then link.
    whole
        Also write ``whole.html``: the summary and all pages as one, to be printed.
    listing
        Lists the tickets behind the numbers of pages, to which those pages then link.
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
        A notebook did not run to its end; names the partial notebook that is kept.
    RunError
        The folder cannot be written.
    """
    stamp = stamp_of(at)
    _check_names(notebooks)
    checked = {notebook: check_parameters(notebook, parameters) for notebook in notebooks}
    made = made_with(at)

    def make(stage: Path) -> NotebookFault | None:
        bodies: dict[Path, Body] = {}

        def ran(notebook: Path) -> None:
            bodies[notebook] = body_of(stage / notebook.name)

        fault = attempt_suite(checked, into=stage, timeout=timeout, ran=ran)
        if fault is None:
            _render(stage, checked, bodies, cover=cover, made=made, draw=draw, listing=listing, whole=whole)
        return fault

    trouble = "cannot write the report: {reason}; its files so far are in {kept}"
    return _whole_run(runs, stamp, make, trouble=trouble) / INDEX


def _whole_run(runs: Path, name: str, make: Callable[[Path], NotebookFault | None], *, trouble: str) -> Path:
    """Make a run in a hidden folder that is renamed when it is whole, and kept under ``failed`` otherwise."""
    stage = new_stage(runs, name)
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
    rendered: Mapping[Path, Body],
    *,
    cover: Cover,
    made: Mapping[str, str],
    draw: Drawing | None,
    whole: bool,
    listing: Listing | None,
) -> None:
    """Make pages of what was executed and rendered, of the tickets that it links to, and the first page."""
    bodies: dict[Page, Body] = {}
    feet: dict[Page, dict[str, str]] = {}
    for notebook, values in checked.items():
        body = rendered[notebook]
        page = Page(f"{notebook.stem}.html", body.outline.question or notebook.stem, body.outline.lead)
        bodies[page] = body
        feet[page] = {**cover.provenance, "Parameters": parameter_text(notebook, values), **made}
    first = Page(INDEX, cover.title)
    named = {first: summary_body(cover, bodies), **bodies}
    lists = TicketLists(frozenset(), None) if listing is None else lists_of(named, listing=listing)
    timelines = Timelines({}, None) if draw is None else timelines_of(named, draw=draw)
    bodies = {page: lists.linked(body) for page, body in bodies.items()}
    for href, added in ((TICKETS, lists.body), (TIMELINES, timelines.body)):
        if added is not None:
            bodies[Page(href, added.outline.question, added.outline.lead)] = added
    others = list(bodies)
    bodies = {first: lists.linked(summary_body(cover, bodies)), **bodies}
    bodies = {page: timelines.linked(body, printed=page.href != TICKETS) for page, body in bodies.items()}
    about = {**cover.provenance, **made}

    def write(name: str, body: Body, *, footer: Mapping[str, str], home: str | None = None) -> None:
        pages = others if home else ()
        html = page_of(
            body, title=cover.title, footer=footer, home=home, here=name, pages=pages, notice=cover.notice
        )
        (stage / name).write_text(html, encoding="utf-8")

    for page, body in bodies.items():
        write(page.href, body, footer=feet.get(page, about), home=None if page == first else INDEX)
    if whole:
        printed = {page: body for page, body in bodies.items() if page in feet or page == first}
        write(WHOLE, whole_body(printed, title=cover.title), footer=about)


def _check_names(notebooks: Sequence[Path]) -> None:
    if not notebooks:
        raise ParameterError("no notebook to publish; name at least one")
    names = Counter(notebook.stem for notebook in notebooks)
    if twice := [name for name, times in names.items() if times > 1]:
        raise ParameterError(f"several notebooks are called {', '.join(twice)}; each page needs its own name")
    pages = {
        INDEX: "the report's first page",
        TIMELINES: "the page of timelines",
        TICKETS: "the page of ticket lists",
        WHOLE: "the whole report",
    }
    for href, what in pages.items():
        if (own := Path(href).stem) in names:
            raise ParameterError(f"a notebook cannot be called {own}: {what} is; rename it")


def publish_slides(
    notebook: Path,
    *,
    runs: Path,
    parameters: Mapping[str, object],
    at: datetime,
    title: str,
    provenance: Mapping[str, str],
    notice: str = "",
    timeout: float = 600,
) -> Path:
    """Execute a notebook and publish it as slides, in ``runs/<instant>-slides``.

    It is whole or not there, and raises, as ``publish_report``. Returns the slides' ``.html``, which has the
    notebook's name; beside it is the executed ``.ipynb``. ``title`` is the name of the stream; ``provenance``
    and ``notice`` are as in ``render_slides``.
    """
    name = f"{stamp_of(at)}-slides"
    checked = check_parameters(notebook, parameters)
    asked = parameter_text(notebook, checked).replace("\n", ", ")

    def make(stage: Path) -> NotebookFault | None:
        fault = attempt_suite({notebook: checked}, into=stage, timeout=timeout)
        if fault is None:
            about = {**provenance, "Parameters": asked, **made_with(at)}
            html = render_slides(stage / notebook.name, title=title, about=about, notice=notice)
            (stage / f"{notebook.stem}.html").write_text(html, encoding="utf-8")
        return fault

    trouble = "cannot write the slides: {reason}; their files so far are in {kept}"
    return _whole_run(runs, name, make, trouble=trouble) / f"{notebook.stem}.html"


def attempt_suite(
    notebooks: Mapping[Path, Mapping[str, object]],
    *,
    into: Path,
    timeout: float,
    workers: int | None = None,
    ran: Callable[[Path], object] = lambda _: None,
) -> NotebookFault | None:
    """Run notebooks with their parameters, several at a time, into a folder; None means all are whole.

    The first fault ends the others, and none is begun any more; so does whatever stops this process in good
    order.

    Parameters
    ----------
    timeout
        Seconds for each notebook.
    workers
        How many run at a time; as many as there are cores, at most four, by default.
    ran
        Called with each notebook that is whole, while others still run.
    """
    stop = Event()
    most = workers or min(os.cpu_count() or 1, _MOST_AT_ONCE)
    with forks() as door, ThreadPoolExecutor(max_workers=most) as pool:

        def attempt(notebook: Path) -> NotebookFault | None:
            if stop.is_set():
                return None
            fault = attempt_notebook(
                notebook,
                to=into / notebook.name,
                parameters=notebooks[notebook],
                timeout=timeout,
                stop=stop,
                door=door,
            )
            if fault is None or stop.is_set():
                return None
            stop.set()
            return fault

        runs = {pool.submit(attempt, notebook): notebook for notebook in notebooks}
        try:
            running = set(runs)
            while running:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                faults = (run.result() for run in ended)
                if fault := next((one for one in faults if one is not None), None):
                    return fault
                for run in ended if not stop.is_set() else ():
                    ran(runs[run])
            return None
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
