"""``vsm schedule`` prints what a scheduler needs, and touches nothing unless told to."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.shell import Shell
from tests.real_streams import WORKFLOW
from tests.schedule.calls import command_of, fake_crontab, line_of
from vsm.cli.schedule import program

WEEKLY = '\n[[report]]\nname = "weekly"\ncron = "0 7 * * MON"\n'
SCHEDULERS = ["cron", "systemd", "github", "gitlab", "windows", "airflow"]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work folder with a weekly report, and a home, settings and commands of the test's own."""
    folder = tmp_path / "my work"
    folder.mkdir()
    (folder / "vsm.toml").write_text(WORKFLOW + WEEKLY, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return folder


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_it_prints_and_installs_nothing(vsm: Shell, work: Path, scheduler: str) -> None:
    """No file appears anywhere, and what is printed calls for due reports of this folder."""
    before = sorted(work.parent.rglob("*"))
    assert vsm("schedule", "--dir", work, "--for", scheduler) == 0
    assert sorted(work.parent.rglob("*")) == before
    assert "--due" in vsm.out
    assert "my work" in vsm.out
    assert vsm.err == ""


def test_cron_is_meant_unless_said_otherwise(vsm: Shell, work: Path) -> None:
    """Its line names the folder by its absolute path, whatever was given."""
    given = os.path.relpath(work)
    assert vsm("schedule", "--dir", given, "--every", 30) == 0
    line = line_of(vsm.out)
    assert line.startswith("*/30 * * * * ")
    assert f"run --due --dir '{work}' >" in line


@pytest.mark.parametrize("scheduler", ["github", "gitlab"])
def test_what_is_printed_can_be_written_to_its_file(vsm: Shell, work: Path, scheduler: str) -> None:
    """Notes are said beside it, so that standard output is the file."""
    (work / "vsm.toml").write_text(WORKFLOW, encoding="utf-8")
    assert vsm("schedule", "--dir", work, "--for", scheduler) == 0
    assert yaml.safe_load(vsm.out)
    assert vsm.err == "Note: vsm.toml has no [[report]] yet, so nothing will be made.\n"


def test_reports_that_are_never_due_are_noted(vsm: Shell, work: Path) -> None:
    """A report without cron is made only when it is named."""
    (work / "vsm.toml").write_text(f'{WORKFLOW}\n[[report]]\nname = "retro"\n', encoding="utf-8")
    assert vsm("schedule", "--dir", work) == 0
    assert vsm.err == "Note: no [[report]] in vsm.toml has a cron, so none is ever due.\n"


def test_a_run_may_take_as_long_as_its_notebooks_and_an_hour(vsm: Shell, work: Path) -> None:
    """Eleven numbered notebooks of ten minutes each."""
    vsm("schedule", "--dir", work, "--for", "systemd")
    assert "TimeoutStartSec=170min\n" in vsm.out


@pytest.mark.parametrize("scheduler", ["github", "gitlab", "windows", "airflow"])
def test_install_is_refused_where_it_knows_no_way(vsm: Shell, work: Path, scheduler: str) -> None:
    """One sentence, exit 2."""
    assert vsm("schedule", "--dir", work, "--for", scheduler, "--install") == 2
    assert vsm.err == (
        "vsm: --install works with cron and systemd; you have to install the output of "
        f"--for {scheduler} yourself\n"
    )


def test_bad_input_is_one_sentence(vsm: Shell, work: Path, tmp_path: Path) -> None:
    """An interval that does not go evenly, no work folder, a wrong vsm.toml."""
    assert vsm("schedule", "--dir", work, "--every", 7) == 2
    assert vsm.err.startswith("vsm: every 7 minutes divides neither an hour nor a day; choose one of 1, 2,")
    assert vsm("schedule", "--dir", tmp_path) == 2
    assert "no work folder (no vsm.toml in it); run vsm init" in vsm.err
    (work / "vsm.toml").write_text("[[report]]\nname = 'a b'\n", encoding="utf-8")
    assert vsm("schedule", "--dir", work) == 2


def test_install_into_the_crontab_adds_once_and_replaces(
    vsm: Shell, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands there already stays; another interval takes the place of the first; the same says so."""
    bin_ = work.parent / "bin"
    monkeypatch.setenv("PATH", fake_crontab(bin_)["PATH"])
    (bin_ / "table").write_text("0 1 * * * backup\n")
    assert vsm("schedule", "--dir", work, "--install") == 0
    assert f"Your crontab asks every 15 minutes which reports of {work} are due." in vsm.out
    assert vsm("schedule", "--dir", work, "--install", "--every", 60) == 0
    table = (bin_ / "table").read_text()
    assert vsm("schedule", "--dir", work, "--every", 60) == 0
    assert table == f"0 1 * * * backup\n{vsm.out}"
    assert vsm("schedule", "--dir", work, "--every", 60, "--install") == 0
    assert "Nothing to change: your crontab asks every 60 minutes which reports" in vsm.out
    assert (bin_ / "table").read_text() == table


def test_install_without_a_crontab_command_is_one_sentence(vsm: Shell, work: Path) -> None:
    """It names another way."""
    assert vsm("schedule", "--dir", work, "--install") == 1
    assert vsm.err == ("vsm: there is no crontab command; install cron, or see vsm schedule --for systemd\n")


def test_install_into_systemd_writes_units_and_says_how_to_start_them(vsm: Shell, work: Path) -> None:
    """Where no systemd answers, the line to be said is told; what is written is what is printed."""
    assert vsm("schedule", "--dir", work, "--for", "systemd", "--install") == 0
    service, timer = sorted((work.parent / "settings" / "systemd" / "user").iterdir())
    assert "The timer is not running yet (there is no systemctl command). Start it with:" in vsm.out
    assert f"systemctl --user daemon-reload && systemctl --user enable --now {timer.name}" in vsm.out
    assert vsm("schedule", "--dir", work, "--for", "systemd") == 0
    assert vsm.out == f"# {service}\n{service.read_text()}\n# {timer}\n{timer.read_text()}"


@pytest.mark.slow
def test_the_program_can_be_called_from_anywhere(tmp_path: Path) -> None:
    """Its path is absolute, and it answers in cron's tiny environment."""
    words = [*program(), "--version"]
    assert Path(words[0]).is_absolute()
    said = subprocess.run(words, env={"PATH": "/usr/bin:/bin"}, cwd=tmp_path, capture_output=True, check=True)
    assert said.stdout.startswith(b"vsm ")


@pytest.mark.slow
def test_without_a_script_python_itself_is_called(
    vsm: Shell, work: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where vsm was put on the path by hand there is no script; the line runs all the same."""
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path / "nowhere"))
    assert program() == (sys.executable, "-m", "vsm.cli")
    assert vsm("schedule", "--dir", work) == 0
    command = command_of(line_of(vsm.out))
    assert f"{shlex.join([sys.executable, '-m', 'vsm.cli'])} run --due" in command
    shown = command.replace(f"run --due --dir '{work}'", "--nothing")
    home = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    assert subprocess.run(["/bin/sh", "-c", shown], env=home, cwd=tmp_path, check=False).returncode == 2
    assert "No such option: --nothing" in (work / "schedule.log").read_text()


@pytest.mark.parametrize(("mode", "noted"), [(0o600, False), (0o640, True), (0o604, True)])
def test_secrets_that_others_can_read_are_noted(vsm: Shell, work: Path, mode: int, noted: bool) -> None:
    """A login should be nobody else's."""
    vsm("schedule", "--dir", work)
    secrets = Path(re.findall(r"touch (\S+)\)", vsm.out)[0])
    secrets.parent.mkdir(parents=True)
    secrets.write_text("VSM_JIRA_TOKEN='x'\n")
    secrets.chmod(mode)
    assert vsm("schedule", "--dir", work) == 0
    assert vsm.err == (f"Note: others can read {secrets}; run chmod 600 '{secrets}'\n" if noted else "")
