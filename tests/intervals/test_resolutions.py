"""Where the resolution is the finish, a resolved ticket is done: as the reference says, and as one life shows."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.same_rows import assert_same
from tests.logs import Case, cases
from tests.share import share
from vsm.config import Workflow
from vsm.definitions.facts import events_of, rows_of, stage_facts
from vsm.definitions.resolutions import with_resolutions
from vsm.definitions.visits import Memberships, list_visits
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import RESOLVED, stages_from_names
from vsm.intervals import events_with_resolutions, visits_from_events
from vsm.tables import EVENTS, NAMES, VISITS, conform

START = datetime.fromisoformat("2026-01-05T09:00:00+00:00")


def stages_of(workflow: Workflow) -> pd.DataFrame:
    rows = [{"kind": "status", "id": status, "name": status} for status in workflow.mapping]
    finish = workflow.outcome.model_copy(update={"finish": "resolution"})
    return stages_from_names(
        conform(pd.DataFrame(rows), NAMES), workflow=workflow.model_copy(update={"outcome": finish})
    )


@st.composite
def resolved(draw: st.DrawFn) -> Case:
    """A random log whose flags are resolutions, set or taken back."""
    case = draw(cases())
    events = case.events.astype({"kind": "str", "after": "str"})
    flags = events["kind"] == "flag"
    values = draw(
        st.lists(st.sampled_from(["Fixed", None]), min_size=int(flags.sum()), max_size=int(flags.sum()))
    )
    events.loc[flags, "kind"] = "resolution"
    events.loc[flags, "after"] = pd.Series(values, index=events.index[flags], dtype="str")
    return case._replace(events=sorted_events(conform(events, EVENTS)))


@settings(max_examples=share(40, of=400))
@given(case=resolved())
@pytest.mark.slow
def test_visits_are_those_of_the_reference(case: Case) -> None:
    """Whatever is resolved, taken back or moved on, in any order and at any instant."""
    stages, as_of = stages_of(case.workflow), pd.Timestamp(case.as_of)
    fast = events_with_resolutions(case.events, stages=stages)
    visits = visits_from_events(fast, stages=stages, team_of=case.workflow.team_of, as_of=as_of)
    facts = stage_facts(stages)
    plain = with_resolutions(events_of(case.events), stage_of=facts, resolved=RESOLVED)
    wanted = list_visits(plain, stage_of=facts, teams=Memberships(case.workflow.team_of), as_of=case.as_of)
    assert_same(visits, wanted, [name for name in VISITS.names if name not in ("working", "blocked")])


@pytest.mark.parametrize(
    ("facts", "stays"),
    [
        ([(2, "resolution", "Fixed")], ["Open 0", "Resolved 2"]),
        ([(2, "resolution", "Fixed"), (3, "status", "jira:1")], ["Open 0", "Resolved 2"]),
        ([(2, "resolution", "Fixed"), (4, "resolution", None)], ["Open 0", "Resolved 2", "Open 4"]),
        ([(2, "resolution", "Fixed"), (3, "status", "jira:2")], ["Open 0", "Resolved 2", "Done 3"]),
        ([(2, "status", "jira:2"), (3, "resolution", "Fixed")], ["Open 0", "Done 2"]),
        ([(2, "status", "jira:2")], ["Open 0", "Done 2"]),
    ],
)
def test_a_resolved_ticket_is_done(facts: list[tuple[int, str, str | None]], stays: list[str]) -> None:
    """The days on which one ticket came to which stage; taken back, it is where its status says."""
    rows: list[dict[str, Any]] = [
        {"day": 0, "kind": "created", "after": None}, {"day": 0, "kind": "status", "after": "jira:1"},
        *({"day": day, "kind": kind, "after": after} for day, kind, after in facts),
    ]  # fmt: skip
    events = conform(
        pd.DataFrame(
            [
                {"ticket": "jira:7", "at": START + timedelta(days=row["day"]), "kind": row["kind"],
                 "after": row["after"], "source": "jira", "ref": f"{n:02}", "seq": n, "bulk": False}
                for n, row in enumerate(rows)
            ]
        ),
        EVENTS,
    )  # fmt: skip
    names = [
        {"kind": "status", "id": "jira:1", "name": "Open", "category": "queue"},
        {"kind": "status", "id": "jira:2", "name": "Done", "category": "done"},
    ]
    workflow = Workflow.model_validate({"outcome": {"finish": "resolution"}})
    stages = stages_from_names(conform(pd.DataFrame(names), NAMES), workflow=workflow)
    moves = events_with_resolutions(sorted_events(events), stages=stages)
    visits = visits_from_events(
        moves, stages=stages, team_of={}, as_of=pd.Timestamp(START + timedelta(days=9))
    )
    found = [f"{row['stage']} {(row['entered'] - START).days}" for row in rows_of(visits)]
    assert found == stays
