"""Pull requests, issues, deployments and workflow runs of a GitHub repository, in pages for the archive.

``session`` asks and waits, ``queries`` holds the questions, ``trimming`` takes away texts that people wrote,
``paging`` follows pages, ``kinds`` and ``runs`` read each kind, and ``pages`` puts them in order.
"""

from vsm.sources.github_api.pages import KINDS, LiveGitHub, github_pages
from vsm.sources.github_api.session import API, GitHubSession
from vsm.sources.github_api.verify import github_checks

__all__ = ["API", "KINDS", "GitHubSession", "LiveGitHub", "github_checks", "github_pages"]
