"""Files for GitHub and GitLab are YAML that says what it should; Windows and Airflow read what was meant."""

import ast
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import ModuleType
from typing import Any, ClassVar

import pytest
import yaml

from vsm.errors import ParameterError
from vsm.reports import notebooks_folder
from vsm.reports.parameters import check_parameters
from vsm.schedule.call import Call
from vsm.schedule.schedulers import airflow_dag, github_workflow, gitlab_job, windows_task

NOTEBOOK = notebooks_folder() / "01_where_does_time_go.ipynb"


def a_call(folder: str = "/srv/work", every: int = 15, program: tuple[str, ...] = ("/opt/vsm",)) -> Call:
    return Call(program, PurePosixPath(folder), PurePosixPath("/home/me/.config/vsm"), every=every)


def on_windows(folder: str, *program: str, every: int = 15) -> Call:
    return Call(program, PureWindowsPath(folder), PureWindowsPath(r"C:\me\vsm"), every=every)


@pytest.mark.parametrize("folder", ["/srv/work", "/srv/my work: #1 'a' \"b\" &c", "/srv/100%", "/srv/no"])
def test_githubs_workflow_is_yaml_and_names_the_folder(folder: str) -> None:
    """It runs one at a time, off the hour, on the folder of the repository."""
    read = yaml.safe_load(github_workflow(a_call(folder)))
    assert read[True]["schedule"] == [{"cron": "7-59/15 * * * *"}]  # YAML 1.1 takes the word on for true
    assert read["concurrency"] == {"group": "vsm", "cancel-in-progress": False}
    assert read["env"]["WORK"] == folder.removeprefix("/srv/")
    steps = read["jobs"]["reports"]["steps"]
    uses = [step["uses"] for step in steps if "uses" in step]
    assert [use.split("@")[0] for use in uses] == [
        "actions/checkout",
        "actions/setup-python",
        "actions/cache/restore",
        "actions/cache/save",
        "actions/upload-artifact",
    ]
    assert all(use.split("@v")[1].isdigit() for use in uses)


def test_githubs_cache_brings_the_archive_from_run_to_run() -> None:
    """What is saved is what is restored; it is saved after failures too, under a key of its own."""
    steps = yaml.safe_load(github_workflow(a_call()))["jobs"]["reports"]["steps"]
    restore, save = (step for step in steps if "cache" in step.get("uses", ""))
    assert restore["with"].pop("restore-keys") == "vsm-"
    assert save["with"] == restore["with"]
    assert save["with"]["path"].split() == ["${{", "env.WORK", "}}/archive", "${{", "env.WORK", "}}/site"]
    assert save["if"] == "always()"


@pytest.mark.parametrize(("code", "ended"), [(0, 0), (3, 0), (1, 1), (2, 1)])
def test_githubs_step_fails_where_a_run_fails(tmp_path: Path, code: int, ended: int) -> None:
    """3 is no failure; secrets stand in the environment of this step alone."""
    steps = yaml.safe_load(github_workflow(a_call("/srv/my work")))["jobs"]["reports"]["steps"]
    (step,) = [step for step in steps if step.get("name") == "Make the reports that are due"]
    assert step["env"]["VSM_JIRA_TOKEN"] == "${{ secrets.VSM_JIRA_TOKEN }}"
    assert "VSM_JIRA_TOKEN" not in step["run"]
    (tmp_path / "vsm").write_text(f'#!/bin/sh\necho "$@" >>told\n[ "$1" != run ] || exit {code}\n')
    (tmp_path / "vsm").chmod(0o700)
    variables = {"WORK": "my work", "VSM_JIRA_URL": "https://x", "VSM_JIRA_PROJECT": "ABC"}
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", **variables}
    done = subprocess.run(["bash", "-e", "-c", step["run"]], env=environment, cwd=tmp_path, check=False)
    assert done.returncode == ended
    assert (tmp_path / "told").read_text().splitlines() == [
        "pull --dir my work jira --url https://x --project ABC",
        "run --due --dir my work",
    ]


@pytest.mark.parametrize("folder", ["/srv/work", "/srv/my work: #1"])
def test_gitlabs_job_is_yaml_and_runs_when_scheduled(folder: str) -> None:
    """One at a time, with a cache, and 3 as a warning."""
    text = gitlab_job(a_call(folder, every=60))
    name = folder.removeprefix("/srv/")
    job = yaml.safe_load(text)["reports"]
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert job["resource_group"] == "vsm"
    assert job["cache"]["paths"] == [f"{name}/archive", f"{name}/site"]
    assert job["allow_failure"] == {"exit_codes": [3]}
    assert job["variables"]["WORK"] == name
    assert job["script"][-1] == 'vsm run --due --dir "$WORK"'
    assert "interval pattern  7 * * * *" in text


@pytest.mark.parametrize("folder", ["/srv/${{ secrets.X }}", "/srv/a*", "/"])
def test_names_that_would_be_read_as_something_else_are_refused(folder: str) -> None:
    """A pattern, a variable, or no name at all."""
    for make in (github_workflow, gitlab_job):
        with pytest.raises(ParameterError, match="cannot name a folder there"):
            make(a_call(folder))


def task(text: str) -> str:
    """What cmd hands to schtasks after /TR, with ``\\"`` as a quotation mark."""
    (line,) = [line for line in text.splitlines() if line.startswith("schtasks ")]
    return line.split("/TR ")[1].removeprefix('"').removesuffix('"').replace('\\"', '"')


def powershell(text: str, option: str) -> str:
    """What PowerShell reads in single quotes after an option."""
    quoted = text.split(f"-{option} '")[1].replace("''", "\0").split("'")[0]
    return quoted.replace("\0", "'")


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        (r"C:\work", (r"C:\vsm.exe",)),
        (r"D:\my work & yours", (r"C:\Program Files\Python\Scripts\vsm.exe",)),
        (r"D:\my work", (r"C:\Program Files\python.exe", "-m", "vsm.cli")),
    ],
)
def test_windows_reads_the_words_that_were_meant(folder: str, program: tuple[str, ...]) -> None:
    """As Python itself would write them for a Windows program, in cmd as in PowerShell."""
    call = on_windows(folder, *program)
    text = windows_task(call)
    assert task(text) == subprocess.list2cmdline(call.words)
    assert powershell(text, "Execute") == program[0]
    assert powershell(text, "Argument") == subprocess.list2cmdline(call.words[1:])
    assert f'/SC MINUTE /MO 15 /TN "{call.name}"' in text


def test_an_apostrophe_ends_no_text_of_powershell() -> None:
    """It is doubled, the curly one too."""
    text = windows_task(on_windows("C:\\it's\\it’s work", r"C:\vsm.exe"))
    assert "-Argument 'run --due --dir \"C:\\it''s\\it’’s work\"'" in text


def test_what_schtasks_cannot_read_is_left_to_powershell() -> None:
    """It reads 261 characters."""
    text = windows_task(on_windows("C:\\" + "long " * 50, r"C:\vsm.exe"))
    assert "rem schtasks reads 261 characters" in text
    assert not [line for line in text.splitlines() if line.startswith("schtasks")]


def test_once_a_day_is_said_in_schtasks_own_way() -> None:
    """Its minutes end at 1,439."""
    assert "/F /SC DAILY /TN" in windows_task(on_windows(r"C:\work", r"C:\vsm.exe", every=1440))


def test_a_percent_sign_is_refused_on_windows() -> None:
    """cmd would put a variable in its place."""
    with pytest.raises(ParameterError, match='no " or %; rename it'):
        windows_task(on_windows(r"C:\100%", r"C:\vsm.exe"))


class Told:
    """Stands for whatever Airflow offers: remembers what it was made with."""

    made: ClassVar[list["Told"]]

    def __init__(self, *words: object, **about: Any) -> None:
        self.words, self.about = words, about
        self.made.append(self)

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None: ...

    def __rshift__(self, other: object) -> object:
        return other


def airflow(monkeypatch: pytest.MonkeyPatch, **things: type[Told]) -> None:
    """Let ``airflow`` be imported, with stand-ins."""
    rooms = ("papermill", "papermill.operators", "standard", "standard.operators")
    names = ["airflow.providers", *(f"airflow.providers.{room}" for room in rooms)]
    places = {
        "airflow": "DAG",
        "airflow.providers.papermill.operators.papermill": "PapermillOperator",
        "airflow.providers.standard.operators.bash": "BashOperator",
    }
    for name in [*names, *places]:
        module = ModuleType(name)
        if name in places:
            setattr(module, places[name], things[places[name]])
        monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.parametrize("folder", ["/srv/work", '/srv/my "50%" work\'s {x}'])
def test_airflows_dag_runs_a_notebook_with_parameters_that_fit(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is Python, runs, and names two DAGs; the notebook knows the parameters it gets."""

    class Dag(Told):
        made: ClassVar[list[Told]] = []

    class Bash(Told):
        made: ClassVar[list[Told]] = []

    class Papermill(Told):
        made: ClassVar[list[Told]] = []

    call = a_call(folder)
    text = airflow_dag(call, notebook=NOTEBOOK)
    airflow(monkeypatch, DAG=Dag, BashOperator=Bash, PapermillOperator=Papermill)
    ast.parse(text)
    exec(compile(text, "dag.py", "exec"), {})
    assert [dag.words for dag in Dag.made] == [(call.name,), (f"{call.name}-notebook",)]
    assert [dag.about["schedule"] for dag in Dag.made] == ["*/15 * * * *", "0 7 * * 1"]
    (notebook,) = Papermill.made
    assert Path(notebook.about["input_nb"]).is_file()
    assert notebook.about["parameters"]["data_dir"] == folder
    check_parameters(NOTEBOOK, notebook.about["parameters"])
    words = subprocess.run(
        ["sh", "-c", f"set -- {Bash.made[0].about['bash_command'].split(' || ')[0]}; printf '%s\\n' \"$@\""],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert words == list(call.words)


def test_airflows_templates_are_no_paths() -> None:
    """Airflow would fill them in."""
    with pytest.raises(ParameterError, match="for a template; rename it"):
        airflow_dag(a_call("/srv/{{ ds }}"), notebook=NOTEBOOK)
