"""Who are we to a server: where a login is found, and that it is never shown."""

import pytest

from vsm.errors import SourceError
from vsm.sources.credentials import Login, find_login, find_token

SITE = "https://jira.example.com"


def nobody(host: str) -> Login | None:
    """Nothing stored, nobody typing."""
    return None


@pytest.mark.parametrize(
    ("environ", "login"),
    [
        ({"VSM_JIRA_TOKEN": "t", "VSM_JIRA_EMAIL": "e@example.com"}, Login("e@example.com", "t")),
        ({"VSM_JIRA_TOKEN": "t"}, Login(None, "t")),
        ({"VSM_JIRA_USER": "u", "VSM_JIRA_PASSWORD": "p"}, Login("u", "p")),
    ],
)
def test_the_environment_comes_first(environ: dict[str, str], login: Login) -> None:
    """With an e-mail it is Cloud's API token, without one a personal access token."""
    assert find_login(SITE, environ=environ, keyring=lambda _: Login("k", "k"), prompt=nobody) == login


@pytest.mark.parametrize("half", ["VSM_JIRA_EMAIL", "VSM_JIRA_USER", "VSM_JIRA_PASSWORD"])
def test_half_a_login_is_said_to_be_half(half: str) -> None:
    """Else the keyring's would be taken, and somebody would wonder whose it is."""
    with pytest.raises(SourceError, match="only half of a login"):
        find_login(SITE, environ={half: "x"}, keyring=lambda _: Login("k", "k"), prompt=nobody)


def test_then_the_keyring_then_the_keyboard_by_host() -> None:
    """Both are asked for the host alone."""
    asked: list[str] = []

    def typed(host: str) -> Login | None:
        asked.append(host)
        return Login("typed", "x")

    assert find_login(SITE, environ={}, keyring=lambda host: Login(host, "x"), prompt=typed).user == (
        "jira.example.com"
    )
    assert find_login(SITE, environ={}, keyring=nobody, prompt=typed).user == "typed"
    assert asked == ["jira.example.com"]


def test_without_any_the_message_says_what_to_set() -> None:
    """A scheduled run has no keyboard."""
    with pytest.raises(SourceError, match=r"no login for jira\.example\.com: set VSM_JIRA_TOKEN"):
        find_login(SITE, environ={}, keyring=nobody, prompt=nobody)


def test_a_login_never_shows_its_secret() -> None:
    """Not in a message, not in a traceback."""
    assert "s3cret" not in repr(Login("u", "s3cret")) + str(Login("u", "s3cret"))


def test_a_token_comes_from_the_first_variable_that_is_set() -> None:
    """One that is set for vsm goes before one that others use too."""
    names = ("VSM_GITHUB_TOKEN", "GITHUB_TOKEN")
    own, shared = {"VSM_GITHUB_TOKEN": "own"}, {"VSM_GITHUB_TOKEN": "", "GITHUB_TOKEN": "shared"}
    for environ, secret in ((shared | own, "own"), (shared, "shared")):
        found = find_token(SITE, variables=names, environ=environ, keyring=nobody, prompt=nobody)
        assert (found.user, found.secret) == (None, secret)
    with pytest.raises(
        SourceError, match=r"set VSM_GITHUB_TOKEN, or .* keyring set 'vsm jira.example.com' to"
    ):
        find_token(SITE, variables=names, environ={}, keyring=nobody, prompt=nobody)
