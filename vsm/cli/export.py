"""How do tables leave the house? ``vsm export`` writes any of them as Parquet, CSV or JSON."""

from pathlib import Path
from typing import Annotated

import typer

from vsm.cli.options import WORK, Dir, Names, Since, Team, TicketType, Until
from vsm.cli.saying import console
from vsm.errors import ParameterError
from vsm.read import read_stream
from vsm.reports.export import export_table
from vsm.tables import TABLES


def export(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")],
    to: Annotated[Path, typer.Option(help="File to write: .parquet, .csv or .json.")],
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    team: Team = "",
    ticket_type: TicketType = "",
    names: Names = False,
) -> None:
    """Write a table as .parquet, .csv or .json, persons by pseudonyms; data/README.md tells its columns."""
    if table not in TABLES:
        raise ParameterError(f"no table '{table}'; there are {', '.join(TABLES)}")
    stream = read_stream(dir_, names=names, since=since, until=until, team=team, ticket_type=ticket_type)
    frame = getattr(stream, table)
    export_table(frame, to=to)
    console().print(f"{to}: {len(frame):,} rows of {table}")
