"""Serve a stand-in GitHub for a person to try: ``python -m tests.github_server --help``."""

import argparse
import signal
import sys
import threading
from types import FrameType

from tests.github_server import TOKEN, Site, Traps, serve


def main() -> None:
    """Serve until the time is over or somebody stops it."""
    parser = argparse.ArgumentParser(prog="python -m tests.github_server", description=__doc__)
    parser.add_argument("--seeded", type=int, default=100, metavar="N", help="make N of each kind up")
    parser.add_argument("--port", type=int, default=0, help="any free one by default")
    parser.add_argument("--seconds", type=float, default=3600, help="stop by itself after so long")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="wait before each answer")
    parser.add_argument("--traps", type=int, metavar="SEED", help="mix traps in at random")
    chosen = parser.parse_args()
    count = chosen.seeded
    site = Site.seeded(count, count, deployments=count, runs=count)
    traps = Traps() if chosen.traps is None else Traps.random(chosen.traps)
    over = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with serve(site, traps, chosen.latency / 1000, port=chosen.port, seconds=chosen.seconds) as github:
        sys.stdout.write(f"""{github.url}

{count} of each kind, as GitHub has them. In another terminal:

    export VSM_GITHUB_TOKEN={TOKEN}
    vsm pull --dir work github --url {github.url} --repo {site.owner}/{site.name}

Ctrl-C stops it.
""")
        sys.stdout.flush()
        over.wait(chosen.seconds)


if __name__ == "__main__":
    main()
