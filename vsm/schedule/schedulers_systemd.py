"""What has to stand in systemd's units? A service that runs once, and a timer that starts it."""

from pathlib import PurePath
from typing import Final

from vsm.errors import ParameterError
from vsm.schedule.schedulers_call import Call

_SERVICE: Final = """\
[Unit]
Description=Reports of {folder} that are due
# A run tells of its failures itself ([[report.tell]]). For those that never began, name a unit of yours:
# OnFailure=tell-me@%n.service

[Service]
Type=oneshot
ExecStart={command}
# 3: a report was made of data that are partly old. It is no failure.
SuccessExitStatus=3
TimeoutStartSec={longest}min
KillMode=mixed
Nice=10
# Secrets and PATH, in a file that you alone can read (umask 077): lines such as VSM_JIRA_TOKEN='…'
EnvironmentFile=-{environment}
# A Chromium that is a snap makes no PDF under these two; leave them out then.
NoNewPrivileges=yes
PrivateTmp=yes
"""
_TIMER: Final = """\
[Unit]
Description=Ask which reports of {folder} are due

[Timer]
# What cron and zone of each [[report]] in vsm.toml say counts; this is only how often they are asked.
OnCalendar={calendar}
Persistent=true
RandomizedDelaySec={delay}

[Install]
WantedBy=timers.target
"""


def systemd_units(call: Call) -> dict[str, str]:
    """Which units call it, by file name?

    Raises
    ------
    ParameterError
        The file of secrets lies where systemd would take its path for a pattern, or the path of vsm itself
        holds a quotation mark or backslash, which systemd refuses there.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/my work"), PurePosixPath("/home/me/.config/vsm"))
    >>> units = systemd_units(call)
    >>> [name.replace(call.name, "NAME") for name in units]
    ['NAME.service', 'NAME.timer']
    >>> print(units[f"{call.name}.service"].splitlines()[7])
    ExecStart=":/opt/vsm" "run" "--due" "--dir" "/srv/my work"
    """
    if set("\"'\\") & set(call.program[0]):
        raise ParameterError(f"systemd refuses to start {call.program[0]} because of its quotes; rename it")
    if set("*?[]\\") & set(str(call.environment)):
        raise ParameterError(
            f"systemd would take {call.environment} for a pattern; set XDG_CONFIG_HOME elsewhere"
        )
    folder = str(call.folder).replace("%", "%%")
    service = _SERVICE.format(
        folder=folder,
        command=_command(call),
        longest=call.longest,
        environment=str(call.environment).replace("%", "%%"),
    )
    delay = min(60, call.every * 60 // 5)
    timer = _TIMER.format(folder=folder, calendar=_calendar(call.every), delay=delay)
    return {f"{call.name}.service": service, f"{call.name}.timer": timer}


def printed_units(call: Call, *, folder: PurePath) -> str:
    """What do the units say, each under the path at which it has to lie?

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc/vsm"))
    >>> print(printed_units(call, folder=PurePosixPath("/home/me/units")).splitlines()[0])
    # /home/me/units/vsm-work-....service
    """
    return "\n".join(f"# {folder / name}\n{text}" for name, text in systemd_units(call).items()).rstrip("\n")


def _command(call: Call) -> str:
    """Quote for systemd: the colon before the program leaves every ``$`` alone, ``%%`` is a percent sign."""
    first, *others = call.words
    return " ".join(_quoted(word) for word in (f":{first}", *others))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _calendar(every: int) -> str:
    """Say every so many minutes as systemd does.

    >>> _calendar(15), _calendar(60), _calendar(120), _calendar(1440)
    ('*:0/15', '*:00', '0/2:00', '00:00')
    """
    if every < 60:
        return f"*:0/{every}"
    return {60: "*:00", 1440: "00:00"}.get(every, f"0/{every // 60}:00")
