"""How is a retro held? ``vsm slides`` makes a deck of the stream, as one HTML file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from vsm.cli.options import WORK, Dir, Names, Pdf, Since, Team, TicketType, Until
from vsm.cli.saying import console
from vsm.read import read_stream
from vsm.reports import notebooks_folder
from vsm.reports.deck import require_pptx, write_pptx
from vsm.reports.pdf import SLIDE, print_pdfs
from vsm.reports.publish_slides import publish_slides
from vsm.reports.slide_parts import slides_of
from vsm.sources.work_folder import WorkFolder

NOTEBOOK = "retro.ipynb"


def slides(
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    team: Team = "",
    ticket_type: TicketType = "",
    names: Names = False,
    pdf: Pdf = False,
    pptx: Annotated[bool, typer.Option("--pptx", help="Write PowerPoint too; needs vsm\\[pptx].")] = False,
) -> None:
    """Make slides for a retro of the pulled data under runs/; keys: arrows, S for the speaker's notes."""
    if pptx:
        require_pptx()
    chosen = {"since": since, "until": until, "team": team, "ticket_type": ticket_type, "names": names}
    stream = read_stream(dir_, names=names, since=since, until=until, team=team, ticket_type=ticket_type)
    html = publish_slides(
        notebooks_folder() / NOTEBOOK,
        runs=WorkFolder.at(dir_).runs,
        parameters={"data_dir": str(dir_.resolve()), **chosen},
        at=datetime.now(UTC),
        title=stream.workflow.stream.name,
        provenance=stream.provenance,
    )
    say = console()
    say.print(f"Slides: {html}")
    if pdf:
        print_pdfs({html: _beside(html, ".pdf")}, paper=SLIDE)
        say.print(f"PDF: {_beside(html, '.pdf')}")
    if pptx:
        write_pptx(slides_of(html.with_suffix(".ipynb")), to=_beside(html, ".pptx"), footer=stream.provenance)
        say.print(f"PowerPoint: {_beside(html, '.pptx')}")


def _beside(html: Path, suffix: str) -> Path:
    return html.with_suffix(suffix)
