"""Serve a stand-in Jira for a person to try: ``python -m tests.jira_server --file issues.jsonl.gz``."""

import argparse
import signal
import sys
import threading
from types import FrameType

from tests.jira_server import EMAIL, TOKEN, Site, Traps, serve


def main() -> None:
    """Serve until the time is over or somebody stops it."""
    told = _arguments().parse_args()
    if told.file:
        site = Site.from_file(told.file, mode=told.mode)
    else:
        site = Site.seeded(told.seeded, told.histories, told.mode)
    traps = Traps() if told.traps is None else Traps.random(told.traps)
    over = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with serve(site, traps, told.latency / 1000, port=told.port, seconds=told.seconds) as jira:
        _say(jira.url, _how_to(jira.url, told.mode, next(iter(site.projects)), len(site.cards)))
        over.wait(told.seconds)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.jira_server", description=__doc__)
    parser.add_argument("--file", help="one REST issue body a line, .jsonl or .jsonl.gz")
    parser.add_argument(
        "--seeded", type=int, default=1000, metavar="N", help="without a file: make N tickets up"
    )
    parser.add_argument("--histories", type=int, default=5, help="of each ticket that is made up")
    parser.add_argument("--mode", choices=("cloud", "datacenter"), default="cloud")
    parser.add_argument("--port", type=int, default=0, help="any free one by default")
    parser.add_argument("--seconds", type=float, default=3600, help="stop by itself after so long")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="wait before each answer")
    parser.add_argument("--traps", type=int, metavar="SEED", help="mix traps in at random")
    return parser


def _how_to(url: str, mode: str, project: str, tickets: int) -> str:
    email = f"export VSM_JIRA_EMAIL={EMAIL} " if mode == "cloud" else "export "
    return f"""
{tickets} tickets as Jira {mode} has them. In another terminal:

    {email}VSM_JIRA_TOKEN={TOKEN}
    vsm pull --dir work jira --url {url} --project {project}

Ctrl-C stops it."""


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
