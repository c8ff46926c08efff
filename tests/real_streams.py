"""The two real trackers as logs, with a workflow for them; shared by tests that use real data."""

import gzip
import json
from functools import cache
from pathlib import Path

import pandas as pd

from tests.jira_bodies import log_from_jira
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.bulk import mark_bulk
from vsm.eventlog.log import Log
from vsm.eventlog.stages import stages_from_names
from vsm.people import people_from_names

TRACKERS = ("duracloud", "islandora")

WORKFLOW = """
[[stage]]
name = "Received"
kind = "queue"
statuses = ["Received"]
[[stage]]
name = "Open"
kind = "queue"
statuses = ["Open", "Reopened"]
[[stage]]
name = "In Progress"
kind = "work"
statuses = ["In Progress"]
[[stage]]
name = "In Review"
kind = "work"
statuses = ["In Review"]
discipline = "review"
[[stage]]
name = "Done"
kind = "done"
statuses = ["Resolved", "Closed"]
"""


@cache
def real_log(folder: Path, tracker: str) -> Log:
    """The log of one tracker's export."""
    with gzip.open(folder / tracker / "issues.jsonl.gz", "rt", encoding="utf-8") as lines:
        return log_from_jira(json.loads(line) for line in lines)


def real_workflow() -> Workflow:
    """Stages that fit both trackers."""
    return parse_workflow(WORKFLOW)


def read_for_intervals(log: Log, workflow: Workflow) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events with persons and marks, and stages: what the intervals are made from."""
    people = people_from_names(log.names, declared={}, team_of=workflow.team_of)
    return people.identify(mark_bulk(log.events)), stages_from_names(log.names, workflow=workflow)
