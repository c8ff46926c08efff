"""The named rules against a walk along each ticket's life, on any log."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from tests.intervals.test_against_reference import stages_of
from tests.logs import Case, cases
from tests.share import share
from vsm.intervals import handoffs_from_visits, visits_from_events, waits_from_visits
from vsm.model.lifecycle import completed, lifecycles_from_visits, stage_visits_from_visits
from vsm.model.named_rules import RULES, rule_durations
from vsm.tables import TICKETS, empty

NAME = {tool: rule for rule, (tool, _) in RULES.items()}


def whole_days(start: datetime | None, end: datetime, more: int) -> timedelta | None:
    return timedelta(days=(end.date() - start.date()).days + more) if start else None


def walked(path: list[dict[str, Any]], end: datetime, *, first: int, first_work: int) -> dict[str, Any]:
    """Say by each rule, stay after stay up to the finish, how long one ticket took."""
    spent, home = timedelta(0), None
    start = after_backlog = after_to_do = final = None
    columns: dict[int, datetime] = {}
    for stay in path:
        position, at = stay["position"], stay["entered"]
        if stay["kind"] == "queue" and position == first:
            after_backlog = None
        if stay["kind"] == "queue" and position < first_work:
            after_to_do = None
        columns = {column: date for column, date in columns.items() if column <= position}
        columns.setdefault(position, at)
        if stay["kind"] == "work":
            spent += stay["left"] - at
            start, after_backlog, after_to_do = start or at, after_backlog or at, after_to_do or at
            home = home or stay["stage"]
            final = at if stay["stage"] == home else final
    reached = [date for column, date in columns.items() if column >= first_work]
    return {
        "jirametrics": whole_days(start, end, 1),
        "jirametrics, standard project": whole_days(after_backlog, end, 1),
        "Atlassian control chart, Swarmia": spent if start else None,
        "jira-agile-metrics": whole_days(min(reached, default=None), end, 0),
        "Lighthouse": end - after_to_do if after_to_do else None,
        "GitLab": end - final if final else None,
    }


@pytest.mark.slow
@settings(max_examples=share(6, of=500))
@given(case=cases())
def test_rules_say_what_a_walk_along_the_life_says(case: Case) -> None:
    """Whatever the log: no grouping, no cumulative minimum, one stay after another."""
    stages, as_of = stages_of(case.workflow), pd.Timestamp(case.as_of)
    visits = visits_from_events(case.events, stages=stages, team_of=case.workflow.team_of, as_of=as_of)
    waits = waits_from_visits(visits, handoffs_from_visits(visits, stages=stages), as_of=as_of)
    lifecycles = lifecycles_from_visits(
        visits, waits, tickets=empty(TICKETS), events=case.events, stages=stages, as_of=as_of
    )
    stage_visits = stage_visits_from_visits(visits, waits, stages=stages)
    tickets = pd.DataFrame({"ticket": lifecycles["ticket"], "resolved": lifecycles["finished"]})
    found = rule_durations(stage_visits, lifecycles, tickets=tickets, stages=stages)
    work = stages.loc[stages["kind"] == "work", "position"]
    first = int(stages["position"].min())
    first_work = int(work.min()) if len(work) else first
    for life in completed(lifecycles).to_dict("records"):
        own = stage_visits[
            (stage_visits["ticket"] == life["ticket"]) & (stage_visits["entered"] < life["finished"])
        ]
        said = walked(own.to_dict("records"), life["finished"], first=first, first_work=first_work)
        for tool, value in said.items():
            ours = found.loc[life["ticket"], NAME[tool]]
            assert pd.isna(ours) if value is None else ours == pd.Timedelta(value), tool
