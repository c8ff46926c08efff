"""What has to be said to Windows' Task Scheduler? One line for cmd, or three for PowerShell."""

from typing import Final

from vsm.errors import ParameterError
from vsm.schedule.schedulers_call import Call

_LONGEST_TASK: Final = 261
_DAY: Final = 1440
_LOGIN: Final = """\
rem A login that the task finds: pip install "vsm[keyring]", then keyring set "vsm example.atlassian.net" YOU
rem or, for any secret of the environment: setx VSM_JIRA_TOKEN …"""


def windows_task(call: Call) -> str:
    r"""Which lines make a task of it, at a prompt of cmd or in PowerShell?

    Raises
    ------
    ParameterError
        A path holds a double quote or percent sign, which a task cannot.

    Examples
    --------
    >>> from pathlib import PureWindowsPath
    >>> call = Call((r"C:\my vsm.exe",), PureWindowsPath(r"D:\my work"), PureWindowsPath(r"C:\me"))
    >>> print(windows_task(call).splitlines()[4].replace(call.name, "NAME"))
    schtasks /Create /F /SC MINUTE /MO 15 /TN "NAME" /TR "\"C:\my vsm.exe\" run --due --dir \"D:\my work\""
    """
    for word in call.words:
        if set('"%') & set(word):
            raise ParameterError(f'a task of Windows cannot be told of the path {word}: no " or %; rename it')
    return "\n".join(
        [
            "rem Asks which reports of vsm.toml are due; what their cron and zone say counts.",
            _LOGIN,
            "rem At a prompt of cmd, not in PowerShell:",
            _for_cmd(call),
            "rem The same in PowerShell:",
            *_for_powershell(call),
        ]
    )


def _for_cmd(call: Call) -> str:
    task = " ".join(map(_quoted, call.words))
    if len(task) > _LONGEST_TASK:
        return f"rem schtasks reads {_LONGEST_TASK} characters, and this needs {len(task)}: take PowerShell"
    inner = task.replace('"', '\\"')
    often = "/SC DAILY" if call.every == _DAY else f"/SC MINUTE /MO {call.every}"
    return f'schtasks /Create /F {often} /TN "{call.name}" /TR "{inner}"'


def _for_powershell(call: Call) -> list[str]:
    program, *others = call.words
    arguments = " ".join(map(_quoted, others))
    again = f"(Get-Date).Date -RepetitionInterval (New-TimeSpan -Minutes {call.every})"
    return [
        f"$action = New-ScheduledTaskAction -Execute {_single(program)} -Argument {_single(arguments)}",
        f"$trigger = New-ScheduledTaskTrigger -Once -At {again}",
        f"Register-ScheduledTask -TaskName '{call.name}' -Action $action -Trigger $trigger -Force",
    ]


def _quoted(word: str) -> str:
    r"""Quote for a program's own reading of its command line, where ``\"`` would be a quotation mark.

    >>> _quoted("run"), _quoted("C:\\my work"), _quoted("D:\\my work\\")
    ('run', '"C:\\my work"', '"D:\\my work\\\\"')
    """
    if not set(" \t&|<>^()'") & set(word):
        return word
    return f'"{word}\\"' if word.endswith("\\") else f'"{word}"'


def _single(words: str) -> str:
    """Quote for PowerShell, which also takes curly quotation marks for its own."""
    for mark in "'‘’‚‛":
        words = words.replace(mark, mark * 2)
    return f"'{words}'"
