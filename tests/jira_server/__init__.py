"""A stand-in for Jira Cloud and Data Center on loopback, with every trap of the real ones on a switch.

Stdlib only and free of ``vsm``, so that what it says is not what we believe. Shapes and limits are those of
Atlassian's published REST documents and of real answers, as far as they are known.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.jira_server.calls import Request
from tests.jira_server.desk import Desk
from tests.jira_server.site import Site
from tests.jira_server.traps import ALWAYS, ONCE, Traps, When
from tests.jira_server.wire import EMAIL, PASSWORD, TOKEN, USER, Server

__all__ = [
    "ALWAYS",
    "EMAIL",
    "ONCE",
    "PASSWORD",
    "STALE_EVERY",
    "TOKEN",
    "USER",
    "Request",
    "Running",
    "Site",
    "Traps",
    "When",
    "at_work",
    "serve",
]  # fmt: skip

STALE_EVERY: Final = 9
"""With ``stale_search``, every issue whose id this divides looks as it did before its last move."""


class Running:
    """A stand-in at work: ``url``, ``requests``, ``site``, ``traps``, and what came to the other host."""

    def __init__(self, server: Server, other: Server | None) -> None:
        self._server, self._other = server, other
        self.url = server.desk.url
        self.site: Any = server.desk.site  # each stand-in has its own kind
        self.traps = server.desk.traps

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in order of arrival."""
        with self._server.noting:
            return list(self._server.requests)

    @property
    def elsewhere(self) -> list[Request]:
        """What followed a redirect to the other host."""
        return list(self._other.requests) if self._other else []

    def forget(self) -> None:
        """Begin the record anew, to count the next pull's requests alone."""
        with self._server.noting:
            self._server.requests.clear()


@contextmanager
def serve(
    site: Site, traps: Traps | None = None, latency: float = 0.0, *, port: int = 0, seconds: float = 600.0
) -> Iterator[Running]:
    """Serve a site on 127.0.0.1 until the block ends, or so many seconds have passed; latency in seconds."""
    chosen = traps or Traps()
    site.authorless = site.authorless or chosen.null_author
    if chosen.stale_search:
        site.age(STALE_EVERY)
    server, other = Server(Desk(site, chosen), latency=latency, port=port), None
    if chosen.redirect:
        other = Server(Desk(site, Traps()))
        # By another name, hence another host to any client, though loopback all the same.
        server.elsewhere = f"http://localhost:{other.server_address[1]}"
    with at_work(server, other, seconds=seconds) as running:
        yield running


@contextmanager
def at_work(server: Server, other: Server | None, *, seconds: float) -> Iterator[Running]:
    """Let servers answer until the block ends, or so many seconds have passed."""
    servers = [one for one in (server, other) if one is not None]
    clock = threading.Timer(seconds, _stop, [servers])
    clock.daemon = True
    clock.start()
    for one in servers:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Running(server, other)
    finally:
        clock.cancel()
        _stop(servers)
        for one in servers:
            one.server_close()


def _stop(servers: list[Server]) -> None:
    for server in servers:
        server.stopping.set()
        server.shutdown()
