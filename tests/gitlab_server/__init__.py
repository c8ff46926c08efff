"""A stand-in for GitLab on loopback, with every trap of the real one on a switch.

GraphQL is executed by graphql-core over the part of the schema that is asked for; what befalls any server is
that of the stand-in for Jira. Free of ``vsm``.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.gitlab_server.site import Site
from tests.gitlab_server.traps import ALWAYS, ONCE, Traps, When
from tests.gitlab_server.wire import TOKEN, Desk, GitLabServer
from tests.jira_server import Running

__all__ = ["ALWAYS", "ONCE", "TOKEN", "Running", "Site", "Traps", "When", "serve"]


@contextmanager
def serve(
    site: Site, traps: Traps | None = None, latency: float = 0.0, *, port: int = 0, seconds: float = 600.0
) -> Iterator[Running]:
    """Serve a site on 127.0.0.1 until the block ends, or so many seconds have passed; latency in seconds."""
    chosen = traps or Traps()
    server, other = GitLabServer(Desk(site, chosen), latency=latency, port=port), None
    if chosen.redirect:
        other = GitLabServer(Desk(site, Traps()))
        server.elsewhere = f"http://localhost:{other.server_address[1]}"
    running = [one for one in (server, other) if one is not None]
    clock = threading.Timer(seconds, _stop, [running])
    clock.daemon = True
    clock.start()
    for one in running:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Running(server, other)
    finally:
        clock.cancel()
        _stop(running)
        for one in running:
            one.server_close()


def _stop(servers: list[GitLabServer]) -> None:
    for server in servers:
        server.stopping.set()
        server.shutdown()
