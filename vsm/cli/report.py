"""The findings as pages (``vsm report``), and as slides for a retrospective (``vsm slides``)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from vsm.cli.console import WORK, Dir, Names, OnCluster, Pdf, Since, Until, Where, cluster_at, console
from vsm.read import read_stream
from vsm.recent import unchanged
from vsm.reports import (
    chosen_notebooks,
    cover_of,
    drawing_of,
    listing_of,
    notebooks_folder,
    publish_report,
    with_data,
)
from vsm.reports.deck import require_pptx, write_pptx
from vsm.reports.forks import get_ready
from vsm.reports.notebooks import SLIDES
from vsm.reports.pdf import SLIDE, print_pdfs, print_whole
from vsm.reports.publish import publish_slides
from vsm.reports.slides import slides_of, with_provenance
from vsm.sources.work_folder import WorkFolder
from vsm.stream import ValueStream

SHOWN_FINDINGS = 3


def report(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(help="Only these, without .ipynb, such as standup; by default all numbered."),
    ] = None,
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    where: Where = "",
    names: Names = False,
    pdf: Pdf = False,
    cluster: OnCluster = "",
) -> None:
    """Run the notebooks on the pulled data and publish their pages under runs/."""
    chosen = {"since": since, "until": until, "where": where}
    pages = chosen_notebooks(notebooks or (), of="vsm report")
    get_ready()
    with cluster_at(cluster) as workers:
        stream = read_stream(dir_, names=names, since=since, until=until, where=where, cluster=workers)
    mine = pages if notebooks else ()
    page = publish(dir_, stream, chosen | {"names": names}, notebooks=mine, pdf=pdf)
    out = console()
    out.print(f"Report: {page}")
    if pdf:
        pdf_path, lacking = print_whole(page.parent)
        out.print(f"PDF: {pdf_path}")
        _warn(out, lacking)
    print_findings(out, stream)


def publish(
    dir_: Path,
    stream: ValueStream,
    chosen: Mapping[str, str | bool],
    *,
    notebooks: Sequence[Path] = (),
    pdf: bool = False,
) -> Path:
    """Render notebooks, all of the suite by default; returns the path of the report's first page."""
    unchanged(stream)
    return publish_report(
        notebooks or with_data(chosen_notebooks((), of="vsm report"), stream),
        runs=WorkFolder.at(dir_).runs,
        parameters={"data_dir": str(dir_.resolve()), **chosen},
        at=datetime.now(UTC),
        cover=cover_of(stream),
        draw=drawing_of(stream),
        whole=pdf,
        listing=listing_of(stream),
    )


def _warn(console: Console, lacking: str) -> None:
    if lacking:
        console.print(f"Note: {lacking}.")


def print_findings(console: Console, stream: ValueStream) -> None:
    """Print what matters now, or why there is nothing to say."""
    console.print(str(stream.findings.headlines(SHOWN_FINDINGS)))


def slides(
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    where: Where = "",
    names: Names = False,
    pdf: Pdf = False,
    last_retro: Annotated[
        str, typer.Option(help="YYYY-MM-DD: show what has changed since; by default in the current period.")
    ] = "",
    pptx: Annotated[bool, typer.Option("--pptx", help="Write PowerPoint too; needs vsm\\[pptx].")] = False,
) -> None:
    """Make slides for a retrospective under runs/; keys: arrows, S for the speaker's notes."""
    if pptx:
        require_pptx()
    chosen = {"since": since, "until": until, "where": where, "names": names}
    get_ready()
    stream = read_stream(dir_, names=names, since=since, until=until, where=where)
    html = publish_slides(
        notebooks_folder() / SLIDES,
        runs=WorkFolder.at(dir_).runs,
        parameters={"data_dir": str(dir_.resolve()), "last_retro": last_retro, **chosen},
        at=datetime.now(UTC),
        title=stream.workflow.stream.name,
        provenance=stream.provenance,
    )
    out = console()
    out.print(f"Slides: {html}")
    if pdf:
        lacking = print_pdfs({html: html.with_suffix(".pdf")}, paper=SLIDE)
        out.print(f"PDF: {html.with_suffix('.pdf')}")
        _warn(out, lacking)
    if pptx:
        shown = with_provenance(slides_of(html.with_suffix(".ipynb")), stream.provenance)
        write_pptx(shown, to=html.with_suffix(".pptx"))
        out.print(f"PowerPoint: {html.with_suffix('.pptx')}")
