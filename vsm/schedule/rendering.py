"""Carries out a plan: pages, slides and PDFs in one folder, whole or not there."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vsm.findings import ClaimChange, Findings, Summary, changes_since, remembered, scored
from vsm.forecaster import forecasts_of_reports
from vsm.model.steps import waiting_steps
from vsm.read import read_stream
from vsm.recent import unchanged
from vsm.reports import cover_of, drawing_of, listing_of, notebooks_folder, publish_report, with_data
from vsm.reports.notebooks import SLIDES
from vsm.reports.pdf import SLIDE, print_pdfs, print_whole
from vsm.reports.publish import publish_slides
from vsm.schedule.history import Run
from vsm.schedule.plan import Plan
from vsm.schedule.thresholds import passed_thresholds
from vsm.sources.work_folder import WorkFolder
from vsm.stream import ValueStream


@dataclass(frozen=True, slots=True)
class Output:
    """The output of a plan.

    ``changes`` are those since the last good run, None where there is none; ``kept`` is what the next run has
    to know of this one; ``passed`` are sentences on the thresholds of each ``[[report.tell]]`` that were
    passed since then; ``lacking`` says which letters no font of this machine has.
    """

    folder: Path
    findings: Findings
    changes: list[ClaimChange] | None = None
    kept: tuple[dict[str, Any], ...] = ()
    summary: Summary | None = None
    passed: tuple[tuple[str, ...], ...] = ()
    lacking: str = ""


def stream_of_plan(folder: WorkFolder, plan: Plan) -> ValueStream:
    """The stream that this plan is about, without names of persons.

    Raises
    ------
    InputError
        The data do not fit the plan, such as a window that begins after the last event; see ``widened``.
    ArchiveError
        The archive is damaged or locked.
    """
    since, until, where = (str(plan.parameters.get(name, "")) for name in ("since", "until", "where"))
    return read_stream(folder.root, since=since, until=until, where=where)


def compared(
    folder: WorkFolder, plan: Plan, *, stream: ValueStream, before: Run | None
) -> tuple[list[ClaimChange] | None, tuple[dict[str, Any], ...]]:
    """Compare a stream with the last good run: its changes, None without one, and what is to be kept of it.

    Lasting steps are looked for in the whole history, whatever window the report has.
    """
    parameters = {name: value for name, value in plan.parameters.items() if name != "since"}
    whole = stream
    if plan.parameters.get("since"):
        whole = stream_of_plan(folder, replace(plan, parameters=parameters))
    about: dict[str, Any] = {
        "steps": waiting_steps(whole.stage_visits, as_of=stream.as_of),
        "as_of": stream.as_of,
    }
    known = () if before is None else before.findings
    changes = None if before is None else changes_since(known, stream.findings, **about)
    return changes, remembered(stream.findings, before=known, **about)


def render_plan(
    folder: WorkFolder, plan: Plan, *, stream: ValueStream, before: Run | None, troubles: Sequence[str]
) -> Output:
    """Make what is planned in a folder under ``runs/<report>``, without the executed notebooks.

    Parameters
    ----------
    stream
        As ``stream_of_plan`` gave it.
    before
        The last good run, with which this one's findings are compared.
    troubles
        Caveats about the data; shown at the top of every page.

    Raises
    ------
    NotebookError
        A notebook did not run to its end in its time; names the partial one that is kept.
    RunError
        The folder cannot be written, or a PDF cannot be printed.
    """
    report = plan.report
    changes, kept = compared(folder, plan, stream=stream, before=before)
    coming = forecasts_of_reports(stream, () if before is None else before.findings)
    notice = " ".join(troubles)
    shared: dict[str, Any] = {
        "runs": folder.runs / report.name,
        "parameters": {"data_dir": str(folder.root.resolve()), **plan.parameters},
        "at": plan.at,
        "timeout": report.minutes * 60,
    }
    unchanged(stream)
    index = publish_report(
        plan.notebooks if report.notebooks else with_data(plan.notebooks, stream),
        cover=cover_of(
            stream, changes=[str(change) for change in changes or ()], scored=scored(coming), notice=notice
        ),
        draw=drawing_of(stream),
        whole="pdf" in report.formats,
        listing=listing_of(stream),
        **shared,
    )
    made = index.parent
    if "slides" in report.formats:
        last = "" if before is None else before.data[:10]
        asked = {**shared, "parameters": {**shared["parameters"], "last_retro": last}}
        deck = publish_slides(
            notebooks_folder() / SLIDES, title=stream.workflow.stream.name, provenance=stream.provenance,
            notice=notice, **asked,
        )  # fmt: skip
        deck.rename(made / deck.name)
        deck.with_suffix(".ipynb").unlink()
        with suppress(OSError):  # somebody else's file is in it
            deck.parent.rmdir()
    lacking = ""
    if "pdf" in report.formats:
        _, lacking = print_whole(made)
        decks = {html: html.with_suffix(".pdf") for html in made.glob(SLIDES.replace(".ipynb", ".html"))}
        lacking = print_pdfs(decks, paper=SLIDE) or lacking
    for notebook in made.glob("*.ipynb"):
        notebook.unlink()
    passed, above = passed_thresholds(report.tell, stream, before=() if before is None else before.findings)
    return Output(made, stream.findings, changes, (*kept, *coming, *above), stream.summary, passed, lacking)
