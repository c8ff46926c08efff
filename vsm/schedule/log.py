"""Where does a run say what it does? On standard output, as text or JSON, and always in a file."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

MOST: Final = 2_000_000
"""A log of so many bytes is put aside as ``.1``; there is never more than one put aside."""

Log = Callable[..., None]


def log_to(
    path: Path, *, clock: Callable[[], datetime], json_lines: bool = False, quiet: bool = False
) -> Log:
    """Which function takes what a run says? ``log(event, **about)``; a full disk does not stop it.

    Parameters
    ----------
    path
        The file, a JSON object a line.
    clock
        Gives the instant, with zone.
    json_lines
        Write JSON lines on standard output as well, not sentences.
    quiet
        Say nothing there.

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
        with suppress(OSError):
            _write(path, line)
        if not quiet:
            with suppress(OSError):  # cron may have led it to a file on a full disk
                sys.stdout.write((line if json_lines else _sentence(at, report, event, about)) + "\n")
                sys.stdout.flush()

    return log


def _write(path: Path, line: str) -> None:
    if path.exists() and path.stat().st_size > MOST:
        path.replace(path.with_suffix(path.suffix + ".1"))
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _sentence(at: datetime, report: str, event: str, about: dict[str, Any]) -> str:
    known = ", ".join(f"{name} {value}" for name, value in about.items() if value not in ("", None, []))
    return f"{at:%Y-%m-%d %H:%M:%S} {f'{report}: ' if report else ''}{event}{f' ({known})' if known else ''}"
