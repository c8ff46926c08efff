"""Asking a Jira: the only file that imports ``jira``.

That package builds the session and logs in. Its own retry waits less than a server asks, fails on dates and
gives up on 502 to 504 (measured on 3.10), and its errors print whole requests; so requests go past it.
"""

from typing import Any, ClassVar, Final

import requests
from jira import JIRA

from vsm.sources.credentials import Login
from vsm.sources.host_address import Host
from vsm.sources.host_session import HostSession, messages_of

HOST: Final = Host("https://example.atlassian.net", variable="VSM_JIRA_TOKEN", narrow="--project or --jql")


class JiraSession(HostSession):
    """One Jira; nothing is kept of a login.

    Parameters
    ----------
    url
        The site, such as ``https://example.atlassian.net``.
    login
        Who asks.
    ca_bundle
        File of certificates to trust, where a company signs its own; empty for the machine's.
    about
        As for ``HostSession``.
    """

    host: ClassVar[Host] = HOST

    def __init__(self, url: str, login: Login, *, ca_bundle: str = "", **about: Any) -> None:
        auth: dict[str, Any] = (
            {"basic_auth": (login.user, login.secret)} if login.user else {"token_auth": login.secret}
        )
        options = {"verify": ca_bundle or True}
        client = JIRA(server=url, options=options, get_server_info=False, max_retries=0, **auth)
        super().__init__(url, client._session, **about)  # noqa: SLF001 - the package offers no other way

    def refusal(self, answer: requests.Response, content: bytes, path: str) -> str:
        """Give the sentence on an answer of 400 and more."""
        code = answer.status_code
        sentence = {
            400: "does not take the question (400): check --jql, --project and --filter",
            401: "does not know this login (401): check VSM_JIRA_EMAIL and VSM_JIRA_TOKEN; a Data Center "
            "token goes without the e-mail, a scoped Cloud token with --url "
            "https://api.atlassian.com/ex/jira/CLOUD-ID",
            403: f"forbids {path} (403): the login lacks a permission; vsm verify says which",
            404: f"has no {path} (404): check --url, --board and --filter, and what the login may see",
            410: f"no longer offers {path} (410): a newer vsm is needed for it",
        }.get(code, f"refuses {path} ({code})")
        if code == 403 and "X-Authentication-Denied-Reason" in answer.headers:
            sentence = "wants a captcha solved (403): log in with a browser once, then pull again"
        return f"{sentence}{messages_of(content)}"
