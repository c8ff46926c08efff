"""A pull can be killed at any instant: what was reported is there, and nothing is half-written."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.share import share
from vsm.sources.archive import open_archive
from vsm.sources.jira_file import issue_pages

KILLS = share(6, of=50)
ISSUES = 400
PAGE = 5
PULL = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from vsm.sources.archive import open_archive
from vsm.sources.jira_file import issue_pages
with open_archive(Path(sys.argv[1])) as archive:
    archive.store(issue_pages(Path(sys.argv[2]), page_size={PAGE}), source="jira", scope="f",
                  at=datetime(2026, 1, 5, tzinfo=UTC), on_page=lambda n: print(n, flush=True))
"""


def export(path: Path) -> None:
    """Write issues large enough that a page takes a while to store."""
    status = {"id": "1", "name": "Open"}
    noise = random.Random(7)
    with path.open("w") as file:
        for number in range(ISSUES):
            fields = {
                "created": "2026-01-05T09:00:00.000+0000",
                "status": status,
                "description": noise.randbytes(3000).hex(),
            }
            body = {
                "id": str(number),
                "key": f"AB-{number}",
                "fields": fields,
                "changelog": {"histories": []},
            }
            file.write(json.dumps(body) + "\n")


def killed_pull(archive: Path, source: Path, delay: float) -> int:
    """Pull in a process of its own, kill it some time after its first page; returns what it reported."""
    child = subprocess.Popen(
        [sys.executable, "-c", PULL, str(archive), str(source)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    reported = int(child.stdout.readline() or 0)
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    rest = [line for line in child.stdout.read().split("\n") if line]
    child.stdout.close()
    child.wait()
    return int(rest[-1]) if rest else reported


@pytest.mark.slow
def test_kills_lose_nothing_that_was_reported(tmp_path: Path) -> None:
    """After each kill the file is sound, every page is whole and all that was reported is stored."""
    source, broken, whole = tmp_path / "issues.jsonl", tmp_path / "broken.sqlite", tmp_path / "whole.sqlite"
    export(source)
    rng, in_the_middle = random.Random(11), 0
    for _ in range(KILLS):
        for leftover in tmp_path.glob("broken.sqlite*"):
            if rng.random() < 0.5:
                break
            leftover.unlink()
        reported = killed_pull(broken, source, rng.uniform(0, 0.12))
        with sqlite3.connect(broken) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            stored = [int(row[0]) for row in connection.execute("SELECT id FROM documents")]
            pages, finished = connection.execute(
                "SELECT pages, finished FROM pulls ORDER BY pull DESC"
            ).fetchone()
        connection.close()
        assert set(range(reported)) <= set(stored)
        assert len(stored) % PAGE == 0
        assert pages * PAGE >= reported
        in_the_middle += finished is None
    assert in_the_middle >= KILLS // 2
    at = datetime(2026, 1, 6, tzinfo=UTC)
    for path in (broken, whole):
        with open_archive(path) as archive:
            archive.store(issue_pages(source, page_size=PAGE), source="jira", scope="f", at=at)
    with open_archive(broken) as one, open_archive(whole) as other:
        assert one.digest() == other.digest()
        assert list(one.documents("jira")) == list(other.documents("jira"))
