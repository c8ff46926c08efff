"""A run that is killed where a test wants it, by ``main`` in a process of its own."""

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.schedule.world import no_tickets, quickly
from vsm.cli.console import PullProgress
from vsm.cli.pull import pull_again
from vsm.schedule import run as running
from vsm.schedule.effects import Effects
from vsm.schedule.run import run_reports
from vsm.schedule.site import put_in_place
from vsm.sources.work_folder import WorkFolder


def main(root: Path, phase: str, now: datetime, login: dict[str, str]) -> None:
    """Run the due reports at this instant, and be killed with SIGKILL when this phase begins."""
    os.environ.update(login)
    at = [now]

    def clock() -> datetime:
        at[0] += timedelta(seconds=1)
        return at[0]

    def die(where: str) -> None:
        if where == phase:
            os.kill(os.getpid(), signal.SIGKILL)

    def pull() -> list[str]:
        die("pulling")
        return [str(each.error) for each in pull_again(root, PullProgress(quiet=True), at=now)]

    def render(*known: Any, **more: Any) -> Any:
        made = quickly(*known, **more)
        die("rendering")  # with half of the work on the disk
        return made

    def moved(*known: Any, **more: Any) -> str:
        name = put_in_place(*known, **more)
        die("moved")  # in its place, and not yet in the history
        return name

    def tell(*_: object) -> list[str]:
        die("telling")
        return []

    running.put_in_place = moved  # type: ignore[attr-defined]
    running.stream_of_plan = no_tickets  # type: ignore[attr-defined, assignment]
    effects = Effects(
        clock=clock, log=lambda event, **_: die(event), pull=pull, render=render,
        publish=lambda *_: "", notify=tell,
    )  # fmt: skip
    run_reports(WorkFolder(root), effects=effects, due=True)
