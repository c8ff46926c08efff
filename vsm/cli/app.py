"""Which commands are there, and what do their exit codes say? 0 done, 1 failed, 2 the user's mistake."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from vsm.cli.check import check
from vsm.cli.demo import demo
from vsm.cli.export import export
from vsm.cli.init import init
from vsm.cli.pull import pull
from vsm.cli.report import report
from vsm.cli.verify import verify
from vsm.errors import VsmError

app = typer.Typer(
    name="vsm",
    help="Where does work wait between people, why, and what to try next?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(init)
app.add_typer(pull, name="pull")
app.command()(verify)
app.command()(check)
app.command()(export)
app.command()(report)
app.command()(demo)


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"vsm {version('vsm')}")
        raise typer.Exit


@app.callback()
def _options(
    show: Annotated[
        bool,
        typer.Option("--version", callback=lambda value: _version(asked=value), help="Show the version."),
    ] = False,
) -> None:
    """Show where work waits. Start with vsm init --dir work; every command has --help."""


def main() -> None:
    """Run the command line; an error raised on purpose becomes one sentence and its exit code."""
    try:
        app()
    except VsmError as error:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"vsm: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        Console(stderr=True, highlight=False).print("vsm: stopped; what was reported as stored is stored")
        sys.exit(1)
