"""Units that systemd itself accepts, whatever the folder is called."""

import os
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.schedule.calls import call_of
from vsm.errors import ParameterError, RunError
from vsm.schedule.call import EVERY, Call
from vsm.schedule.install import install_units, start_timer
from vsm.schedule.schedulers import printed_units, systemd_units

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze here")
SYSTEMCTL = """\
#!/bin/sh
# Stands for systemctl: writes down what it was told; refuses what the file "refuse" names.
here="$(dirname "$0")"
echo "$*" >>"$here/told"
[ ! -f "$here/refuse" ] || ! grep -q "$2" "$here/refuse" || { echo "no bus" >&2; exit 1; }
"""


def a_call(folder: str = "/srv/work", every: int = 15, program: str = "/opt/vsm") -> Call:
    return Call((program,), PurePosixPath(folder), PurePosixPath("/home/me/.config/vsm"), every=every)


def value(unit: str, key: str) -> str:
    """What does a unit say for a key?"""
    (found,) = re.findall(rf"^{key}=(.*)$", unit, flags=re.MULTILINE)
    return str(found)


def analyze(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Ask systemd itself, as a user whose runtime folder lies here."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path)}
    return subprocess.run(
        [str(ANALYZE), *words], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@needs_systemd
@pytest.mark.parametrize("folder", ["work", "my 100% work", "a $HOME \"b\" 'c' d;"])
def test_systemd_verifies_both_units(tmp_path: Path, folder: str) -> None:
    """Not a word of complaint; and where the program is missing, it is looked for under its whole path."""
    call = call_of(tmp_path / "some 50% place", folder=folder)
    paths = install_units(call, folder=tmp_path / "units")
    verified = analyze(tmp_path, "--user", "verify", *map(str, paths))
    assert (verified.returncode, verified.stderr) == (0, "")
    Path(call.program[0]).unlink()
    missed = analyze(tmp_path, "--user", "verify", str(paths[0]))
    assert f"Command {call.program[0]} is not executable" in missed.stderr


@needs_systemd
@pytest.mark.parametrize("every", EVERY)
def test_the_timer_elapses_so_often(tmp_path: Path, every: int) -> None:
    """Two elapses follow each other after so many minutes, as systemd counts them."""
    when = value(systemd_units(a_call(every=every))[f"{a_call().name}.timer"], "OnCalendar")
    shown = analyze(tmp_path, "calendar", "--iterations=2", "--base-time=2026-03-02 00:00:01 UTC", when)
    days = re.findall(r"(?:elapse|#2): \w+ \d+-\d+-(\d+) (\d+):(\d+):00", shown.stdout)
    first, second = (int(d) * 1440 + int(h) * 60 + int(m) for d, h, m in days)
    assert second - first == every


def test_the_service_says_what_a_run_is() -> None:
    """One run, bounded, partly old data no failure; a percent sign doubled, a dollar left alone."""
    call = a_call("/srv/my 5% $HOME")
    unit = systemd_units(call)[f"{call.name}.service"]
    assert call.name.startswith("vsm-my-5-HOME-")
    assert value(unit, "ExecStart") == '":/opt/vsm" "run" "--due" "--dir" "/srv/my 5%% $HOME"'
    assert value(unit, "Type") == "oneshot"
    assert value(unit, "SuccessExitStatus") == "3"
    assert value(unit, "TimeoutStartSec") == "120min"
    assert value(unit, "EnvironmentFile") == f"-/home/me/.config/vsm/{call.name}.env"


def test_two_folders_of_one_name_have_units_of_their_own() -> None:
    """A hash of the path tells them apart."""
    assert not set(systemd_units(a_call("/a/work"))) & set(systemd_units(a_call("/b/work")))


@pytest.mark.parametrize("program", ["/opt/it's/vsm", '/opt/"/vsm', "/opt/\\/vsm"])
def test_a_program_that_systemd_refuses_is_refused_with_a_reason(program: str) -> None:
    """It starts nothing whose path holds quotes."""
    with pytest.raises(ParameterError, match=r"systemd refuses to start .* because of its quotes; rename it"):
        systemd_units(a_call(program=program))


def test_a_file_of_secrets_is_no_pattern() -> None:
    """An asterisk in its path would find other files, or none."""
    call = Call(("/opt/vsm",), PurePosixPath("/srv/work"), PurePosixPath("/home/m*/vsm"))
    with pytest.raises(ParameterError, match="for a pattern; set XDG_CONFIG_HOME elsewhere"):
        systemd_units(call)


def test_printed_units_are_named_by_their_paths() -> None:
    """Whoever copies them sees where to."""
    text = printed_units(a_call(), folder=PurePosixPath("/home/me/units"))
    name = a_call().name
    heads = [line for line in text.splitlines() if line.startswith("# /")]
    assert heads == [f"# /home/me/units/{name}.service", f"# /home/me/units/{name}.timer"]


def test_installed_units_replace_those_of_before_and_leave_nothing_beside(tmp_path: Path) -> None:
    """Two files, whole, also the second time."""
    install_units(a_call(every=30), folder=tmp_path)
    paths = install_units(a_call(), folder=tmp_path)
    assert sorted(tmp_path.iterdir()) == paths
    assert "OnCalendar=*:0/15\n" in paths[1].read_text()


def test_units_that_cannot_be_written_are_one_sentence(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "units").write_text("")
    with pytest.raises(RunError, match=r"cannot write units to .*units: "):
        install_units(a_call(), folder=tmp_path / "units")


def test_the_timer_is_started_where_systemd_answers(tmp_path: Path) -> None:
    """It is told to read the units, then to start the timer; what it refuses is handed on."""
    script = tmp_path / "systemctl"
    script.write_text(SYSTEMCTL)
    script.chmod(0o700)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert start_timer(a_call(), environment=environment) == ""
    told = f"--user daemon-reload\n--user enable --now {a_call().name}.timer\n"
    assert (tmp_path / "told").read_text() == told
    (tmp_path / "refuse").write_text("enable\n")
    assert start_timer(a_call(), environment=environment) == "systemctl --user enable said: no bus"
