"""Asking a Jira: one address, one login, and patience with a server that is busy or stumbles.

The only file that imports ``jira``: that package builds the session and logs in. Its own retry waits less
than a server asks, fails on dates and gives up on 502 to 504 (measured on 3.10), and its errors print
whole requests; so requests go past it, each with a time limit, and no redirect is followed elsewhere.
"""

import json
import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import tenacity
from jira import JIRA
from requests import exceptions as trouble

from vsm.errors import RunError, SourceError
from vsm.sources.credentials import Login
from vsm.sources.jira_api.answers import parsed_answer, said_by

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


def check_address(url: str, *, insecure_http: bool = False) -> str:
    """Give the address without its last slash; https only, unless it is this very machine.

    Raises
    ------
    SourceError
        It is no web address, carries a login or a query, or is plain http to another machine.

    Examples
    --------
    >>> check_address("https://example.atlassian.net/")
    'https://example.atlassian.net'
    >>> check_address("http://jira.example.com")
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: http://jira.example.com would send the login unencrypted; use https, ...
    """
    parts = urlsplit(url.strip())
    if parts.username or parts.password:
        raise SourceError("the address holds a login; take it out and set VSM_JIRA_TOKEN instead")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceError(f"'{url}' is no web address; write https://example.atlassian.net")
    if parts.query or parts.fragment:
        raise SourceError(f"'{url}' is a page; give the site's address alone, such as https://{parts.netloc}")
    if parts.scheme == "http" and not (insecure_http or _is_this_machine(parts.hostname)):
        raise SourceError(
            f"{url} would send the login unencrypted; use https, or pass --insecure-http if you must"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Passing(Exception):  # noqa: N818 - it never leaves the session: no error, a reason to wait
    """A passing trouble: ask again, after ``retry_after`` seconds, until it came ``tries`` times in a row."""

    def __init__(self, reason: str, *, retry_after: float | None = None, tries: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.tries = tries


class JiraSession:
    """One Jira: ``get`` and ``post`` give parsed JSON or raise; nothing is kept of a login.

    Parameters
    ----------
    url
        The site, such as ``https://example.atlassian.net``.
    login
        Who asks.
    ca_bundle
        File of certificates to trust, where a company signs its own; empty for the machine's.
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

    def __init__(
        self,
        url: str,
        login: Login,
        *,
        ca_bundle: str = "",
        insecure_http: bool = False,
        patience: float = PATIENCE,
        timeout: tuple[float, float] = TIMEOUT,
        largest: int = LARGEST_ANSWER,
        sleep: Callable[[float], None] = time.sleep,
        seed: int | None = None,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> None:
        self.url = check_address(url, insecure_http=insecure_http)
        self.asked = 0
        self.server_time: datetime | None = None
        self._timeout = timeout
        self._patience = patience
        self._largest = largest
        self._sleep = sleep
        self._random = random.Random(seed)  # noqa: S311 - spreads pauses, guards nothing
        self._on_wait = on_wait
        auth: dict[str, Any] = (
            {"basic_auth": (login.user, login.secret)} if login.user else {"token_auth": login.secret}
        )
        client = JIRA(
            server=self.url,
            options={"verify": ca_bundle or True},
            get_server_info=False,
            max_retries=0,
            **auth,
        )
        self._session: requests.Session = client._session  # noqa: SLF001 - the package offers no other way

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
        return self._ask("GET", path, query=query, absent=absent)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Give the server's answer to a body; raises as ``get`` does."""
        return self._ask("POST", path, body=body)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
        absent: bool = False,
    ) -> Any:
        asking = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            wait=self._pause,
            stop=self._enough,
            before_sleep=self._tell,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return asking(self._once, method, path, query=query, body=body, absent=absent)
        except Passing as reason:
            raise RunError(
                f"{self.url}: {reason}, and waiting did not help; what was pulled is stored: pull again "
                f"later (asked for {path})"
            ) from None

    def _once(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, object] | None,
        absent: bool,
    ) -> Any:
        self.asked += 1
        try:
            answer, content = self._fetched(method, path, query, body)
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
        return _json(answer, content, site=self.url, path=path, absent=absent)

    def _fetched(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, object] | None,
    ) -> tuple[requests.Response, bytes]:
        """Give the answer and its content, within our limits of time and size.

        It is read by a thread of its own, which is left behind when its time is up: a server that sends a
        byte now and then keeps any reading call waiting, in the head of an answer too.
        """
        ended, outcome = threading.Event(), list[tuple[requests.Response, bytes] | Exception]()

        def read() -> None:
            try:
                answer = requests.Session.request(
                    self._session, method, f"{self.url}{path}", params=query, json=body,
                    timeout=self._timeout, allow_redirects=False, stream=True,
                )  # fmt: skip
                outcome.append((answer, self._content(answer, path, ended)))
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
                        "narrow what is pulled with --project or --jql, or check what answers there"
                    )
                if ended.is_set():
                    break
        return bytes(content)

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


def _json(answer: requests.Response, content: bytes, *, site: str, path: str, absent: bool) -> Any:
    """Give the answer's JSON; None for "not there, or not for you" where that is an answer.

    Raises ``Passing`` where the server may well answer if asked again, ``SourceError`` where it refuses: that
    says what to do, and repeats nothing of what was sent.
    """
    code = answer.status_code
    if code in PASSING:
        few = FEW if code == 500 else None
        raise Passing(f"{PASSING[code]} ({code})", retry_after=_retry_after(answer), tries=few)
    if 300 <= code < 400:
        where = answer.headers.get("Location", "").partition("?")[0] or "another address"
        raise SourceError(
            f"{site} sends us on to {where} ({code}), and the login is sent nowhere else; give the address "
            "that the browser ends at with --url"
        )
    if code in {403, 404} and absent:
        return None
    if code >= 400:
        raise SourceError(_refusal(answer, content, site, path))
    try:
        parsed = parsed_answer(content)
    except ValueError:
        raise Passing(
            "it answered with a page instead of data; is the login still good?", tries=FEW
        ) from None
    except RecursionError:
        raise RunError(
            f"{site}: the answer to {path} is nested too deeply to be read; what was pulled is stored: check "
            "what answers there, and pull again"
        ) from None
    if parsed is None:
        raise RunError(
            f"{site}: the answer to {path} is empty (null); what was pulled is stored: pull again later"
        )
    return parsed


def _retry_after(answer: requests.Response) -> float | None:
    """Give how many seconds the server asks us to wait, from seconds or a date by its own clock.

    None where it asks for nothing that can be waited for.
    """
    header = answer.headers.get("Retry-After", "")
    try:
        return max(float(header), 0.0) if math.isfinite(float(header)) else None
    except ValueError:
        pass
    try:
        until, now = (parsedate_to_datetime(text) for text in (header, answer.headers.get("Date", "")))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _refusal(answer: requests.Response, content: bytes, site: str, path: str) -> str:
    code, messages = answer.status_code, _messages(content)
    captcha = code == 403 and "X-Authentication-Denied-Reason" in answer.headers
    sentence = {
        400: "does not take the question (400): check --jql, --project and --filter",
        401: "does not know this login (401): check VSM_JIRA_EMAIL and VSM_JIRA_TOKEN; a Data Center token "
        "goes without the e-mail, a scoped Cloud token with --url https://api.atlassian.com/ex/jira/CLOUD-ID",
        403: f"forbids {path} (403): the login lacks a permission; vsm verify says which",
        404: f"has no {path} (404): check --url, --board and --filter, and what the login may see",
        410: f"no longer offers {path} (410): a newer vsm is needed for it",
    }.get(code, f"refuses {path} ({code})")
    if captcha:
        sentence = "wants a captcha solved (403): log in with a browser once, then pull again"
    return f"{site} {sentence}" + (f". It says: {messages}" if messages else "")


def _messages(content: bytes) -> str:
    """Give Jira's own error messages; of other pages nothing is repeated."""
    try:
        return said_by(json.loads(content))
    except (ValueError, RecursionError):
        return ""
