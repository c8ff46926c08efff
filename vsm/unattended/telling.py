"""Who is told of a run, and how? By webhook, e-mail or a command; what cannot be told stops nothing."""

import json
import subprocess
from collections.abc import Callable, Mapping
from time import sleep
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from vsm.unattended.mail import post
from vsm.unattended.message import Message
from vsm.workflow import Tell

_TRIES: Final = 3
_SECONDS: Final = 10.0
_COMMAND_SECONDS: Final = 60.0
_TEAMS: Final = (".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com", ".powerautomate.com")


def tell(
    message: Message,
    *,
    to: Tell,
    secrets: Mapping[str, str],
    pause: Callable[[float], None] = sleep,
) -> str:
    """Why could this not be told? Nothing where it was.

    Parameters
    ----------
    message
        What is said.
    to
        One ``[[report.tell]]`` of vsm.toml.
    secrets
        The environment: addresses of webhooks, and ``VSM_SMTP_URL`` (``smtp://user:password@host:587`` with
        STARTTLS, ``smtps://…:465``) and ``VSM_MAIL_FROM`` of e-mail.
    pause
        Waits so many seconds between two tries.

    Returns
    -------
    str
        One sentence that holds no secret, or nothing.

    Examples
    --------
    >>> told = Message("weekly", "done", "Shop: the report 'weekly' is done.", ())
    >>> tell(told, to=Tell(webhook="env:VSM_WEBHOOK"), secrets={})
    'webhook env:VSM_WEBHOOK: it is not set in the environment'
    """
    if to.webhook:
        return _to_webhook(message, to.webhook, secrets, pause)
    if to.email:
        return post(message, to=to.email, secrets=secrets)
    return _to_command(message, to.command)


def _to_webhook(
    message: Message, name: str, secrets: Mapping[str, str], pause: Callable[[float], None]
) -> str:
    address = secrets.get(name.removeprefix("env:"), "").strip()
    if not address:
        return f"webhook {name}: it is not set in the environment"
    if urlsplit(address).scheme not in ("http", "https"):
        return f"webhook {name}: it is no http or https address"
    fault = ""
    for turn in range(_TRIES):
        if turn:
            pause(2.0**turn)
        try:
            answer = requests.post(
                address, json=_body(message, address), timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            fault = type(error).__name__  # its text would tell the address
            continue
        if answer.ok and not answer.is_redirect:
            return ""
        fault = f"it answered {answer.status_code}"
        if answer.status_code < 500 and answer.status_code != 429:
            break
    return f"webhook {name}: {fault}"


def _body(message: Message, address: str) -> dict[str, Any]:
    """Shape it for who listens: Slack, Mattermost and others take text, Teams an adaptive card."""
    host = urlsplit(address).hostname or ""
    if host.endswith(_TEAMS):
        lines = [message.title, *message.sentences, *([message.link] if message.link else [])]
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
            "version": "1.4", "body": [{"type": "TextBlock", "text": line, "wrap": True} for line in lines],
        }  # fmt: skip
        kind = "application/vnd.microsoft.card.adaptive"
        return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}
    return {"text": _escaped(message.text)}


def _escaped(text: str) -> str:
    """Leave no markup of Slack in it: three characters stand for mentions, links and commands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _to_command(message: Message, words: tuple[str, ...]) -> str:
    told = json.dumps(
        {
            "report": message.report, "outcome": message.outcome, "title": message.title,
            "sentences": message.sentences, "link": message.link, "text": message.text,
            "attachments": [str(path) for path in message.attachments],
        }
    )  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - the words of vsm.toml, whose owner runs this; no shell
            words, input=told, text=True, capture_output=True, timeout=_COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"command {words[0]}: it took longer than {_COMMAND_SECONDS:.0f} s"
    except OSError as error:
        return f"command {words[0]}: {error.strerror or error}"
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[:200]
        return f"command {words[0]}: it ended with {done.returncode}{f': {said}' if said else ''}"
    return ""
