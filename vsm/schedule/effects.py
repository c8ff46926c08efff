"""What a run does to the world: clock, log, pulling, publishing, notifying; each can be exchanged."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from vsm.config import Report, printable
from vsm.schedule.history import Run
from vsm.schedule.rendering import Output, render_plan

MOST: Final = 2_000_000
"""Bytes after which a log is renamed to ``.1``, in place of the one before."""

Log = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Effects:
    """What a run does to the world; each part can be exchanged.

    Attributes
    ----------
    clock
        The instant that counts as now, with zone.
    log
        Takes what happens, as ``log_to`` makes it.
    pull
        Pulls what is configured; returns a sentence for each source that could not be pulled.
    publish
        Copies a run to where its report is published, or only the first page where it failed; returns what
        went wrong, or nothing.
    notify
        Sends the messages; returns a sentence for each channel that could not be reached.
    render
        Carries out a plan, as ``render_plan`` does.
    """

    clock: Callable[[], datetime]
    log: Log
    pull: Callable[[], Sequence[str]]
    publish: Callable[[Report, Run], str]
    notify: Callable[[Report, Run, Output | None], Sequence[str]]
    render: Callable[..., Output] = render_plan


def log_to(
    path: Path, *, clock: Callable[[], datetime], json_lines: bool = False, quiet: bool = False
) -> Log:
    """A function ``log(event, **about)`` that writes JSON lines to a file, and sentences to standard output.

    With ``json_lines`` standard output gets those as well, with ``quiet`` nothing. A full disk stops nothing.

    Examples
    --------
    >>> from datetime import UTC
    >>> log = log_to(Path("/dev/null/run.log"), clock=lambda: datetime(2026, 11, 23, 7, tzinfo=UTC))
    >>> log("rendered", report="weekly", pages=7)
    2026-11-23 07:00:00 weekly: rendered (pages 7)
    """

    def log(event: str, *, report: str = "", **about: Any) -> None:
        at = clock()
        line = json.dumps({"at": at.isoformat(timespec="seconds"), "report": report, "event": event, **about})
        known = ", ".join(f"{name} {value}" for name, value in about.items() if value not in ("", None, []))
        who, details = f"{report}: " if report else "", f" ({known})" if known else ""
        sentence = f"{at:%Y-%m-%d %H:%M:%S} {who}{event}{details}"
        with suppress(OSError):
            if path.exists() and path.stat().st_size > MOST:
                path.replace(path.with_suffix(path.suffix + ".1"))
            with path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        if not quiet:
            with suppress(OSError):  # cron may have redirected it to a file on a full disk
                sys.stdout.write((line if json_lines else printable(sentence)) + "\n")
                sys.stdout.flush()

    return log
