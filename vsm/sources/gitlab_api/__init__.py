"""Issues, merge requests, pipelines and deployments of a GitLab project, in pages for the archive.

``session`` asks GraphQL and REST, ``queries`` has what is asked, ``trimmed`` what of it is stored,
``progress`` how far a pull got, ``histories`` completes issues and merge requests, ``sweep`` compares with
what the server has, and ``pages`` puts them in order.

Measured on the stand-in: 20 requests for 1,000 merge requests and 2 more for each (changes of state, and
pushes), 20 for 1,000 issues and 3 more for each (labels, state, milestones; 4 with iterations), 20 for 1,000
pipelines, 11 for 1,000 deployments; 1 for each kind where nothing is new.
"""

from vsm.sources.gitlab_api.pages import KINDS, LiveGitLab, gitlab_pages
from vsm.sources.gitlab_api.session import GitLabSession
from vsm.sources.gitlab_api.verify import gitlab_checks

__all__ = ["KINDS", "GitLabSession", "LiveGitLab", "gitlab_checks", "gitlab_pages"]
