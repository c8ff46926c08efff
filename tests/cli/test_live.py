"""A live Jira from the command line, as a user meets it, and where the login must never turn up."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_server import ALWAYS, EMAIL, TOKEN, Running, Site, Traps, serve
from vsm.read import read_stream
from vsm.sources.host_session import HostSession

SECRETS = (TOKEN, EMAIL)


@pytest.fixture
def jira() -> Iterator[Running]:
    """A Cloud site with forty tickets."""
    with serve(Site.seeded(40, 4, mode="cloud", seed=2)) as run:
        yield run


@pytest.fixture
def work(vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new work folder, and the login in the environment."""
    monkeypatch.setenv("VSM_JIRA_EMAIL", EMAIL)
    monkeypatch.setenv("VSM_JIRA_TOKEN", TOKEN)
    assert vsm("init", "--dir", tmp_path / "work") == 0
    return tmp_path / "work"


def without_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the login away."""
    for name in ("VSM_JIRA_EMAIL", "VSM_JIRA_TOKEN"):
        monkeypatch.delenv(name)


@pytest.mark.slow
def test_five_lines_lead_to_a_stream(vsm: Shell, work: Path, jira: Running) -> None:
    """Pull, infer, check; then the same pull again, of which only the folder need be named."""
    assert vsm("pull", "--dir", work, "jira", "--url", jira.url, "--project", "ABC") == 0, vsm.err
    assert "documents in" in vsm.out
    assert vsm("init", "--dir", work, "--infer") == 0, vsm.err
    assert vsm("check", "--dir", work) == 0, vsm.out
    assert len(read_stream(work).tickets) == 40
    jira.site.touch("ABC-3", "10000")
    jira.forget()
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert len(jira.requests) <= 3
    assert len(read_stream(work).events.query("ticket == 'jira:20003' and kind == 'status'")) > 1


@pytest.mark.slow
def test_a_repeated_pull_asks_every_source_again(
    vsm: Shell, work: Path, jira: Running, tmp_path: Path
) -> None:
    """Each as it was asked before, from wherever the command is run."""
    steps = tmp_path / "steps.csv"
    steps.write_text("id,when,state\nA,2026-01-05T09:00Z,Open\n")
    columns = "ticket=id,at=when,status=state"
    assert vsm("pull", "--dir", work, "table", "--file", steps, "--map", columns, "--name", "desk") == 0, (
        vsm.err
    )
    assert vsm("pull", "--dir", work, "jira", "--url", jira.url, "--jql", "created >= 0") == 0, vsm.err
    steps.write_text("id,when,state\nA,2026-01-05T09:00Z,Open\nB,2026-01-06T09:00Z,Open\n")
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert len(read_stream(work).tickets) == 42


def test_a_machine_reads_lines_of_json(vsm: Shell, work: Path, jira: Running) -> None:
    """What began, how far it is, what is waited for, and that it is done."""
    asked = ("jira", "--url", jira.url, "--project", "ABC")
    assert vsm("pull", "--dir", work, "--json-log", *asked) == 0, vsm.err
    told = [json.loads(line) for line in vsm.out.splitlines()]
    assert [line["event"] for line in told][:2] == ["begun", "expected"]
    assert told[1]["documents"] == 40
    assert told[-1]["event"] == "done"
    assert {line["source"] for line in told} == {"jira"}


def test_quiet_says_nothing_unless_it_fails(vsm: Shell, work: Path, jira: Running) -> None:
    """As a scheduler likes it."""
    assert vsm("pull", "--dir", work, "--quiet", "jira", "--url", jira.url, "--project", "ABC") == 0
    assert vsm.out + vsm.err == ""
    assert vsm("pull", "--dir", work, "--quiet", "jira", "--url", jira.url, "--project", "NOSUCH") == 2
    assert "does not take the question (400)" in vsm.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "name either --file EXPORT or --url"),
        (("--url", "https://jira.example.com"), "which issues? name --project"),
        (("--url", "http://jira.example.com", "--project", "A"), "would send the login unencrypted"),
        (("--url", "https://me:s3cret@jira.example.com", "--project", "A"), "the address holds a login"),
    ],
)
def test_what_cannot_be_pulled_is_one_sentence(
    vsm: Shell, work: Path, words: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, and nothing is stored."""
    assert vsm("pull", "--dir", work, "jira", *words) == 2
    assert sentence in vsm.err
    assert "s3cret" not in vsm.err
    assert vsm("pull", "--dir", work) == 2
    assert "run vsm pull first" in vsm.err or "nothing was pulled yet" in vsm.err


def test_without_a_login_it_says_what_to_set(
    vsm: Shell, work: Path, jira: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sits at the keyboard of a scheduled run."""
    without_login(monkeypatch)
    assert vsm("pull", "--dir", work, "jira", "--url", jira.url, "--project", "ABC") == 2
    assert "no login for 127.0.0.1: set VSM_JIRA_TOKEN" in vsm.err
    assert jira.requests == []


def test_verify_tells_what_works_and_what_is_missing(vsm: Shell, work: Path, jira: Running) -> None:
    """A project that cannot be seen is named; nothing is stored."""
    assert vsm("verify", "--dir", work, "--url", jira.url, "--project", "ABC") == 0, vsm.out + vsm.err
    assert "✓ project ABC: may be browsed" in vsm.out
    assert "✓ issues: ABC-" in vsm.out
    jira.site.hide("ABC")
    assert vsm("verify", "--dir", work, "--url", jira.url, "--project", "ABC") == 1
    assert "✗ project ABC: the login lacks Browse Projects" in vsm.out
    assert not (work / "archive" / "archive.sqlite").exists()


def test_verify_knows_what_was_pulled(
    vsm: Shell, work: Path, jira: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that ran out is seen before the next pull."""
    assert vsm("verify", "--dir", work) == 2
    assert vsm("pull", "--dir", work, "jira", "--url", jira.url, "--project", "ABC") == 0
    assert vsm("verify", "--dir", work) == 0, vsm.out
    monkeypatch.setenv("VSM_JIRA_TOKEN", "expired")
    assert vsm("verify", "--dir", work) == 1
    assert "✗ login and site: " in vsm.out
    assert "expired" not in vsm.out


@pytest.mark.parametrize(
    "traps",
    [
        pytest.param(Traps(), marks=pytest.mark.slow),  # whose report is rendered
        Traps(refuse=401, often=ALWAYS),
        Traps(refuse=403, often=ALWAYS),
        Traps(html=True, often=ALWAYS),
        Traps(redirect=True, often=ALWAYS),
    ],
    ids=["well", "401", "403", "page", "redirect"],
)
def test_the_login_is_written_nowhere(
    vsm: Shell, work: Path, traps: Traps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to any file of the work folder, not to the screen, whatever the server does."""
    monkeypatch.setitem(HostSession.__init__.__kwdefaults__ or {}, "sleep", lambda _: None)
    said = ""
    with serve(Site.seeded(5, 2, mode="cloud", seed=2), traps) as run:
        asked = ("jira", "--url", run.url, "--project", "ABC")
        for words in (
            ("pull", "--dir", work, "--json-log", *asked),
            ("pull", "--dir", work),
            ("verify", "--dir", work),
        ):
            vsm(*words)
            said += vsm.out + vsm.err
        if traps == Traps():
            assert vsm("init", "--dir", work, "--infer") == 0
            with (work / "vsm.toml").open("a") as file:
                file.write('[[report]]\nname = "now"\nnotebooks = ["05_what_is_stuck_now"]\n')
            assert vsm("run", "--dir", work, "now") == 0, vsm.err
            said += vsm.out + vsm.err
    written = b"".join(file.read_bytes() for file in work.rglob("*") if file.is_file())
    for secret in SECRETS:
        assert secret not in said
        assert secret.encode() not in written
