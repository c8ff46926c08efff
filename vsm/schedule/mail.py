"""How is a message sent by e-mail? With the PDFs, encrypted, and with no secret in what went wrong."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from vsm.schedule.message import Message

_SECONDS: Final = 20.0
_MOST_BYTES: Final = 10_000_000


def post(message: Message, *, to: Sequence[str], secrets: Mapping[str, str]) -> str:
    """Why could this not be sent by e-mail? Nothing where it was.

    ``VSM_SMTP_URL`` tells the server: ``smtp://user:password@host:587`` (STARTTLS is required unless the
    server is this very machine) or ``smtps://user:password@host:465``; ``VSM_MAIL_FROM`` the sender, by
    default the user if that is an address. Certificates are checked.

    Parameters
    ----------
    message
        What is said; PDFs of up to 10 MB in all are sent along.
    to
        Addresses.
    secrets
        The environment.

    Examples
    --------
    >>> post(Message("weekly", "done", "Done.", ()), to=["team@example.org"], secrets={})
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
        return "e-mail: VSM_SMTP_URL is no address such as smtp://user:password@host:587"
    sender = secrets.get("VSM_MAIL_FROM") or unquote(server.username or "")
    if "@" not in sender:
        return "e-mail: VSM_MAIL_FROM, the sender's address, is not set in the environment"
    try:
        refused = _sent(composed(message, sender=sender, to=to), server)
    except smtplib.SMTPAuthenticationError:
        refused = "the server refuses the login of VSM_SMTP_URL"
    except (OSError, ValueError) as error:  # smtplib's are OSErrors; a server's words may repeat the login
        refused = type(error).__name__
    return f"e-mail: {refused}" if refused else ""


def _sent(mail: EmailMessage, server: SplitResult) -> str:
    user = unquote(server.username or "")
    with _connected(server) as smtp:
        if user:
            smtp.login(user, unquote(server.password or ""))
        refused = smtp.send_message(mail)
    return f"refused for {', '.join(sorted(refused))}" if refused else ""


def composed(message: Message, *, sender: str, to: Sequence[str]) -> EmailMessage:
    r"""How does the message look as an e-mail? Plain text, with its PDFs.

    Raises
    ------
    ValueError
        An address holds a line break.

    Examples
    --------
    >>> told = Message("weekly", "done", "Shop is done.", ("A.",))
    >>> mail = composed(told, sender="vsm@shop.example", to=["team@shop.example"])
    >>> mail["Subject"], mail.get_content()
    ('Shop is done.', 'Shop is done.\n\nA.\n')
    """
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())[:200]
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    paragraphs = [message.title, *message.sentences, *([message.link] if message.link else [])]
    size, files = 0, []
    there = [path for path in message.attachments if path.is_file()]
    for path in there:
        size += path.stat().st_size
        if size <= _MOST_BYTES:
            files.append(path)
    if len(files) < len(there):
        paragraphs.append("Not all PDFs are sent along: together they are larger than 10 MB.")
    mail.set_content("\n\n".join(paragraphs) + "\n")
    for path in files:
        mail.add_attachment(path.read_bytes(), maintype="application", subtype="pdf", filename=path.name)
    return mail


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, safe = server.hostname or "", ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=_SECONDS, context=safe)
    smtp = smtplib.SMTP(host, server.port or 587, timeout=_SECONDS)
    if host not in ("localhost", "127.0.0.1", "::1"):
        smtp.starttls(context=safe)
    return smtp
