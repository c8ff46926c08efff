"""Installs a call in the user's own crontab or systemd; nothing else of theirs is changed."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from vsm.errors import RunError
from vsm.reports.atomic import write_whole
from vsm.schedule.call import Call
from vsm.schedule.schedulers import cron_block, systemd_units

_NONE_YET: Final = ("no crontab for", "can't open")
"""Messages of Debian, cronie, macOS and BusyBox for a user without a crontab; all else is an error."""
_SECONDS: Final = 30.0


def with_block(crontab: str, call: Call) -> str:
    r"""The crontab with the call in it: the lines between its marks are replaced, all others kept.

    Raises RunError where one of the marks is missing or there are several: nobody knows what may be replaced.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"))
    >>> once = with_block("0 1 * * * backup\n", call)
    >>> with_block(once, call) == once
    True
    """
    block, lines = cron_block(call), crontab.split("\n")
    begin, *_, end = block.split("\n")
    starts, ends = ([at for at, line in enumerate(lines) if line == mark] for mark in (begin, end))
    if not starts and not ends:
        gap = "" if not crontab or crontab.endswith("\n") else "\n"
        return f"{crontab}{gap}{block}\n"
    if len(starts) != 1 or len(ends) != 1 or starts[0] > ends[0]:
        raise RunError(
            f"the crontab has '{begin}' {len(starts)} and '{end}' {len(ends)} times, not once each in this "
            "order; remove them with crontab -e, and try again; nothing was changed"
        )
    return "\n".join([*lines[: starts[0]], block, *lines[ends[0] + 1 :]])


def install_in_crontab(call: Call, *, environment: Mapping[str, str]) -> bool:
    """Put the call into the user's crontab; returns whether that changed anything.

    The crontab is read first, and written only where it differs; what is not between the marks of this work
    folder stays the same to the byte. ``environment`` are the variables for the ``crontab`` command. Raises
    RunError where there is no such command, or it cannot read or write; nothing was changed then.
    """
    crontab = shutil.which("crontab", path=environment.get("PATH", os.defpath))
    if crontab is None:
        raise RunError("there is no crontab command; install cron, or see vsm schedule --for systemd")
    listed = _call([crontab, "-l"], environment=environment)
    answer = _answer(listed)
    if listed.returncode and not any(words in answer for words in _NONE_YET):
        raise RunError(f"crontab -l failed: {answer}; nothing was changed")
    before = b"" if listed.returncode else listed.stdout
    after = with_block(before.decode(errors="surrogateescape"), call).encode(errors="surrogateescape")
    if after == before:
        return False
    written = _call([crontab, "-"], environment=environment, given=after)
    if written.returncode:
        raise RunError(f"crontab refused the new line: {_answer(written)}; nothing was changed")
    return True


def install_units(call: Call, *, folder: Path) -> list[Path]:
    """Write the units of systemd, each whole; returns their paths.

    The folder of the user's units is made where it is absent; RunError says that it cannot be written.
    """
    written = []
    try:
        for name, text in systemd_units(call).items():
            write_whole(folder / name, text)
            written.append(folder / name)
    except OSError as error:
        raise RunError(f"cannot write units to {folder}: {error.strerror or error}") from error
    return written


def start_timer(call: Call, *, environment: Mapping[str, str]) -> str:
    """Start the timer, whose units are installed, in the user's systemd; returns why that failed, or nothing.

    ``environment`` are the variables for ``systemctl``, which finds the user's systemd by them.
    """
    systemctl = shutil.which("systemctl", path=environment.get("PATH", os.defpath))
    if systemctl is None:
        return "there is no systemctl command"
    for words in (["daemon-reload"], ["enable", "--now", f"{call.name}.timer"]):
        done = _call([systemctl, "--user", *words], environment=environment)
        if done.returncode:
            return f"systemctl --user {words[0]} said: {_answer(done)}"
    return ""


def _call(
    words: list[str], *, environment: Mapping[str, str], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    plain = dict(environment) | {"LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - a command found on PATH, and words of our own
            words, input=given, capture_output=True, env=plain, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RunError(f"{words[0]} cannot be used: {error}; nothing was changed") from error


def _answer(done: subprocess.CompletedProcess[bytes]) -> str:
    answer = " ".join(done.stderr.decode(errors="replace").split())
    return answer or f"exit code {done.returncode}"
