"""``vsm explain``: one ticket's history step by step, with the rule behind every number."""

from typing import Annotated

import typer

from vsm.cli.console import WORK, Dir, Names, console
from vsm.read import read_stream

Key = Annotated[str, typer.Argument(help="Ticket key, such as SHOP-238.", show_default=False)]


def explain(key: Key, dir_: Dir = WORK, names: Names = False) -> None:
    """Explain one ticket step by step: why each handoff counts as one, and what caused each wait."""
    console().print(str(read_stream(dir_, names=names).explain(key)))
