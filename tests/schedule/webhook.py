"""A webhook on loopback that remembers what it was told, and can be made to fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener:
    """Listens at ``address``; ``heard`` are the bodies; ``answers`` are given first, then 200."""

    def __init__(self, port: int) -> None:
        self._real = f"http://127.0.0.1:{port}/secret-token"
        self.address = self._real
        self.heard: list[dict[str, Any]] = []
        self.answers: list[int] = []

    @contextmanager
    def dead(self) -> Iterator[None]:
        """Let nobody listen: a port of loopback that refuses."""
        self.address = "http://127.0.0.1:9/secret-token"
        yield
        self.address = self._real


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen until the block ends."""
    listener = None

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code = listener.answers.pop(0) if listener and listener.answers else 200
            if listener and code == 200:
                listener.heard.append(body)
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
