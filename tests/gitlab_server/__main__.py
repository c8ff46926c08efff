"""Serve a stand-in GitLab for a person to try: ``python -m tests.gitlab_server --issues 300``."""

import argparse
import signal
import sys
import threading
from types import FrameType

from tests.gitlab_server import TOKEN, Site, Traps, serve


def main() -> None:
    """Serve until the time is over or somebody stops it."""
    chosen = _arguments().parse_args()
    over = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    traps = Traps() if chosen.traps is None else Traps.random(chosen.traps)
    with serve(
        Site.seeded(chosen.issues, chosen.pulls), traps, port=chosen.port, seconds=chosen.seconds
    ) as run:
        sys.stdout.write(f"{run.url}\n{_HOW_TO.format(token=TOKEN, url=run.url)}\n")
        sys.stdout.flush()
        over.wait(chosen.seconds)


_HOW_TO = """
In another terminal:

    export VSM_GITLAB_TOKEN={token}
    vsm pull --dir work gitlab --url {url} --project shop/web

Ctrl-C stops it."""


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.gitlab_server", description=__doc__)
    parser.add_argument("--issues", type=int, default=300, metavar="N", help="make N issues up")
    parser.add_argument("--pulls", type=int, default=200, metavar="N", help="make N merge requests up")
    parser.add_argument("--port", type=int, default=0, help="any free one by default")
    parser.add_argument("--seconds", type=float, default=3600, help="stop by itself after so long")
    parser.add_argument("--traps", type=int, metavar="SEED", help="mix traps in at random")
    return parser


if __name__ == "__main__":
    main()
