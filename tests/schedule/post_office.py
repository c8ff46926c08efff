"""An SMTP server on loopback that remembers what it was sent; it speaks just enough to log in and to take mail."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Office:
    """Takes mail at ``port``; ``taken`` are the mails, ``said`` the client's lines; ``answers`` change replies."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.said: list[str] = []
        self.answers: dict[str, str] = {}


@contextmanager
def open_office() -> Iterator[Office]:
    """Take mail until the block ends."""
    office = Office()
    usual = {
        "EHLO": "250-loopback\r\n250 AUTH PLAIN",
        "AUTH": "235 yes",
        "DATA": "354 go on",
        "QUIT": "221 bye",
    }

    class Handler(socketserver.StreamRequestHandler):
        def answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.answer("220 loopback")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                verb = line.split()[0].upper()
                office.said.append(line)
                answer = office.answers.get(verb, usual.get(verb, "250 ok"))
                self.answer(answer)
                if verb == "DATA" and answer.startswith("354"):
                    self.take()
                if verb == "QUIT":
                    return

        def take(self) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            mail = message_from_bytes(b"".join(lines), policy=policy.default)
            office.taken.append(mail)
            self.answer("250 taken")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        office.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield office
        server.shutdown()
        thread.join()
