"""The stand-in in a process of its own, where a test measures its own memory or kills clients."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def serve_apart(*arguments: str) -> Iterator[str]:
    """Run ``python -m tests.jira_server`` with these arguments and yield its url; it ends with the block."""
    command = [sys.executable, "-m", "tests.jira_server", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            if not first.startswith("http"):
                raise RuntimeError(f"the stand-in did not start: {first or process.wait()}")
            yield first.strip()
        finally:
            process.terminate()
