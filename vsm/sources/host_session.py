"""Asking a server: one address, one login, and patience where it is busy or stumbles.

What Jira, GitHub and GitLab have in common: ``HostSession``. Each request has a time limit, no redirect is
followed, and a limit of requests is obeyed: we wait as long as the server says.
"""

import json
import math
import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Final

import requests
import tenacity
from requests import exceptions as trouble
from requests.auth import AuthBase

from vsm.errors import RunError, SourceError
from vsm.sources.credentials import Login
from vsm.sources.host_address import Host, check_address
from vsm.sources.host_answers import parsed_answer, said_by

TIMEOUT: Final = (10.0, 90.0)
PATIENCE: Final = 1800.0
FIRST_PATIENCE: Final = 20.0
LONGEST_PAUSE: Final = 60.0
PASSING: Final = {
    408: "it did not get our question in time",
    429: "it asks us to slow down",
    500: "it failed inside",
    502: "its gateway failed",
    503: "it is not available",
    504: "its gateway waited in vain",
}
FEW: Final = 6
"""How often in a row one question may be answered with what waiting seldom cures."""
LONGEST_ANSWER: Final = 600.0
"""Seconds that one answer may take from the question to its last byte."""
LARGEST_ANSWER: Final = 512 * 2**20
"""Bytes of one answer, decompressed."""
CHUNK: Final = 16 * 1024
"""Bytes read at once; compressed a thousandfold they are 16 MB."""


class Passing(Exception):  # noqa: N818 - it never leaves the session: no error, a reason to wait
    """A passing trouble: ask again, after ``retry_after`` seconds, until it came ``tries`` times in a row."""

    def __init__(self, reason: str, *, retry_after: float | None = None, tries: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.tries = tries


@dataclass(frozen=True, slots=True)
class Question:
    """A request; ``absent`` says that 403 and 404 are answers to it."""

    method: str
    path: str
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer's parsed body and its head; None for "not there, or not for you", and for "as it was"."""

    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bearer(AuthBase):
    """A token in the head of each request; unlike a plain header it wins over a machine's .netrc."""

    login: Login

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token."""
        request.headers["Authorization"] = f"Bearer {self.login.secret}"
        return request


class HostSession(ABC):
    """One server: ``get`` and ``post`` give parsed JSON or raise.

    Parameters
    ----------
    url
        The site, such as ``https://example.atlassian.net``.
    connection
        Which adds the login to each request.
    insecure_http
        Let plain http through to other machines.
    patience
        Seconds after which a question is not asked again, pauses included. One answer may take as long as
        that, and ten minutes at most, so that a question ends within twice the patience.
    timeout
        Seconds to connect, and between two bytes of an answer.
    largest
        Bytes of one answer, decompressed.
    sleep, seed
        How to pause, and the seed of its jitter; tests give their own.
    on_wait
        Called with the seconds and the reason before every pause.
    """

    host: ClassVar[Host]

    def __init__(
        self,
        url: str,
        connection: requests.Session,
        *,
        insecure_http: bool = False,
        patience: float = PATIENCE,
        timeout: tuple[float, float] = TIMEOUT,
        largest: int = LARGEST_ANSWER,
        sleep: Callable[[float], None] = time.sleep,
        seed: int | None = None,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> None:
        self.url = check_address(url, self.host, insecure_http=insecure_http)
        self.asked = 0
        self.server_time: datetime | None = None
        self._timeout = timeout
        self._patience = patience
        self._largest = largest
        self._sleep = sleep
        self._random = random.Random(seed)  # noqa: S311 - spreads pauses, guards nothing
        self._on_wait = on_wait
        self._connection = connection

    def now_ms(self) -> int:
        """Give the later of the server's clock and ours, in epoch milliseconds."""
        theirs = self.server_time.timestamp() if self.server_time else 0.0
        return int(max(time.time(), theirs) * 1000)

    def get(self, path: str, *, absent: bool = False, **query: str | int) -> Any:
        """Give the server's answer; None for 403 and 404, where ``absent`` says that these are answers.

        Raises
        ------
        SourceError
            The server refuses: not logged in, not permitted, not there, or a question it does not take.
        RunError
            It stayed unreachable or busy for all our patience, or its answer is too long or too deep.
        """
        return self._ask(Question("GET", path, query=query, absent=absent)).body

    def fetch(self, path: str, *, etag: str = "", absent: bool = False, **query: str | int) -> Answered:
        """Give the answer with its head; the body is None where it is as it was with this ``etag``.

        Raises as ``get`` does.
        """
        tags = {"If-None-Match": etag} if etag else {}
        return self._ask(Question("GET", path, query=query, absent=absent, headers=tags))

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Give the server's answer to a body; raises as ``get`` does."""
        return self._ask(Question("POST", path, body=body)).body

    def passing(self, answer: requests.Response, content: bytes) -> Passing | None:  # noqa: ARG002 - of others
        """Give the trouble that passes, where the server may answer if asked again; else None."""
        code = answer.status_code
        if code not in PASSING:
            return None
        few = FEW if code == 500 else None
        return Passing(f"{PASSING[code]} ({code})", retry_after=self.asked_pause(answer), tries=few)

    @abstractmethod
    def refusal(self, answer: requests.Response, content: bytes, path: str) -> str:
        """Give the sentence on an answer of 400 and more, with what to do and the server's own words."""

    def asked_pause(self, answer: requests.Response) -> float | None:
        """Give how many seconds the server asks us to wait: a number, a date by its own clock, or a reset.

        None where it asks for nothing that can be waited for.
        """
        head, date = answer.headers, _date(answer)
        now = date.timestamp() if date else time.time()
        wanted = head.get("Retry-After", "")
        if not wanted and self.host.reset and head.get(self.host.remaining, "0") == "0":
            wanted = head.get(self.host.reset, "")
            try:
                return max(float(wanted) - now, 0.0) if math.isfinite(float(wanted)) else None
            except ValueError:
                return None
        try:
            return max(float(wanted), 0.0) if math.isfinite(float(wanted)) else None
        except ValueError:
            pass
        try:
            return max(parsedate_to_datetime(wanted).timestamp() - now, 0.0)
        except (ValueError, TypeError, OverflowError):
            return None

    def _ask(self, question: Question) -> Answered:
        asking = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            wait=self._pause,
            stop=self._enough,
            before_sleep=self._tell,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return asking(self._once, question)
        except Passing as reason:
            raise RunError(
                f"{self.url}: {reason}, and waiting did not help; what was pulled is stored: pull again "
                f"later (asked for {question.path})"
            ) from None

    def _once(self, question: Question) -> Answered:
        self.asked += 1
        try:
            answer, content = self._fetched(question)
        except trouble.SSLError:
            raise SourceError(
                f"{self.url}: its certificate cannot be verified; pass --ca-bundle if you sign your own"
            ) from None
        except trouble.Timeout:
            raise Passing("it did not answer in time") from None
        except (trouble.ConnectionError, trouble.ChunkedEncodingError, trouble.ContentDecodingError):
            raise Passing("the connection failed" if self.server_time else "it cannot be reached") from None
        except OSError as error:  # a CA bundle that is not there, among others
            raise SourceError(
                f"{self.url}: {type(error).__name__}; check the address and --ca-bundle"
            ) from None
        self.server_time = _date(answer) or self.server_time
        return Answered(self._body(answer, content, question), answer.headers)

    def _fetched(self, question: Question) -> tuple[requests.Response, bytes]:
        """Give the answer and its content, within our limits of time and size.

        It is read by a thread of its own, which is left behind when its time is up: a server that sends a
        byte now and then keeps any reading call waiting, in the head of an answer too.
        """
        ended, outcome = threading.Event(), list[tuple[requests.Response, bytes] | Exception]()

        def read() -> None:
            try:
                answer = requests.Session.request(
                    self._connection, question.method, f"{self.url}{question.path}", params=question.query,
                    json=question.body, headers=question.headers,
                    timeout=self._timeout, allow_redirects=False, stream=True,
                )  # fmt: skip
                outcome.append((answer, self._content(answer, question.path, ended)))
            except Exception as error:  # noqa: BLE001 - raised again by who waits
                outcome.append(error)

        thread, limit = threading.Thread(target=read, daemon=True), min(LONGEST_ANSWER, self._patience)
        thread.start()
        thread.join(limit)
        ended.set()
        if not outcome:
            raise Passing(f"one answer was not complete after {limit:g} s", tries=FEW)
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def _content(self, answer: requests.Response, path: str, ended: threading.Event) -> bytes:
        content = bytearray()
        with answer:
            for chunk in answer.iter_content(CHUNK):
                content += chunk
                if len(content) > self._largest:
                    raise RunError(
                        f"{self.url}: the answer to {path} is longer than {self._largest:,} bytes; "
                        f"narrow what is pulled with {self.host.narrow}, or check what answers there"
                    )
                if ended.is_set():
                    break
        return bytes(content)

    def _body(self, answer: requests.Response, content: bytes, question: Question) -> Any:
        """Give the answer's JSON; None where there is nothing, or nothing new.

        Raises ``Passing`` where the server may well answer if asked again, ``SourceError`` where it refuses:
        that says what to do, and repeats nothing of what was sent.
        """
        code, path = answer.status_code, question.path
        if passing := self.passing(answer, content):
            raise passing
        if code == 304 and question.headers:
            return None
        if 300 <= code < 400:
            where = answer.headers.get("Location", "").partition("?")[0] or "another address"
            raise SourceError(
                f"{self.url} sends us on to {where} ({code}), and the login is sent nowhere else; give the "
                "address that the browser ends at with --url"
            )
        if code in {403, 404} and question.absent:
            return None
        if code >= 400:
            raise SourceError(f"{self.url} {self.refusal(answer, content, path)}")
        try:
            parsed = parsed_answer(content)
        except ValueError:
            raise Passing(
                "it answered with a page instead of data; is the login still good?", tries=FEW
            ) from None
        except RecursionError:
            raise RunError(
                f"{self.url}: the answer to {path} is nested too deeply to be read; what was pulled is "
                "stored: check what answers there, and pull again"
            ) from None
        if parsed is None:
            raise RunError(
                f"{self.url}: the answer to {path} is empty (null); what was pulled is stored: pull again "
                "later"
            )
        return parsed

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        """Stop where the next pause would outlast our patience, or the same odd answer came often enough.

        An address at which nothing ever answered gets little patience: it is likely mistyped.
        """
        reason = state.outcome.exception() if state.outcome else None
        tries = reason.tries if isinstance(reason, Passing) else None
        counts = state.retry_object.statistics
        counts["odd"] = counts.get("odd", 0) + 1 if tries else 0  # a busy server has not answered oddly
        if tries and counts["odd"] >= tries:
            return True
        patience = self._patience if self.server_time else min(FIRST_PATIENCE, self._patience)
        spent = max(state.idle_for, state.seconds_since_start or 0.0)
        return spent + state.upcoming_sleep > patience

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Wait as long as the server says, never shorter; else longer from time to time, up to a minute."""
        reason = state.outcome.exception() if state.outcome else None
        asked = reason.retry_after if isinstance(reason, Passing) else None
        if asked is not None:
            return asked + self._random.uniform(0.0, 1.0)
        return float(min(LONGEST_PAUSE, 2 ** min(state.attempt_number, 10)) * self._random.uniform(0.5, 1.0))

    def _tell(self, state: tenacity.RetryCallState) -> None:
        reason = state.outcome.exception() if state.outcome else None
        if self._on_wait:
            self._on_wait(state.upcoming_sleep, str(reason))


def _date(answer: requests.Response) -> datetime | None:
    """Give the server's own clock, from the answer's head."""
    try:
        date = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def messages_of(content: bytes) -> str:
    """Give the server's own error messages, as part of a sentence; of other pages nothing is repeated."""
    try:
        said = said_by(json.loads(content))
    except (ValueError, RecursionError):
        said = ""
    return f". It says: {said}" if said else ""
