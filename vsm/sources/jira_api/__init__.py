"""Whole issues from a live Jira, Cloud or Data Center, in pages for the archive.

``session`` logs in, ``answers`` says what is an answer, ``search`` finds, ``changelog`` completes,
``comparison`` finds what differs, ``sweep`` asks after what is gone, and ``pages`` puts them in order.
The only package that imports ``jira``, and the only one that needs a login.
"""

from vsm.sources.jira_api.pages import LiveJira, live_pages
from vsm.sources.jira_api.search import Scope
from vsm.sources.jira_api.session import JiraSession
from vsm.sources.jira_api.verify import verified

__all__ = ["JiraSession", "LiveJira", "Scope", "live_pages", "verified"]
