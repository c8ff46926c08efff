"""Whatever a body says, the log is right, or what is left out of it is named; the other tickets keep theirs."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.jira_bodies import assigned, history, issue, log_from_jira, moved, user
from tests.json_mutants import mutants
from tests.share import share
from tests.streams import sample_files
from vsm.bodies import text_of
from vsm.eventlog.log import Log
from vsm.tables import EVENTS, NAMES, QUALITY, TICKETS, check

DAY = "2026-01-{:02}T09:00:00.000+0000"
LINK = {"id": "5", "type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"key": "AB-2"}}
NOTE = {"id": "8", "created": DAY.format(7), "started": DAY.format(7), "author": user("person-03")}
RICH = issue(
    1,
    history(5, DAY.format(6), moved("1", "3"), assigned(None, "person-02")),
    history(6, DAY.format(8), moved("3", "6"), {"field": "Sprint", "fieldId": "cf_2", "from": "", "to": "38"}),
    now="6", assignee=user("person-02"), priority={"name": "High"}, components=[{"name": "Web"}],
    labels=["slow"], parent={"id": "1002", "key": "AB-2"}, resolutiondate=DAY.format(8), cf_1=[{"id": 38}],
    issuelinks=[LINK], comment={"comments": [NOTE]}, worklog={"worklogs": [NOTE]},
)  # fmt: skip
REST = [
    issue(2, history(9, DAY.format(9), moved("1", "3")), now="3"),
    issue(3),
    {"type": "site", "roles": {"cf_1": "sprint", "cf_3": "flag", "cf_4": "parent", "cf_5": "value"}},
    {"type": "status", "id": "1", "name": "Open", "category": "new"},
    {"type": "gone", "issue": "1003", "how": "deleted", "noticed": "2026-03-02T08:00:00+00:00"},
]
ALONE = ["ticket", "at", "kind", "before", "after", "actor", "ref"]


@cache
def real_bodies() -> list[dict[str, Any]]:
    """Bodies of every shape that there is: of tests, of the sample, and of real trackers where they are."""
    bodies: list[dict[str, Any]] = [RICH]
    real = sorted(Path(__file__).parents[3].glob("shared/data/*/issues.jsonl.gz"))
    for path in (sample_files() / "issues.jsonl.gz", *real):
        with gzip.open(path) as lines:
            bodies += [json.loads(line) for _, line in zip(range(5), lines, strict=False)]
    return bodies


@cache
def log_of_the_rest() -> Log:
    return log_from_jira(REST)


def events_of(log: Log, tickets: set[str]) -> list[tuple[Any, ...]]:
    """The events of these tickets; what links there are depends on both of their tickets."""
    rows = log.events[log.events["ticket"].isin(tickets) & (log.events["kind"] != "link")]
    return [tuple(str(cell) for cell in row) for row in rows[ALONE].astype("str").itertuples(index=False)]


def holds(mutant: Any) -> None:
    """Assert it for one mutant, as it is read from the archive."""
    alone, log = log_of_the_rest(), log_from_jira([text_of(mutant), *REST])
    others = {"jira:1002", "jira:1003"}
    left_out = log.quality.loc[log.quality["check"] == "unreadable document", "detail"].tolist()
    known = set(log.tickets["ticket"])
    for name, table in (("tickets", TICKETS), ("events", EVENTS), ("names", NAMES), ("quality", QUALITY)):
        check(getattr(log, name), table)
    assert others <= known
    assert len(known) + len(left_out) >= 3 or (
        isinstance(mutant, dict) and str(mutant["id"]) in {"1002", "1003"}
    )
    if left_out:
        pd.testing.assert_frame_equal(log.events, alone.events)
        pd.testing.assert_frame_equal(log.tickets, alone.tickets)
        assert all(detail.split(": ")[0] for detail in left_out)
    else:
        assert events_of(log, others) == events_of(alone, others)
        mine = log.events[~log.events["ticket"].isin(others)]
        assert mine["at"].dt.year.between(1970, 2199).all()


@pytest.mark.slow
@given(st.deferred(lambda: st.sampled_from(real_bodies())).flatmap(mutants))
@settings(max_examples=share(16, of=5000), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_body_is_read_or_left_out_and_named(mutant: Any) -> None:
    """Never another exception, and the rest of the log as if the body were not there."""
    holds(mutant)


@pytest.mark.slow
@given(st.sampled_from(REST).flatmap(mutants))
@example({"type": {"value": "site"}, "roles": {}})
@settings(max_examples=share(8, of=500), deadline=None, suppress_health_check=list(HealthCheck))
def test_what_a_pull_learned_is_read_or_left_out_and_named(mutant: Any) -> None:
    """Roles of fields, statuses and issues that are gone: the ticket beside them is there all the same."""
    log = log_from_jira([text_of(RICH), text_of(mutant)])
    assert "jira:1001" in set(log.tickets["ticket"])
