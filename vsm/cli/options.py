"""Which options do several commands share?"""

from pathlib import Path
from typing import Annotated

import typer

Dir = Annotated[
    Path, typer.Option("--dir", help="Work folder: vsm.toml, archive and reports.", show_default=True)
]
Since = Annotated[str, typer.Option(help="Only tickets finished since YYYY-MM-DD, and open ones.")]
Until = Annotated[str, typer.Option(help="Look as of YYYY-MM-DD; later events are not seen.")]
Team = Annotated[str, typer.Option(help="Only tickets that this team held at some time.")]
TicketType = Annotated[str, typer.Option("--type", help="Only tickets of this type.")]
Names = Annotated[bool, typer.Option("--names", help="Show names of persons instead of pseudonyms.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Write a PDF too; needs Chrome or Chromium.")]

WORK = Path("work")
