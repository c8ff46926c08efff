"""How do we ask a Jira? One address, one login, and patience with a server that is busy or stumbles.

The only file that imports ``jira``: that package builds the session and logs in. Its own retry waits less
than a server asks, fails on dates and gives up on 502 to 504 (measured on 3.10), and its errors print
whole requests; so requests go past it, each with a time limit, and no redirect is followed elsewhere.
"""

import random
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
from vsm.sources.jira_live.answers import Passing, read_answer

TIMEOUT: Final = (10.0, 90.0)
PATIENCE: Final = 1800.0
FIRST_PATIENCE: Final = 20.0
LONGEST_PAUSE: Final = 60.0


def check_address(url: str, *, insecure_http: bool = False) -> str:
    """Which address is meant? Without its last slash; https only, unless it is this very machine.

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


class JiraSession:
    """How do we ask this Jira? ``get`` and ``post`` give parsed JSON or raise; nothing is kept of a login.

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
        Seconds that one question may take in all, pauses included.
    timeout
        Seconds to connect, and between two bytes of an answer.
    sleep, seed
        How to pause, and the seed of its jitter; tests give their own.
    on_wait
        Told the seconds and the reason before every pause.

    Examples
    --------
    >>> JiraSession("https://example.atlassian.net", Login(None, "not told")).url
    'https://example.atlassian.net'
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
        sleep: Callable[[float], None] = time.sleep,
        seed: int | None = None,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> None:
        self.url = check_address(url, insecure_http=insecure_http)
        self.asked = 0
        self.server_time: datetime | None = None
        self._timeout = timeout
        self._patience = patience
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

    def get(self, path: str, *, absent: bool = False, **query: str | int) -> Any:
        """What does the server answer? None for 403 and 404, where ``absent`` says that these are answers.

        Raises
        ------
        SourceError
            The server refuses: not logged in, not permitted, not there, or a question it does not take.
        RunError
            It stayed unreachable or busy for all our patience.
        """
        return self._ask("GET", path, query=query, absent=absent)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """What does the server answer to this body? Raises as ``get`` does."""
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
                f"{self.url}: {reason}, and waiting did not help; what was pulled is stored: pull again later"
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
            answer = requests.Session.request(
                self._session, method, f"{self.url}{path}", params=query, json=body,
                timeout=self._timeout, allow_redirects=False,
            )  # fmt: skip
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
        return read_answer(answer, site=self.url, path=path, absent=absent)

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        """Stop where the next pause would outlast our patience, or the same odd answer came often enough.

        An address at which nothing ever answered gets little patience: it is likely mistyped.
        """
        reason = state.outcome.exception() if state.outcome else None
        if isinstance(reason, Passing) and reason.tries and state.attempt_number >= reason.tries:
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
    """Read the server's own clock from the answer's head."""
    try:
        said = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)
