"""The call of ``vsm run --due`` in the configuration of six schedulers.

One call is enough for all reports of a work folder: ``vsm run --due`` itself knows which of them are due. The
configurations are in ``templates``; how their values are quoted is decided here.
"""

import json
import shlex
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from vsm.errors import ParameterError
from vsm.schedule.call import FAULTS, Call, cron_expression

_DAY: Final = 1440
_LONGEST_COMMAND: Final = 990
"""Cron's own limit is 1,000 characters on many systems; it cuts off longer lines silently."""
_LONGEST_TASK: Final = 261
_FEWEST_AT_GITHUB: Final = 5
_LONGEST_AT_GITHUB: Final = 360
_OFFSET: Final = 7


class Scheduler(StrEnum):
    """Who calls ``vsm run --due``."""

    CRON = "cron"
    SYSTEMD = "systemd"
    GITHUB = "github"
    GITLAB = "gitlab"
    WINDOWS = "windows"
    AIRFLOW = "airflow"


def scheduler_text(call: Call, *, scheduler: Scheduler, units: PurePath, notebook: PurePath) -> str:
    """The configuration of one scheduler, as ``vsm schedule`` prints it.

    Parameters
    ----------
    units
        Folder of the user's units of systemd.
    notebook
        A notebook of the suite, for Airflow's example.

    Raises
    ------
    ParameterError
        It cannot be called so often, or a path has characters that this scheduler would misread.
    """
    match scheduler:
        case Scheduler.CRON:
            return cron_block(call)
        case Scheduler.SYSTEMD:
            return printed_units(call, folder=units)
        case Scheduler.GITHUB:
            return github_workflow(call)
        case Scheduler.GITLAB:
            return gitlab_job(call)
        case Scheduler.WINDOWS:
            return windows_task(call)
        case Scheduler.AIRFLOW:
            return airflow_dag(call, notebook=notebook)


def cron_block(call: Call) -> str:
    r"""The line of a crontab, between two marks by which it is found again, with comments on secrets.

    Raises
    ------
    ParameterError
        A path has a backslash, or the command is longer than cron reads.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/my work"), PurePosixPath("/home/me/.config/vsm"))
    >>> print(cron_block(call).splitlines()[-2])
    */15 * * * * set -a; [ ! -r /home/me/.config/vsm/vsm-my-work-....env ] || .
      /home/me/.config/vsm/vsm-my-work-....env; /opt/vsm run --due --dir '/srv/my work'
      >/dev/null 2>>'/srv/my work/schedule.log'
    """
    secrets, file, log = map(_for_cron, (call.secrets, call.environment, call.folder / FAULTS))
    words = " ".join(map(_for_cron, call.words))
    command = f"set -a; [ ! -r {file} ] || . {file}; {words} >/dev/null 2>>{log}"
    if len(command.encode()) > _LONGEST_COMMAND:
        raise ParameterError(
            f"{call.folder}: its path is too long for cron, which reads 1,000 characters; move it, "
            "or use --for systemd"
        )
    return _filled(
        "cron", call=call, secrets=secrets, file=file, faults=FAULTS, schedule=cron_expression(call.every),
        command=command,
    )  # fmt: skip


def systemd_units(call: Call) -> dict[str, str]:
    """A service that runs once and a timer that starts it, by file name.

    Raises
    ------
    ParameterError
        systemd would take the path of the file of secrets for a pattern, or the path of vsm itself has a
        quotation mark or backslash, which systemd refuses there.
    """
    if set("\"'\\") & set(call.program[0]):
        raise ParameterError(f"systemd refuses to start {call.program[0]} because of its quotes; rename it")
    if set("*?[]\\") & set(str(call.environment)):
        raise ParameterError(
            f"systemd would take {call.environment} for a pattern; set XDG_CONFIG_HOME elsewhere"
        )
    command = " ".join(map(_for_systemd, (f":{call.words[0]}", *call.words[1:])))  # : leaves every $ alone
    service = _filled("systemd.service", call=call, command=command)
    in_hours = {60: "*:00", 1440: "00:00"}.get(call.every, f"0/{call.every // 60}:00")
    calendar = f"*:0/{call.every}" if call.every < 60 else in_hours
    timer = _filled("systemd.timer", call=call, calendar=calendar, delay=min(60, call.every * 60 // 5))
    return {f"{call.name}.service": f"{service}\n", f"{call.name}.timer": f"{timer}\n"}


def printed_units(call: Call, *, folder: PurePath) -> str:
    """The units of systemd, each under its path."""
    return "\n".join(f"# {folder / name}\n{text}" for name, text in systemd_units(call).items()).rstrip("\n")


def github_workflow(call: Call) -> str:
    """The workflow that calls it at GitHub, whose machines keep nothing between two runs.

    There, the work folder is part of the repository: ``vsm.toml`` is committed, archive and site are cached.
    So only its name counts, not its path on this machine.

    Raises
    ------
    ParameterError
        GitHub does not call it so often, or the folder's name would be read as a pattern.
    """
    if call.every < _FEWEST_AT_GITHUB:
        raise ParameterError(
            f"GitHub starts nothing more often than every {_FEWEST_AT_GITHUB} minutes; "
            f"choose --every {_FEWEST_AT_GITHUB} or more"
        )
    name, cron = _name_in_repository(call), _off_the_hour(call)
    return _filled("github.yml", name=name, cron=cron, longest=min(_LONGEST_AT_GITHUB, call.longest))


def gitlab_job(call: Call) -> str:
    """The job that calls it at GitLab; the work folder is part of the repository, as at GitHub.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/work"), PurePosixPath("/etc"))
    >>> [line for line in gitlab_job(call).splitlines() if "pattern" in line]
    ['# Build > Pipeline schedules: make one with the interval pattern  7-59/15 * * * *']
    """
    name, cron = _name_in_repository(call), _off_the_hour(call)
    return _filled("gitlab.yml", name=name, cron=cron, longest=call.longest)


def windows_task(call: Call) -> str:
    r"""The lines that create a task in Windows' scheduler, for cmd and for PowerShell.

    Raises
    ------
    ParameterError
        A path has a double quote or percent sign, which a task cannot have.

    Examples
    --------
    >>> from pathlib import PureWindowsPath
    >>> call = Call((r"C:\my vsm.exe",), PureWindowsPath(r"D:\my work"), PureWindowsPath(r"C:\me"))
    >>> print(windows_task(call).splitlines()[4].replace(call.name, "NAME"))
    schtasks /Create /F /SC MINUTE /MO 15 /TN "NAME" /TR "\"C:\my vsm.exe\" run --due --dir \"D:\my work\""
    """
    for word in call.words:
        if set('"%') & set(word):
            raise ParameterError(f'a Windows task cannot have the path {word}: no " or %; rename it')
    program, *arguments = map(_for_windows, call.words)
    task = " ".join([program, *arguments])
    often = "/SC DAILY" if call.every == _DAY else f"/SC MINUTE /MO {call.every}"
    escaped = task.replace('"', '\\"')
    at_prompt = f'schtasks /Create /F {often} /TN "{call.name}" /TR "{escaped}"'
    if len(task) > _LONGEST_TASK:
        at_prompt = f"rem schtasks reads {_LONGEST_TASK} characters, this needs {len(task)}: take PowerShell"
    return _filled("windows.cmd", call=call, at_prompt=at_prompt, arguments=" ".join(arguments))


def airflow_dag(call: Call, *, notebook: PurePath) -> str:
    """Two DAGs for Airflow: one makes the reports that are due, one runs a single notebook as an example.

    Raises ParameterError where Airflow would take a path for a template.
    """
    for word in (*call.words, str(notebook)):
        if "{{" in word or "{%" in word or "{#" in word:
            raise ParameterError(f"Airflow would take the path {word} for a template; rename it")
    return _filled(
        "airflow.py",
        call=call,
        cron=cron_expression(call.every),
        run=f"{shlex.join(call.words)} || [ $? -eq 3 ]",
        pull=shlex.join([*call.program, "pull", "--dir", str(call.folder), "--quiet"]),
        notebook=str(notebook),
    )


def _filled(template: str, **values: Any) -> str:
    """Fill a template, whose fields stand in ``[= =]``: GitHub and Airflow have braces of their own."""
    environment = Environment(  # noqa: S701 - no HTML: every field is quoted for the scheduler that reads it
        loader=PackageLoader("vsm.schedule"),
        undefined=StrictUndefined,
        variable_start_string="[=", variable_end_string="=]",
        block_start_string="[%", block_end_string="%]",
        comment_start_string="[#", comment_end_string="#]",
    )  # fmt: skip
    environment.filters |= {
        "powershell": _for_powershell,
        "python": repr,
        "systemd": _percent_doubled,
        "yaml": lambda text: json.dumps(text, ensure_ascii=False),  # a JSON string is one of YAML
    }
    return environment.get_template(f"{template}.j2").render(values)


def _off_the_hour(call: Call) -> str:
    return cron_expression(call.every, offset=min(_OFFSET, call.every // 2))


def _name_in_repository(call: Call) -> str:
    """Give the folder's path in the repository; a name that would be read as something else is refused."""
    name = call.folder.name
    if not name or set("$*?[]{}\\") & set(name):
        raise ParameterError(
            f"'{name}' cannot name a folder there: no $, *, ?, brackets or braces; rename it"
        )
    return name


def _for_cron(word: PurePath | str) -> str:
    r"""Quote for the shell. A ``\%`` outside of quotes is a ``%`` to every cron, and to the shell as well."""
    text = str(word)
    if "\\" in text:
        raise ParameterError(f"cron cannot read the path {text}: it has a backslash; rename it")
    return r"\%".join(shlex.quote(part) if part else "" for part in text.split("%"))


def _for_systemd(word: str) -> str:
    escaped = _percent_doubled(word.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{escaped}"'


def _percent_doubled(word: PurePath | str) -> str:
    return str(word).replace("%", "%%")


def _for_windows(word: str) -> str:
    r"""Quote for a program's own reading of its command line, where ``\"`` would be a quotation mark.

    >>> _for_windows("run"), _for_windows("C:\\my work"), _for_windows("D:\\my work\\")
    ('run', '"C:\\my work"', '"D:\\my work\\\\"')
    """
    if not set(" \t&|<>^()'") & set(word):
        return word
    return f'"{word}\\"' if word.endswith("\\") else f'"{word}"'


def _for_powershell(words: str) -> str:
    """Quote for PowerShell, which also takes curly quotation marks for its own."""
    for mark in "'‘’‚‛":
        words = words.replace(mark, mark * 2)
    return f"'{words}'"
