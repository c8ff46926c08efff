"""HTTP: who may ask, what is recorded, and the traps that befall a request whatever it asks."""

import base64
import json
import socket
import struct
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from select import select
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

from tests.jira_server.calls import Call, Refused, Request
from tests.jira_server.desk import Desk
from tests.jira_server.routes import answer

EMAIL: Final = "tester@example.org"
TOKEN: Final = "token-for-tests"
USER: Final = "tester"
PASSWORD: Final = "password-for-tests"
LOGIN_PAGE: Final = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Log in</body></html>"


class Server(ThreadingHTTPServer):
    """A stand-in that listens on loopback; ``requests`` has all that came, in order."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, desk: Desk, *, latency: float = 0.0, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.desk, self.latency = desk, latency
        self.requests: list[Request] = []
        self.noting = threading.Lock()
        self.stopping = threading.Event()
        self.elsewhere = ""
        desk.url = desk.url or f"http://127.0.0.1:{self.server_address[1]}"

    def note(self, request: Request) -> None:
        """Record a request as it comes in."""
        with self.noting:
            self.requests.append(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; our own faults are shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Tell the site's own time in the head of each answer."""
        return self.server.desk.traps.headers.get("Date") or super().date_time_string(
            self.server.desk.site.now() / 1000 if timestamp is None else timestamp
        )

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's word
        """Keep quiet: requests are recorded."""

    def _serve(self, method: str) -> None:
        if self.server.stopping.is_set():
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = _json(text)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(method, parts.path, query, body, "Authorization" in self.headers, at=time.time())
        self.server.note(request)
        self.server.stopping.wait(self.server.latency)
        request.fault = self.server.desk.mischief.on_the_wire()
        if request.fault and self._stumble(request):
            return
        status, made = self._answer(request)
        change = self.server.desk.traps.change
        made = change(request.path, made) if change and status == 200 else made
        self._send(request, status, made if isinstance(made, bytes) else json.dumps(made).encode())

    def _answer(self, request: Request) -> tuple[int, Any]:
        desk = self.server.desk
        body = request.body if isinstance(request.body, dict) else {}
        if not request.path.endswith("/serverInfo") and not self._known():
            return 401, Refused(401, "Client must be authenticated to access this resource.").body
        if request.method == "POST" and not isinstance(request.body, dict):
            return 400, Refused(400, "Request body is not a JSON object.").body
        try:
            return 200, answer(desk, Call(request.method, request.path, request.query, body))
        except Refused as refused:
            return refused.status, refused.body

    def _known(self) -> bool:
        kind, _, secret = (self.headers.get("Authorization") or "").partition(" ")
        cloud = self.server.desk.cloud
        if kind == "Basic":
            right = f"{EMAIL}:{TOKEN}" if cloud else f"{USER}:{PASSWORD}"
            return secret == base64.b64encode(right.encode()).decode()
        gateway = self.path.startswith("/ex/jira/")
        return kind == "Bearer" and secret == TOKEN and (gateway or not cloud)

    def _stumble(self, request: Request) -> bool:
        """Fall into a trap; False where the request is answered all the same."""
        traps, fault = self.server.desk.traps, request.fault
        if fault == "permission_lost":
            self.server.desk.site.hide(str(traps.permission_lost))
            return False
        if fault == "hang":
            return self._be_silent(traps.hang)
        if fault in {"reset", "truncated", "cut_json"}:
            self._break_off(request)
            return True
        more = dict[str, str]()
        status = {
            "refuse": traps.refuse,
            "redirect": 302,
            "rate_limit": 429,
            "server_error": traps.server_error,
        }
        if fault == "redirect":
            more["Location"] = f"{self.server.elsewhere}{self.path}"
        if traps.rate_limit == "seconds":
            more["Retry-After"] = str(traps.retry_after)
        elif traps.rate_limit == "date":
            more["Retry-After"] = formatdate(time.time() + traps.retry_after, usegmt=True)
        if fault != "rate_limit":
            more.pop("Retry-After", None)
        words = b"" if fault == "redirect" else json.dumps(Refused(0, f"Trap: {fault}").body).encode()
        html = fault == "html" or status.get(fault) in {502, 504}
        self._send(request, status.get(fault) or 200, LOGIN_PAGE if html else words, html=html, headers=more)
        return True

    def _be_silent(self, seconds: float) -> bool:
        """Say nothing for so long, or until the client hangs up; True where it did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.stopping.wait(0.02):
            if select([self.connection], [], [], 0)[0] and not cast("BufferedReader", self.rfile).peek(1):
                self.close_connection = True
                return True
        return False

    def _break_off(self, request: Request) -> None:
        """Send the right answer's first half, and be gone."""
        status, made = self._answer(request)
        whole = json.dumps(made).encode()
        half = whole[: len(whole) // 2]
        if request.fault == "cut_json":
            self._send(request, status, half)
            return
        self._send(request, status, half, length=len(whole))
        self.close_connection = True
        if request.fault == "reset":
            # Zero linger turns the close into a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _send(
        self,
        request: Request,
        status: int,
        content: bytes,
        *,
        html: bool = False,
        length: int = -1,
        headers: dict[str, str] | None = None,
    ) -> None:
        request.status = status
        self.send_response(status)
        self.send_header(
            "Content-Type", "text/html;charset=UTF-8" if html else "application/json;charset=UTF-8"
        )
        self.send_header("Content-Length", str(len(content) if length < 0 else length))
        more = {k: v for k, v in self.server.desk.traps.headers.items() if k != "Date"}
        for name, value in ((headers or {}) | more).items():
            self.send_header(name, value)
        self.end_headers()
        pause = self.server.desk.traps.dribble
        for start in range(len(content)) if pause else ():
            self.wfile.write(content[start : start + 1])
            self.wfile.flush()
            if self.server.stopping.wait(pause):
                return
        self.wfile.write(b"" if pause else content)
        self.wfile.flush()


def _json(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")
