"""What does a Jira know? Whole issues from a live server, Cloud or Data Center, in pages for the archive.

``session`` asks and waits, ``search`` finds, ``changelog`` completes, ``sweep`` notices what is gone, and
``pages`` puts them in order. The only package that imports ``jira``, and the only one that needs a login.
"""

from vsm.sources.jira_live.pages import LiveJira, live_pages
from vsm.sources.jira_live.scope import Scope, scope_from_text, scope_text
from vsm.sources.jira_live.session import JiraSession

__all__ = ["JiraSession", "LiveJira", "Scope", "live_pages", "scope_from_text", "scope_text"]
