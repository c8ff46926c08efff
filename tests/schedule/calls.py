"""What do tests of schedulers let them call? A script that writes down what it was told."""

import re
import subprocess
from pathlib import Path

from vsm.schedule.call import Call

SCRIPT = """\
#!/bin/sh
# Stands for vsm: writes its words, one a line, and what it knows of a secret.
printf '%s\\n' "$@" >"{out}"
printf 'secret=%s\\n' "$VSM_JIRA_TOKEN" >>"{out}"
echo spoken
echo warned >&2
"""
CRONTAB = """\
#!/bin/sh
# Stands for the crontab command: keeps its one table beside itself.
table="$(dirname "$0")/table"
if [ "$1" = -l ]; then
  [ -f "$table" ] || { echo "no crontab for me" >&2; exit 1; }
  exec cat "$table"
fi
exec cat >"$table"
"""
CRONS_OWN = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}


def call_of(tmp_path: Path, *, folder: str = "work", every: int = 15) -> Call:
    """A call of the script on a work folder of this name; what it was told will lie in ``told``."""
    work = tmp_path / folder
    work.mkdir(parents=True, exist_ok=True)
    script = tmp_path / "vsm"
    script.write_text(SCRIPT.format(out=tmp_path / "told"))
    script.chmod(0o700)
    return Call((str(script),), work, tmp_path / "config", every=every)


def command_of(line: str) -> str:
    """What cron gives to the shell: all after five fields, ``\\%`` as ``%``, until a bare ``%``."""
    fields = line.split(maxsplit=5)
    command = re.split(r"(?<!\\)%", fields[5])[0]
    return command.replace(r"\%", "%")


def shell(command: str, home: Path) -> None:
    """Run a command as cron does, in its tiny environment."""
    environment = CRONS_OWN | {"HOME": str(home), "LOGNAME": "me"}
    subprocess.run(["/bin/sh", "-c", command], env=environment, cwd=home, check=True, timeout=30)


def line_of(block: str) -> str:
    """The one line of a block that is no comment."""
    (line,) = [line for line in block.splitlines() if not line.startswith("#")]
    return line


def fake_crontab(folder: Path, script: str = CRONTAB) -> dict[str, str]:
    """Put a stand-in for ``crontab`` into a folder; returns an environment that finds it there."""
    path = folder / "crontab"
    path.write_text(script)
    path.chmod(0o700)
    return {"PATH": f"{folder}:/usr/bin:/bin"}
