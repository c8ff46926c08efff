"""What does a Jira's answer mean? JSON, a passing trouble worth waiting for, or a refusal that is told."""

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from vsm.errors import SourceError

if TYPE_CHECKING:
    import requests

PASSING: Final = {
    408: "it did not get our question in time",
    429: "it asks us to slow down",
    500: "it failed inside",
    502: "its gateway failed",
    503: "it is not available",
    504: "its gateway waited in vain",
}
FEW: Final = 6
"""How often may one question be answered with what waiting seldom mends?"""
TOLD: Final = 300


class Passing(Exception):  # noqa: N818 - it never leaves the session: no error, a reason to wait
    """Why is it worth to ask again? ``retry_after`` are seconds; ``tries`` bounds the attempts."""

    def __init__(self, reason: str, *, retry_after: float | None = None, tries: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.tries = tries


def read_answer(answer: "requests.Response", *, site: str, path: str, absent: bool) -> Any:
    """What was answered? The parsed JSON; None for "not there, or not for you" where that is an answer.

    Raises
    ------
    Passing
        The server may well answer if asked again.
    SourceError
        It refuses; the sentence says what to do, and repeats nothing of what was sent.

    Examples
    --------
    >>> import requests
    >>> answer = requests.Response()
    >>> answer.status_code, answer._content = 401, b""
    >>> read_answer(answer, site="https://jira.example.com", path="/rest/api/2/field", absent=False)
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: https://jira.example.com does not know this login (401): check ...
    """
    code = answer.status_code
    if code in PASSING:
        few = FEW if code == 500 else None
        raise Passing(f"{PASSING[code]} ({code})", retry_after=seconds_asked(answer), tries=few)
    if 300 <= code < 400:
        raise SourceError(_elsewhere(answer, site))
    if code in {403, 404} and absent:
        return None
    if code >= 400:
        raise SourceError(_refusal(answer, site, path))
    try:
        return answer.json()
    except ValueError:
        raise Passing(
            "it answered with a page instead of data; is the login still good?", tries=FEW
        ) from None


def seconds_asked(answer: "requests.Response") -> float | None:
    """How long does the server ask us to wait? From seconds, or a date by its own clock; None if unsaid.

    Examples
    --------
    >>> import requests
    >>> answer = requests.Response()
    >>> answer.headers["Retry-After"] = "30"
    >>> seconds_asked(answer)
    30.0
    """
    said = answer.headers.get("Retry-After", "")
    try:
        return max(float(said), 0.0)
    except ValueError:
        pass
    try:
        until, now = (parsedate_to_datetime(text) for text in (said, answer.headers.get("Date", "")))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _elsewhere(answer: "requests.Response", site: str) -> str:
    where = answer.headers.get("Location", "").partition("?")[0]
    return (
        f"{site} sends us on to {where or 'another address'} ({answer.status_code}), and the login is sent "
        "nowhere else; give the address that the browser ends at with --url"
    )


def _refusal(answer: "requests.Response", site: str, path: str) -> str:
    code, said = answer.status_code, _said(answer)
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
    return f"{site} {sentence}" + (f". It says: {said}" if said else "")


def _said(answer: "requests.Response") -> str:
    """Read Jira's own error messages; of other pages nothing is repeated."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    told = [*(body.get("errorMessages") or []), *(errors.values() if isinstance(errors, dict) else [])]
    return " ".join(str(message) for message in told)[:TOLD]
