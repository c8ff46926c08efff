"""How long do replays take? Of the sample, and of a stream of 20,000 tickets that is made from it.

``python -m tests.bench.replays`` runs half a year ahead: 200 replications of the sample, and 2,000 of the large
stream, as it is and with releases every week, on all cores. ``--replications 200`` runs fewer of the latter.
"""

import argparse
import gzip
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Final

import pandas as pd

from tests.bench.many_tickets import write_many
from tests.jira_bodies import log_from_jira
from vsm.all_cores import on_all_cores
from vsm.config import parse_workflow
from vsm.from_log import stream_from_log
from vsm.model.replay.changes import Released
from vsm.model.replay.scenarios import Outcome, compared_scenarios, outcome_of
from vsm.sample import build_sample
from vsm.sample.build import sample_workflow
from vsm.stream import ValueStream

MANY: Final = 20_000
WEEKS: Final = 26


def stream_of_many(folder: Path, count: int) -> ValueStream:
    """The stream of so many tickets like the sample's; 0: of the sample itself."""
    files = build_sample(folder)
    as_of = pd.Timestamp(files.as_of).as_unit("us")
    if count:
        write_many(files.issues, to=folder / "many.jsonl", count=count)
        lines = (folder / "many.jsonl").read_text(encoding="utf-8").splitlines()
    else:
        lines = gzip.decompress(files.issues.read_bytes()).decode().splitlines()
    log = log_from_jira([json.loads(line) for line in lines])
    return stream_from_log(log, workflow=parse_workflow(sample_workflow()), as_of=as_of)


def seconds() -> tuple[float, float]:
    """CPU seconds so far of this process and its forks, and seconds of the clock."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system, time.perf_counter()


def measure(stream: ValueStream, replications: int) -> tuple[pd.DataFrame, str]:
    """A table of what weekly releases change, and how long that took."""
    replay = stream.what_if._replay(WEEKS)
    cpu, clock = seconds()

    def outcome(change: Released | None) -> Outcome:
        then = change.applied(replay) if change else replay
        return outcome_of(then, weeks=WEEKS, seed=1, replications=replications, each=on_all_cores)

    table = compared_scenarios(outcome(None), outcome(Released(7)), scenario="weekly")
    used = [f"{now - before:.1f} s" for now, before in zip(seconds(), (cpu, clock), strict=True)]
    tickets = f"{len(stream.tickets):,} tickets, twice {replications:,} replications of {WEEKS} weeks"
    return table, f"{tickets}: {used[0]} of CPU, {used[1]} by the clock"


def main() -> None:
    """Measure, and print both tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--replications", type=int, default=2000)
    replications = asked.parse_args().replications
    for count, times in ((0, 200), (MANY, replications)):
        with tempfile.TemporaryDirectory() as folder:
            table, said = measure(stream_of_many(Path(folder), count), times)
        print(f"{said}\n{table.drop(columns='scenario').round(2).to_string(index=False)}")  # noqa: T201


if __name__ == "__main__":
    main()
