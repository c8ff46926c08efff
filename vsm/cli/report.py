"""How are findings rendered? ``vsm report`` runs the notebooks and publishes their pages."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from vsm.cli.options import WORK, Dir, Names, Pdf, Since, Team, TicketType, Until
from vsm.cli.saying import console
from vsm.findings import Findings
from vsm.read import read_stream
from vsm.reports import Cover, drawing_of, notebooks_folder, publish_report
from vsm.reports.pdf import A4, print_pdfs
from vsm.sources.work_folder import WorkFolder
from vsm.stream import ValueStream

TOLD = 3


def report(
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    team: Team = "",
    ticket_type: TicketType = "",
    names: Names = False,
    pdf: Pdf = False,
) -> None:
    """Run the notebooks on the pulled data and publish their pages under runs/."""
    chosen = {"since": since, "until": until, "team": team, "ticket_type": ticket_type}
    stream = read_stream(dir_, names=names, since=since, until=until, team=team, ticket_type=ticket_type)
    page = publish(dir_, stream, chosen | {"names": names})
    say = console()
    say.print(f"Report: {page}")
    if pdf:
        pages = sorted(page.parent.glob("[0-9]*.html"))
        print_pdfs({html: html.with_suffix(".pdf") for html in pages}, paper=A4)
        say.print(f"PDF: one beside each page, in {page.parent}")
    tell_findings(say, stream)


def publish(dir_: Path, stream: ValueStream, chosen: Mapping[str, str | bool]) -> Path:
    """Render every notebook of the suite; returns the path of the report's first page."""
    return publish_report(
        sorted(notebooks_folder().glob("[0-9]*.ipynb")),
        runs=WorkFolder.at(dir_).runs,
        parameters={"data_dir": str(dir_.resolve()), **chosen},
        at=datetime.now(UTC),
        cover=Cover(
            stream.workflow.stream.name,
            findings=[finding.claim for finding in stream.findings[:TOLD]],
            provenance=stream.provenance,
        ),
        draw=drawing_of(stream),
    )


def tell_findings(console: Console, stream: ValueStream) -> None:
    """Say the costliest findings in plain sentences, or that there is nothing to see yet."""
    console.print(str(Findings(stream.findings[:TOLD])))
