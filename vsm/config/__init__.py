"""What vsm.toml and experiments.toml say of how a team works, checked."""

from vsm.config.calendars import WorkingWeek
from vsm.config.delivery import Delivery
from vsm.config.file import Experiment, Jira, Stream, Workflow, parse_experiments, parse_workflow
from vsm.config.findings import WhatIfRule
from vsm.config.people import Membership, Person, Team
from vsm.config.printable import one_line, printable
from vsm.config.reports import Report, Tell
from vsm.config.repositories import Component, Repository
from vsm.config.rules import Blocking, Outcome, Privacy, Rules, Scope, ServiceLevel, Waiting
from vsm.config.stages import HOLDER, Kind, Stage

__all__ = [
    "HOLDER", "Blocking", "Component", "Delivery", "Experiment", "Jira", "Kind", "Membership", "Outcome",
    "Person", "Privacy", "Report", "Repository", "Rules", "Scope", "ServiceLevel", "Stage", "Stream", "Team",
    "Tell", "Waiting", "WhatIfRule", "Workflow", "WorkingWeek", "one_line", "parse_experiments",
    "parse_workflow", "printable",
]  # fmt: skip
