"""How is an order carried out? Pages, slides and PDFs in one folder, whole or not there."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vsm.findings import ClaimChange, Findings, changes_since
from vsm.read import read_stream
from vsm.reports import Cover, drawing_of, notebooks_folder, publish_report
from vsm.reports.pdf import A4, SLIDE, print_pdfs
from vsm.reports.publish_slides import publish_slides
from vsm.schedule.history import Run
from vsm.schedule.order import SLIDES, Order
from vsm.sources.work_folder import WorkFolder
from vsm.stream import ValueStream

_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Made:
    """What came of an order? ``changes`` are held against the last good run; None where there is none."""

    folder: Path
    findings: Findings
    changes: list[ClaimChange] | None = None


def checked(folder: WorkFolder, order: Order) -> ValueStream:
    """What does the stream look like that this order tells of? Names of persons are not in it.

    A day on which a window begins is refused where nothing was recorded since; see ``widened``.

    Raises
    ------
    InputError
        The data do not bear the order, such as a window that begins after the last event.
    ArchiveError
        The archive is damaged or locked.

    Examples
    --------
    >>> from vsm.config import Report
    >>> from datetime import UTC, datetime
    >>> order = Order(Report(name="weekly"), (), {}, datetime(2026, 11, 23, tzinfo=UTC), "")
    >>> checked(WorkFolder(Path("no such folder")), order)
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: no such folder: no work folder (no vsm.toml in it); run vsm init ...
    """
    asked = order.parameters
    since, until, team, kind = (
        str(asked.get(name, "")) for name in ("since", "until", "team", "ticket_type")
    )
    return read_stream(folder.root, since=since, until=until, team=team, ticket_type=kind)


def rendered(
    folder: WorkFolder, order: Order, *, stream: ValueStream, before: Run | None, troubles: Sequence[str]
) -> Made:
    """Where lies what this order makes? Under ``runs/<report>``, to be renamed into its place.

    Executed notebooks are left out: what is shared are pages.

    Parameters
    ----------
    folder
        The work folder.
    order
        What to make.
    stream
        As ``checked`` gave it.
    before
        The last good run, whose findings this one's are held against.
    troubles
        What readers have to mind of the data; told at the top of every page.

    Raises
    ------
    NotebookError
        A notebook did not run to its end in its time; says where the partial one is kept.
    RunError
        The folder cannot be written, or a PDF cannot be printed.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import pandas as pd
    >>> from vsm.eventlog.log import Log
    >>> from vsm.from_log import stream_from_log
    >>> from vsm.config import Report, Workflow
    >>> now = datetime(2026, 11, 23, tzinfo=UTC)
    >>> stream = stream_from_log(Log(), workflow=Workflow(), as_of=pd.Timestamp(now))
    >>> order = Order(Report(name="weekly"), (), {}, now, "")
    >>> rendered(WorkFolder(Path("work")), order, stream=stream, before=None, troubles=())
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: no notebook to publish; name at least one
    """
    report = order.report
    changes = None if before is None else changes_since(before.findings, stream.findings)
    notice = " ".join(troubles)
    shared: dict[str, Any] = {
        "runs": folder.runs / report.name,
        "parameters": {"data_dir": str(folder.root.resolve()), **order.parameters},
        "at": order.at,
        "timeout": report.minutes * 60,
    }
    index = publish_report(
        order.notebooks,
        cover=Cover(
            stream.workflow.stream.name,
            findings=[finding.claim for finding in stream.findings[:_TOLD]],
            provenance=stream.provenance,
            changes=[str(change) for change in changes or ()],
            notice=notice,
        ),
        draw=drawing_of(stream),
        **shared,
    )
    made = index.parent
    if "slides" in report.formats:
        about = {**stream.provenance, **({"Mind": notice} if notice else {})}
        deck = publish_slides(
            notebooks_folder() / SLIDES, title=stream.workflow.stream.name, provenance=about, **shared
        )
        deck.rename(made / deck.name)
        shutil.rmtree(deck.parent)
    if "pdf" in report.formats:
        _print(made)
    for notebook in made.glob("*.ipynb"):
        notebook.unlink()
    return Made(made, stream.findings, changes)


def _print(made: Path) -> None:
    pages = {html: html.with_suffix(".pdf") for html in sorted(made.glob("[0-9]*.html"))}
    print_pdfs(pages, paper=A4)
    decks = {html: html.with_suffix(".pdf") for html in made.glob(SLIDES.replace(".ipynb", ".html"))}
    if decks:
        print_pdfs(decks, paper=SLIDE)
