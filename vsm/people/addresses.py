"""Do two accounts use one mailbox? Told by keyed digests, so that no mail address stands in a table."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

_ADDRESS: Final = re.compile(r"""([^\s@<>()\[\],;:"']+)@([^\s@<>()\[\],;:"']+)""")
_PERSONAL: Final = re.compile(r"[0-9]+\+[^@]+@users\.noreply\.github\.com")
_NO_REPLY: Final = re.compile(r"no[-_.]?reply|do[-_.]?not[-_.]?reply")
_NO_HOST: Final = re.compile(r"\(none\)|(?:^|\.)(?:local|localhost|localdomain|lan|home|internal)$")
_SHARED: Final = re.compile(
    "admin(?:istrator)?|builds?|builder|ci|contact|devs?|developers|devops|email|git|hello|info|jenkins|mail|"
    "nobody|none|office|ops|root|support|system|team|test|unknown|user|you"
)


def mailbox(address: str | None, *, key: bytes) -> str | None:
    """Which mailbox is this? A keyed digest; None for an address that need not be one person's own.

    Parameters
    ----------
    address
        A mail address, in any case.
    key
        Secret of the work folder: without it nobody can find out by trial whose digest it is.

    Returns
    -------
    str or None
        Twenty hex digits of HMAC-SHA256. None where there is no address, where it answers nobody
        (``noreply``), is shared (``info@``, ``root@``), or is no more than a machine's own
        (``dev@localhost``, ``*.local``, ``(none)``, a host without a domain). GitHub's private addresses are
        one person's own where they bear the account's number.

    Examples
    --------
    >>> mailbox("Dev-1@Example.org ", key=b"k") == mailbox("dev-1@example.org", key=b"k")
    True
    >>> mailbox("noreply@github.com", key=b"k") is None
    True
    """
    known = (address or "").strip().strip("<>").casefold()
    local, _, domain = known.partition("@")
    if not local or "." not in domain or _NO_HOST.search(domain):
        return None
    nobody = _NO_REPLY.search(known) and not _PERSONAL.fullmatch(known)
    if nobody or _SHARED.fullmatch(local):
        return None
    return hmac.new(key, b"mailbox\0" + known.encode(), hashlib.sha256).hexdigest()[:20]


def mailboxes_of(addresses: Iterable[tuple[str, str]], *, key: bytes) -> dict[str, str]:
    """Which mailboxes does each account use? Digests separated by a space, as NAMES has them.

    Parameters
    ----------
    addresses
        (account, address), in any order.
    key
        As in ``mailbox``; accounts whose addresses are nobody's own are left out.

    Examples
    --------
    >>> mailboxes_of([("git:ci", "noreply@example.org")], key=b"k")
    {}
    """
    found: dict[str, set[str]] = {}
    for account, address in addresses:
        if digest := mailbox(address, key=key):
            found.setdefault(account, set()).add(digest)
    return {account: " ".join(sorted(digests)) for account, digests in found.items()}


def masked(text: str) -> str:
    """How is a name written that is, or holds, a mail address? The domain gives way to a short digest.

    Some have no other name in Git than their address, and old trackers use it as the account's id.

    Examples
    --------
    >>> masked("git:dev-1@example.org")
    'git:dev-1~01070a'
    >>> masked("Dev 1 @ home")
    'Dev 1 @ home'
    """
    return _ADDRESS.sub(_mask, text) if "@" in text else text


def _mask(match: re.Match[str]) -> str:
    return f"{match[1]}~{hashlib.sha256(match[0].casefold().encode()).hexdigest()[:6]}"
