"""Patience with a busy server, none with a refusal, and a login that goes nowhere else."""

from typing import Any

import pytest

from tests.jira_server import ALWAYS, TOKEN, Running, Site, Traps, When, serve
from tests.sources.jira_api.lab import LOGINS, SHORT, SILENT, session
from vsm.errors import RunError, SourceError
from vsm.sources.credentials import Login
from vsm.sources.host_address import check_address
from vsm.sources.jira_api import JiraSession

WHERE = "/rest/api/2/serverInfo"
HOST = JiraSession.host
TWICE = When(nth=(1, 2))


def site() -> Site:
    """Two tickets are plenty."""
    return Site.seeded(2, 1, mode="cloud", seed=1)


def asked(run: Running, **about: Any) -> tuple[list[tuple[float, str]], Any]:
    """Ask once; give the pauses with their reasons, and the answer."""
    pauses: list[tuple[float, str]] = []
    answer = session(run, "cloud", on_wait=lambda s, why: pauses.append((s, why)), **about).get(WHERE)
    return pauses, answer


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_that_names_a_time_is_given_it(form: Any) -> None:
    """Never less than it asks, at most a second more."""
    with serve(site(), Traps(rate_limit=form, retry_after=90, often=TWICE)) as run:
        pauses, answer = asked(run)
    assert answer["deploymentType"] == "Cloud"
    assert [why for _, why in pauses] == ["it asks us to slow down (429)"] * 2
    assert all(89 <= seconds <= 92 for seconds, _ in pauses)


def test_one_that_names_none_is_asked_ever_more_seldom() -> None:
    """About 2, 4, 8, … seconds, with jitter, never over a minute."""
    with serve(site(), Traps(rate_limit="missing", often=When(nth=tuple(range(1, 9))))) as run:
        pauses, _ = asked(run)
    bounds = [(2**n / 2, min(2**n, 60)) for n in range(1, 9)]
    assert all(min(low, 30) <= s <= high for (s, _), (low, high) in zip(pauses, bounds, strict=True))


@pytest.mark.parametrize(
    ("traps", "why"),
    [
        (Traps(server_error=503, often=TWICE), "it is not available (503)"),
        (Traps(server_error=502, often=TWICE), "its gateway failed (502)"),
        (Traps(server_error=504, often=TWICE), "its gateway waited in vain (504)"),
        (Traps(server_error=500, often=TWICE), "it failed inside (500)"),
        (Traps(truncated=True, often=TWICE), "it cannot be reached"),
        (Traps(cut_json=True, often=TWICE), "it answered with a page instead of data"),
        (Traps(html=True, often=TWICE), "it answered with a page instead of data"),
    ],
    ids=["503", "502", "504", "500", "truncated", "cut", "html"],
)
def test_what_passes_is_waited_for(traps: Traps, why: str) -> None:
    """Twice in trouble, then the answer."""
    with serve(site(), traps) as run:
        pauses, answer = asked(run)
    assert answer["deploymentType"] == "Cloud"
    assert len(pauses) == 2
    assert all(reason.startswith(why) for _, reason in pauses)


def test_a_silence_is_waited_for_until_the_time_out() -> None:
    """Twice, then the answer; a machine so slow that it answers too late itself is asked more often."""
    with serve(site(), SILENT) as run:
        pauses, answer = asked(run, timeout=SHORT)
    assert answer["deploymentType"] == "Cloud"
    assert [request.fault for request in run.requests[:2]] == ["hang", "hang"]
    assert len(pauses) >= 2
    assert {reason for _, reason in pauses} == {"it did not answer in time"}


def test_patience_has_an_end() -> None:
    """The sentence says that nothing is lost, and when to come back is up to the reader."""
    with (
        serve(site(), Traps(server_error=503, often=ALWAYS)) as run,
        pytest.raises(
            RunError, match=r"it is not available \(503\), and waiting did not help; .* pull again"
        ),
    ):
        asked(run)


def test_an_asked_pause_beyond_our_patience_is_not_begun() -> None:
    """An hour's wait in a scheduled run would look like a hang."""
    pauses: list[float] = []
    with (
        serve(site(), Traps(rate_limit="seconds", retry_after=3600, often=ALWAYS)) as run,
        pytest.raises(RunError, match="slow down"),
    ):
        session(run, "cloud", patience=600, sleep=pauses.append).get(WHERE)
    assert pauses == []


def test_an_endless_page_is_no_passing_trouble() -> None:
    """A login page stays one: six tries, whatever the patience."""
    with (
        serve(site(), Traps(html=True, often=ALWAYS)) as run,
        pytest.raises(RunError, match="login still good"),
    ):
        asked(run)
    assert len(run.requests) == 6


def test_a_page_after_busy_answers_is_asked_about_again() -> None:
    """Six tries are for a page that stays, whatever came before it."""
    busy_first = {"server_error": When(nth=(1, 2, 3, 4, 5)), "html": When(nth=(6, 7))}
    with serve(site(), Traps(server_error=503, html=True, when=busy_first)) as run:
        pauses, answer = asked(run)
    assert answer["deploymentType"] == "Cloud"
    assert len(pauses) == 7


def test_where_nobody_answers_patience_is_short() -> None:
    """An address with a typing error is told within seconds, not after half an hour."""
    pauses: list[float] = []
    nobody = JiraSession("http://127.0.0.1:9", LOGINS["cloud"], sleep=pauses.append, seed=1)
    with pytest.raises(RunError, match="it cannot be reached"):
        nobody.get(WHERE)
    assert sum(pauses) <= 20


@pytest.mark.parametrize(
    ("traps", "sentence"),
    [
        (Traps(refuse=401, often=ALWAYS), r"does not know this login \(401\): check VSM_JIRA_EMAIL"),
        (Traps(refuse=403, often=ALWAYS), r"forbids /rest/api/2/serverInfo \(403\)"),
    ],
)
def test_a_refusal_is_told_at_once(traps: Traps, sentence: str) -> None:
    """One request, and what to do."""
    with serve(site(), traps) as run, pytest.raises(SourceError, match=sentence):
        asked(run)
    assert len(run.requests) == 1


def test_what_is_not_there_or_gone_is_told_at_once() -> None:
    """Cloud's old search is gone; a board may not be there."""
    with serve(site()) as run:
        with pytest.raises(SourceError, match=r"no longer offers /rest/api/2/search \(410\)"):
            session(run, "cloud").post("/rest/api/2/search", {"jql": "project = A"})
        with pytest.raises(SourceError, match=r"has no /rest/agile/1.0/board/999/configuration \(404\)"):
            session(run, "cloud").get("/rest/agile/1.0/board/999/configuration")
        assert session(run, "cloud").get("/rest/api/3/issue/999999", absent=True) is None


def test_a_query_that_jira_does_not_take_is_told_in_its_words() -> None:
    """With what to look at."""
    with serve(site()) as run, pytest.raises(SourceError, match=r"does not take the question .* It says: "):
        session(run, "cloud").post("/rest/api/3/search/jql", {"jql": "colour = red"})


def test_a_wrong_login_is_told_and_not_shown() -> None:
    """Neither the secret nor the name of who has it."""
    with serve(site()) as run, pytest.raises(SourceError, match="401") as refusal:
        JiraSession(run.url, Login("person-07@example.com", "wr0ng")).get("/rest/api/3/myself")
    assert "wr0ng" not in str(refusal.value)
    assert "person-07" not in str(refusal.value)


def test_the_login_never_follows_to_another_host() -> None:
    """Nothing follows at all; the sentence names the address to give."""
    with serve(site(), Traps(redirect=True, often=ALWAYS)) as run:
        with pytest.raises(SourceError, match=r"sends us on to http://localhost:\d+.* with --url"):
            asked(run)
        assert run.elsewhere == []


@pytest.mark.parametrize("login", [LOGINS["cloud"], Login(None, TOKEN)], ids=["e-mail and token", "bearer"])
def test_both_ways_to_log_in_are_taken(login: Login) -> None:
    """Cloud's API token goes with an e-mail, Data Center's stands alone."""
    mode: Any = "cloud" if login.user else "datacenter"
    with serve(Site.seeded(2, 1, mode=mode, seed=1)) as run:
        assert JiraSession(run.url, login).get("/rest/api/2/myself")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://jira.example.com", "would send the login unencrypted"),
        ("https://me:secret@jira.example.com", "the address holds a login; take it out"),
        ("jira.example.com", "is no web address"),
        ("https://jira.example.com/issues/?jql=x", "is a page; give the site's address alone"),
    ],
)
def test_addresses_that_would_harm_are_refused(url: str, sentence: str) -> None:
    """Without repeating a secret."""
    with pytest.raises(SourceError, match=sentence) as refusal:
        check_address(url, HOST)
    assert "secret" not in str(refusal.value)


def test_this_machine_and_who_insists_may_go_without_encryption() -> None:
    """Loopback leaves no machine; ``--insecure-http`` is said aloud."""
    assert check_address("http://127.0.0.1:8080/jira/", HOST) == "http://127.0.0.1:8080/jira"
    assert check_address("http://localhost", HOST) == "http://localhost"
    assert check_address("http://jira.example.com", HOST, insecure_http=True) == "http://jira.example.com"
