"""Sends a message by webhook, e-mail or a command; what cannot be sent stops nothing."""

import json
import re
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import accumulate
from pathlib import Path
from time import sleep
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from vsm.config import Tell
from vsm.schedule.history import Outcome

_TRIES: Final = 3
_SECONDS: Final = 10.0
_COMMAND_SECONDS: Final = 60.0
_MOST: Final = 500
_LONG: Final = 4
_UNSEEN: Final = "\u200b"
_SECRET: Final = re.compile(r"^VSM_|TOKEN|SECRET|PASS|KEY|WEBHOOK|URL|AUTH|CREDENTIAL", re.IGNORECASE)
_TEAMS: Final = (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com", ".powerautomate.com")
_MAIL_SECONDS: Final = 20.0
_MOST_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Message:
    """A message in plain text; ``link`` is an address or a path, ``attachments`` are files.

    ``details`` are lines for an e-mail, which has room for more than a chat.
    """

    report: str
    outcome: Outcome
    title: str
    sentences: tuple[str, ...]
    link: str = ""
    attachments: tuple[Path, ...] = field(default=())
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join([self.title, *self.sentences, *([self.link] if self.link else [])])


def send_message(
    message: Message,
    *,
    to: Tell,
    secrets: Mapping[str, str],
    pause: Callable[[float], None] = sleep,
) -> str:
    """Send a message to one channel; returns why it could not be sent, without any secret, or nothing.

    Parameters
    ----------
    to
        One ``[[report.tell]]`` of vsm.toml.
    secrets
        The environment: addresses of webhooks, and the variables of ``send_mail``.
    pause
        Waits so many seconds between two tries.

    Examples
    --------
    >>> text = Message("weekly", "done", "Shop: the report 'weekly' is done.", ())
    >>> send_message(text, to=Tell(webhook="env:VSM_WEBHOOK"), secrets={})
    'webhook env:VSM_WEBHOOK: it is not set in the environment'
    """
    where = f"webhook {to.webhook}" if to.webhook else "e-mail" if to.email else f"command {to.command[0]}"
    try:
        if to.webhook:
            fault = _to_webhook(message, to.webhook, secrets, pause)
        elif to.email:
            fault = send_mail(message, to=to.email, secrets=secrets)
        else:
            fault = _to_command(message, to.command, secrets)
    except Exception as error:  # noqa: BLE001 - an address can be wrong in many ways; its words may be secret
        fault = f"{where}: {type(error).__name__}"
    return _hidden(fault, secrets)


def _to_webhook(
    message: Message, name: str, secrets: Mapping[str, str], pause: Callable[[float], None]
) -> str:
    address = secrets.get(name.removeprefix("env:"), "").strip()
    if not address:
        return f"webhook {name}: it is not set in the environment"
    if urlsplit(address).scheme not in ("http", "https"):
        return f"webhook {name}: it is not an http or https address"
    fault = ""
    for turn in range(_TRIES):
        if turn:
            pause(2.0**turn)
        try:
            # only its first line is read: what follows may be long, or never end
            with requests.post(
                address, json=_body(message, address), timeout=_SECONDS, allow_redirects=False, stream=True
            ) as answer:
                pass
        except requests.RequestException as error:
            fault = type(error).__name__  # its text would give the address away
            continue
        if 200 <= answer.status_code < 300:
            return ""
        fault = f"it answered {answer.status_code}"
        if answer.status_code < 500 and answer.status_code != 429:
            break
    return f"webhook {name}: {fault}"


def _body(message: Message, address: str) -> dict[str, Any]:
    """Shape the message for its receiver: Slack, Mattermost and others take text, Teams an adaptive card."""
    host = urlsplit(address).hostname or ""
    # Teams refuses messages above 28 KB.
    lines = [" ".join(text.split()) for text in (message.title, *message.sentences)]
    lines = [line if len(line) <= _MOST else f"{line[: _MOST - 1]}…" for line in lines]
    link = [message.link] if message.link else []
    if not f".{host}".endswith(_TEAMS):
        return {"text": "\n".join([*map(_plain, lines), *map(_escaped, link)])}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard", "version": "1.4",
        "body": [  # a TextBlock would read Markdown, and with it links in the data; a TextRun does not
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}
            for text in [*lines, *link]
        ],
    }  # fmt: skip
    if urlsplit(message.link).scheme in ("http", "https"):
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the report", "url": message.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def _plain(text: str) -> str:
    """Take out markup: a zero-width space breaks mentions, links and pictures of Mattermost's Markdown."""
    text = text.replace("@", f"@{_UNSEEN}").replace("](", f"]{_UNSEEN}(").replace("]:", f"]{_UNSEEN}:")
    return _escaped(text.replace("][", f"]{_UNSEEN}["))


def _escaped(text: str) -> str:
    """Escape the three characters by which Slack marks mentions, links and commands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _hidden(fault: str, secrets: Mapping[str, str]) -> str:
    """Leave out what the environment holds as a secret; a command may have repeated it."""
    parts: set[str] = set()
    for value in (value for name, value in secrets.items() if _SECRET.search(name)):
        login = value.partition("://")[2].rpartition("@")[0]
        parts |= {value, value.strip(), login, *login.split(":"), *map(unquote, login.split(":"))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _LONG:
            fault = fault.replace(part, "…")
    return fault


def _to_command(message: Message, words: tuple[str, ...], secrets: Mapping[str, str]) -> str:
    text = json.dumps(
        {
            "report": message.report, "outcome": message.outcome, "title": message.title,
            "sentences": message.sentences, "link": message.link, "text": message.text,
            "attachments": [str(path) for path in message.attachments],
        }
    )  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - the words of vsm.toml, whose owner runs this; no shell
            words, input=text, text=True, errors="replace", capture_output=True,
            timeout=_COMMAND_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"command {words[0]}: it took longer than {_COMMAND_SECONDS:.0f} s"
    except OSError as error:
        return f"command {words[0]}: {error.strerror or error}"
    if done.returncode:
        answer = " ".join(_hidden(done.stderr or done.stdout, secrets).split())[:200]
        return f"command {words[0]}: it ended with {done.returncode}{f': {answer}' if answer else ''}"
    return ""


def send_mail(message: Message, *, to: Sequence[str], secrets: Mapping[str, str]) -> str:
    """Send a message by e-mail, with up to 10 MB of PDFs; returns why it could not be sent, or nothing.

    ``VSM_SMTP_URL`` names the server: ``smtp://user:password@host:587`` (STARTTLS is required unless the
    server is this very machine) or ``smtps://user:password@host:465``; ``VSM_MAIL_FROM`` the sender, by
    default the user if that is an address. Certificates are checked.

    Examples
    --------
    >>> send_mail(Message("weekly", "done", "Done.", ()), to=["team@example.org"], secrets={})
    'e-mail: VSM_SMTP_URL is not set in the environment'
    """
    if not secrets.get("VSM_SMTP_URL"):
        return "e-mail: VSM_SMTP_URL is not set in the environment"
    try:
        server = urlsplit(secrets["VSM_SMTP_URL"].strip())
        _ = server.port
    except ValueError:
        server = SplitResult("", "", "", "", "")
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        return "e-mail: VSM_SMTP_URL is not an address such as smtp://user:password@host:587"
    sender = secrets.get("VSM_MAIL_FROM") or unquote(server.username or "")
    if "@" not in sender:
        return "e-mail: VSM_MAIL_FROM, the sender's address, is not set in the environment"
    try:
        refused = _refusal(mail_of(message, sender=sender, to=to), server)
    except smtplib.SMTPAuthenticationError:
        refused = "the server refuses the login of VSM_SMTP_URL"
    except (OSError, ValueError) as error:  # smtplib's are OSErrors; a server's words may repeat the login
        refused = type(error).__name__
    return f"e-mail: {refused}" if refused else ""


def _refusal(mail: EmailMessage, server: SplitResult) -> str:
    user = unquote(server.username or "")
    with _connected(server) as smtp:
        if user:
            smtp.login(user, unquote(server.password or ""))
        refused = smtp.send_message(mail)
    return f"refused for {', '.join(sorted(refused))}" if refused else ""


def mail_of(message: Message, *, sender: str, to: Sequence[str]) -> EmailMessage:
    """The message as an e-mail in plain text; raises ValueError where an address has a line break."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())[:200]
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    details = ["\n".join(message.details)] if message.details else []
    paragraphs = [message.title, *message.sentences, *details, *([message.link] if message.link else [])]
    present = [path for path in message.attachments if path.is_file()]
    sizes = accumulate(path.stat().st_size for path in present)
    files = [path for path, size in zip(present, sizes, strict=True) if size <= _MOST_BYTES]
    if len(files) < len(present):
        paragraphs.append("Not all PDFs are attached: together they are larger than 10 MB.")
    mail.set_content("\n\n".join(paragraphs) + "\n")
    for path in files:
        mail.add_attachment(path.read_bytes(), maintype="application", subtype="pdf", filename=path.name)
    return mail


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, safe = server.hostname or "", ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=_MAIL_SECONDS, context=safe)
    smtp = smtplib.SMTP(host, server.port or 587, timeout=_MAIL_SECONDS)
    if host not in ("localhost", "127.0.0.1", "::1"):
        smtp.starttls(context=safe)
    return smtp
