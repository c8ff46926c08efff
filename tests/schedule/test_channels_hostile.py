"""Telling with hostile texts, wrong addresses and secrets: what is said is plain, and no secret is in a fault."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.schedule.post_office import open_office
from tests.schedule.webhook import listening
from tests.schedule.world import MONDAY
from vsm.config import Report, Tell
from vsm.schedule import channels
from vsm.schedule.channels import Message, mail_of, send_mail, send_message
from vsm.schedule.history import Run
from vsm.schedule.notify import notify
from vsm.sources.work_folder import WorkFolder

HOSTILE = (
    "<!channel> @all [win](https://evil.example) ![x](//evil.example/x.png) **bold** & {{DATE(now)}}\n# big"
)
TOLD = Message("weekly", "done", "Shop: done.", (HOSTILE,), "https://www.example/weekly/index.html")
WORKFLOWS = "https://prod-01.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x"


def no_pause(_: float) -> None:
    """Do not wait."""


def at_once(message: Message, to: Tell, secrets: dict[str, str]) -> str:
    return send_message(message, to=to, secrets=secrets, pause=no_pause)


def heard(message: Message) -> dict[str, Any]:
    with listening() as listener:
        assert at_once(message, Tell(webhook="env:HOOK"), {"HOOK": listener.address}) == ""
        return listener.heard[0]


def card_of(message: Message, address: str = WORKFLOWS) -> Any:
    (attachment,) = channels._body(message, address)["attachments"]
    return attachment["content"]


def test_slack_and_mattermost_get_text_without_markup() -> None:
    """Slack's three characters are escaped; an unseen space breaks what Mattermost would link or ring for."""
    assert heard(TOLD) == {
        "text": "Shop: done.\n"
        "&lt;!channel&gt; @\u200ball [win]\u200b(https://evil.example) ![x]\u200b(//evil.example/x.png) "
        "**bold** &amp; {{DATE(now)}} # big\n"
        "https://www.example/weekly/index.html"
    }


@given(text=st.text(alphabet="@[]():!<>&a\n"))
def test_no_text_holds_markup(text: str) -> None:
    """No mention, no link, no picture, no further line, whatever stands in the data."""
    body = channels._body(Message("weekly", "done", "t", (text,)), "https://chat.example/hooks/x")["text"]
    _, said = body.split("\n")
    assert not re.search(r"@[^\u200b]|@$|\]\(|\]\[|\]:|[<>]", said)
    back = said.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == " ".join(text.split())


def test_teams_gets_an_adaptive_card_that_reads_no_markdown() -> None:
    """Runs of text as Workflows take them; the report opens by a button."""
    body = channels._body(TOLD, WORKFLOWS)
    assert (body["type"], len(body["attachments"])) == ("message", 1)
    assert body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = card_of(TOLD)
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert [run["text"] for block in card["body"] for run in block["inlines"]] == [
        "Shop: done.", " ".join(HOSTILE.split()), TOLD.link,
    ]  # fmt: skip
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open the report", "url": TOLD.link}]


@pytest.mark.parametrize("link", ["", "/srv/site/index.html", "javascript:alert(1)", "s3://bucket/weekly"])
def test_a_button_leads_to_the_web_alone(link: str) -> None:
    """What no browser of a reader opens is text."""
    assert "actions" not in card_of(Message("weekly", "done", "t", (), link))


@pytest.mark.parametrize(
    ("host", "teams"),
    [
        ("shop.webhook.office.com", True), ("prod-1.westeurope.logic.azure.com", True),
        ("x.environment.api.powerplatform.com", True), ("hooks.slack.com", False),
        ("logic.azure.com.evil.example", False), ("mylogic.azure.com.example", False), ("127.0.0.1", False),
    ],
)  # fmt: skip
def test_who_listens_is_known_by_the_host(host: str, teams: bool) -> None:
    """By its end, not by a part of it."""
    assert ("attachments" in channels._body(TOLD, f"https://{host}/x")) == teams


@pytest.mark.parametrize("letter", ["a", "ß", "漢", "🚦"])
def test_huge_texts_fit_everywhere(letter: str) -> None:
    """Teams takes 28 KB, Mattermost 16,383 characters, Slack shows 4,000 well."""
    huge = Message(
        "weekly", "done", letter * 9999, (letter * 9999,) * 3, "https://www.example/weekly/index.html"
    )
    assert len(json.dumps(channels._body(huge, WORKFLOWS))) < 28_000
    assert len(channels._body(huge, "https://hooks.slack.com/x")["text"]) < 4_000


@pytest.mark.parametrize("code", [301, 302, 304, 307, 308, 400, 403, 404])
def test_what_is_no_success_is_told(code: int) -> None:
    """A redirect is not followed; with or without a place it leads to, it is no success."""
    with listening() as listener:
        listener.answers = [code]
        fault = at_once(TOLD, Tell(webhook="env:HOOK"), {"HOOK": listener.address})
        assert fault == f"webhook env:HOOK: it answered {code}"
        assert listener.heard == []


@pytest.mark.parametrize(
    "address",
    ["http://[::1", "http://h:99999/secret-token", "http://h:x/secret-token", "https://", "http://.secret-token",
     "http://\udc80secret-token", "http:///secret-token", "http://a b/secret-token"],
)  # fmt: skip
def test_an_address_that_is_none_is_a_fault_and_raises_nothing(address: str) -> None:
    """Told by the name of its variable; also as a server of mail."""
    fault = at_once(TOLD, Tell(webhook="env:HOOK"), {"HOOK": address})
    assert re.fullmatch(r"webhook env:HOOK: \w+", fault)
    smtp = {"VSM_SMTP_URL": address.replace("http", "smtp"), "VSM_MAIL_FROM": "a@b.example"}
    fault = at_once(TOLD, Tell(email=("team@example.org",)), smtp)
    assert fault.startswith("e-mail: ")
    assert "secret-token" not in fault


SECRET = st.text(alphabet="QXZ/:%+=!#?", min_size=6, max_size=20)


@given(
    user=SECRET, password=SECRET, path=SECRET, scheme=st.sampled_from(["http", "https", "ftp", "", "smtp"])
)
def test_no_fault_tells_a_secret(user: str, password: str, path: str, scheme: str) -> None:
    """Whatever stands in the addresses, and however wrong they are."""
    address = f"{scheme}://{user}:{password}@127.0.0.1:9/{path}"
    secrets = {
        "HOOK_URL": address, "VSM_SMTP_URL": address.replace("http", "smtp"), "VSM_MAIL_FROM": "a@b.example",
    }  # fmt: skip
    for channel in (Tell(webhook="env:HOOK_URL"), Tell(email=("team@example.org",))):
        fault = at_once(TOLD, channel, secrets)
        assert fault
        assert not any(word in fault for word in (user, password, path, "127.0.0.1"))


def test_a_command_that_repeats_a_secret_does_not_spread_it() -> None:
    """Masked before it is cut, so that no half of it is left; bytes that are no text are borne."""
    program = "import sys; sys.stderr.buffer.write(b'x' * 190 + b' hidden-token-of-hook \\xff'); sys.exit(3)"
    fault = at_once(
        TOLD, Tell(command=(sys.executable, "-c", program)), {"HOOK": "", "MY_TOKEN": "hidden-token-of-hook"}
    )
    assert fault.endswith(f"it ended with 3: {'x' * 190} … \ufffd")


def test_a_command_gets_the_message_and_no_shell(tmp_path: Path) -> None:
    """Its words are not read by a shell, the message stands on its input."""
    program = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2] + sys.stdin.read())"
    command = (sys.executable, "-c", program, str(tmp_path / "told"), "$(id);")
    assert at_once(TOLD, Tell(command=command), {}) == ""
    words, _, told = (tmp_path / "told").read_text().partition("{")
    assert words == "$(id);"
    assert json.loads("{" + told)["sentences"] == [HOSTILE]


@pytest.mark.parametrize("words", [("a\0b",), ("/absent/notify",), ("/",)])
def test_a_command_that_cannot_be_is_a_fault(words: tuple[str, ...]) -> None:
    """Not an error that ends the run."""
    assert at_once(TOLD, Tell(command=words), {}).startswith(f"command {words[0]}: ")


def test_mail_is_sent_with_its_login_and_its_pdf(tmp_path: Path) -> None:
    """As it comes out at the other end; a file that is gone holds nothing up."""
    (tmp_path / "weekly.pdf").write_bytes(b"%PDF \xff")
    told = Message(
        "weekly", "done", "Shop: „done“", ("A.",), "", (tmp_path / "weekly.pdf", tmp_path / "gone.pdf")
    )
    with open_office() as office:
        url = f"smtp://me%40shop.example:p%40ss@127.0.0.1:{office.port}"
        assert send_mail(told, to=["a@example.org", "b@example.org"], secrets={"VSM_SMTP_URL": url}) == ""
        (mail,) = office.taken
        assert "AUTH PLAIN AG1lQHNob3AuZXhhbXBsZQBwQHNz" in office.said
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        "Shop: „done“", "me@shop.example", "a@example.org, b@example.org",
    )  # fmt: skip
    body, pdf = mail.iter_parts()
    assert body.get_content().replace("\r\n", "\n") == "Shop: „done“\n\nA.\n"
    assert (pdf.get_content_type(), pdf.get_filename(), pdf.get_content()) == (
        "application/pdf", "weekly.pdf", b"%PDF \xff",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "answer", "fault"),
    [
        ("AUTH", "535 wrong: me p4ssword", "the server refuses the login of VSM_SMTP_URL"),
        ("MAIL", "550 no me p4ssword", "SMTPSenderRefused"),
        ("RCPT", "550 no p4ssword", "SMTPRecipientsRefused"),
        ("DATA", "554 no p4ssword", "SMTPDataError"),
        ("EHLO", "502 never p4ssword", "SMTPNotSupportedError"),
    ],
)
def test_what_a_mail_server_answers_is_not_repeated(verb: str, answer: str, fault: str) -> None:
    """It may hold the login."""
    with open_office() as office:
        office.answers = {verb: answer}
        url = f"smtp://me:p4ssword@127.0.0.1:{office.port}"
        secrets = {"VSM_SMTP_URL": url, "VSM_MAIL_FROM": "me@shop.example"}
        assert send_mail(TOLD, to=["a@example.org"], secrets=secrets) == f"e-mail: {fault}"
        assert office.taken == []


@pytest.mark.slow
@given(text=st.text(min_size=1), sender=st.text(), to=st.from_regex(r"[^@\s]+@[^@\s]+", fullmatch=True))
def test_no_header_can_be_slipped_into_mail(text: str, sender: str, to: str) -> None:
    """Whatever stands in titles and addresses, there is one subject and no header more, or no mail and one sentence."""
    told = Message("weekly", "done", f"{text}\r\nBcc: all@example.org", (text,))
    secrets = {"VSM_SMTP_URL": "smtp://127.0.0.1:9", "VSM_MAIL_FROM": f"{sender}@b.example"}
    assert re.fullmatch(r"e-mail: \w+", at_once(told, Tell(email=(to,)), secrets))
    try:
        mail = mail_of(told, sender="a@b.example", to=["team@example.org"])
        raw = mail.as_bytes()
    except ValueError:
        return
    head = raw.split(b"\n\n")[0]
    assert sorted(line.split(b":")[0] for line in re.split(rb"\n(?![ \t])", head)) == sorted(
        key.encode() for key in mail
    )
    assert {key.lower() for key in mail} == {
        "subject", "from", "to", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip


def test_where_a_report_can_be_read_is_told_without_a_login(tmp_path: Path) -> None:
    """The address of its first page, as readers may know it."""
    with listening() as listener:
        report = Report(name="weekly", publish="sftp://me:pass@host/www/", tell=(Tell(webhook="env:HOOK"),))
        run = Run("weekly", MONDAY, outcome="failed", reason="no room.", title="Shop")
        assert notify(WorkFolder(tmp_path), report, run, None, secrets={"HOOK": listener.address}) == []
        assert listener.heard[0]["text"].endswith("\nno room.\nsftp://host/www/weekly/index.html")
