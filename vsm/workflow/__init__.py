"""How does this team work? What vsm.toml says, checked."""

from vsm.stage import Kind, Stage
from vsm.workflow.belonging import Membership, Person, Team
from vsm.workflow.file import Jira, Repository, Rules, Stream, Workflow, parse_workflow

__all__ = [
    "Jira", "Kind", "Membership", "Person", "Repository", "Rules", "Stage", "Stream", "Team", "Workflow",
    "parse_workflow",
]  # fmt: skip
