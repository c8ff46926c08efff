"""Does what vsm takes stay near linear in events, whatever there is much of? For ``make bench``.

Streams of very different shapes are read, measured, and their figures and tables made, each in a process of its
own. Seconds are the processor's; ratios are of one event's, to one of many plain tickets: 2 is allowed.

    python -m tests.bench.growth [--shapes "500 stages, 2,000 tickets"]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.table import Table

from vsm.config import Workflow, parse_workflow
from vsm.eventlog.from_tables import log_from_table
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.measure import measure
from vsm.stream import ValueStream

START, AS_OF = pd.Timestamp("2025-01-06T08:00", tz="UTC"), pd.Timestamp("2026-06-01", tz="UTC")
TEAM_SIZE: Final = 3
PLAIN: Final = "50,000 plain tickets"
SHAPES: Final[dict[str, dict[str, int]]] = {
    PLAIN: {"tickets": 50_000},
    "5,000 teams, 4,000 tickets": {"tickets": 4_000, "teams": 5_000, "steps": 40},
    "500 stages, 2,000 tickets": {"tickets": 2_000, "stages": 500, "steps": 40},
    "one ticket with 100,000 changes": {"tickets": 1, "steps": 100_000},
    "200,000 plain tickets": {"tickets": 200_000},
}
STEPS: Final = ("read", "measures", "figures", "tables")


def shaped_log(*, tickets: int, teams: int = 4, stages: int = 4, steps: int = 8) -> Log:
    """Give the log of tickets that go from stage to stage and team to team, an hour a step; 1 of 20 stays open."""
    return log_from_table(
        shaped_tickets(tickets, teams=teams, stages=stages, steps=steps), source="table:desk"
    )


def shaped_tickets(
    tickets: int, *, teams: int = 4, stages: int = 4, steps: int = 8
) -> Iterator[dict[str, Any]]:
    """Give the tickets of such a log, as a table file gives them."""
    for number in range(tickets):
        begun = START + pd.Timedelta(minutes=7 * number % 300_000)
        rows = []
        for line in range(steps):
            team = (number * 7 + line // 2) % teams
            person = f"person-{team}-{(number + line) % TEAM_SIZE}"
            stage = ((number if stages > 4 else 0) + line) % stages
            row = {"status": f"Stage {stage}", "holder": person, "team": f"team {team}", "actor": person}
            rows.append(row | {"line": line, "at": (begun + pd.Timedelta(hours=line)).isoformat()})
        rows[-1] |= {"status": "Done"} if number % 20 else {}
        yield {"ticket": str(number), "rows": rows}


def shaped_workflow(stages: int = 4) -> Workflow:
    """Give the workflow of these tickets."""
    return parse_workflow(shaped_stages(stages))


def shaped_stages(stages: int = 4) -> str:
    """Give the stages as vsm.toml has them: every second one is a queue."""
    sections = [
        f'[[stage]]\nname = "Stage {number}"\nkind = "{("queue", "work")[number % 2]}"\n'
        f'statuses = ["Stage {number}"]\n'
        for number in range(stages)
    ]
    return "\n".join([*sections, '[[stage]]\nname = "Done"\nkind = "done"\nstatuses = ["Done"]\n'])


def measured(shape: dict[str, int]) -> dict[str, Any]:
    """Do everything with one shape, in this process: processor's seconds of each step, events and megabytes."""
    log, workflow = shaped_log(**shape), shaped_workflow(shape.get("stages", 4))
    found: dict[str, Any] = {"events": len(log.events)}
    found["read"], stream = _seconds(
        lambda: stream_from_log(log, workflow=workflow, as_of=AS_OF, key=b"k" * 32)
    )
    # ``explain`` asks the plain loops, of one ticket; they are no measure of a report.
    names = [
        name for name, value in vars(ValueStream).items() if isinstance(value, measure) and name != "_facts"
    ]
    found["measures"], _ = _seconds(lambda: [getattr(stream, name) for name in names])
    for step, section in (("figures", stream.plot), ("tables", stream.table)):
        found[step], _ = _seconds(lambda of=section: [getattr(of, name)() for name in dir(of)])  # type: ignore[misc]
    return found | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.process_time()
    made = work()
    return time.process_time() - begun, made


def table(shapes: list[str]) -> Table:
    """Run each shape in a process of its own; ratios are to the plain one."""
    table = Table(title="Processor's seconds by shape, and what an event costs beside one of plain tickets")
    for column in ("shape", "events", *(name for step in STEPS for name in (step, "ratio")), "MB"):
        table.add_column(column, justify="left" if column == "shape" else "right")
    plain: dict[str, Any] = {}
    for shape in [PLAIN, *(name for name in shapes if name != PLAIN)]:
        command = [sys.executable, "-m", "tests.bench.growth", "--one", shape]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        plain = plain or found
        cells = []
        for step in STEPS:
            ratio = (found[step] / found["events"]) / (plain[step] / plain["events"])
            cells += [f"{found[step]:.1f}", f"{ratio:.1f}"]
        table.add_row(shape, f"{found['events']:,}", *cells, f"{found['megabytes']:,.0f}")
    return table


def main() -> None:
    """Measure the shapes asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="*", choices=SHAPES, default=list(SHAPES), metavar="SHAPE")
    parser.add_argument("--one", choices=SHAPES, metavar="SHAPE", help="measure it here, and print JSON")
    asked = parser.parse_args()
    if asked.one:
        sys.stdout.write(json.dumps(measured(SHAPES[asked.one])))
    else:
        Console(width=140).print(table(asked.shapes))


if __name__ == "__main__":
    main()
