"""Handoffs, waits and the network of teams: vsm beside DuckDB and polars, which say the same. For ``make bench``.

``waits.sql`` and ``in_polars.py`` follow ``vsm.definitions`` and share no line with vsm: they are its oracles as
well as its rivals. All three begin with the stored EVENTS; each goes its way in a process of its own, several
times, and the processor's seconds count, which neither threads nor a busy machine shorten or lengthen much. It
ends with an error where the three do not come to the same: waits by stage to the microsecond, and every edge.

    python -m tests.bench.rivals [--events 1000000] [--folder FOLDER]
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
from rich.console import Console

from tests.bench import generated
from tests.bench.speed import Took, shown, timed
from vsm.intervals import handoffs_from_visits, visits_from_events, waits_from_visits
from vsm.model.graphs import directed_graph
from vsm.model.network import team_network
from vsm.sources.table_store import load_table
from vsm.tables import EVENTS

ROUNDS: Final = 3
OURS, DUCKDB, POLARS = "vsm", "DuckDB, SQL", "polars"


class Found(NamedTuple):
    """What a way comes to.

    ``edges`` are ``[from, to, count, tickets, back, median, p85, total]``, by their teams, times in seconds;
    ``waits`` are ``[stage, count, microseconds, within a handoff]``, by stage.
    """

    edges: list[list[Any]]
    waits: list[list[Any]]


def _stage_of() -> pd.DataFrame:
    columns = ["status", "stage", "kind", "team", "discipline", "position"]
    stages = generated.stages()[columns]
    return stages.astype(dict.fromkeys(columns[:-1], "str"))


def _team_of() -> pd.DataFrame:
    return pd.DataFrame(generated.team_of().items(), columns=["person", "team"])


def in_vsm(path: Path, events: int) -> Callable[[], Found]:
    """Make VISITS, HANDOFFS, WAITS and the network."""
    directed_graph()  # imports networkx
    stages, teams, as_of = generated.stages(), generated.team_of(), generated.as_of(events)

    def made() -> Found:
        stored = load_table(path, EVENTS, stamp=generated.STAMP)
        assert stored is not None, f"{path}, of {events} events, was made by another version"
        visits = visits_from_events(stored, stages=stages, team_of=teams, as_of=as_of)
        handoffs = handoffs_from_visits(visits, stages=stages)
        waits = waits_from_visits(visits, handoffs, as_of=as_of)
        names = ["count", "tickets", "back", "wait_median", "wait_p85", "wait_total"]
        network = team_network(handoffs)
        by_stage = waits.astype({"elapsed": "int64"}).groupby("stage", observed=True)
        sums = by_stage.agg(count=("n", "size"), micros=("elapsed", "sum"), within=("handoff", "count"))
        return Found(
            sorted([*ends, *(edge[name] for name in names)] for *ends, edge in network.edges(data=True)),
            [[stage, *map(int, row)] for stage, row in zip(sums.index, sums.to_numpy(), strict=True)],
        )

    return made


def in_duckdb(path: Path, events: int) -> Callable[[], Found]:
    """Let DuckDB answer ``waits.sql``."""
    import duckdb  # noqa: PLC0415 - the others must not pay for it

    connection = duckdb.connect()
    tables = {"stage_of": _stage_of(), "team_of": _team_of()}
    for name, table in tables.items():
        connection.register(f"{name}_", table)
        connection.execute(f"CREATE TEMP TABLE {name} AS FROM {name}_")
    script = Path(__file__).with_name("waits.sql").read_text(encoding="utf-8")
    script = script.replace("$as_of", str(generated.as_of(events).value // 1000))
    stored = f"""CREATE TEMP VIEW events AS SELECT *, epoch_us("at") AS us FROM read_parquet('{path}')"""

    def made() -> Found:
        connection.execute(stored)
        connection.execute(script)
        waits = (
            "SELECT stage, count(*), sum((finish - start)::HUGEINT), count(handoff) FROM waits GROUP BY stage"
        )
        edges = [
            [*rest, int(micros) / 1e6]
            for *rest, micros in connection.execute("FROM edges ORDER BY from_team, to_team").fetchall()
        ]
        rows = connection.execute(f"{waits} ORDER BY stage").fetchall()
        return Found(edges, [[stage, *map(int, row)] for stage, *row in rows])

    return made


def in_polars(path: Path, events: int) -> Callable[[], Found]:
    """Let polars do it."""
    import polars as pl  # noqa: PLC0415 - the others must not pay for it

    from tests.bench.in_polars import handoffs_and_waits  # noqa: PLC0415 - imports polars

    tables = {"stage_of": pl.from_pandas(_stage_of()), "team_of": pl.from_pandas(_team_of())}
    as_of = generated.as_of(events).value // 1000

    def made() -> Found:
        handoffs, waits = handoffs_and_waits(path, **tables, as_of=as_of)
        wait, ends = pl.col("wait"), ("from_team", "to_team")
        edges = (
            handoffs.drop_nulls(ends)
            .group_by(ends)
            .agg(
                pl.len(), pl.col("ticket").n_unique(), pl.col("back").sum(),
                (wait.quantile(0.5, "linear") / 1e6).alias("median"),
                (wait.quantile(0.85, "linear") / 1e6).alias("p85"), (wait.sum() / 1e6).alias("total"),
            )
            .sort(ends)
        )  # fmt: skip
        lasted = (pl.col("finish") - pl.col("start")).sum()
        by_stage = waits.group_by("stage").agg(pl.len(), lasted, pl.col("handoff").count()).sort("stage")
        return Found([[*row] for row in edges.rows()], [[*row] for row in by_stage.rows()])

    return made


WAYS: Final = {OURS: in_vsm, DUCKDB: in_duckdb, POLARS: in_polars}


def run(way: str, path: Path, events: int) -> tuple[Took, Found]:
    """Go one way in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.rivals", "--way", way, "--folder", str(path.parent)]
    done = subprocess.run([*command, "--events", str(events)], check=True, stdout=subprocess.PIPE)
    took, found = json.loads(done.stdout.splitlines()[-1])
    return Took(*took), Found(*found)


def check_the_same(one: Found, other: Found) -> None:
    """Raise where two ways came to different numbers."""
    assert one.waits == other.waits, f"waits differ:\n{one.waits}\n{other.waits}"
    assert len(one.edges) == len(other.edges), "one of them has more edges"
    for edge, again in zip(one.edges, other.edges, strict=True):
        same = edge[:5] == again[:5] and all(map(math.isclose, edge[5:], again[5:]))
        assert same, f"an edge differs:\n{edge}\n{again}"


def measure(folder: Path, events: int) -> list[list[str]]:
    """Go each way, compare what they came to, and give a row of figures of each; ratios are to vsm."""
    path = generated.generated_log(folder, events=events)
    answers = {way: [run(way, path, events) for _ in range(ROUNDS)] for way in WAYS}
    for (_, one), (_, other) in pairwise(answer for rounds in answers.values() for answer in rounds):
        check_the_same(one, other)
    best = {
        way: min((took for took, _ in rounds), key=lambda took: took.processor)
        for way, rounds in answers.items()
    }
    ours = best[OURS]
    return [
        [way, f"{events:,}", f"{took.seconds:.2f}", f"{took.processor:.2f}", f"{took.megabytes:.0f}",
         f"{took.processor / ours.processor:.1f}"]
        for way, took in best.items()
    ]  # fmt: skip


def main() -> None:
    """Measure everything, or, in a process of its own, one way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", default="1000000", help="sizes of the logs")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vsm-bench")
    parser.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    sizes = [int(size) for size in wanted.events.split(",")]
    if wanted.way:
        path = generated.generated_log(wanted.folder, events=sizes[0])
        took, found = timed(wanted.way, WAYS[wanted.way](path, sizes[0]))
        sys.stdout.write(f"\n{json.dumps([took, found])}\n")
        return
    rows = [row for size in sizes for row in measure(wanted.folder, size)]
    columns = ["way", "events", "seconds", "processor", "MB", "to vsm"]
    Console().print(shown("Handoffs, waits and the network of teams: the same numbers", rows, columns))


if __name__ == "__main__":
    main()
