"""What has to stand in a crontab? One line between two marks, so that it can be found again."""

import shlex
from typing import Final

from vsm.errors import ParameterError, RunError
from vsm.schedule.schedulers_call import Call, cron_expression

_LONGEST_COMMAND: Final = 990
"""Cron's own limit is 1,000 characters on many systems; it cuts off what is longer without a word."""
FAULTS: Final = "schedule.log"
"""Where the work folder holds what went wrong before a run could write its own log."""


def cron_block(call: Call) -> str:
    r"""What has to stand in a crontab, with its marks and a word on secrets?

    Raises
    ------
    ParameterError
        A path holds a backslash, or the command is longer than cron reads.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/my work"), PurePosixPath("/home/me/.config/vsm"))
    >>> print(cron_block(call).splitlines()[-2])
    */15 * * * * set -a; [ ! -r /home/me/.config/vsm/vsm-my-work-....env ] || .
      /home/me/.config/vsm/vsm-my-work-....env; /opt/vsm run --due --dir '/srv/my work'
      >/dev/null 2>>'/srv/my work/schedule.log'
    """
    begin, end = _marks(call)
    folder, file = _quoted(str(call.secrets)), _quoted(str(call.environment))
    return "\n".join(
        [
            begin,
            "# Asks which reports of vsm.toml are due; what their cron and zone say counts, not this",
            "# machine's zone. Cron knows no login and only PATH=/usr/bin:/bin. Make a file that you alone",
            f"# can read:  (umask 077; mkdir -p {folder}; touch {file})",
            "# with lines such as  VSM_JIRA_TOKEN='…'  VSM_JIRA_EMAIL='…'  PATH=/usr/local/bin:/usr/bin:/bin",
            f"# What goes wrong is added to {FAULTS} in the work folder; runs have a log in its archive.",
            f"{cron_expression(call.every)} {_command(call)}",
            end,
        ]
    )


def with_block(crontab: str, call: Call) -> str:
    r"""What is this crontab with the call in it? What stood between its marks is replaced, all else kept.

    Raises
    ------
    RunError
        A mark stands there without its other half: nobody knows what may be replaced.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"))
    >>> once = with_block("0 1 * * * backup\n", call)
    >>> with_block(once, call) == once
    True
    """
    begin, end = _marks(call)
    lines = crontab.split("\n")
    starts, ends = ([at for at, line in enumerate(lines) if line == mark] for mark in (begin, end))
    if not starts and not ends:
        gap = "" if not crontab or crontab.endswith("\n") else "\n"
        return f"{crontab}{gap}{cron_block(call)}\n"
    if len(starts) != 1 or len(ends) != 1 or starts[0] > ends[0]:
        raise RunError(
            f"the crontab holds '{begin}' {len(starts)} and '{end}' {len(ends)} times, not once each in this "
            "order; take them out with crontab -e, and try again; nothing was changed"
        )
    return "\n".join([*lines[: starts[0]], cron_block(call), *lines[ends[0] + 1 :]])


def _marks(call: Call) -> tuple[str, str]:
    return f"# >>> vsm schedule {call.folder}", f"# <<< vsm schedule {call.folder}"


def _command(call: Call) -> str:
    file, log = _quoted(str(call.environment)), _quoted(str(call.folder / FAULTS))
    words = " ".join(map(_quoted, call.words))
    command = f"set -a; [ ! -r {file} ] || . {file}; {words} >/dev/null 2>>{log}"
    if len(command.encode()) > _LONGEST_COMMAND:
        raise ParameterError(
            f"{call.folder}: its path is too long for cron, which reads 1,000 characters; move it, "
            "or use --for systemd"
        )
    return command


def _quoted(word: str) -> str:
    r"""Quote for the shell. A ``\%`` outside of quotes is a ``%`` to every cron, and to the shell as well."""
    if "\\" in word:
        raise ParameterError(f"cron cannot be told of the path {word}: it holds a backslash; rename it")
    return r"\%".join(shlex.quote(part) if part else "" for part in word.split("%"))
