"""Who calls ``vsm run --due``? ``vsm schedule`` says what a scheduler needs, and may put it there."""

import os
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from vsm.cli.options import WORK, Dir
from vsm.cli.saying import console
from vsm.config.reporting import Report
from vsm.errors import ParameterError
from vsm.reports import notebooks_folder
from vsm.schedule.call import FAULTS, Call, longest_minutes
from vsm.schedule.install import install_in_crontab, install_units, start_timer
from vsm.schedule.schedulers import Scheduler, scheduler_text
from vsm.sources.work_folder import WorkFolder, read_workflow

EXAMPLE: Final = "01_where_does_time_go.ipynb"


def schedule(
    dir_: Dir = WORK,
    for_: Annotated[Scheduler, typer.Option("--for", help="Which scheduler is to call.")] = Scheduler.CRON,
    every: Annotated[int, typer.Option(help="Minutes between two calls.")] = 15,
    install: Annotated[
        bool, typer.Option("--install", help="Put it into your crontab, or your systemd's units.")
    ] = False,
) -> None:
    """Print what a scheduler needs so that due reports are made; one call suffices for all of them."""
    folder = WorkFolder.at(dir_)
    reports = read_workflow(folder).reports
    suite = notebooks_folder().resolve()
    call = Call(
        program(),
        dir_.resolve(),
        secrets=_settings() / "vsm",
        every=every,
        longest=longest_minutes(reports, numbered=len(list(suite.glob("[0-9]*.ipynb")))),
    )
    if install and for_ not in (Scheduler.CRON, Scheduler.SYSTEMD):
        raise ParameterError(
            f"--install knows cron and systemd; what --for {for_} prints has to be put in its place by you"
        )
    units = _settings() / "systemd" / "user"
    text = scheduler_text(call, scheduler=for_, units=units, notebook=suite / EXAMPLE)
    _note(reports)
    _note_readers(Path(call.environment))
    if install and for_ is Scheduler.CRON:
        _into_crontab(call)
    elif install:
        _into_systemd(call, units=units)
    else:
        console().print(text)


def program() -> tuple[str, ...]:
    """How is this vsm started from anywhere? By its script, else by the Python that runs it now."""
    script = Path(sysconfig.get_path("scripts"), "vsm.exe" if os.name == "nt" else "vsm")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "vsm.cli")


def _settings() -> Path:
    """Find where this user's settings lie, as systemd does."""
    told = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(told) if Path(told).is_absolute() else Path.home() / ".config"


def _note(reports: Sequence[Report]) -> None:
    """Say, beside what is printed, that nothing would ever be due."""
    if not reports:
        console(stderr=True).print("Note: vsm.toml has no [[report]] yet, so nothing will be made.")
    elif not any(report.cron for report in reports):
        console(stderr=True).print("Note: no [[report]] in vsm.toml has a cron, so none is ever due.")


def _note_readers(secrets: Path) -> None:
    """Say that others could read the secrets, where they can."""
    if os.name == "posix" and secrets.is_file() and secrets.stat().st_mode & 0o077:
        console(stderr=True).print(f"Note: others can read {secrets}; say chmod 600 '{secrets}'")


def _into_crontab(call: Call) -> None:
    changed = install_in_crontab(call, environment=os.environ)
    asks = f"every {call.every} minutes which reports of {call.folder} are due"
    say = console()
    say.print(f"{'Your' if changed else 'Nothing to change: your'} crontab asks {asks}.")
    say.print(f"What goes wrong stands in {call.folder / FAULTS}, what runs say in archive/run.log.")
    say.print(f"Secrets belong into {call.environment}:")
    say.print(f"  (umask 077; mkdir -p '{call.secrets}'; touch '{call.environment}')")
    say.print("To stop it: crontab -e, and delete the lines between its two marks.")


def _into_systemd(call: Call, *, units: Path) -> None:
    say = console()
    for path in install_units(call, folder=units):
        say.print(f"Written: {path}")
    if why := start_timer(call, environment=os.environ):
        say.print(f"The timer is not running yet ({why}). Start it with:")
        say.print(f"  systemctl --user daemon-reload && systemctl --user enable --now {call.name}.timer")
    else:
        say.print(f"The timer runs: systemctl --user list-timers {call.name}.timer")
    say.print("So that it also runs while you are not logged in: loginctl enable-linger")
    say.print(f"Secrets belong into {call.environment}, for you alone (umask 077).")
    say.print(f"To stop it: systemctl --user disable --now {call.name}.timer")
