"""Which accounts are programs? Told by their names; vsm.toml says otherwise where that is wrong."""

import re
from typing import Final

_NAMES: Final = (
    "all-contributors", "automation-for-jira", "azure-pipelines", "bamboo", "bitbucket-pipelines", "bors",
    "buildkite", "circle-ci", "codecov", "coveralls", "dependabot", "dependabot-preview", "drone-ci",
    "gitguardian", "github", "github-actions", "gitlab", "gitlab-ci", "greenkeeper", "hudson", "imgbot",
    "jenkins", "jira-automation", "mergify", "pre-commit-ci", "pyup", "renovate", "semantic-release", "snyk",
    "sonarcloud", "sonarqube", "teamcity", "transifex", "travis-ci", "web-flow", "weblate",
)  # fmt: skip
_KNOWN: Final = "|".join(name.replace("-", r"[\s_.-]*") for name in _NAMES)
_BOT: Final = re.compile(
    rf"""
    .*\[bot\]                                  # GitHub's apps
    | (?:.*[^\w]|.*_)?(?:ro)?bot               # shop-bot, k8s-ci-robot, bot; but not Abbott, Talbot
    | bot[-_.].*
    | (?:{_KNOWN})(?:[\s_.-]*(?:account|admin|app|build|builder|ci|runner|server|service|user))*
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_bot(name: str) -> bool:
    """Is this the name of a program?

    Parameters
    ----------
    name
        A name that an account bears, or its id without the system.

    Examples
    --------
    >>> [is_bot(name) for name in ("dependabot[bot]", "shop-bot", "Automation for Jira", "jenkins-ci")]
    [True, True, True, True]
    >>> [is_bot(name) for name in ("Dana Abbott", "Talbot", "Robin Jenkins", "Botha")]
    [False, False, False, False]
    """
    return bool(_BOT.fullmatch(name.strip()))
