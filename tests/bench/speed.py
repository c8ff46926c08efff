"""How long do the networks and the whole road take on large logs? For ``make bench``.

Each way runs in a process of its own, on the same stored logs: the seconds without imports, the processor's
seconds (which a busy machine does not lengthen), and the most memory. Ratios to reading are of the processor's
seconds, for pyarrow reads on all cores; pm4py goes its way at a million events at most, and ratios to it are per
event.

    python -m tests.bench.speed [--events 1000000,10000000] [--folder FOLDER]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from tests.bench import generated
from vsm.clock import clock_from_workflow
from vsm.config import Waiting
from vsm.eventlog.log import Log
from vsm.eventlog.log_groups import LogGroups
from vsm.intervals import (
    blocked_spans,
    causes_of_waits,
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
    work_of_parts,
)
from vsm.intervals.event_codes import COLUMNS
from vsm.model.graphs import directed_graph
from vsm.model.lifecycle import stage_visits_from_visits
from vsm.model.network import stage_network, team_network
from vsm.networks import Networks, networks_from_log
from vsm.people import Teams
from vsm.sources.put_aside import aside_in
from vsm.sources.table_store import load_table, open_table
from vsm.tables import BLOCKS, EVENTS, empty

PEER_EVENTS, ROUNDS = 1_000_000, 3
READ, NETWORKS, PEER, ROAD = "pyarrow reads the columns", "vsm: both networks", "pm4py", "vsm: whole road"
Tables = dict[str, Any]


class Took(NamedTuple):
    """What did one step take? Seconds by the wall clock and of the processor, and megabytes at most so far."""

    step: str
    seconds: float
    processor: float
    megabytes: float


def timed(step: str, work: Callable[[], Any]) -> tuple[Took, Any]:
    """Do something, and say what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    answer = work()
    seconds = time.perf_counter() - wall, time.process_time() - processor
    return Took(step, *seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), answer


def read_columns(path: Path, events: int) -> list[Took]:
    """Let pyarrow read the columns that the networks need, words as dictionaries."""
    return [timed("", lambda: pq.read_table(path, columns=list(COLUMNS)).num_rows)[0]]


def networks(path: Path, events: int) -> list[Took]:
    """Make both networks of the stored events."""
    workflow = generated.workflow()
    directed_graph()  # imports networkx

    def made() -> Networks:
        stored = open_table(path, EVENTS, stamp=generated.STAMP)
        assert stored is not None, f"{path}, of {events} events, was made by another version"
        log = LogGroups(Log(names=generated.names()), stored.groups, events)
        as_of = log.last_recorded(known=None)
        assert as_of is not None
        with aside_in(path.parent) as aside:
            return networks_from_log(log, workflow=workflow, as_of=as_of, aside=aside)

    return [timed("", made)[0]]


# Every stage adds one table to those before it.
def stages_of_road(path: Path, events: int) -> dict[str, Callable[[Tables], Any]]:
    """Which arrows lead from stored events to networks? In order, by the name of what they make."""
    stages, as_of = generated.stages(), generated.as_of(events)
    teams = generated.team_of()
    clock = clock_from_workflow(generated.workflow(), since=generated.BEGIN, until=as_of)
    blocked = blocked_spans(empty(BLOCKS), as_of=as_of)
    whole: dict[str, Any] = {"stages": stages, "blocked": blocked, "clock": clock, "rules": Waiting()}
    return {
        "events": lambda _: load_table(path, EVENTS, stamp=generated.STAMP),
        "visits": lambda t: visits_from_events(t["events"], stages=stages, team_of=teams, as_of=as_of),
        "handoffs": lambda t: handoffs_from_visits(t["visits"], stages=stages),
        "waits": lambda t: waits_from_visits(t["visits"], t["handoffs"], as_of=as_of),
        "causes": lambda t: causes_of_waits(
            t["waits"],
            t["visits"],
            events=t["events"],
            teams=Teams(teams),
            as_of=as_of,
            **whole,
            in_parts=work_of_parts(t["visits"], {}, as_of=as_of),
        ),
        "stays": lambda t: stage_visits_from_visits(t["visits"], t["causes"], stages=stages),
        "stage network": lambda t: stage_network(t["stays"], stages=stages, minimum=12),
        "team network": lambda t: team_network(t["handoffs"]),
    }


def road(path: Path, events: int) -> list[Took]:
    """Go the whole road in frames."""
    tables: Tables = {}
    found = []
    for name, arrow in stages_of_road(path, events).items():
        took, tables[name] = timed(name, lambda arrow=arrow: arrow(tables))  # type: ignore[misc]
        found.append(took)
    return found


def pm4py_way(path: Path, events: int) -> list[Took]:
    """Load and format the same log, discover the performance graph, and the handover of work.

    One event for each change of status, and its actor, is what pm4py is given: our log tells of comments and
    assignments too, which it would take for activities.
    """
    import pm4py  # noqa: PLC0415 - the others must not pay for it

    def loaded() -> pd.DataFrame:
        rows = pq.read_table(path, columns=["ticket", "at", "kind", "after", "actor"]).to_pandas()
        moves = rows[rows["kind"] == "status"].drop(columns="kind").astype({"ticket": "str", "after": "str"})
        formatted: pd.DataFrame = pm4py.format_dataframe(
            moves.astype({"actor": "str"}).rename(columns={"actor": "org:resource"}),
            case_id="ticket", activity_key="after", timestamp_key="at",
        )  # fmt: skip
        return formatted

    took, log = timed("load and format", loaded)
    graph, _ = timed("performance DFG", lambda: pm4py.discover_performance_dfg(log))
    handover, _ = timed("handover of work", lambda: pm4py.discover_handover_of_work_network(log))
    return [took, graph, handover]


WAYS: Final[dict[str, Callable[[Path, int], list[Took]]]] = {
    READ: read_columns,
    NETWORKS: networks,
    PEER: pm4py_way,
    ROAD: road,
}


def run(way: str, path: Path, events: int) -> list[Took]:
    """Go one way in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.speed", "--way", way, "--path", str(path)]
    done = subprocess.run([*command, "--events", str(events)], check=True, capture_output=True)
    return [Took(*row) for row in json.loads(done.stdout.splitlines()[-1])]


def best(way: str, path: Path, events: int, *, rounds: int) -> Took:
    """Go one way several times; the quickest counts, all its steps together."""
    totals = []
    for _ in range(rounds):
        steps = run(way, path, events)
        sums = [sum(getattr(took, part) for took in steps) for part in ("seconds", "processor")]
        totals.append(Took(way, sums[0], sums[1], max(took.megabytes for took in steps)))
    return min(totals, key=lambda took: took.seconds)


def shown(title: str, rows: list[list[str]], columns: list[str]) -> Table:
    """Lay out rows of texts."""
    table = Table(title=title)
    for column in columns:
        table.add_column(column, justify="left" if column in {"way", "step"} else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _numbers(took: Took) -> list[str]:
    return [f"{took.seconds:.2f}", f"{took.processor:.2f}", f"{took.megabytes:.0f}"]


def _compared(took: Took, floor: Took, *, events: int, peer: float) -> list[str]:
    ratios = took.processor / floor.processor, peer / (took.seconds / events)
    return [took.step, f"{events:,}", *_numbers(took), f"{ratios[0]:.1f}", f"{ratios[1]:.0f}"]


def measure(folder: Path, sizes: list[int]) -> list[Table]:
    """Go every way on every size; ratios within the same run."""
    logs = {events: generated.generated_log(folder, events=events) for events in sizes}
    peer_events = min(PEER_EVENTS, max(sizes))
    peer_log = generated.generated_log(folder, events=peer_events)
    peer_steps = run(PEER, peer_log, peer_events)
    peer = sum(took.seconds for took in peer_steps) / peer_events
    rows = [[f"{PEER}: {took.step}", f"{peer_events:,}", *_numbers(took), "", ""] for took in peer_steps]
    tables = []
    for events, path in logs.items():
        floor = best(READ, path, events, rounds=ROUNDS)
        ours = best(NETWORKS, path, events, rounds=ROUNDS)
        rows += [_compared(took, floor, events=events, peer=peer) for took in (floor, ours)]
    columns = ["way", "events", "seconds", "processor", "MB", "to reading", "× faster than pm4py"]
    tables.append(shown("Stage network and team network", rows, columns))
    for events, path in logs.items():
        steps = run(ROAD, path, events)
        lines = [[took.step, *_numbers(took)] for took in steps]
        total = [sum(getattr(took, part) for took in steps) for part in ("seconds", "processor")]
        lines.append(["in all", *(f"{number:.2f}" for number in total), f"{steps[-1].megabytes:.0f}"])
        tables.append(
            shown(f"{ROAD}, {events:,} events", lines, ["step", "seconds", "processor", "MB so far"])
        )
    return tables


def asked() -> argparse.Namespace:
    """What was asked for on the command line?"""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", default="1000000,10000000", help="sizes of the logs")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vsm-bench")
    way_help = "one way alone, in this process: seconds, those of the processor, and megabytes"
    parser.add_argument("--way", choices=sorted(WAYS), help=way_help)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure everything, or, in a process of its own, one way."""
    wanted = asked()
    sizes = [int(size) for size in wanted.events.split(",")]
    if wanted.way:
        path = wanted.path or generated.generated_log(wanted.folder, events=sizes[0])
        answer = json.dumps(WAYS[wanted.way](path, sizes[0]))
        sys.stdout.write(f"\n{answer}\n")
        return
    for table in measure(wanted.folder, sizes):
        Console().print(table)


if __name__ == "__main__":
    main()
