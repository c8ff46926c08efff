"""Scheduled reports: ``vsm run`` makes those that are due, ``vsm schedule`` sets up what calls it."""

import os
import sys
import sysconfig
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from vsm.cli.console import WORK, Dir, PullProgress, console
from vsm.cli.pull import pull_again
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
    for_: Annotated[Scheduler, typer.Option("--for", help="The scheduler that will call.")] = Scheduler.CRON,
    every: Annotated[int, typer.Option(help="Minutes between two calls.")] = 15,
    install: Annotated[
        bool, typer.Option("--install", help="Install it in your crontab or as systemd units.")
    ] = False,
) -> None:
    """Print a scheduler's configuration for making due reports; one entry serves all of them."""
    folder = WorkFolder.at(dir_)
    reports = read_workflow(folder).reports
    suite = notebooks_folder().resolve()
    longest = longest_minutes(reports, numbered=len(list(suite.glob("[0-9]*.ipynb"))))
    # The folder of this user's settings, as systemd finds it.
    home = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    settings = home if home.is_absolute() else Path.home() / ".config"
    call = Call(program(), dir_.resolve(), secrets=settings / "vsm", every=every, longest=longest)
    if install and for_ not in (Scheduler.CRON, Scheduler.SYSTEMD):
        raise ParameterError(
            f"--install works with cron and systemd; you have to install the output of --for {for_} yourself"
        )
    units = settings / "systemd" / "user"
    text = scheduler_text(call, scheduler=for_, units=units, notebook=suite / EXAMPLE)
    notes, secrets = console(stderr=True), Path(call.environment)
    if not reports:
        notes.print("Note: vsm.toml has no [[report]] yet, so nothing will be made.")
    elif not any(report.cron for report in reports):
        notes.print("Note: no [[report]] in vsm.toml has a cron, so none is ever due.")
    if os.name == "posix" and secrets.is_file() and secrets.stat().st_mode & 0o077:
        notes.print(f"Note: others can read {secrets}; run chmod 600 '{secrets}'")
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


def _into_crontab(call: Call) -> None:
    changed = install_in_crontab(call, environment=os.environ)
    asks = f"every {call.every} minutes which reports of {call.folder} are due"
    out = console()
    out.print(f"{'Your' if changed else 'Nothing to change: your'} crontab asks {asks}.")
    out.print(f"Errors go to {call.folder / FAULTS}, the log of runs to archive/run.log.")
    out.print(f"Secrets belong in {call.environment}:")
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
    out.print("To let it run while you are not logged in: loginctl enable-linger")
    out.print(f"Secrets belong in {call.environment}, which only you can read (umask 077).")
    out.print(f"To stop it: systemctl --user disable --now {call.name}.timer")


def run(
    names: Annotated[
        list[str] | None, typer.Argument(help="Reports of vsm.toml; all if left out.", show_default=False)
    ] = None,
    dir_: Dir = WORK,
    due: Annotated[bool, typer.Option("--due", help="Only those that are due now by their cron.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Make them even without new data.")] = False,
    json_log: Annotated[bool, typer.Option("--json-log", help="A JSON object a line, for machines.")] = False,
) -> None:
    """Make the reports of vsm.toml under site/: pull, check, render, publish and notify.

    Exit codes: 0 done, 1 failed, 2 misconfigured, 3 some data are stale or faulty.
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
    codes = {EXIT_CODES.get(made.outcome, 0) for made in runs}
    raise typer.Exit(next((code for code in (2, 1, 3) if code in codes), 0))


def _now() -> datetime:
    return datetime.now(UTC)


def _pulled(dir_: Path, *, json_log: bool) -> list[str]:
    """Pull every source again; returns a sentence on each that failed, with the age of its data."""
    failed = pull_again(dir_, PullProgress(quiet=True, json_log=json_log), at=_now())
    return [
        f"The pull of {each.source} failed; its data are "
        f"{f'as of {each.last:%Y-%m-%d %H:%M} UTC' if each.last else 'those of an interrupted pull'}: "
        f"{each.error}."
        for each in failed
    ]
