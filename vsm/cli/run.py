"""How do reports arrive on their own? ``vsm run`` makes those that vsm.toml plans, with nobody there."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from vsm.cli.options import WORK, Dir
from vsm.cli.pull import pull_again
from vsm.cli.telling import Teller
from vsm.schedule.effects import Effects, log_to
from vsm.schedule.notify import notify
from vsm.schedule.publishing import publish_run
from vsm.schedule.run import EXIT_CODES, run_reports
from vsm.sources.work_folder import WorkFolder


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
    failed = pull_again(dir_, Teller(quiet=True, json_log=json_log), at=_now())
    return [
        f"The pull of {each.source} failed; its data are "
        f"{f'of {each.last:%Y-%m-%d %H:%M} UTC' if each.last else 'those of a pull that was broken off'}: "
        f"{each.error}."
        for each in failed
    ]
