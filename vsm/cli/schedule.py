"""Reports with nobody there: ``vsm run`` makes what is due, ``vsm schedule`` lets a scheduler call it."""

import os
import sys
import sysconfig
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from vsm.cli.console import WORK, Dir, PullProgress, console
from vsm.cli.pull import pull_again
from vsm.config import Report
from vsm.errors import ParameterError
from vsm.reports import notebooks_folder
from vsm.schedule.call import FAULTS, Call, longest_minutes
from vsm.schedule.effects import Effects, log_to
from vsm.schedule.install import install_in_crontab, install_units, start_timer
from vsm.schedule.notify import notify
from vsm.schedule.publishing import publish_run
from vsm.schedule.run import EXIT_CODES, run_reports
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
    """The words that start this vsm from anywhere: its script, else by the Python that runs it now."""
    script = Path(sysconfig.get_path("scripts"), "vsm.exe" if os.name == "nt" else "vsm")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "vsm.cli")


def _settings() -> Path:
    """Find where this user's settings lie, as systemd does."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(folder) if Path(folder).is_absolute() else Path.home() / ".config"


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
    out = console()
    out.print(f"{'Your' if changed else 'Nothing to change: your'} crontab asks {asks}.")
    out.print(f"What goes wrong stands in {call.folder / FAULTS}, what runs say in archive/run.log.")
    out.print(f"Secrets belong into {call.environment}:")
    out.print(f"  (umask 077; mkdir -p '{call.secrets}'; touch '{call.environment}')")
    out.print("To stop it: crontab -e, and delete the lines between its two marks.")


def _into_systemd(call: Call, *, units: Path) -> None:
    out = console()
    for path in install_units(call, folder=units):
        out.print(f"Written: {path}")
    if why := start_timer(call, environment=os.environ):
        out.print(f"The timer is not running yet ({why}). Start it with:")
        out.print(f"  systemctl --user daemon-reload && systemctl --user enable --now {call.name}.timer")
    else:
        out.print(f"The timer runs: systemctl --user list-timers {call.name}.timer")
    out.print("So that it also runs while you are not logged in: loginctl enable-linger")
    out.print(f"Secrets belong into {call.environment}, for you alone (umask 077).")
    out.print(f"To stop it: systemctl --user disable --now {call.name}.timer")


def run(
    names: Annotated[
        list[str] | None, typer.Argument(help="Reports of vsm.toml; all if left out.", show_default=False)
    ] = None,
    dir_: Dir = WORK,
    due: Annotated[bool, typer.Option("--due", help="Only those that their cron makes due now.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Make them even if there is no news.")] = False,
    json_log: Annotated[bool, typer.Option("--json-log", help="A JSON object a line, for machines.")] = False,
) -> None:
    """Pull, check, render, publish and tell the reports that vsm.toml plans, under site/.

    Exit codes: 0 done, 1 failed, 2 misconfigured, 3 made of data that are partly stale or faulty.
    """
    folder = WorkFolder.at(dir_)
    log = log_to(folder.run_log, clock=_now, json_lines=json_log)
    effects = Effects(
        clock=_now,
        log=log,
        pull=lambda: _pulled(dir_, json_log=json_log),
        publish=partial(publish_run, folder),
        notify=partial(notify, folder, secrets=os.environ),
    )
    runs = run_reports(folder, names or (), effects=effects, due=due, force=force)
    raise typer.Exit(worst([EXIT_CODES.get(made.outcome, 0) for made in runs]))


def worst(codes: Sequence[int]) -> int:
    """Say which exit code tells most of several."""
    return next((code for code in (2, 1, 3) if code in codes), 0)


def _now() -> datetime:
    return datetime.now(UTC)


def _pulled(dir_: Path, *, json_log: bool) -> list[str]:
    """Pull every source again; say of each that could not be, and how old its data are now."""
    failed = pull_again(dir_, PullProgress(quiet=True, json_log=json_log), at=_now())
    return [
        f"The pull of {each.source} failed; its data are "
        f"{f'of {each.last:%Y-%m-%d %H:%M} UTC' if each.last else 'those of a pull that was broken off'}: "
        f"{each.error}."
        for each in failed
    ]
