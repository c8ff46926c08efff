"""How long does a history take, beside ``git log`` itself and PyDriller? For ``make bench``.

Each way runs in a process of its own, in turn, five times; the best counts. Ours goes all the way to COMMITS
with merges and releases; PyDriller reads hash, parents, people, dates and message, nothing of changed files.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from rich.console import Console
from rich.table import Table

from vsm.eventlog.deliveries import with_deliveries
from vsm.eventlog.from_git import log_from_git
from vsm.sources.git_commits import FIELDS, commit_pages
from vsm.sources.git_process import create_repository

COMMITS, BRANCH, RELEASE_EVERY, ROUNDS = 50_000, 4, 400, 5
BEGIN, STEP = 1_500_000_000, 600


def fast_import(commits: int) -> Iterator[str]:
    """A main line onto which branches of four commits are merged, one of them reviewed; tags every so often."""
    main = mark = 0
    while mark < commits:
        base = main
        for position in range(min(BRANCH, commits - mark)):
            mark += 1
            trailer = "" if position else "\n\nReviewed-by: dev-1 <dev-1@example.org>"
            yield _commit(
                mark, f"AB-{mark // 5} step {position}: a subject of the usual length{trailer}", base
            )
            base = mark
        if mark < commits:
            mark += 1
            yield _commit(
                mark, f"Merge pull request #{mark} from dev/AB-{mark // 5}\n\nAB-{mark // 5}", main, base
            )
            base = mark
        main = base
        if mark % RELEASE_EVERY < BRANCH + 1:
            yield f"reset refs/tags/v{mark}\nfrom :{main}\n\n"


def _commit(mark: int, message: str, *parents: int) -> str:
    who = f"dev-{mark % 30} <dev-{mark % 30}@example.org> {BEGIN + STEP * mark} +0100"
    links = "".join(f"{'merge' if n else 'from'} :{parent}\n" for n, parent in enumerate(parents) if parent)
    head = f"commit refs/heads/main\nmark :{mark}\nauthor {who}\ncommitter {who}\n"
    return f"{head}data {len(message)}\n{message}\n{links}\n"


def git_log(path: Path) -> int:
    """Let git write the same fields into a pipe, and throw them away."""
    layout = "%x00".join(FIELDS.values())
    command = ["git", "-C", str(path), "log", "-z", "--all", f"--format=tformat:{layout}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        pipe = cast("IO[bytes]", process.stdout)
        return sum(block.count(b"\0") for block in iter(lambda: pipe.read(1 << 20), b"")) // len(FIELDS)


def ours(path: Path) -> int:
    """Read, lay out, land and release every commit."""
    documents = (document.body for page in commit_pages(path) for document in page.documents)
    log = log_from_git(documents, repository="r", keys={})
    commits = with_deliveries(log.commits, branches=log.branches, releases=log.releases)
    return int(commits["merged_at"].notna().sum())


def pydriller(path: Path) -> int:
    """Read hash, parents, people, dates and message of each commit."""
    from pydriller import Repository  # noqa: PLC0415 - the others must not pay for it

    about = [
        (c.hash, c.parents, c.author.name, c.author_date, c.committer.name, c.committer_date, c.msg)
        for c in Repository(str(path)).traverse_commits()
    ]
    return len(about)


WAYS = {
    "git log into a pipe": git_log,
    "vsm: COMMITS, merged, released": ours,
    "PyDriller, metadata": pydriller,
}


def run(way: str, path: Path) -> dict[str, float]:
    """Read the history in a process of its own: seconds without imports, MB at most, commits."""
    command = [sys.executable, "-m", "tests.bench.git_history", way, str(path)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def answer(way: str, path: Path) -> None:
    """Say as JSON what one way took, in this process and in git's."""
    begun = time.perf_counter()
    commits = WAYS[way](path)
    seconds = time.perf_counter() - begun
    usage = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": max(usage) / 1024, "commits": commits}))


def measure() -> Table:
    """Read the same history in each way; ratios are to ``git log``."""
    table = Table(title=f"{COMMITS:,} commits, merges and tags; best of {ROUNDS}")
    for column in ("way", "seconds", "ratio", "MB", "commits"):
        table.add_column(column, justify="left" if column == "way" else "right")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.git"
        create_repository(path, fast_import="".join(fast_import(COMMITS)).encode())
        found = [(name, run(name, path)) for _ in range(ROUNDS) for name in WAYS]
    best = {name: min((took for n, took in found if n == name), key=lambda t: t["seconds"]) for name in WAYS}
    floor = best["git log into a pipe"]["seconds"]
    for name, took in best.items():
        row = (f"{took['seconds']:.2f}", f"{took['seconds'] / floor:.1f}", f"{took['megabytes']:.0f}")
        table.add_row(name, *row, f"{took['commits']:,.0f}")
    return table


if __name__ == "__main__":
    if len(sys.argv) > 1:
        answer(sys.argv[1], Path(sys.argv[2]))
    else:
        Console().print(measure())
