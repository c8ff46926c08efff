"""How does this team work? What vsm.toml says, checked."""

from vsm.workflow.belonging import Membership, Person, Team
from vsm.workflow.blocking import Blocking
from vsm.workflow.calendars import WorkingWeek
from vsm.workflow.delivering import Delivery, Repository
from vsm.workflow.experiments import Experiment, parse_experiments
from vsm.workflow.file import Jira, Rules, Stream, Workflow, parse_workflow
from vsm.workflow.privacy import Privacy
from vsm.workflow.reporting import Report, Tell
from vsm.workflow.stages import Kind, Stage
from vsm.workflow.waiting import Waiting

__all__ = [
    "Blocking", "Delivery", "Experiment", "Jira", "Kind", "Membership", "Person", "Privacy", "Report",
    "Repository", "Rules", "Stage", "Stream", "Team", "Tell", "Waiting", "Workflow", "WorkingWeek",
    "parse_experiments", "parse_workflow",
]  # fmt: skip
