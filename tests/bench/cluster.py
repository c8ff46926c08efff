"""What do networks and causes of waiting take on a cluster of this machine, and are they the serial ones?

A log is in files of whole tickets, which the workers read themselves; a partition is a file. Seconds are those
of the processors of all processes together, memory is the most that any worker held (psutil's rss, every tenth of
a second).

    python -m tests.bench.cluster [--events 1000000,10000000] [--partitions 8] [--waits] [--rows costs.csv]
"""

import argparse
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil  # type: ignore[import-untyped]
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from tests.bench import generated
from vsm.clock import clock_from_workflow
from vsm.cluster import Cluster, connect
from vsm.config import Waiting
from vsm.eventlog.as_of import events_as_of
from vsm.intervals import (
    blocked_spans,
    causes_of_waits,
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
    work_of_parts,
)
from vsm.intervals.causes.sweep import SEEN
from vsm.model.network import numbered_stages
from vsm.networks import Known, Networks, Part, networks_of_parts, part_of
from vsm.partitions import Common, MovesOf, Road, itself
from vsm.people import Teams
from vsm.sources.table_store import load_table, save_parts
from vsm.tables import BLOCKS, EVENTS, empty

COLUMNS = ("events", "way", "partitions", "seconds", "processor", "MB of one process")
MINIMUM = 12
MB = 1 << 20


def files_of(folder: Path, events: int, partitions: int, cluster: Cluster) -> list[Path]:
    """Where is a log of so many events, in files of whole tickets? Drawn by the workers where it is not."""
    inside = folder / f"{generated.STAMP.replace(' ', '-')}-{events}-in-{partitions}"
    paths = [inside / f"{number:04}.parquet" for number in range(partitions)]
    lacking = [number for number, path in enumerate(paths) if not path.exists()]
    cluster.gather([cluster.submit(draw, paths[number], number, events, partitions) for number in lacking])
    return paths


def draw(path: Path, number: int, events: int, partitions: int) -> None:
    """Draw the tickets of one file, which are those of no other."""
    rng, each = np.random.default_rng([number]), events // generated.A_TICKET // partitions
    first, days = number * each, events / generated.A_DAY
    blocks = range(first, first + each, generated.PART)
    parts = (
        generated._part(rng, block, min(generated.PART, first + each - block), days=days) for block in blocks
    )
    save_parts(parts, EVENTS, path, stamp=generated.STAMP)


def moves_in(path: Path) -> pd.DataFrame:
    """What is in a file?"""
    found = load_table(path, EVENTS, stamp=generated.STAMP)
    assert found is not None, path
    return found


def common_of(events: int) -> Common:
    """What are all files read by?"""
    as_of = generated.as_of(events)
    clock = clock_from_workflow(generated.workflow(), since=generated.BEGIN, until=as_of)
    return Common(generated.stages(), Teams(generated.team_of()), clock, Waiting(), {}, as_of)


def by_cause(waits: pd.DataFrame) -> pd.DataFrame:
    """How many pieces has each cause, and how many whole seconds did they last?"""
    sums = waits.groupby("cause", observed=False).size().to_frame("pieces")
    for name in ("elapsed", "working"):
        seconds = pd.Series(waits[name].to_numpy().view("int64") // 1_000_000)
        sums[name] = seconds.groupby(waits["cause"].array, observed=False).sum()
    return sums


def of_cluster(
    paths: list[Path], common: Common, cluster: Cluster, *, networks: bool
) -> tuple[pd.DataFrame, Networks | None]:
    """Let a cluster read the files, in any order."""
    files: list[MovesOf] = [partial(moves_in, path) for path in random.Random(0).sample(paths, len(paths))]
    found = networks_of_parts(_parts(files, common, cluster), minimum=MINIMUM) if networks else None
    road = Road(files, cluster.submit(itself, common), cluster)
    blocked = blocked_spans(empty(BLOCKS), as_of=common.as_of)
    promised = [cluster.submit(by_cause, one) for one in road.waits(road.found(), blocked)]
    del road  # workers keep what is asked for
    sums = cluster.gather(promised)
    return sum(sums[1:], start=sums[0]), found


def _parts(files: list[MovesOf], common: Common, cluster: Cluster) -> list[Part]:
    known = cluster.submit(itself, read_by(common))
    return cluster.gather([cluster.submit(part_of, one, known) for one in files])


def read_by(common: Common) -> Known:
    """What are networks read by?"""
    visits = visits_from_events(empty(EVENTS), stages=common.stages, team_of=common.teams, as_of=common.as_of)
    in_parts = work_of_parts(visits, {}, as_of=common.as_of)
    return Known(common.stages, numbered_stages(common.stages), common.teams, in_parts, common.as_of)


def serial(path: Path, common: Common, *, networks: bool) -> tuple[pd.DataFrame, Networks | None]:
    """Do the same at once, in this process."""
    stages, as_of = common.stages, common.as_of
    moves = events_as_of(moves_in(path), as_of=as_of, unborn=())
    visits = visits_from_events(moves, stages=stages, team_of=common.teams, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    in_parts = work_of_parts(visits, {}, as_of=as_of)
    moves = moves if networks else moves[list(SEEN)]
    pa.default_memory_pool().release_unused()
    waits = causes_of_waits(
        waits_from_visits(visits, handoffs, as_of=as_of), visits, events=moves, stages=stages,
        teams=common.teams, blocked=blocked_spans(empty(BLOCKS), as_of=as_of), in_parts=in_parts,
        clock=common.clock, rules=common.waiting, as_of=as_of,
    )  # fmt: skip
    if not networks:
        return by_cause(waits), None
    return by_cause(waits), networks_of_parts([part_of(lambda: moves, read_by(common))], minimum=MINIMUM)


@contextmanager
def watched(processes: list[psutil.Process]) -> Iterator[dict[int, int]]:
    """How much memory did each of these hold at most?"""
    most = {process.pid: process.memory_info().rss for process in processes}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.1):
            for process in processes:
                with suppress(psutil.NoSuchProcess):  # one that took more than it may have
                    most[process.pid] = max(most[process.pid], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        stop.set()
        watcher.join()


def spent(processes: list[psutil.Process]) -> float:
    """How many seconds of the processor have these taken so far?"""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def timed(work: Callable[[], Any], processes: list[psutil.Process]) -> tuple[Any, float, float, float]:
    """What does it give, how long does it take, on the clock and of processors, and how much memory has one?"""
    wall, before = time.perf_counter(), spent(processes)
    with watched(processes) as most:
        made = work()
    return made, time.perf_counter() - wall, spent(processes) - before, max(most.values()) / MB


def same(one: tuple[pd.DataFrame, Networks | None], other: tuple[pd.DataFrame, Networks | None]) -> None:
    """Are sums and graphs equal?"""
    pd.testing.assert_frame_equal(one[0], other[0], check_exact=True)
    for mine, theirs in zip(one[1] or (), other[1] or (), strict=True):
        assert list(mine.nodes(data=True)) == list(theirs.nodes(data=True))
        assert list(mine.edges(data=True)) == list(theirs.edges(data=True))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", default="1000000")
    parser.add_argument(
        "--partitions", type=int, default=0, help="by default one for each million events, or 8"
    )
    parser.add_argument("--memory", default="auto", help="most that each worker may have, such as '4 GB'")
    parser.add_argument("--most", type=int, default=10_000_000, help="beyond it waits alone, not compared")
    parser.add_argument("--waits", action="store_true", help="networks are left out")
    parser.add_argument("--rows", type=Path, help="write the rows here too, as CSV")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vsm-bench-cluster")
    asked = parser.parse_args()
    rows = [row for events in map(int, asked.events.split(",")) for row in measured(events, asked)]
    table = Table(title="Waits by cause" if asked.waits else "Networks and waits by cause")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for events, way, partitions, *numbers in rows:
        table.add_row(f"{events:,}", way, str(partitions), *(f"{number:,.1f}" for number in numbers))
    Console(width=110).print(table)
    if asked.rows:
        pd.DataFrame(rows, columns=list(COLUMNS)).round(1).to_csv(asked.rows, index=False)


def measured(events: int, asked: argparse.Namespace) -> Iterator[tuple[Any, ...]]:
    """What does a log of so many events cost on a cluster and, up to a size, in one process? They are equal."""
    common, compared = common_of(events), events <= asked.most
    networks = compared and not asked.waits
    with connect("local", workers=2, memory=asked.memory) as cluster:
        paths = files_of(asked.folder, events, asked.partitions or max(8, events // 1_000_000), cluster)
        workers = [psutil.Process(pid) for pid in cluster._client.run(os.getpid).values()]
        made, *numbers = timed(partial(of_cluster, paths, common, cluster, networks=networks), workers)
    yield events, "2 workers", len(paths), *numbers
    if compared:
        whole = paths[0].with_name("whole.parquet")
        save_parts(map(moves_in, paths), EVENTS, whole, stamp=generated.STAMP)
        alone, *numbers = timed(partial(serial, whole, common, networks=networks), [psutil.Process()])
        same(made, alone)
        yield events, "1 process", 1, *numbers


if __name__ == "__main__":
    main()
