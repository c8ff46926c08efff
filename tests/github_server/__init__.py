"""A stand-in for GitHub on loopback, with every trap of the real one on a switch.

GraphQL is executed by graphql-core over GitHub's published schema; what befalls any server is that of the
stand-in for Jira. Free of ``vsm`` but for ``asked``, the list of our questions.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.github_server.site import Site
from tests.github_server.traps import ALWAYS, ONCE, Traps, When
from tests.github_server.wire import TOKEN, Desk, GitHubServer
from tests.jira_server.calls import Request

__all__ = ["ALWAYS", "ONCE", "TOKEN", "Running", "Site", "Traps", "When", "serve"]


class Running:
    """A stand-in at work: ``url``, ``requests``, ``site``, ``traps``, and what came to the other host."""

    def __init__(self, server: GitHubServer, desk: Desk, other: GitHubServer | None) -> None:
        self._server, self._other = server, other
        self.url, self.site, self.traps = desk.url, desk.site, desk.traps

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
    desk = Desk(site, chosen)
    server, other = GitHubServer(desk, latency=latency, port=port), None
    if chosen.redirect:
        other = GitHubServer(Desk(site, Traps()))
        server.elsewhere = f"http://localhost:{other.server_address[1]}"
    running = [one for one in (server, other) if one is not None]
    clock = threading.Timer(seconds, _stop, [running])
    clock.daemon = True
    clock.start()
    for one in running:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Running(server, desk, other)
    finally:
        clock.cancel()
        _stop(running)
        for one in running:
            one.server_close()


def _stop(servers: list[GitHubServer]) -> None:
    for server in servers:
        server.stopping.set()
        server.shutdown()
