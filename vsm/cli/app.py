"""The commands and their exit codes.

0 done, 1 failed, 2 the user's mistake, 3 some data are stale or faulty (``vsm run``), 130 stopped by Ctrl-C,
143 ended by SIGTERM.
"""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from types import FrameType
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from vsm.cli.console import console
from vsm.errors import VsmError, sentence_of

INTERRUPTED: Final = 130
TERMINATED: Final = 143
STOPPED: Final = "vsm: stopped; what was reported as stored is stored"

MODULES: Final = {
    "init": "init", "pull": "pull", "verify": "verify", "check": "check", "explain": "explain",
    "export": "export", "report": "report", "slides": "report", "schedule": "schedule", "run": "schedule",
    "lab": "lab", "forget": "forget", "demo": "init",
}  # fmt: skip
"""Command → the module of this package that defines it."""
SETTINGS: Final[dict[str, Any]] = {
    "add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": "markdown"
}  # fmt: skip


class Commands(TyperGroup):
    """The commands, each imported when it is called or listed: ``vsm pull`` needs no page and no figure."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = dict.fromkeys(MODULES)  # type: ignore[assignment] # names, which are also suggested

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - what typer calls it with
        """Import a command; one with subcommands is a ``Typer`` of its own."""
        if cmd_name not in MODULES:
            return None
        command = getattr(import_module(f"vsm.cli.{MODULES[cmd_name]}"), cmd_name)
        one = typer.Typer(**SETTINGS)
        if isinstance(command, typer.Typer):
            one.add_typer(command, name=cmd_name)
        else:
            one.command(cmd_name)(command)
        return typer.main.get_group(one).commands[cmd_name]


app = typer.Typer(
    name="vsm",
    cls=Commands,
    help="Where does work wait between people, why, and what to try next?",
    no_args_is_help=True,
    **SETTINGS,
)


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


class Terminated(BaseException):
    """Somebody sent SIGTERM: like Ctrl-C it ends the command in good order, whatever that is doing."""


def main() -> None:
    """Run the command line; every error becomes one sentence and an exit code.

    ``VSM_DEBUG=1`` in the environment also shows the traceback of an unexpected error.
    """
    try:
        with _heeding_sigterm():
            app()
    except VsmError as error:
        _end(f"vsm: {error}", code=error.exit_code)
    except Terminated:
        _end(STOPPED, code=TERMINATED)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:  # typer's exit code for Ctrl-C
            _end(STOPPED, code=INTERRUPTED)
        raise
    except Exception as error:  # noqa: BLE001 - nobody should have to read a traceback
        if os.environ.get("VSM_DEBUG") == "1":
            traceback.print_exception(error)
        _end(f"vsm: {sentence_of(error)}", code=1)


def _end(sentence: str, *, code: int) -> None:
    console(stderr=True).print(sentence)
    sys.exit(code)


@contextmanager
def _heeding_sigterm() -> Iterator[None]:
    """Turn the first SIGTERM into ``Terminated``; later ones are ignored, as the command is ending."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
