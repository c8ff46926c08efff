"""The calls of ``vsm run --due``, in the words of six schedulers.

One call suffices for all reports of a work folder: ``vsm run --due`` itself knows which of them are due. What
each scheduler has to be told lies in ``templates``; what is quoted, and how, is decided here.
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
"""Cron's own limit is 1,000 characters on many systems; it cuts off what is longer without a word."""
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
    """What one scheduler has to be told, as ``vsm schedule`` prints it.

    Parameters
    ----------
    call
        What to call, and how often.
    scheduler
        Whose text it is to be.
    units
        Folder of the user's units of systemd.
    notebook
        A notebook of the suite, for Airflow's example.

    Raises
    ------
    ParameterError
        It cannot be called so often, or a path holds what this scheduler would misread.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> root = PurePosixPath("/srv/work")
    >>> call = Call(("/opt/vsm",), root, PurePosixPath("/etc"))
    >>> print(scheduler_text(call, scheduler=Scheduler.CRON, units=root, notebook=root).splitlines()[0])
    # >>> vsm schedule /srv/work
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
    r"""The line of a crontab, between two marks by which it is found again, with a word on secrets.

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
    secrets, file, log = map(_for_cron, (call.secrets, call.environment, call.folder / FAULTS))
    words = " ".join(map(_for_cron, call.words))
    command = f"set -a; [ ! -r {file} ] || . {file}; {words} >/dev/null 2>>{log}"
    if len(command.encode()) > _LONGEST_COMMAND:
        raise ParameterError(
            f"{call.folder}: its path is too long for cron, which reads 1,000 characters; move it, "
            "or use --for systemd"
        )
    return _filled(
        "cron",
        call=call,
        secrets=secrets,
        file=file,
        faults=FAULTS,
        schedule=cron_expression(call.every),
        command=command,
    )


def systemd_units(call: Call) -> dict[str, str]:
    """A service that runs once and a timer that starts it, by file name.

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
    first, *others = call.words
    words = (f":{first}", *others)  # the colon leaves every $ alone
    service = _filled("systemd.service", call=call, command=" ".join(map(_for_systemd, words)))
    calendar, delay = _systemd_calendar(call.every), min(60, call.every * 60 // 5)
    timer = _filled("systemd.timer", call=call, calendar=calendar, delay=delay)
    return {f"{call.name}.service": f"{service}\n", f"{call.name}.timer": f"{timer}\n"}


def printed_units(call: Call, *, folder: PurePath) -> str:
    """The units of systemd, each under the path at which it has to lie."""
    return "\n".join(f"# {folder / name}\n{text}" for name, text in systemd_units(call).items()).rstrip("\n")


def github_workflow(call: Call) -> str:
    """The workflow that calls it at GitHub, whose machines forget everything between two runs.

    There, the work folder lies in the repository: ``vsm.toml`` is committed, archive and site lie in a cache.
    So its name counts, and no path of this machine does.

    Raises
    ------
    ParameterError
        It is to be called more often than GitHub does, or the folder's name would be read as a pattern.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/work"), PurePosixPath("/etc"), every=1)
    >>> github_workflow(call)
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: GitHub starts nothing more often than every 5 minutes; choose --every 5 or more
    """
    if call.every < _FEWEST_AT_GITHUB:
        raise ParameterError(
            f"GitHub starts nothing more often than every {_FEWEST_AT_GITHUB} minutes; "
            f"choose --every {_FEWEST_AT_GITHUB} or more"
        )
    longest = min(_LONGEST_AT_GITHUB, call.longest)
    return _filled("github.yml", name=_name_in_repository(call), cron=_off_the_hour(call), longest=longest)


def gitlab_job(call: Call) -> str:
    """The job that calls it at GitLab; the work folder lies in the repository, as at GitHub.

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
    r"""The lines that make a task of Windows' scheduler, at a prompt of cmd or in PowerShell.

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
    program, *arguments = map(_for_windows, call.words)
    task = " ".join([program, *arguments])
    often = "/SC DAILY" if call.every == _DAY else f"/SC MINUTE /MO {call.every}"
    escaped = task.replace('"', '\\"')
    at_prompt = f'schtasks /Create /F {often} /TN "{call.name}" /TR "{escaped}"'
    if len(task) > _LONGEST_TASK:
        at_prompt = (
            f"rem schtasks reads {_LONGEST_TASK} characters, and this needs {len(task)}: take PowerShell"
        )
    return _filled("windows.cmd", call=call, at_prompt=at_prompt, arguments=" ".join(arguments))


def airflow_dag(call: Call, *, notebook: PurePath) -> str:
    """Two DAGs for Airflow: one asks what is due, one runs a single notebook.

    Parameters
    ----------
    call
        What to call, and how often.
    notebook
        A notebook of the suite, as the example.

    Raises
    ------
    ParameterError
        A path holds what Airflow takes for a template.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> call = Call(("/opt/vsm",), PurePosixPath("/srv/my work"), PurePosixPath("/etc"))
    >>> "/opt/vsm run --due --dir '/srv/my work'" in airflow_dag(call, notebook=PurePosixPath("/a.ipynb"))
    True
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
        variable_start_string="[=",
        variable_end_string="=]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.filters |= {
        "powershell": _for_powershell,
        "python": repr,
        "systemd": _percent_doubled,
        "yaml": _for_yaml,
    }
    return environment.get_template(f"{template}.j2").render(values)


def _off_the_hour(call: Call) -> str:
    return cron_expression(call.every, offset=min(_OFFSET, call.every // 2))


def _name_in_repository(call: Call) -> str:
    """Say where the folder lies in the repository, or refuse a name that would be read as something else."""
    name = call.folder.name
    if not name or set("$*?[]{}\\") & set(name):
        raise ParameterError(
            f"'{name}' cannot name a folder there: no $, *, ?, brackets or braces; rename it"
        )
    return name


def _systemd_calendar(every: int) -> str:
    """Say every so many minutes as systemd does.

    >>> _systemd_calendar(15), _systemd_calendar(60), _systemd_calendar(120), _systemd_calendar(1440)
    ('*:0/15', '*:00', '0/2:00', '00:00')
    """
    if every < 60:
        return f"*:0/{every}"
    return {60: "*:00", 1440: "00:00"}.get(every, f"0/{every // 60}:00")


def _for_cron(word: PurePath | str) -> str:
    r"""Quote for the shell. A ``\%`` outside of quotes is a ``%`` to every cron, and to the shell as well."""
    text = str(word)
    if "\\" in text:
        raise ParameterError(f"cron cannot be told of the path {text}: it holds a backslash; rename it")
    return r"\%".join(shlex.quote(part) if part else "" for part in text.split("%"))


def _for_systemd(word: str) -> str:
    escaped = _percent_doubled(word.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{escaped}"'


def _percent_doubled(word: PurePath | str) -> str:
    return str(word).replace("%", "%%")


def _for_yaml(text: str) -> str:
    """Quote for YAML: a text of JSON is one of YAML."""
    return json.dumps(text, ensure_ascii=False)


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
