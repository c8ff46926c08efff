"""A stand-in for GitHub on loopback, with every trap of the real one on a switch.

GraphQL is executed by graphql-core over GitHub's published schema; what befalls any server is that of the
stand-in for Jira. Free of ``vsm`` but for ``asked``, the list of our questions.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.github_server.site import Site
from tests.github_server.traps import ALWAYS, ONCE, Traps, When
from tests.github_server.wire import TOKEN, Desk, GitHubServer
from tests.jira_server import Running, at_work

__all__ = ["ALWAYS", "ONCE", "TOKEN", "Running", "Site", "Traps", "When", "serve"]


@contextmanager
def serve(
    site: Site, traps: Traps | None = None, latency: float = 0.0, *, port: int = 0, seconds: float = 600.0
) -> Iterator[Running]:
    """Serve a site on 127.0.0.1 until the block ends, or so many seconds have passed; latency in seconds."""
    chosen = traps or Traps()
    server, other = GitHubServer(Desk(site, chosen), latency=latency, port=port), None
    if chosen.redirect:
        other = GitHubServer(Desk(site, Traps()))
        server.elsewhere = f"http://localhost:{other.server_address[1]}"
    with at_work(server, other, seconds=seconds) as running:
        yield running
