"""A real cron makes a report: installed by ``vsm schedule --install``, called within a minute, published.

Cron and crontab are the machine's own. Their spool is not: it is mounted for these processes alone, so that
nobody's crontab is read or changed.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.jira_bodies import history, issue, moved
from tests.reports.pages import run_vsm
from vsm.schedule.call import Call

ROOT = Path(__file__).parents[2]
PATIENCE = 240  # seconds: cron looks once a minute, and a busy machine renders a notebook in one more
PRIVATE = """\
set -e
mount -t tmpfs none /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
mount -t tmpfs none /etc/cron.d
mount --bind /dev/null /etc/crontab
mount -t tmpfs none /run
"$@"
"$@"
crontab -l
exec cron -f
"""
VSM = [sys.executable, "-m", "vsm.cli"]
REPORT = '\n[[report]]\nname = "often"\ncron = "* * * * *"\nnotebooks = ["05_what_is_stuck_now"]\n'


def no_private_cron() -> str:
    """Why can no real cron run here with a spool of its own? Nothing where it can."""
    if sys.platform != "linux" or not all(map(shutil.which, ("cron", "crontab", "unshare"))):
        return "there is no cron here (Debian's, with crontab and unshare)"
    if os.geteuid():
        return "a cron with a spool of its own needs root"
    mounts = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/var/spool/cron"]
    if subprocess.run(mounts, capture_output=True, check=False).returncode:
        return "this container may not mount a spool of its own over the users' crontabs"
    return ""


def surroundings(home: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work folder with a dozen tickets and a report that is always due; its name is cron's worst."""
    folder, export = tmp_path / "my 100% work's", tmp_path / "issues.jsonl"
    bodies = []
    for n in range(1, 13):
        begun = history(n * 10, f"2026-01-{5 + n % 5:02}T10:{n:02}:00.000+0000", moved("1", "3"))
        ended = history(n * 10 + 1, f"2026-01-{12 + n % 9:02}T11:{n:02}:00.000+0000", moved("3", "6"))
        bodies.append(issue(n, begun, ended, now="6"))
    export.write_text("\n".join(json.dumps(body) for body in bodies))
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    run_vsm("init", "--dir", folder)
    run_vsm("pull", "--dir", folder, "jira", "--file", export)
    run_vsm("init", "--dir", folder, "--infer")
    with (folder / "vsm.toml").open("a", encoding="utf-8") as file:
        file.write(REPORT)
    return folder


@pytest.mark.slow
def test_a_real_cron_makes_a_report(work: Path, tmp_path: Path) -> None:
    """Installed twice, called with nothing of the shell's; the environment comes from the file of secrets."""
    if why := no_private_cron():
        pytest.skip(why)
    secrets = Path(Call(("/vsm",), work, tmp_path / "vsm").environment)
    secrets.parent.mkdir()
    secrets.write_text(f"PYTHONPATH='{ROOT}'\n")  # where no script of its own calls a vsm that is installed
    install = ["schedule", "--dir", str(work), "--every", "1", "--install"]
    words = ["unshare", "--mount", "sh", "-c", PRIVATE, "sh", *VSM, *install]
    with (tmp_path / "said").open("wb") as said:
        cron = subprocess.Popen(words, env=surroundings(tmp_path), stdout=said, stderr=said)
    try:
        end = time.monotonic() + PATIENCE
        while not (pages := list((work / "site" / "often").glob("*/05_*.html"))):
            assert cron.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < end, (work / "schedule.log").read_text()
            time.sleep(0.2)
    finally:
        cron.terminate()
        cron.wait()
    assert "What is stuck now?" in pages[0].read_text(encoding="utf-8")
    assert (work / "schedule.log").read_text() == ""
    assert (tmp_path / "said").read_text().count("\n* * * * * set -a; ") == 1
