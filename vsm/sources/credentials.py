"""Logins: from the environment, a keyring or a prompt; nothing writes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vsm.errors import SourceError

TOKEN_USER = "token"  # noqa: S105 - the keyring's user name for a token that needs none


@dataclass(frozen=True, slots=True)
class Login:
    """``user`` with a password or API token, or no user with a token that is sent as Bearer.

    Examples
    --------
    >>> Login("person-07@example.com", "a secret")
    Login(user='person-07@example.com')
    """

    user: str | None
    secret: str = field(repr=False)


def find_login(
    url: str,
    *,
    environ: Mapping[str, str],
    keyring: Callable[[str], Login | None],
    prompt: Callable[[str], Login | None],
) -> Login:
    """Give the login for a server: the environment's, else the keyring's, else what is typed.

    Parameters
    ----------
    environ
        ``VSM_JIRA_TOKEN`` with ``VSM_JIRA_EMAIL`` (Cloud's API token), or alone (Data Center's personal
        access token, sent as Bearer); or ``VSM_JIRA_USER`` and ``VSM_JIRA_PASSWORD``.
    keyring
        Gives what is stored for a host; None where there is none.
    prompt
        Asks a person; None where nobody sits there.

    Raises
    ------
    SourceError
        There is none, or only half of one.

    Examples
    --------
    >>> def nobody(host: str) -> None: ...
    >>> find_login("https://jira.example.com", environ={"VSM_JIRA_TOKEN": "x"}, keyring=nobody, prompt=nobody)
    Login(user=None)
    """
    token, email = environ.get("VSM_JIRA_TOKEN"), environ.get("VSM_JIRA_EMAIL")
    if token:
        return Login(email or None, token)
    user, password = environ.get("VSM_JIRA_USER"), environ.get("VSM_JIRA_PASSWORD")
    if user and password:
        return Login(user, password)
    if email or user or password:
        raise SourceError(
            "only half of a login is in the environment: set VSM_JIRA_TOKEN (with VSM_JIRA_EMAIL on Cloud), "
            "or VSM_JIRA_USER and VSM_JIRA_PASSWORD"
        )
    wanted = "set VSM_JIRA_TOKEN (with VSM_JIRA_EMAIL on Cloud)"
    return _kept_login(url, wanted=wanted, user="YOU@EXAMPLE.COM", keyring=keyring, prompt=prompt)


def find_token(
    url: str,
    *,
    variables: Sequence[str],
    environ: Mapping[str, str],
    keyring: Callable[[str], Login | None],
    prompt: Callable[[str], Login | None],
) -> Login:
    """Give the token for a server: that of the first variable that is set, else as ``find_login`` does.

    Examples
    --------
    >>> def nobody(host: str) -> None: ...
    >>> environ = {"GITHUB_TOKEN": "x"}
    >>> find_token(
    ...     "https://api.github.com", variables=("VSM_GITHUB_TOKEN", "GITHUB_TOKEN"), environ=environ,
    ...     keyring=nobody, prompt=nobody,
    ... )
    Login(user=None)
    """
    if token := next((environ[name] for name in variables if environ.get(name)), ""):
        return Login(None, token)
    wanted = f"set {variables[0]}"
    return _kept_login(url, wanted=wanted, user=TOKEN_USER, keyring=keyring, prompt=prompt)


def _kept_login(
    url: str,
    *,
    wanted: str,
    user: str,
    keyring: Callable[[str], Login | None],
    prompt: Callable[[str], Login | None],
) -> Login:
    host = urlsplit(url).hostname or url
    login = keyring(host) or prompt(host)
    if login is None:
        raise SourceError(f"no login for {host}: {wanted}, or store one with keyring set 'vsm {host}' {user}")
    return login


def login_from_keyring(host: str) -> Login | None:
    """Give what this machine's keyring holds for the host; None where no keyring is installed.

    The service is ``vsm HOST``; the user name ``token`` stands for a token that needs none.
    """
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to import
        import keyring.errors  # noqa: PLC0415 - see above
    except ImportError:
        return None
    try:
        stored = keyring.get_credential(f"vsm {host}", None)
    except keyring.errors.KeyringError:
        return None
    if stored is None or not stored.password:
        return None
    return Login(None if stored.username in {TOKEN_USER, ""} else stored.username, stored.password)
