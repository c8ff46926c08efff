"""Which server: its address, checked before a login is sent to it, and how messages speak of its kind."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from vsm.errors import SourceError


@dataclass(frozen=True, slots=True)
class Host:
    """A kind of server, as messages speak of it.

    Parameters
    ----------
    example
        An address of one.
    variable
        The environment variable that holds a token for it.
    narrow
        The options that narrow down what is asked for.
    remaining, reset
        Heads of answers that say how many requests are left, and when they are renewed (epoch seconds).
    """

    example: str
    variable: str
    narrow: str
    remaining: str = ""
    reset: str = ""


def check_address(url: str, host: Host, *, insecure_http: bool = False) -> str:
    """Give the address without its last slash; https only, unless it is this very machine.

    Raises
    ------
    SourceError
        It is no web address, carries a login or a query, or is plain http to another machine.

    Examples
    --------
    >>> host = Host("https://jira.example.com", variable="VSM_JIRA_TOKEN", narrow="--project")
    >>> check_address("https://example.atlassian.net/", host)
    'https://example.atlassian.net'
    >>> check_address("http://jira.example.com", host)
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: http://jira.example.com would send the login unencrypted; use https, ...
    """
    parts = urlsplit(url.strip())
    if parts.username or parts.password:
        raise SourceError(f"the address holds a login; take it out and set {host.variable} instead")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceError(f"'{url}' is no web address; write {host.example}")
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
