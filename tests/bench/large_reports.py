"""What does a whole report of very many tickets cost? For ``make bench``: seconds, and memory of all processes.

``python -m tests.bench.large_reports [--tickets 200000] [--kinds plain sample]`` makes work folders of plain
tickets, which are done within hours, and of the sample's, which take weeks, and runs ``vsm report`` on each.
Memory is what all processes have together: pages that they share count once.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from tests.bench.growth import shaped_stages, shaped_tickets
from tests.bench.many_tickets import write_many
from tests.streams import sample_files
from vsm.sample import sample_workflow

TICKETS: Final = 200_000
STEPS: Final = 4
"""Of a plain ticket: with its assignees and teams eleven events."""
_PAUSE: Final = 1.0
_COLUMNS: Final = ("ticket", "at", "status", "holder", "team", "actor")


class Cost(NamedTuple):
    """What a command took: seconds by the clock and of processors, and bytes at most."""

    wall: float
    processors: float
    memory: int


def plain(folder: Path, tickets: int) -> list[str]:
    """Write a table of tickets that are done within hours, in a folder; give how it is pulled."""
    (folder / "vsm.toml").write_text(shaped_stages(), encoding="utf-8")
    with (folder / "desk.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, _COLUMNS, extrasaction="ignore")
        rows.writeheader()
        for body in shaped_tickets(tickets, steps=STEPS):
            rows.writerows(row | {"ticket": body["ticket"]} for row in body["rows"])
    return ["table", "--file", str(folder / "desk.csv")]


def sample(folder: Path, tickets: int) -> list[str]:
    """Write the sample's tickets again and again, each time some days earlier; give how they are pulled."""
    (folder / "vsm.toml").write_text(sample_workflow(), encoding="utf-8")
    write_many(sample_files() / "issues.jsonl.gz", to=folder / "many.jsonl", count=tickets)
    return ["jira", "--file", str(folder / "many.jsonl")]


KINDS: Final[dict[str, Callable[[Path, int], list[str]]]] = {"plain": plain, "sample": sample}


def cost_of(command: list[str]) -> Cost:
    """Run a command to its end, and look at all its processes each second."""
    begun = time.monotonic()
    seconds: dict[tuple[int, float], float] = {}
    most = 0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            most = max(most, sum(_looked_at(process.pid, seconds)))
            time.sleep(_PAUSE)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(time.monotonic() - begun, sum(seconds.values()), most)


def _looked_at(root: int, seconds: dict[tuple[int, float], float]) -> Iterator[int]:
    """Give the bytes of each process, and of each memory that they share through a file descriptor, once."""
    shared: dict[int, int] = {}
    with suppress(psutil.Error, OSError):
        parent = psutil.Process(root)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error, OSError):
                times = process.cpu_times()
                seconds[process.pid, process.create_time()] = times.user + times.system
                yield _own(process.pid)
                shared |= _files(process.pid)
    yield from shared.values()


def _own(process: int) -> int:
    """Give what is a process's own of its memory: what n processes share counts an nth in each."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    sizes = dict(line.split(":", 1) for line in lines[1:])
    return 1024 * sum(int(sizes[name].split()[0]) for name in ("Pss_Anon", "Pss_File"))


def _files(process: int) -> dict[int, int]:
    """Give the size of each memory without a name that a process has open, by its number."""
    found = {}
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            if "memfd:" in os.readlink(file):  # noqa: PTH115 - of a file that has no path
                about = file.stat()
                found[about.st_ino] = 512 * about.st_blocks
    return found


def main() -> None:
    """Measure the kinds asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    asked = parser.parse_args()
    table = Table(title=f"vsm report of {asked.tickets:,} tickets")
    for name in ("tickets", "step", "seconds", "of processors", "GB"):
        table.add_column(name, justify="left" if name in ("tickets", "step") else "right")
    vsm = [sys.executable, "-m", "vsm.cli"]
    with tempfile.TemporaryDirectory() as root:
        for kind in asked.kinds:
            folder = Path(root) / kind
            folder.mkdir()
            source = KINDS[kind](folder, asked.tickets)
            steps = {"pull": [*source], "check": [], "report": []}
            for step, more in steps.items():
                cost = cost_of([*vsm, step, "--dir", str(folder), *more])
                numbers = (f"{cost.wall:,.0f}", f"{cost.processors:,.0f}", f"{cost.memory / 1e9:.1f}")
                table.add_row(kind, step, *numbers)
    Console().print(table)


if __name__ == "__main__":
    main()
