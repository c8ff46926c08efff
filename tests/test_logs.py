"""Are the random logs what they say, and does the referee keep its own promises on them?"""

from datetime import timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs import Case, cases, logs, shuffles, stage_table, workflow_for_logs, workflows
from tests.share import share
from vsm.config import Workflow
from vsm.definitions.facts import events_of
from vsm.definitions.handoffs import list_handoffs
from vsm.definitions.visits import Memberships, Visit, list_visits
from vsm.definitions.waits import Wait, finished_for_good, list_waits
from vsm.tables import EVENTS, check


@given(case=cases())
def test_logs_keep_the_schema(case: Case) -> None:
    """Every log from ``tests.logs`` is a table of EVENTS as its schema wants it, sorted."""
    check(case.events, EVENTS)
    keys = case.events[["ticket", "at", "seq"]].astype({"ticket": "str"})
    pd.testing.assert_frame_equal(keys, keys.sort_values(["ticket", "at", "seq"]))


@given(workflow=workflows())
def test_workflows_map_every_status(workflow: Workflow) -> None:
    """Every workflow from ``tests.logs`` maps all seven statuses, to stages of every kind."""
    assert set(workflow.mapping) == set(workflow_for_logs().mapping)
    assert {stage.kind for stage in workflow.stages} == {"queue", "work", "external", "done"}
    assert sum(stage.batch for stage in workflow.stages) == 1


@given(case=cases())
def test_visits_tile_a_life(case: Case) -> None:
    """From creation to the as-of instant, or its loss, every moment of a ticket lies in exactly one visit."""
    rows, _ = _answers(case)
    deleted = case.events[case.events["kind"] == "delete"]
    losses = dict(zip(deleted["ticket"], deleted["at"], strict=True))
    for ticket in {row.ticket for row in rows}:
        life = [row for row in rows if row.ticket == ticket]
        ends = [row.left for row in life]
        assert ends[:-1] == [row.entered for row in life[1:]]
        assert ends[-1] in {None, losses.get(ticket)}
        assert [row.n for row in life] == list(range(len(life)))
        assert sum((row.elapsed for row in life), timedelta(0)) == (ends[-1] or case.as_of) - life[0].entered


@given(case=cases())
def test_waits_and_work_are_the_lead_time(case: Case) -> None:
    """Waits + work = finish (or as-of) − creation, to the microsecond, for every ticket."""
    rows, pieces = _answers(case)
    for ticket in {row.ticket for row in rows}:
        life = [row for row in rows if row.ticket == ticket]
        work = sum((row.end - row.work_start for row in life if row.kind == "work"), timedelta(0))
        waited = sum((piece.elapsed for piece in pieces if piece.ticket == ticket), timedelta(0))
        assert waited + work == (finished_for_good(life) or life[-1].left or case.as_of) - life[0].entered


@settings(max_examples=share(8, of=200))
@given(data=st.data())
def test_order_of_rows_is_nothing(data: st.DataObject) -> None:
    """Shuffling the rows of a log changes no answer."""
    events = data.draw(logs())
    case = Case(events, workflow_for_logs(), events["at"].max().to_pydatetime())
    assert _answers(case) == _answers(case._replace(events=data.draw(shuffles(events))))


def _answers(case: Case) -> tuple[list[Visit], list[Wait]]:
    stage_of = stage_table(case.workflow)
    rows = list_visits(
        events_of(case.events),
        stage_of=stage_of,
        teams=Memberships(case.workflow.team_of),
        as_of=case.as_of,
    )
    passings = list_handoffs(rows, stage_of=stage_of)
    return rows, list_waits(rows, handoffs=passings, as_of=case.as_of)
