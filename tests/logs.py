"""Which small logs may befall us? Hypothesis strategies for EVENTS, workflows and as-of instants.

Everything speaks of the statuses in ``STATUSES`` and the people in ``PERSONS``, so that any log goes
with any workflow from here. Logs come sorted as EVENTS are; ``shuffles`` mixes their rows.
"""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

import pandas as pd
from hypothesis import strategies as st

from vsm.config import Workflow, parse_workflow
from vsm.definitions.visits import StageFacts
from vsm.tables import EVENTS, PERSON_KINDS, conform

Row = dict[str, Any]

SAME: Final = "same"  # stands for the present value, or for who holds the ticket; never reaches a log
START: Final = datetime(2024, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
STATUSES: Final = tuple(f"jira:{number}" for number in range(1, 8))
PERSONS: Final = ("person-01", "person-02", "person-03", "person-04", "person-05")
FIELDS: Final = ("Tester", "Reviewer")
TEAMS: Final = {"Team A": PERSONS[:2], "Team B": PERSONS[2:4]}  # person-05 is in none
# As text, jira:10 comes before jira:8: the order of tickets is not the order of their numbers.
TICKETS: Final = tuple(f"jira:{number}" for number in range(8, 14))

_TEAMS_TOML: Final = """
[[team]]
name = "Team A"
members = ["person-01", "person-02"]

[[team]]
name = "Team B"
members = ["person-03", "person-04"]
"""

WORKFLOW_TOML: Final = f"""
[[stage]]
name = "Backlog"
kind = "queue"
statuses = ["jira:1"]
holder_field = "Tester"

[[stage]]
name = "Build"
kind = "work"
statuses = ["jira:2", "jira:3"]
team = "Team A"

[[stage]]
name = "Supplier"
kind = "external"
statuses = ["jira:4"]

[[stage]]
name = "Check"
kind = "work"
statuses = ["jira:5"]
discipline = "test"
holder_field = "Tester"

[[stage]]
name = "Release"
kind = "queue"
statuses = ["jira:6"]
team = "Team B"
batch = true

[[stage]]
name = "Done"
kind = "done"
statuses = ["jira:7"]
{_TEAMS_TOML}"""


class Case(NamedTuple):
    """What do the fast code and the reference get to compare their answers on?"""

    events: pd.DataFrame
    workflow: Workflow
    as_of: datetime


def workflow_for_logs() -> Workflow:
    """Which workflow fits every log from here? Six stages of all kinds over the seven statuses.

    Examples
    --------
    >>> [stage.kind for stage in workflow_for_logs().stages]
    ['queue', 'work', 'external', 'work', 'queue', 'done']
    """
    return parse_workflow(WORKFLOW_TOML)


def stage_table(workflow: Workflow) -> dict[str, StageFacts]:
    """Which stage does each status mean, as the reference wants to know it?

    Examples
    --------
    >>> stage_table(workflow_for_logs())["jira:6"]
    StageFacts(name='Release', kind='queue', team='Team B', discipline=None, position=4, batch=True, holder_field=None)
    """
    return {
        status: StageFacts(
            stage.name, stage.kind, stage.team, stage.discipline, position, stage.batch, stage.holder_field
        )
        for position, stage in enumerate(workflow.stages)
        for status in stage.statuses
    }


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Which other workflows may the same statuses have? All kinds, in any order, one stage a batch."""
    kinds = draw(st.permutations(["queue", "work", "work", "external", "done", "extra"]))
    extra = draw(st.sampled_from(["queue", "work", "external", "done"]))
    statuses = draw(st.permutations(STATUSES))
    batch = draw(st.integers(0, len(kinds) - 1))
    sections = []
    for position, kind in enumerate(kinds):
        held = statuses[position : position + 1] + (statuses[-1:] if position == 0 else [])
        lines = [
            "[[stage]]",
            f'name = "Stage {position}"',
            f'kind = "{extra if kind == "extra" else kind}"',
            f"statuses = {held}",
            f"batch = {'true' if position == batch else 'false'}",
        ]
        if kind in ("queue", "external") and draw(st.booleans()):
            lines.append("blocked = true")
        if team := draw(st.sampled_from(["", *TEAMS])):
            lines.append(f'team = "{team}"')
        if discipline := draw(st.sampled_from(["", "build", "test"])):
            lines.append(f'discipline = "{discipline}"')
        if field := draw(st.sampled_from(["", "", *FIELDS])):
            lines.append(f'holder_field = "{field}"')
        sections.append("\n".join(lines))
    return parse_workflow("\n\n".join(sections) + _TEAMS_TOML)


@st.composite
def logs(draw: st.DrawFn) -> pd.DataFrame:
    """Which logs may befall us? EVENTS of 1–6 tickets, 1–12 events each, actors being persons.

    They hold statuses of one stage, self transitions, equal instants (told apart by ``seq`` or, where that
    is equal too, by ``ref``), reopened tickets, bulk moves, missing actors and assignees, touches by
    anyone, statuses told before creation, tickets whose creation is missing, and tickets that were deleted,
    at an instant of their own or that of their last change, with touches that came in later.
    """
    count = draw(st.integers(1, len(TICKETS)))
    rows = [row for ticket in TICKETS[:count] for row in draw(_lives(ticket))]
    frame = conform(pd.DataFrame(rows, columns=EVENTS.names), EVENTS)
    return frame.sort_values(["ticket", "at", "seq", "source", "ref"], ignore_index=True)


@st.composite
def _lives(draw: st.DrawFn, ticket: str) -> list[Row]:
    """Draw the rows of one ticket: what happens, then when, then the numbers that order it."""
    created = START + draw(st.timedeltas(timedelta(0), timedelta(days=15)))
    told_before = draw(st.sampled_from([0, 0, 0, 0, 1]))
    first = {"kind": "status", "after": draw(st.sampled_from(STATUSES)), "bulk": draw(_RARELY)}
    acts: list[Row] = [
        {"kind": "created", "bulk": False, "at": created},
        first | {"at": created - timedelta(microseconds=told_before)},
    ]
    at = created
    for deed in draw(_DEEDS):
        at += draw(_GAPS)
        acts.append(deed | {"at": at})
    for deed in draw(_LOSS):
        at += draw(_GAPS)
        acts.append(deed | {"at": at})
    blank = {"ticket": ticket, "before": None, "after": None, "field": None}
    rows = [blank | {"actor": draw(_ACTORS)} | act for act in acts]
    uncreated = draw(st.integers(0, 9)) == 9
    return _with_before(_numbered(rows[1:] if uncreated else rows, by_seq=draw(st.booleans())))


def _numbered(acts: list[Row], *, by_seq: bool) -> list[Row]:
    """Tell facts of one instant apart: one record with several facts, or several records with one each."""
    rows: list[Row] = []
    for _, together in groupby(sorted(acts, key=lambda act: act["at"]), key=lambda act: act["at"]):
        for position, act in enumerate(together):
            source = "git:shop" if act["kind"] == "commit" else "jira"
            record = len(rows) - position if by_seq else len(rows)
            ref = f"{act['ticket']}/{record:02}"
            rows.append(act | {"source": source, "ref": ref, "seq": position if by_seq else 0})
    return rows


def _with_before(acts: list[Row]) -> list[Row]:
    """Fill in what depends on the order: each value before, and ``SAME``.

    Left out are assignments that change nothing while another one shares their instant: which of the two
    "made" the change would be a matter of taste.
    """
    now: dict[str, str | None] = {}
    rows: list[Row] = []
    for act in sorted(acts, key=lambda act: (act["at"], act["seq"], act["source"], act["ref"])):
        kind = act["kind"]
        if act["actor"] == SAME:
            act["actor"] = now.get("assignee") or now.get("mover")
        if kind not in ("status", *PERSON_KINDS):
            rows.append(act)
            continue
        what = act.get("field") or kind
        before = now.get(what)
        after = before if act["after"] == SAME else act["after"]
        together = (other for other in acts if other["at"] == act["at"] and other["kind"] == kind)
        shared = sum((other.get("field") or kind) == what for other in together) > 1
        if kind in PERSON_KINDS and before == after and shared:
            continue
        now[what] = after
        if kind == "status":
            now["mover"] = act["actor"]
        rows.append(act | {"before": before, "after": after})
    return rows


_RARELY: Final = st.integers(0, 5).map(lambda number: number == 5)
_ACTORS: Final = st.sampled_from([*PERSONS, *PERSONS, SAME, SAME, SAME, SAME, None])
_NOBODY: Final = st.none()
_GAPS: Final = st.one_of(
    st.just(timedelta(0)),
    st.just(timedelta(microseconds=1)),
    st.timedeltas(timedelta(0), timedelta(hours=8)),
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.timedeltas(timedelta(hours=1), timedelta(days=4)),
)
_TOUCHES: Final = st.sampled_from(["comment", "worklog", "commit", "review"])


def _act(
    kind: st.SearchStrategy[str], after: st.SearchStrategy[str | None] = _NOBODY, **more: Any
) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({"kind": kind, "after": after, "bulk": _RARELY, "actor": _ACTORS} | more)


_MOVE: Final = _act(st.just("status"), st.sampled_from([*STATUSES, SAME]))
_ASSIGNMENT: Final = _act(st.just("assignee"), st.sampled_from([*PERSONS, None, None, SAME]))
_IN_FIELD: Final = _act(
    st.just("holder"), st.sampled_from([*PERSONS, None, SAME]), field=st.sampled_from(FIELDS)
)
_TEAM: Final = _act(st.just("team"), st.sampled_from([*TEAMS, "Team C", None]))
_FACT: Final = _act(st.sampled_from(["comment", "worklog", "commit", "review", "flag"]))
# Someone brings work to someone else, who takes it up later: drawn freely this would hardly ever befall us.
_HANDING_OVER: Final = st.tuples(
    _act(st.just("assignee"), st.sampled_from(PERSONS)),
    _act(st.just("status"), st.sampled_from(STATUSES), actor=st.sampled_from(PERSONS)),
    _act(_TOUCHES, actor=st.just(SAME)),
)
# Commits are known to Git, so that some come after the tracker has lost the ticket; moves must not count.
_LOSS: Final = st.one_of(
    st.just(()),
    st.just(()),
    st.tuples(
        st.just({"kind": "delete", "after": "deleted", "bulk": False, "actor": None}),
        st.one_of(_act(st.just("commit")), _MOVE),
    ),
)
_DEEDS: Final = st.lists(
    st.one_of(*map(st.tuples, (_MOVE, _ASSIGNMENT, _IN_FIELD, _TEAM, _FACT)), _HANDING_OVER),
    max_size=10,
).map(lambda scenes: [act for scene in scenes for act in scene][:10])


def shuffles(events: pd.DataFrame) -> st.SearchStrategy[pd.DataFrame]:
    """In which other orders may the rows of a log lie?"""
    orders = st.permutations(range(len(events)))
    return orders.map(lambda order: events.iloc[list(order)].reset_index(drop=True))


def as_ofs(events: pd.DataFrame) -> st.SearchStrategy[datetime]:
    """Until when may a log be known? Any of its instants, just after one, or long after all."""
    instants = sorted({at.to_pydatetime() for at in events["at"]}) or [START]
    return st.one_of(
        st.just(instants[-1] + timedelta(days=2)),
        st.just(instants[-1]),
        st.sampled_from(instants),
        st.sampled_from(instants).map(lambda at: at + timedelta(microseconds=1)),
        st.datetimes(
            instants[0].replace(tzinfo=None), instants[-1].replace(tzinfo=None), timezones=st.just(UTC)
        ),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """On what should the fast code and the reference agree? A log, a workflow and an as-of instant."""
    events = draw(logs())
    return Case(events, draw(st.one_of(st.just(workflow_for_logs()), workflows())), draw(as_ofs(events)))
