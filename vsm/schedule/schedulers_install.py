"""How does a call get into the user's own crontab or systemd? Nothing else of theirs is changed."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from vsm.errors import RunError
from vsm.schedule.schedulers_call import Call
from vsm.schedule.schedulers_cron import with_block
from vsm.schedule.schedulers_systemd import systemd_units

_NONE_YET: Final = ("no crontab for", "can't open")
"""How crontabs of Debian, cronie, macOS and BusyBox say that the user has none; all else is an error."""
_PATIENCE: Final = 30.0


def install_in_crontab(call: Call, *, environment: Mapping[str, str]) -> bool:
    """Is the call in the user's crontab now? Returns whether that changed anything.

    The crontab is read anew, and written only where it differs; what is not between the marks of this work
    folder stays to the byte.

    Parameters
    ----------
    call
        What to call, and how often.
    environment
        Variables of the process, for ``crontab`` itself.

    Raises
    ------
    RunError
        There is no ``crontab`` command, or it cannot read or write; nothing was changed then.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"))
    >>> install_in_crontab(call, environment={"PATH": "/nowhere"})
    Traceback (most recent call last):
    ...
    vsm.errors.RunError: there is no crontab command; install cron, or see vsm schedule --for systemd
    """
    crontab = shutil.which("crontab", path=environment.get("PATH", os.defpath))
    if crontab is None:
        raise RunError("there is no crontab command; install cron, or see vsm schedule --for systemd")
    listed = _call([crontab, "-l"], environment=environment)
    said = _said(listed)
    if listed.returncode and not any(words in said for words in _NONE_YET):
        raise RunError(f"crontab -l failed: {said}; nothing was changed")
    before = b"" if listed.returncode else listed.stdout
    after = with_block(before.decode(errors="surrogateescape"), call).encode(errors="surrogateescape")
    if after == before:
        return False
    written = _call([crontab, "-"], environment=environment, told=after)
    if written.returncode:
        raise RunError(f"crontab refused the new line: {_said(written)}; nothing was changed")
    return True


def install_units(call: Call, *, folder: Path) -> list[Path]:
    """Where do the units lie now? Each is written whole.

    Parameters
    ----------
    call
        What to call, and how often.
    folder
        Folder of the user's units of systemd; made where it is absent.

    Raises
    ------
    RunError
        The folder cannot be written.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> from tempfile import TemporaryDirectory
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"))
    >>> with TemporaryDirectory() as home:
    ...     [path.suffix for path in install_units(call, folder=Path(home, "units"))]
    ['.service', '.timer']
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in systemd_units(call).items():
            beside = folder / f".{name}.part"
            beside.write_text(text, encoding="utf-8")
            written.append(beside.replace(folder / name))
    except OSError as error:
        raise RunError(f"cannot write units to {folder}: {error.strerror or error}") from error
    return written


def start_timer(call: Call, *, environment: Mapping[str, str]) -> str:
    """Does the user's systemd run the timer now? Returns why not, or nothing.

    Parameters
    ----------
    call
        Whose units lie in place.
    environment
        Variables of the process, which tell ``systemctl`` whose systemd is meant.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"))
    >>> start_timer(call, environment={"PATH": "/nowhere"})
    'there is no systemctl command'
    """
    systemctl = shutil.which("systemctl", path=environment.get("PATH", os.defpath))
    if systemctl is None:
        return "there is no systemctl command"
    for words in (["daemon-reload"], ["enable", "--now", f"{call.name}.timer"]):
        done = _call([systemctl, "--user", *words], environment=environment)
        if done.returncode:
            return f"systemctl --user {words[0]} said: {_said(done)}"
    return ""


def _call(
    words: list[str], *, environment: Mapping[str, str], told: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    plain = dict(environment) | {"LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - a command found on PATH, and words of our own
            words, input=told, capture_output=True, env=plain, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RunError(f"{words[0]} cannot be used: {error}; nothing was changed") from error


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    said = " ".join(done.stderr.decode(errors="replace").split())
    return said or f"exit code {done.returncode}"
