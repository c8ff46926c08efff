"""The dominant problem of the current period comes first, wherever in time it lies."""

import pandas as pd
import pytest

from tests.jira_bodies import log_from_jira
from tests.share import share
from vsm.config import parse_workflow
from vsm.from_log import stream_from_log
from vsm.sample.bodies import bodies_from_story
from vsm.sample.build import sample_workflow
from vsm.sample.story import story_from_seed

SEEDS = range(20)
DAYS = {
    "2025-05-15": "Waiting for QA",
    "2025-07-15": "Waiting for QA",
    "2025-09-01": "Waiting for QA",
    "2026-03-06": "Reported",
}
"""One tester for five developers until September; tickets that nobody triages from January on."""


@pytest.mark.slow
@pytest.mark.parametrize("number", range(share(1, of=len(SEEDS))))
def test_the_planted_problem_of_the_period_is_the_first_finding(number: int) -> None:
    """The same business, looked at on four days: each time what is wrong then comes first."""
    log = log_from_jira(bodies_from_story(story_from_seed(SEEDS[number])))
    workflow = parse_workflow(sample_workflow())
    for day, stage in DAYS.items():
        as_of = pd.Timestamp(f"{day}T20:00", tz="UTC")
        stream = stream_from_log(log, workflow=workflow, as_of=as_of)
        assert stream.findings[0].subject == stage, (number, day, str(stream.findings))
