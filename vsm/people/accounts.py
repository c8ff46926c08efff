"""What a single account reveals: its mailbox as a keyed digest, and whether it is a program's."""

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
_PROGRAMS: Final = (
    "all-contributors", "automation-for-jira", "azure-pipelines", "bamboo", "bitbucket-pipelines", "bors",
    "buildkite", "circle-ci", "codecov", "coveralls", "dependabot", "dependabot-preview", "drone-ci",
    "gitguardian", "github", "github-actions", "gitlab", "gitlab-ci", "greenkeeper", "hudson", "imgbot",
    "jenkins", "jira-automation", "mergify", "pre-commit-ci", "pyup", "renovate", "semantic-release", "snyk",
    "sonarcloud", "sonarqube", "teamcity", "transifex", "travis-ci", "web-flow", "weblate",
)  # fmt: skip
_KNOWN: Final = "|".join(name.replace("-", r"[\s_.-]*") for name in _PROGRAMS)
_BOT: Final = re.compile(
    rf"""
    .*\[bot\]                                  # GitHub's apps
    | (?:.*[^\w]|.*_)?(?:ro)?bot               # shop-bot, k8s-ci-robot, bot; but not Abbott, Talbot
    | bot[-_.].*
    | (?:{_KNOWN})(?:[\s_.-]*(?:account|admin|app|build|builder|ci|runner|server|service|user))*
    """,
    re.IGNORECASE | re.VERBOSE,
)


_AGENTS: Final = (
    "aider", "amazon-q", "amazon-q-developer", "atlassian-rovo", "chatgpt", "claude", "claude-ai",
    "claude-code", "cline", "codegen", "codex", "coderabbit", "coderabbitai", "copilot", "copilot-swe-agent",
    "copilot-coding-agent", "cursor", "cursor-agent", "cursoragent", "devin", "devin-ai",
    "devin-ai-integration", "factory-droid", "gemini", "gemini-cli", "gemini-code-assist", "github-copilot",
    "gitlab-duo", "google-jules", "google-labs-jules", "jules", "junie", "openai-codex", "openhands",
    "openhands-agent", "qodo", "qodo-merge", "replit-agent", "rovo", "rovo-dev", "sourcegraph-amp",
    "sourcegraph-cody", "sweep-ai", "tabnine", "windsurf",
)  # fmt: skip
_AGENT: Final = re.compile(
    rf"@?(?:{'|'.join(name.replace('-', '[ _.-]*') for name in _AGENTS)})"
    r"(?:[ _.-]*(?:agent|ai|bot|connector|\[bot\]))*",
    re.IGNORECASE,
)


AGENT_APPS: Final = {
    "amazon-q-developer": "Amazon",
    "chatgpt-codex-connector": "OpenAI",
    "claude": "Anthropic",
    "coderabbitai": "CodeRabbit",
    "copilot": "GitHub",
    "copilot-pull-request-reviewer": "GitHub",
    "copilot-swe-agent": "GitHub",
    "cursor": "Cursor",
    "devin-ai-integration": "Cognition",
    "gemini-code-assist": "Google",
    "google-labs-jules": "Google",
}
"""GitHub's apps that are AI agents, and whose they are: each has a page ``github.com/apps/<name>``, and its
pull requests, reviews and commits are signed ``<name>[bot]``. No person can have such an account."""


def mailbox(address: str | None, *, key: bytes) -> str | None:
    """Give a keyed digest of a mailbox; None for an address that need not be one person's own.

    Parameters
    ----------
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
    address = (address or "").strip().strip("<>").casefold()
    local, _, domain = address.partition("@")
    if not local or "." not in domain or _NO_HOST.search(domain):
        return None
    nobody = _NO_REPLY.search(address) and not _PERSONAL.fullmatch(address)
    if nobody or _SHARED.fullmatch(local):
        return None
    return hmac.new(key, b"mailbox\0" + address.encode(), hashlib.sha256).hexdigest()[:20]


def mailboxes_of(addresses: Iterable[tuple[str, str]], *, key: bytes) -> dict[str, str]:
    """Give the mailboxes of each account: digests separated by a space, as NAMES has them.

    ``addresses`` are (account, address). Accounts whose addresses are nobody's own are left out.
    """
    found: dict[str, set[str]] = {}
    for account, address in addresses:
        if digest := mailbox(address, key=key):
            found.setdefault(account, set()).add(digest)
    return {account: " ".join(sorted(digests)) for account, digests in found.items()}


def mask_addresses(text: str) -> str:
    """Give a name with a short digest in place of the domain of each mail address in it.

    Some people have no other name in Git than their address, and old trackers use it as the account's id.

    Examples
    --------
    >>> mask_addresses("git:dev-1@example.org")
    'git:dev-1~01070a'
    >>> mask_addresses("Dev 1 @ home")
    'Dev 1 @ home'
    """

    def mask(match: re.Match[str]) -> str:
        return f"{match[1]}~{hashlib.sha256(match[0].casefold().encode()).hexdigest()[:6]}"

    return _ADDRESS.sub(mask, text) if "@" in text else text


def is_bot(name: str) -> bool:
    """Whether this name, or id without its system, is a program's; vsm.toml may say otherwise.

    Examples
    --------
    >>> [is_bot(name) for name in ("dependabot[bot]", "shop-bot", "Automation for Jira", "jenkins-ci")]
    [True, True, True, True]
    >>> [is_bot(name) for name in ("Dana Abbott", "Talbot", "Robin Jenkins", "Botha")]
    [False, False, False, False]
    """
    return bool(_BOT.fullmatch(name.strip()))


def is_agent(name: str) -> bool:
    """Whether this is what a known AI agent is called; only vsm.toml makes it one, since people may be, too.

    Examples
    --------
    >>> [is_agent(name) for name in ("GitHub Copilot", "devin-ai-integration[bot]", "Claude", "Rovo Dev")]
    [True, True, True, True]
    >>> [is_agent(name) for name in ("Claude Monet", "Jules Verne", "Devine", "dependabot[bot]")]
    [False, False, False, False]
    """
    return bool(_AGENT.fullmatch(name.strip()))


def is_agent_app(account: str, *, program: bool) -> bool:
    """Whether an account of GitHub, or an author of commits, is one of ``AGENT_APPS``.

    ``program``: whether the host says that it is an app. A user may be called like one.

    Examples
    --------
    >>> [is_agent_app(account, program=True) for account in ("github:copilot-swe-agent", "github:renovate")]
    [True, False]
    >>> [is_agent_app(account, program=False) for account in ("git:cursor[bot]", "github:claude")]
    [True, False]
    """
    system, _, login = account.casefold().partition(":")
    app = login.removesuffix("[bot]")
    return system in ("github", "git") and app in AGENT_APPS and (app != login or program)
