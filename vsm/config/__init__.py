"""How does this team work? What vsm.toml says, checked."""

from vsm.config.belonging import Membership, Person, Team
from vsm.config.blocking import Blocking
from vsm.config.calendars import WorkingWeek
from vsm.config.delivering import Delivery, Repository
from vsm.config.experiments import Experiment, parse_experiments
from vsm.config.file import Jira, Rules, Stream, Workflow, parse_workflow
from vsm.config.privacy import Privacy
from vsm.config.reporting import Report, Tell
from vsm.config.stages import Kind, Stage
from vsm.config.waiting import Waiting

__all__ = [
    "Blocking", "Delivery", "Experiment", "Jira", "Kind", "Membership", "Person", "Privacy", "Report",
    "Repository", "Rules", "Stage", "Stream", "Team", "Tell", "Waiting", "Workflow", "WorkingWeek",
    "parse_experiments", "parse_workflow",
]  # fmt: skip
